-- pool - duplicates under both identities, the best rows, failed scores.

local Batch = require "ganas.batch"
local Pool = require "ganas.pool"
local Rng = require "ganas.rng"
local grammar = require "ganas.grammar"
local space = require "ganas.space"

local s = grammar.load "nasbench201"

local function chain(text, batch)
  assert(s:push(batch, text))
  return batch
end

local SAME = { -- one network in two strings: conv, then add the input
  "|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|skip_connect~1|none~2|",
  "|none~0|+|nor_conv_3x3~0|none~1|+|skip_connect~0|none~1|skip_connect~2|",
}

describe("a pool", function()
  it("finds what was added, and adds nothing twice", function()
    local pool, batch = Pool.new(s, "string"), Batch.new(s, 2)
    chain(SAME[1], chain(SAME[2], batch))
    pool:add(batch, 1, 90)
    local rows = pool:find(batch)
    assert.same({ -1, 0, 1 }, { rows[0], rows[1], pool:count() })
    local ok, err = pcall(pool.add, pool, batch, 1, 91)
    assert.is_false(ok)
    assert.truthy(tostring(err):find("GANAS_E_ARGUMENT", 1, true))
  end)

  it("takes strings or networks for one candidate", function()
    for identity, count in next, { string = 2, network = 1 } do
      local pool, batch = Pool.new(s, identity), Batch.new(s, 3)
      chain(SAME[1], chain(SAME[2], chain(SAME[1], batch)))
      pool:unique(batch, false)
      assert.equal(count, batch:count())
    end
    assert.has_error(function() Pool.new(s, "graph") end,
      "no identity 'graph'; expected 'string' or 'network'")
  end)

  it("keeps what is fresh", function()
    local pool, batch = Pool.new(s, "string"), Batch.new(s, 2)
    chain(SAME[1], batch)
    pool:add(batch, 0, 1)
    chain(SAME[2], batch)
    pool:unique(batch, true)
    assert.same({ 1, SAME[2] }, { batch:count(), s:format(batch, 0) })
  end)

  it("gives the best first, earlier ones first among equals, failed ones never", function()
    local pool, batch, best = Pool.new(s), Batch.new(s, 6), Batch.new(s, 6)
    batch:enumerate(nil, 0)
    local scores = { 3, 5, false, 5, 1, 0 / 0 }
    for i, score in ipairs(scores) do pool:add(batch, i - 1, score or nil) end
    assert.same({ 1, 3, 0 }, pool:top(3, 0, best))
    assert.equal(s:format(batch, 1), s:format(best, 0))
    best:clear()
    assert.same({ 3, 4 }, pool:top(9, 2, best))
    best:clear()
    assert.same({}, pool:top(9, 5, best))
    best:clear()
    pool:rows({ 4, 0 }, best)
    assert.equal(s:format(batch, 4), s:format(best, 0))
    local kept = pool:scores()
    assert.same({ 3, 5, 1 }, { kept[0], kept[1], kept[4] })
    assert.is_true(kept[2] ~= kept[2] and kept[5] ~= kept[5])
  end)
end)

describe("isomorphic free graphs", function()
  it("are one network whatever their order and what hangs off them", function()
    local free = grammar.load { ops = { "a", "b" }, grow = space.free { nodes = { 2, 5 } } }
    local batch, pool = Batch.new(free, 3), Pool.new(free)
    assert(free:push(batch, "a(0) b(0) output(1,2)"))
    assert(free:push(batch, "b(0) a(0) output(1,2)"))
    assert(free:push(batch, "b(0) a(0) b(2) output(1,2)"))
    pool:unique(batch, false)
    assert.equal(1, batch:count())
  end)
end)

describe("many rows", function()
  it("stay known", function()
    local pool, batch = Pool.new(s), Batch.new(s, 15625)
    batch:enumerate(nil, 0)
    for i = 0, 15624 do pool:add(batch, i, i) end
    local again = Batch.new(s, 500)
    again:random(nil, Rng.new(9, "again"), 500)
    local rows = pool:find(again)
    for i = 0, 499 do assert.equal(s:format(batch, rows[i]), s:format(again, i)) end
  end)
end)
