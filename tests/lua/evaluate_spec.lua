-- evaluate - functions and tables as evaluators: scores, failures, joins, and each message.

local Batch = require "ganas.batch"
local evaluate = require "ganas.evaluate"
local fs = require "ganas.fs"
local grammar = require "ganas.grammar"
local space = require "ganas.space"
local support = require "tests.lua.support"

local chain = grammar.load {
  name = "ab", ops = { "a", "b" }, grow = space.chain(2), format = { "-" }, keys = { code = "%d%d" },
}

local file = support.files(teardown)

local function context(extra)
  local c = { where = function(...) return "r.lua:" .. table.concat({ ... }, ".") end }
  for k, v in pairs(extra or {}) do c[k] = v end -- order can't matter: a copy
  return c
end

local text_of = support.refused

local function batch_of(...)
  local batch = Batch.new(chain, 8)
  for _, text in ipairs { ... } do assert(chain:push(batch, text)) end
  return batch
end

describe("a function", function()
  local function results(fn, extra)
    local e = evaluate.open(fn, chain, context(extra))
    return e:score(batch_of("a-a", "a-b", "b-b"), 0, 3), e
  end

  it("gives numbers in order", function()
    local r, e = results(function(a) return a:count "b" end)
    assert.same({ { score = 0 }, { score = 1 }, { score = 2 } }, r)
    assert.same({ "function", "score", "report" }, { e.kind, e.score_name, e.report_name })
    assert.truthy(e:describe():find "^a Lua function at .*evaluate_spec.lua:%d+$")
  end)

  it("gets the recipe's arguments", function()
    assert.equal(12, results(function(_, args) return args.width end, { args = { width = 12 } })[1].score)
  end)

  it("gives some of the rows", function()
    local e = evaluate.open(function(a) return a:count "b" end, chain, context())
    assert.same({ { score = 1 } }, e:score(batch_of("a-a", "a-b", "b-b"), 1, 1))
  end)

  it("may give several numbers, chosen by name", function()
    local function fn(a) return { score = a:count "b", report = 7, latency = 3 } end
    assert.same({ score = 1, report = 7, metrics = { latency = 3 } }, results(fn)[2])
    assert.same({ score = 3, report = 1, metrics = { report = 7 } },
      results(fn, { score = "latency", report = "score" })[2])
  end)

  it("fails with a sentence where there is no number", function()
    local function failure(value, extra) return (results(function() return value end, extra))[1].error end
    assert.equal("the evaluator gave nothing as score; expected a finite number", failure(nil))
    assert.equal("the evaluator gave nan as score; expected a finite number", failure(0 / 0))
    assert.equal("the evaluator gave inf as score; expected a finite number", failure(math.huge))
    assert.equal("the evaluator gave 'x' as score; expected a finite number", failure "x")
    assert.equal("the evaluator gave nothing as accuracy; expected a finite number",
      failure({ score = 1 }, { score = "accuracy" }))
    assert.equal("the evaluator gave true as report; expected a finite number", failure { score = 1,
      report = true })
  end)

  it("fails with Lua's message and goes on", function()
    local r = results(function(a) return a:count "b" == 1 and error "no memory" or 5 end)
    assert.equal(5, r[1].score)
    assert.truthy(r[2].error:find "evaluate_spec.lua:%d+: no memory$")
    assert.is_nil(r[2].score)
    assert.equal(5, r[3].score)
    assert.truthy(results(function() error({}) end)[1].error:find "table")
  end)
end)

describe("a table", function()
  local function spec(text, extra)
    local t = { "table", file = file(text), score = "acc" }
    for k, v in pairs(extra or {}) do t[k] = v end -- order can't matter: a copy
    return t
  end

  local function open(text, extra, more) return evaluate.open(spec(text, extra), chain, context(more)) end

  local FULL = "arch,acc,test\na-a,1,10\na-b,2,20\nb-a,3,30\nb-b,4,40\n"

  it("joins rows by the official string", function()
    local e = open(FULL, { report = "test" })
    assert.same({ { score = 4, report = 40 }, { score = 2, report = 20 } }, e:score(batch_of("a-a", "b-b",
      "a-b"), 1, 2))
    assert.same({ "table", "acc", "test" }, { e.kind, e.score_name, e.report_name })
    assert.truthy(e:describe():find "^table .*: 4 rows by column arch$")
  end)

  it("joins rows by the space's key columns and by one that is named", function()
    local e = open "acc,code\n1,00\n2,01\n3,10\n4,11\n"
    assert.same({ { score = 3 } }, e:score(batch_of "b-a", 0, 1))
    e = open("cell,acc\na-a,1\na-b,2\nb-a,3\nb-b,4\n", { key = "cell" })
    assert.same({ { score = 3 } }, e:score(batch_of "b-a", 0, 1))
  end)

  it("takes the columns that the command line names", function()
    local e = open(FULL, { report = "acc" }, { score = "test", report = "test" })
    assert.same({ { score = 10, report = 10 } }, e:score(batch_of "a-a", 0, 1))
  end)

  it("takes a part when told so, and fails for the rest", function()
    local text = "arch,acc\na-a,1\n"
    local e = open(text, { partial = true })
    local r = e:score(batch_of("a-a", "b-b"), 0, 2)
    assert.equal(1, r[1].score)
    assert.truthy(r[2].error:find "^no row for it in ")
    local path = spec(text).file
    assert.equal(path .. ":2: 3 of 4 candidates are missing, first 'a-b'; expected a row for each, "
      .. "or partial = true to count those as failed",
      text_of(evaluate.open, { "table", file = path, score = "acc" }, chain, context()))
  end)

  local function why(text, extra, more)
    local t = spec(text, extra)
    return (text_of(evaluate.open, t, chain, context(more)):gsub(t.file:gsub("%p", "%%%0"), "t.csv"))
  end

  it("says which line is wrong and what would be right", function()
    assert.equal(
      "t.csv:3: arch 'a-c' is no candidate of ab: character 3: unknown operation 'c'; expected 'a' or 'b'",
      why "arch,acc\na-a,1\na-c,2\n")
    assert.equal("t.csv:3: code '02' is no candidate of ab: character 2: no operation has the number 2; "
      .. "expected 0 to 1", why "code,acc\n00,1\n02,2\n")
    assert.equal("t.csv:4: 'a-a' is the same candidate as on line 2; expected each once",
      why "arch,acc\na-a,1\na-b,2\na-a,3\n")
    for _, bad in ipairs { "nan", "", "oops" } do
      local text = why("arch,acc\na-a,1\na-b," .. bad .. "\nb-a,3\nb-b,4\n")
      assert.truthy(text:find "^t.csv:3: ", text)
    end
    assert.truthy(why("arch,acc\na-a,1\na-b\n"):find "^t.csv:3: ")
  end)

  it("says which column is missing", function()
    assert.equal("r.lua:evaluate.score: t.csv: unknown column 'acc'; did you mean 'accu'?",
      why "arch,accu\na-a,1\n")
    assert.equal("r.lua:evaluate.report: t.csv: unknown column 'tets'; did you mean 'test'?",
      why(FULL, { report = "tets" }))
    assert.equal("r.lua:evaluate.key: t.csv: unknown column 'cel'; did you mean 'cell'?",
      why("cell,acc\na-a,1\n", { key = "cel" }))
    assert.equal(
      "r.lua:evaluate.file: t.csv has no column that names the candidates of ab; looked for 'arch' or "
      .. "'code'; expected one of these, or key = 'column' with the official string", why "cell,acc\na-a,1\n")
  end)

  it("checks its own fields", function()
    assert.equal("r.lua:evaluate.scores: unknown field 'scores' in 'evaluate'; did you mean 'score'?",
      why(FULL, { scores = "acc" }))
    assert.equal("r.lua:evaluate.score: field 'evaluate.score' is missing; expected the column to search by",
      text_of(evaluate.open, { "table", file = "x.csv" }, chain, context()))
    assert.truthy(text_of(evaluate.open, { "table", file = "no.csv", score = "acc" }, chain, context())
      :find "^r.lua:evaluate.file: no data file 'no.csv'; looked in ")
  end)
end)

describe("other kinds", function()
  it("are named", function()
    assert.equal("r.lua:evaluate.1: unknown kind of evaluator 'tabel'; did you mean 'table'?",
      text_of(evaluate.open, { "tabel" }, chain, context()))
    assert.equal(
      "r.lua:evaluate.1: the kind of evaluator is nothing; expected its name first, { 'table', ... }",
      text_of(evaluate.open, { file = "x" }, chain, context()))
    assert.equal(
      "r.lua:evaluate: field 'evaluate' is 5; expected { 'table', file = ... }, { 'command', ... }, "
      .. "{ 'worker', ... } and so on, or a function(arch)",
      text_of(evaluate.open, 5, chain, context()))
  end)
end)

describe("the NAS-Bench-201 table", function()
  it("opens in time and knows the optima", function()
    local place = { data = fs.is_dir "../shared/data" and "../shared/data" or nil }
    local ok = pcall(require("ganas.data").find, "nb201.csv.gz", place)
    if not ok then return pending "needs nb201.csv.gz: set GANAS_DATA to the folder that holds it" end
    local s = grammar.load "nasbench201"
    local started = os.clock()
    local e = evaluate.open({ "table", file = "nb201.csv.gz", score = "c10_val200",
      report = "c10_test200" }, s,
      context(place))
    local seconds = os.clock() - started
    local batch = Batch.new(s, 15625)
    batch:enumerate(nil, 0)
    local score, report = 0, 0
    for _, r in ipairs(e:score(batch, 0, 15625)) do
      score, report = math.max(score, r.score), math.max(report, r.report)
    end
    assert.same({ "91.607", "94.373" }, { ("%.3f"):format(score), ("%.3f"):format(report) })
    if jit.status() and not os.getenv "GANAS_GC" then
      assert.is_true(seconds < 2, "opening took " .. seconds .. " s")
    end
  end)
end)
