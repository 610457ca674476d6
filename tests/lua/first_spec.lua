-- first - evaluators asked in turn: who answers, who is said to have answered, and each message.

local Batch = require "ganas.batch"
local evaluate = require "ganas.evaluate"
local grammar = require "ganas.grammar"
local space = require "ganas.space"
local support = require "tests.lua.support"

local chain = grammar.load { name = "ab", ops = { "a", "b" }, grow = space.chain(2), format = { "-" } }
local path = os.tmpname()

setup(function()
  local out = assert(io.open(path, "wb"))
  out:write "arch,acc\na-a,1\nb-b,4\n"
  out:close()
end)

teardown(function() os.remove(path) end)

local function where(...)
  local words = { ... }
  for i, word in ipairs(words) do words[i] = tostring(word) end
  return "r.lua:" .. table.concat(words, ".")
end

local function open(spec, extra)
  local context = { where = where }
  for k, v in pairs(extra or {}) do context[k] = v end -- order can't matter: a copy
  return evaluate.open(spec, chain, context)
end

local function table_of() return { "table", file = path, score = "acc", partial = true } end

local function batch_of(...)
  local batch = Batch.new(chain, select("#", ...))
  for _, text in ipairs { ... } do assert(chain:push(batch, text)) end
  return batch
end

local text_of = support.refused

describe("the first evaluator that answers", function()
  it("is said in the result", function()
    local name = "table " .. path:match "[^/]*$"
    local e = open { "first", table_of(), function(arch) return { score = #arch.ops, report = 7 } end }
    local results = e:score(batch_of("a-b", "b-b", "b-a", "a-a"), 1, 3)
    assert.same({ score = 4, source = name }, results[1])
    assert.same({ score = 2, report = 7, source = "function" }, results[2])
    assert.same({ score = 1, source = name }, results[3])
    assert.same({ "first", "acc", "report", true }, { e.kind, e.score_name, e.report_name, e.repeatable })
    local words = "the first that answers of: table %s: 2 rows by column arch; a Lua function at %s"
    assert.equal(words:format(path, e.list[2].where), e:describe())
  end)

  it("is nobody when all fail: the last one says why", function()
    local e = open { "first", table_of(), function(arch) return arch.ops[1] == "a" and 5 or nil end }
    local results = e:score(batch_of("b-a", "a-b"), 0, 2)
    assert.equal("the evaluator gave nothing as score; expected a finite number", results[1].error)
    assert.equal("function", results[1].source)
    assert.equal(5, results[2].score)
    assert.same({}, e:score(batch_of "a-a", 0, 0))
  end)

  it("is asked no more than it must be", function()
    local asked = 0
    local e = open { "first", table_of(), function() asked = asked + 1; return 0 end }
    e:score(batch_of("a-a", "b-b"), 0, 2)
    assert.equal(0, asked)
    e:score(batch_of("a-a", "a-b"), 0, 2)
    assert.equal(1, asked)
  end)

  it("is heard of at once, and who fails only where nobody else is asked", function()
    local e, heard = open { "first", function(arch) return arch.ops[1] == "a" and 1 or nil end,
      function(arch) return arch.ops[2] == "b" and 2 or nil end }, {}
    local batch, jobs = batch_of("a-a", "b-a", "b-b"), { {}, {}, {} }
    local results = e:score(batch, 0, 3, { jobs = jobs, log = { sync_soon = function() end },
      heard = function(i, result) heard[#heard + 1] = { i, result } end })
    assert.same({ { 1, results[1] }, { 2, results[2] }, { 3, results[3] } }, heard)
    assert.same({ 1, nil, 2 }, { results[1].score, results[2].score, results[3].score })
    assert.equal("function", heard[2][2].source)
  end)

  it("is told what candidates are trained for", function()
    local function command(budget) return { "command", "sh", "-c", "exit", budget = budget } end
    local e = open { "first", table_of(), { "command", "sh", budget = 3, confirm = { budget = 9 } } }
    assert.same({ 3, 9 }, { e.budget, e.confirm.budget })
    assert.equal("r.lua:evaluate: its evaluators have the budgets 3 and 4; expected one budget for all",
      text_of(open, { "first", command(3), command(4) }))
    assert.equal(3, open({ "first", command(3), command(3) }).budget)
  end)

  it("has a list of others and nothing else", function()
    assert.equal("r.lua:evaluate.3: 'ask' is told its results later, and can't be asked in turn; expected it "
      .. "alone, evaluate = { 'ask' }", text_of(open, { "first", table_of(), { "ask" } }))
    assert.equal("r.lua:evaluate: 'first' of 1 evaluator; expected at least two, "
      .. "{ 'first', { ... }, { ... } }",
      text_of(open, { "first", table_of() }))
    assert.equal("r.lua:evaluate.file: unknown field 'file' in 'evaluate'; 'first' has a list of evaluators "
      .. "and nothing else", text_of(open, { "first", table_of(), table_of(), file = "x" }))
    assert.equal("r.lua:evaluate.3.1: unknown kind of evaluator 'tabel'; did you mean 'table'?",
      text_of(open, { "first", table_of(), { "tabel" } }))
  end)
end)
