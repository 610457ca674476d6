-- batch - rows in and out of a batch, measures by row, architecture objects that survive it.

local Arch = require "ganas.arch"
local Batch = require "ganas.batch"
local Rng = require "ganas.rng"
local constraints = require "ganas.constraints"
local core = require "ganas.core"
local grammar = require "ganas.grammar"
local message = require "ganas.message"
local rule = require "ganas.rule"
local space = require "ganas.space"

local s = grammar.load "nasbench201"

local function rules(...) return constraints.new({ ... }, s, function() return "r.lua:1" end).rules end

local function filled(n, seed, with)
  local batch = Batch.new(s, n)
  batch:random(with, Rng.new(seed or 1, "batch"), n)
  return batch
end

local function strings(batch)
  local list = {}
  for i = 0, batch:count() - 1 do list[i + 1] = s:format(batch, i) end
  return list
end

describe("rows", function()
  it("come from random, are counted, cut and cleared", function()
    local batch = filled(20)
    assert.equal(20, batch:count())
    assert.equal(20, batch:view().count)
    batch:truncate(5)
    assert.equal(5, batch:count())
    batch:clear()
    assert.equal(0, batch:count())
  end)

  it("repeat with the seed", function()
    assert.same(strings(filled(20, 3)), strings(filled(20, 3)))
    assert.are_not.same(strings(filled(20, 3)), strings(filled(20, 4)))
  end)

  it("are appended all, the first n, by list and by array", function()
    local from = filled(6)
    local all = strings(from)
    local function appended(...)
      local batch = Batch.new(s, 10)
      batch:append(from, ...)
      return strings(batch)
    end
    assert.same(all, appended())
    assert.same({ all[1], all[2] }, appended(nil, 2))
    assert.same({ all[6], all[1], all[1] }, appended { 5, 0, 0 })
    assert.same({ all[3], all[2] }, appended(core.int32 { 2, 1, 9 }, 2))
    assert.same({}, appended {})
  end)

  it("are kept by flags", function()
    local batch, keep = filled(4), core.bytes(4)
    local all = strings(batch)
    keep[1], keep[3] = 1, 1
    batch:filter(keep)
    assert.same({ all[2], all[4] }, strings(batch))
  end)

  it("do not fit into a full batch", function()
    local batch = filled(3)
    local ok, err = pcall(batch.random, batch, nil, Rng.new(1, "x"), 1)
    assert.is_false(ok)
    assert.truthy(tostring(err):find("GANAS_E_FULL", 1, true), tostring(err))
  end)

  it("are all there when enumerated in blocks", function()
    local batch, skip, more, seen, n = Batch.new(s, 1000), 0, true, {}, 0
    while more do
      batch:clear()
      more = batch:enumerate(nil, skip)
      skip = skip + batch:count()
      for _, text in ipairs(strings(batch)) do
        assert.is_nil(seen[text])
        seen[text], n = true, n + 1
      end
    end
    assert.equal(15625, n)
  end)

  it("come in blocks, whatever is done with these", function()
    local all, at = Batch.new(s, 15625), 0
    all:enumerate(nil, 0)
    for block in Batch.blocks(s, nil, 4000) do
      for i = 0, block:count() - 1 do assert(s:format(block, i) == s:format(all, at + i)) end
      at = at + block:count()
      block:truncate(1)
    end
    assert.equal(15625, at)
    at = 0
    for block in Batch.blocks(s, nil, 15625) do at = at + block:count() end
    assert.equal(15625, at)
  end)
end)

describe("mutants", function()
  it("come from the rows that they name and differ from them", function()
    local parents, batch = filled(5), Batch.new(s, 50)
    local rows = batch:mutate(parents, nil, Rng.new(2, "mutate"), 50, 0, 1)
    for i = 0, 49 do
      local a, b, edits = parents:arch(rows[i]).ops, batch:arch(i).ops, 0
      for k = 1, 6 do edits = edits + (a[k] ~= b[k] and 1 or 0) end
      assert.equal(1, edits)
    end
  end)
end)

describe("masked rules", function()
  it("hold for random candidates and mutants", function()
    local few = rules(rule.sum("params_c10", "<=", 300000), rule.count("skip_connect", ">=", 1))
    local batch, mutants = filled(200, 1, few), Batch.new(s, 200)
    mutants:mutate(batch, few, Rng.new(1, "m"), 200, 0.5, 4)
    for _, b in ipairs { batch, mutants } do
      local params = b:measure "params_c10"
      for i = 0, 199 do
        assert.is_true(params[i] <= 300000)
        assert.is_true(b:arch(i):count "skip_connect" >= 1)
      end
    end
  end)

  it("are counted by check", function()
    local all = rules(rule.count("none", "==", 0), rule.depth(">=", 2))
    local batch = filled(300)
    local ok, rejected = batch:check(all)
    local none, shallow, good = 0, 0, 0
    for i = 0, 299 do
      local a = batch:arch(i)
      none = none + (a:count "none" > 0 and 1 or 0)
      shallow = shallow + (a.depth < 2 and 1 or 0)
      good = good + ok[i]
      assert.equal(a:count "none" == 0 and a.depth >= 2, ok[i] == 1)
    end
    assert.same({ none, shallow }, { tonumber(rejected[0]), tonumber(rejected[1]) })
    assert.is_true(good > 0)
  end)
end)

describe("measures", function()
  it("agree between the batch, a detached object and a view", function()
    local batch = filled(50)
    local convs, depth = batch:measure "convs", batch:measure "depth"
    local view = Arch.view(batch)
    for i = 0, 49 do
      local a = batch:arch(i)
      Arch.point(view, i)
      assert.same({ convs[i], depth[i] }, { a.convs, a.depth })
      assert.same({ convs[i], depth[i] }, { view.convs, view.depth })
      assert.equal(convs[i], a:count("nor_conv_1x1", "nor_conv_3x3"))
      assert.equal(convs[i], view:count { "nor_conv_1x1", "nor_conv_3x3" })
      assert.same(a.ops, view.ops)
      assert.equal(tostring(a), tostring(view))
    end
  end)

  it("are named when there is none of the name", function()
    local ok, err = pcall(function() return filled(1):measure "parms_c10" end)
    assert.is_false(ok)
    assert.truthy(tostring(err):find("unknown measure 'parms_c10'; did you mean 'params_c10'?", 1, true))
  end)
end)

describe("an architecture object", function()
  it("survives its batch", function()
    local batch = filled(2)
    local text, a = s:format(batch, 1), batch:arch(1)
    local convs = batch:measure("convs")[1]
    batch:free()
    collectgarbage()
    collectgarbage()
    assert.equal(text, tostring(a))
    assert.equal(convs, a.convs)
    assert.equal(8, #a.graph.ops)
    assert.equal(10, #a.graph.edges)
  end)

  it("is not made of a row that there is not", function()
    assert.has_error(function() return filled(2):arch(2) end, "no row 2 in a batch of 2")
  end)
end)

describe("graphs of many nodes", function()
  it("read nodes past the thirty-second", function()
    local long = grammar.load {
      ops = { "a", "b" },
      grow = space.steps { { reads = { 0 } }, { reads = space.any() }, unpack((function()
        local steps = {}
        for i = 1, 58 do steps[i] = { reads = i == 58 and space.any() or { i + 1 } } end
        return steps
      end)()) },
    }
    local batch = Batch.new(long, 20)
    batch:random(nil, Rng.new(5, "long"), 20)
    for i = 0, 19 do
      local a = batch:arch(i)
      local again = long:arch(tostring(a))
      assert.same(a:sources(60), again:sources(60))
      assert.is_true(#a:sources(60) >= 1)
      assert.equal(tostring(a), tostring(again))
    end
  end)
end)

describe("compiled loops", function()
  it("get the message of a predicate that names a node that isn't there", function()
    local ok, err = pcall(function() return filled(1):arch(0):reads(9, 1) end)
    assert.is_false(ok)
    assert.is_true(message.is_user(err))
  end)
end)
