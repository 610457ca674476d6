-- feasible - candidates where random ones hardly obey: drawn, listed or bred; and what is said when there are
-- none.

local Batch = require "ganas.batch"
local Rng = require "ganas.rng"
local constraints = require "ganas.constraints"
local feasible = require "ganas.feasible"
local grammar = require "ganas.grammar"
local message = require "ganas.message"
local sorted = require "ganas.sorted"
local space = require "ganas.space"

local nb201 = grammar.load "nasbench201"

local function where() return "here" end

-- Looks for n different candidates; their texts, and what was done.
local function find(s, list, n, seed)
  local c, texts, count = constraints.new(list, s, where), {}, 0
  local found = feasible.find(s, c, Rng.new(seed or 1, "find"), function(batch, keep)
    local before = count
    for i = 0, batch:count() - 1 do
      local text = keep[i] ~= 0 and count < n and tostring(batch:arch(i))
      if text and not texts[text] then texts[text], count = true, count + 1 end
    end
    return count >= n, count - before
  end)
  local one = Batch.new(s, math.max(1, count))
  for text in sorted(texts) do assert(s:push(one, text)) end
  assert.equal(count, c:filter(one))
  return sorted.keys(texts), found, c
end

local function explained(found)
  local ok, err = pcall(feasible.explain, found, "r.lua:9")
  assert.is_false(ok)
  assert(message.is_user(err), tostring(err))
  return err.text
end

describe("a search for what obeys", function()
  it("draws where chance is enough", function()
    local texts, found = find(nb201, { "depth >= 2" }, 50)
    assert.equal(50, #texts)
    assert.is_true(found.tried < 500)
    assert.is_nil(found.all)
    assert.same(texts, (find(nb201, { "depth >= 2" }, 50)))
    assert.are_not.same(texts, (find(nb201, { "depth >= 2" }, 50, 2)))
  end)

  it("lists a small space, in a random order", function()
    local rule = "edges == 10 and (has.none or depth < 3 or count.skip_connect + count.avg_pool_3x3 > 5)"
    local texts, found = find(nb201, { rule }, 100)
    assert.is_true(#texts == 64 and found.all:count() == 64)
    local some, others = find(nb201, { rule }, 20), find(nb201, { rule }, 20, 2)
    assert.equal(20, #some)
    assert.are_not.same(some, others)
  end)

  it("finds one in a thousand by chance alone", function()
    local cells = 0
    local texts = find(nb201, { function(a)
      cells = cells + 1
      local ops = a.ops
      return a:count "none" == 0 and ops[1] == "skip_connect" and ops[2] == ops[3] and ops[3] == ops[4]
        and ops[4] == ops[5]
    end }, 16)
    assert.equal(16, #texts)
    assert.is_true(cells > 2000)
  end)

  -- 30 blocks of 6 operations: nothing to list, and one candidate in 10^6 at most obeys.
  it("breeds where a space is large and rules are checked", function()
    local large = grammar.load { ops = { "a", "b", "c", "d", "e", "f" }, grow = space.chain(30), dead = "f",
      measures = { w = space.sum(function(step, op) return (step % 7) * (op == "a" and 1 or 3) end) } }
    local texts, found = find(large, { "depth <= 30",
      "not (reaches(input, output) or has.e) and count.a - depth > 6" }, 30)
    assert.equal(30, #texts)
    assert.is_nil(found.all)
    texts = find(large, { function(a) return a:count "a" > 2 end, "depth + w <= 93" }, 30)
    assert.equal(30, #texts)
  end)

  it("goes on where walks meet dead ends", function()
    local tied = grammar.load { ops = { "a", "b", "c" }, grow = space.chain(12), measures = {
      x = space.sum(function(step, op) return op == "a" and 2 ^ step or 0 end),
      y = space.sum(function(step, op) return op == "b" and 3 ^ step or 0 end),
    } }
    local texts, found = find(tied, { "x == 2730", "y <= 819 and y >= 1 and y != 9" }, 5)
    assert.equal(5, #texts)
    assert.is_true(found.dropped > 0)
  end)
end)

describe("where nothing obeys", function()
  it("one constraint is named with all that there is", function()
    local _, found = find(nb201, { "depth + edges == 4 and edges <= 2 and depth > 1.5 and nodes == 7" }, 1)
    assert.truthy(explained(found)
      :find "^here: no candidate obeys all constraints: none of all 15625; the tightest, ")
    _, found = find(nb201, { function() return false end }, 1)
    assert.truthy(explained(found)
      :find "^[^:]*feasible_spec.lua:%d+: no candidate obeys 'function at .*': none of all 15625$")
  end)

  it("the nearest value of the tightest bound is named", function()
    local _, found = find(nb201, { "params_c10 <= 80000", "count.nor_conv_1x1 + count.nor_conv_3x3 >= 3" }, 1)
    assert.equal("here: no candidate obeys all constraints: none of all 15625; the tightest, 'params_c10 <= "
      .. "80000', accepts 1 % of random candidates; the least params_c10 beside the others is 157306",
      (explained(found):gsub("accepts [%d.]+ %%", "accepts 1 %%")))
    _, found = find(nb201, { "count.none >= 5", "depth == 2" }, 1)
    assert.truthy(explained(found):find "; the greatest count.none beside the others is 4$")
  end)

  it("a large space says how many were tried", function()
    local large = grammar.load { ops = { "a", "b", "c", "d", "e", "f" }, grow = space.chain(30) }
    local _, found = find(large, { "depth + count.a < 30", "depth >= 30" }, 1)
    assert.truthy(explained(found)
      :find "none of %d+ tried; the tightest, 'depth %+ count.a < 30', accepts none of 2000")
    _, found = find(large, { "count.a >= 25", "count.b >= 10" }, 1)
    assert.truthy(explained(found):find "random candidates; the greatest count.a of 2048 random ones is %d+$")
  end)
end)
