-- constraints - rules and predicates on a space: what they keep, what they count, what they say.

local Batch = require "ganas.batch"
local Rng = require "ganas.rng"
local constraints = require "ganas.constraints"
local grammar = require "ganas.grammar"
local rule = require "ganas.rule"
local space = require "ganas.space"
local support = require "tests.lua.support"

local s = grammar.load "nasbench201"

local function where(...) return "r.lua:" .. table.concat({ ... }, ".") end

local function new(list, on) return constraints.new(list, on or s, where) end

local text_of = support.refused

local function everything()
  local batch = Batch.new(s, 15625)
  batch:enumerate(nil, 0)
  return batch
end

describe("filtering", function()
  it("keeps what a naive count keeps", function()
    local batch, all = everything(), everything()
    local c = new {
      rule.count("none", "<=", 1),
      rule.depth(">=", 2),
      function(a) return a:count "avg_pool_3x3" < 2 or a.convs > 1 end,
    }
    local kept = c:filter(batch)
    local n = 0
    for i = 0, 15624 do
      local a = all:arch(i)
      local counts = {}
      for _, op in ipairs(a.ops) do counts[op] = (counts[op] or 0) + 1 end
      local pools, convs = counts.avg_pool_3x3 or 0, (counts.nor_conv_1x1 or 0) + (counts.nor_conv_3x3 or 0)
      if (counts.none or 0) <= 1 and a.depth >= 2 and (pools < 2 or convs > 1) then
        assert.equal(tostring(a), s:format(batch, n))
        n = n + 1
      end
    end
    assert.equal(n, kept)
    assert.equal(n, batch:count())
  end)

  it("counts by rule", function()
    local c = new { rule.count("none", "<=", 1), rule.depth(">=", 1), function(a) return a.convs > 0 end }
    local batch = everything()
    c:filter(batch)
    local report = c:report()
    assert.same({ "count.none <= 1", true, 15625, 15625 - 4 ^ 6 - 6 * 4 ^ 5 },
      { report[1].rule, report[1].masked, report[1].seen, report[1].rejected })
    assert.is_false(report[2].masked)
    assert.truthy(report[3].rule:find "^function at .*constraints_spec.lua:%d+$")
    assert.equal(batch:count(), report[3].seen - report[3].rejected)
  end)

  it("costs nothing without constraints", function()
    local batch, c = everything(), new(nil)
    assert.equal(15625, c:filter(batch))
    assert.same({}, c:report())
    assert.equal(0, c.rules.count)
  end)

  it("sees other rows when the batch has others", function()
    local c = new { function(a) return a.convs == 0 end }
    local batch = Batch.new(s, 100)
    for seed = 1, 3 do
      batch:clear()
      batch:random(nil, Rng.new(seed, "rows"), 100)
      c:filter(batch)
      for i = 0, batch:count() - 1 do assert.equal(0, batch:arch(i).convs) end
    end
  end)
end)

describe("comparisons", function()
  local weights = grammar.load { ops = { "a", "b" }, grow = space.chain(3),
    measures = { w = space.sum(function(_, op) return op == "a" and 0.5 or 1 end) } }

  local function left(list, on)
    local batch = Batch.new(on, 10)
    local c = constraints.new(list, on, where)
    batch:enumerate(c.rules, 0)
    return c:filter(batch)
  end

  it("below and above are strict for whole numbers", function()
    assert.equal(4, left({ rule.count("a", "<", 2) }, weights))
    assert.equal(1, left({ rule.count("a", ">", 2) }, weights))
    assert.equal(4, left({ rule.count("a", "<", 1.5) }, weights))
    assert.equal(3, left({ rule.count("a", "==", 2) }, weights))
    assert.equal(8, left({ rule.count({ "a", "b" }, "==", 3) }, weights))
  end)

  it("are strict for others too", function()
    assert.equal(1, left({ rule.sum("w", "<", 2) }, weights))
    assert.equal(4, left({ rule.sum("w", ">", 2) }, weights))
    assert.equal(5, left({ rule.sum("w", "!=", 2) }, weights))
  end)

  it("hold at the bound itself", function()
    assert.equal(4, left({ rule.sum("w", "<=", 2) }, weights))
    assert.equal(3, left({ rule.sum("w", "==", 2) }, weights))
  end)
end)

describe("messages", function()
  it("say what the space has when nothing is left", function()
    assert.equal("here: params_c10 <= 5 accepts nothing: the least in this space is 73306",
      text_of(new, { rule.sum("params_c10", "<=", 5) }))
    assert.equal("here: convs >= 7 accepts nothing: the greatest in this space is 6",
      text_of(new, { rule.sum("convs", ">=", 7) }))
    assert.equal("here: convs > 6 accepts nothing: the greatest in this space is 6",
      text_of(new, { rule.sum("convs", ">", 6) }))
    assert.equal("here: count.none == 1.5 accepts nothing: values are whole numbers",
      text_of(new, { rule.count("none", "==", 1.5) }))
  end)

  it("name measures, operations and things that are no constraint", function()
    assert.equal("here: unknown measure 'parms_c10'; did you mean 'params_c10'?",
      text_of(new, { rule.sum("parms_c10", "<=", 5) }))
    assert.equal("here: unknown operation 'nonne'; did you mean 'none'?",
      text_of(new, { rule.count("nonne", "<=", 5) }))
    assert.equal("r.lua:constraints.2: constraint 2 is 5; expected 'depth >= 2', rule.sum(...) and so on, "
      .. "or a function(arch)", text_of(new, { print, 5 }))
    assert.equal("r.lua:constraints: field 'constraints' is not a list; expected a list { rule, ... }",
      text_of(new, rule.depth(">=", 1)))
    assert.equal("r.lua:constraints: field 'constraints' is 'x'; expected a list { rule, ... }",
      text_of(new, "x"))
  end)

  it("name the line of a predicate and the candidate that broke it", function()
    local text = text_of(function()
      new({ function(a) return a.convs > a.x end }):filter(everything())
    end)
    assert.equal(
      "here: unknown field of an architecture 'x'; expected 'ops', 'graph', 'size', 'score', 'report', "
      .. "'convs', 'depth', 'macs_c10', 'macs_c100', 'macs_in16', 'params_c10', 'params_c100', ... (15 "
      .. "in all)"
      .. "; the candidate was '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|'", text)
    assert.truthy(text_of(function()
      new({ function(a) return a:count "none" < 6 or a.ops.x.y end }):filter(everything())
    end):find(
      "^here: attempt to index .*; the candidate was '|none~0|%+|none~0|none~1|%+|none~0|none~1|none~2|'$"))
  end)

  it("want true or false from a predicate", function()
    assert.truthy(text_of(function() new({ function(a) return a.depth end }):filter(everything()) end)
      :find("^here: this constraint gave 0; expected true or false; the candidate was '|none"))
    assert.truthy(text_of(function() new({ function() end }):filter(everything()) end)
      :find "^here: this constraint gave nothing; expected true or false")
  end)
end)

describe("a compiled predicate", function()
  it("becomes a trace", function()
    if os.getenv "GANAS_JIT" == "off" or not jit.status() then return end
    local traces, jutil = 0, require "jit.util"
    local c = new { function(a) return a.convs > 1 and a.depth >= 1 end }
    local batch = everything()
    jit.flush()
    c:filter(batch)
    for i = 1, 200 do
      if jutil.traceinfo(i) then traces = traces + 1 end
    end
    assert.is_true(traces > 0)
  end)
end)
