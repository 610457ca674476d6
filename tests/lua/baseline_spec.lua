-- baseline - searches that start from a network: it comes first, is no result, and is compared with;
-- objectives that look at it.

local Batch = require "ganas.batch"
local constraints = require "ganas.constraints"
local baseline = require "ganas.baseline"
local evaluate = require "ganas.evaluate"
local grammar = require "ganas.grammar"
local json = require "ganas.json"
local message = require "ganas.message"
local objective = require "ganas.objective"
local report = require "ganas.report"
local rule = require "ganas.rule"
local search = require "ganas.search"
local settings = require "ganas.settings"
local space = require "ganas.space"
local support = require "tests.lua.support"

local function where(...)
  local words = { ... }
  for i, word in ipairs(words) do words[i] = tostring(word) end
  return "r.lua:" .. table.concat(words, ".")
end

local VALUE = { a = 1, b = 2, c = 4 }

local function accuracy(arch)
  local sum = 0
  for i, op in ipairs(arch.ops) do sum = sum + VALUE[op] * i end
  return { score = sum, size = sum % 7 }
end

-- A plan on chains of four operations.
local function plan_of(t)
  local plan = {
    name = "t", where = where, args = {}, seed = 1, queries = t.queries or 40, preset = "best", setup = 1,
    constraint_list = t.constraints, identity = "string",
  }
  plan.space = grammar.load({
    name = "abc", ops = { "a", "b", "c" }, grow = space.chain(4), format = { "-" },
    measures = {
      cost = space.sum(function(_, op) return VALUE[op] end), cs = space.count "c",
    },
  }, { where = where })
  plan.constraints = constraints.new(t.constraints, plan.space, where)
  plan.baselines = baseline.open(plan, t.start_from)
  plan.evaluator = evaluate.open(t.evaluate or accuracy, plan.space, plan)
  if t.objective then plan.evaluator = objective.wrap(plan.evaluator, t.objective, plan) end
  plan.settings = settings.resolve({ initial = t.initial or 5 }, plan, where)
  return plan
end

local text_of = support.refused

describe("a search that starts from a network", function()
  it("evaluates it first, once, and never takes it for the result", function()
    local plan = plan_of { start_from = "c-c-c-c", queries = 81 }
    local result = search.run(plan)
    assert.equal(81, result.queries)
    assert.equal("c-c-c-c", result.trajectory[1].arch)
    assert.equal(40, result.trajectory[1].score)
    assert.is_nil(result.trajectory[1].best)
    local seen = {}
    for _, step in ipairs(result.trajectory) do
      assert.is_nil(seen[step.arch])
      seen[step.arch] = true
    end
    assert.equal("b-c-c-c", result.best.arch)
    assert.equal(38, result.best.score)
    for _, entry in ipairs(result.top) do assert.not_equal("c-c-c-c", entry.arch) end
    assert.equal(10, #result.top)
  end)

  it("has the baselines in the first set, in their order", function()
    local plan = plan_of { start_from = { "a-a-a-a", "b-b-b-b" }, queries = 5 }
    local result = search.run(plan)
    assert.same({ "a-a-a-a", "b-b-b-b" }, { result.trajectory[1].arch, result.trajectory[2].arch })
    assert.equal(5, #result.trajectory)
    assert.equal(2, #result.baselines)
    assert.equal(2, result.baselines[2].query)
  end)

  it("compares the best with them", function()
    local plan = plan_of { start_from = "b-b-b-b", queries = 60 }
    local result = search.run(plan)
    local base, first = result.baselines[1], result.baselines[1].winners[1]
    assert.same({ 20, {} }, { base.score, base.breaks })
    assert.equal("c-c-c-c", first.arch)
    assert.same({ { "score", 20, 20, false }, { "cost", 8, 8, true } }, first.changes) -- counts are no costs
    assert.same({ { "score" }, { "cost" }, false, false },
      { first.better, first.worse, first.dominates, first.dominated })
    assert.equal("1 against the baseline: score +20, cost +100.0 %: is better in score, worse in cost",
      baseline.line(1, first))
    assert.equal("the baseline b-b-b-b: score 20, cost 8", baseline.describe(plan, base))
  end)

  it("knows what dominates", function()
    local plan = plan_of { start_from = "b-b-b-b" }
    local function entry(score, cost)
      return { arch = "x", score = score, measures = { { "cost", cost } } }
    end
    local function verdict(score, cost)
      plan.space:measure "cost"
      local c = baseline.compare(plan, entry(20, 8), entry(score, cost))
      return { c.dominates, c.dominated }
    end
    assert.same({ true, false }, verdict(21, 8))
    assert.same({ true, false }, verdict(20, 7))
    assert.same({ false, true }, verdict(19, 8))
    assert.same({ false, true }, verdict(20, 9))
    assert.same({ false, false }, verdict(20, 8))
    assert.same({ false, false }, verdict(21, 9))
  end)

  it("evaluates a baseline that breaks a constraint, and learns nothing from it", function()
    local plan = plan_of { start_from = "c-c-c-c", queries = 30,
      constraints = { rule.sum("cost", "<=", 10), function(arch) return arch.ops[1] ~= "c" end } }
    local result = search.run(plan)
    assert.equal(40, result.trajectory[1].score)
    assert.equal("cost <= 10", result.baselines[1].breaks[1])
    assert.truthy(baseline.describe(plan, result.baselines[1]):find("; it breaks cost <= 10", 1, true))
    assert.equal(0, result.failed)
    for _, entry in ipairs(result.top) do assert.is_true(entry.object.cost <= 10) end
    local scores = result.run.pool:scores()
    assert.is_true(scores[0] ~= scores[0]) -- known, so that it is not evaluated again
  end)

  it("goes on when the baseline is all that there is", function()
    local plan = plan_of { start_from = "c-c-c-c", queries = 2, initial = 1,
      constraints = { rule.sum("cost", "<=", 10) } }
    local result = search.run(plan)
    assert.equal(2, result.queries)
    assert.is_true(result.best.object.cost <= 10)
    assert.is_nil(search.run(plan_of { start_from = "c-c-c-c", queries = 1 }).best)
  end)

  it("says so in JSON", function()
    local plan = plan_of { start_from = { "b-b-b-b", "a-a-a-a" }, queries = 20 }
    local text = report.json(plan, search.run(plan), "runs/x")
    assert.truthy(text:find('"baseline":{"arch":"b-b-b-b","score":20,"report":null,"query":1,'
      .. '"measures":{"cost":8,', 1, true))
    assert.truthy(text:find('"breaks":[],"winners":[{"arch":"', 1, true))
    assert.truthy(text:find('"baselines":[{"arch":"b-b-b-b"', 1, true))
    plan = plan_of { queries = 20 }
    assert.truthy(report.json(plan, search.run(plan), "runs/x"):find('"baseline":null,', 1, true))
    assert.equal("[]", json.encode(json.array {}))
  end)

  it("refuses what is no candidate", function()
    local function of(start_from) return text_of(plan_of, { start_from = start_from }) end
    assert.equal("r.lua:start_from: 'a-a-a' is no candidate of abc: character 6: expected '-', got the end",
      of "a-a-a")
    assert.equal("r.lua:start_from.2: 'a-a-a-x' is no candidate of abc: character 7: unknown operation 'x'; "
      .. "expected 'a', 'b' or 'c'", of { "a-a-a-a", "a-a-a-x" })
    assert.equal("r.lua:start_from.2: 'a-a-a-a' is there twice; expected each baseline once",
      of { "a-a-a-a", "a-a-a-a" })
    assert.equal("r.lua:start_from: field 'start_from' is an empty list; expected official strings of abc",
      of {})
    assert.equal("r.lua:start_from.1: field 'start_from' has 3; expected official strings of abc", of { 3 })
  end)
end)

describe("an objective", function()
  it("is the score; the evaluator's is reported", function()
    local plan = plan_of { start_from = "b-b-b-b", queries = 81, objective = function(m)
      return m.score >= m.baseline.score and -m.cost or -100
    end }
    local result = search.run(plan)
    assert.same({ "objective", "score" }, { plan.evaluator.score_name, plan.evaluator.report_name })
    assert.equal(-8, result.baselines[1].score)
    assert.equal(20, result.baselines[1].report)
    assert.is_true(result.best.report >= 20)
    assert.equal(-7, result.best.score)
    assert.same({ score = 20, size = 6 }, result.trajectory[1].metrics)
  end)

  it("says where the evaluator's number is not the measure of that name", function()
    local notes = {}
    message.listener = function(text) notes[#notes + 1] = text end
    for _, more in ipairs { 0, 1 } do
      search.run(plan_of { queries = 10, objective = function(m) return -m.cs + m.score end,
        evaluate = function(arch) return { score = 1, cs = arch.cs + more } end })
    end
    message.listener = nil
    assert.equal(1, #notes)
    assert.truthy(notes[1]:find("m.cs is what the evaluator says, %d, not the measure cs, %d for the first "
      .. "candidate; give one of them another name to have both$"))
  end)

  it("leaves the cost of an evaluation what it is", function()
    local plan = plan_of { queries = 40, objective = function(m) return m.score end,
      evaluate = function(arch) return { score = accuracy(arch).score, cost = 2 } end }
    assert.equal(80, search.run(plan).cost)
    plan = plan_of { queries = 4, objective = function(m) return m.score >= 0 and 1 / 0 end,
      evaluate = function(arch) return { score = accuracy(arch).score, cost = 2 } end }
    local one = Batch.new(plan.space, 1)
    assert(plan.space:push(one, "b-b-b-b"))
    assert.equal(2, plan.evaluator:score(one, 0, 1)[1].cost)
  end)

  it("asks the evaluator once for each candidate, the baseline too", function()
    local asked = 0
    local plan = plan_of { start_from = "b-b-b-b", queries = 20, evaluate = function(arch)
      asked = asked + 1
      return accuracy(arch)
    end, objective = function(m) return m.score - m.baseline.score end }
    plan.evaluator.repeatable = false
    search.run(plan)
    assert.equal(20, asked)
  end)

  it("fails a candidate with a sentence", function()
    local function why(fn)
      local plan = plan_of { objective = fn }
      return text_of(function() search.run(plan) end):gsub("[^ ]*baseline_spec%.lua:%d+: ", "here: ")
        :match "%('?.*failed; the first, '.-': (.*)$" or text_of(function() search.run(plan) end)
          :gsub("[^ ]*baseline_spec%.lua:%d+: ", "here: "):match "failed; the first, '.-': (.*)$"
    end
    assert.equal("here: the objective gave nothing; expected a finite number", why(function() return nil end))
    assert.equal("here: unknown number 'coast'; did you mean 'cost'?", why(function(m) return m.coast end))
    assert.equal("here: this recipe has no baseline; expected start_from = '...' in it",
      why(function(m) return m.baseline.score end))
  end)
end)
