-- goals - searches with several objectives: the front that is found, what the report says, and each message.

local fs = require "ganas.fs"
local message = require "ganas.message"
local recipe = require "ganas.recipe"
local report = require "ganas.report"
local search = require "ganas.search"
local uv = require "luv"

local TEXT = [[
local space = require "ganas.space"
return { about = 'x', args = { queries = 60 },
  space = { ops = { "a", "b", "c", "d" }, grow = space.chain(4), format = { "-" }, measures = {
    cost = space.sum(function(step, op) return ({ a = 0, b = 1, c = 2, d = 5 })[op] * step end) } },
  evaluate = function(a)
    local sum = 0
    for step, op in ipairs(a.ops) do sum = sum + ({ a = 0, b = 3, c = 4, d = 6 })[op] * (5 - step) end
    return { score = sum, heat = a:count "d" }
  end,
  FIELDS
}
]]

describe("objectives", function()
  local dir, path

  setup(function()
    dir = assert(uv.fs_mkdtemp "/tmp/ganas-goals-XXXXXX")
    path = fs.join(dir, "r.lua")
  end)
  teardown(function() os.execute("rm -r '" .. dir .. "'") end)

  local function load(fields, args)
    fs.write_atomic(path, (TEXT:gsub("FIELDS", function() return fields end)))
    return recipe.load(path, { args = args })
  end

  local function refused(fields, fn)
    local ok, err = pcall(fn or load, fields)
    assert.is_false(ok)
    assert(message.is_user(err), tostring(err))
    return (err.text:gsub(path:gsub("%p", "%%%0"), "r.lua"))
  end

  it("give the front of what was evaluated", function()
    local plan = load "objectives = { max = 'score', min = 'cost' },"
    local result = search.run(plan)
    assert.equal(60, result.queries)
    local front = result.front
    assert.is_true(#front > 4)
    for i = 2, #front do
      assert.is_true(front[i - 1].score > front[i].score and front[i - 1].object.cost > front[i].object.cost)
    end
    for _, step in ipairs(result.trajectory) do
      local cost, beaten = plan.space:arch(step.arch).cost, false
      for _, p in ipairs(front) do beaten = beaten or p.score >= step.score and p.object.cost <= cost end
      assert.is_true(beaten)
    end
    assert.equal(front.knee.arch, result.best.arch)
    assert.same({ { "score", front[1].score }, { "cost", front[1].object.cost } }, front[1].values)
  end)

  -- All 256 are known: the front that is missing least after 120 queries.
  it("lead the search to the front", function()
    local plan = load("objectives = { max = 'score', min = 'cost', reference = { score = 0, cost = 60 } },",
      { queries = "120" })
    local whole = search.run(load("objectives = { max = 'score', min = 'cost', "
      .. "reference = { score = 0, cost = 60 } },", { queries = "256" })).front
    local found = search.run(plan).front
    assert.is_true(found.volume > 0.97 * whole.volume, found.volume / whole.volume)
    assert.same({ { "score", 0 }, { "cost", 60 } }, whole.reference)
  end)

  it("may be numbers that the evaluator gives, three at once", function()
    local result = search.run(load "objectives = { max = 'score', min = { 'cost', 'heat' } },")
    assert.equal(3, #result.front[1].values)
    assert.is_true(result.front.volume > 0)
  end)

  it("are in the report", function()
    local plan = load "objectives = { max = 'score', min = 'cost' },"
    local result = search.run(plan)
    local text = report.json(plan, result, "d")
    local first = '"front":[{"arch":"' .. result.front[1].arch .. '","objectives":{"score":'
    assert.truthy(text:find(first, 1, true))
    assert.truthy(text:find('"knee":"' .. result.front.knee.arch .. '"', 1, true))
    assert.truthy(text:find('"hypervolume":[%d.]+,"reference":{"score":[%d.]+,"cost":[%d.]+}'))
    local lines = table.concat(report.lines(plan, result, "d"), "\n")
    assert.truthy(lines:find "\n%*  score %d+  cost %d+  "
      and lines:find "\n%* is the knee of the front; hypervolume ")
  end)

  it("are beside what else is bounded", function()
    local plan = load("objectives = { max = 'score', min = 'cost' }, "
      .. "constraints = { 'cost <= 30', 'edges <= 9' },")
    local lines = table.concat(report.lines(plan, search.run(plan), "d"), "\n")
    assert.truthy(lines:find "\n%*  score %d+  cost %d+  [abcd-]+  edges 5\n")
  end)

  it("repeat with the seed", function()
    local function run() return report.json(load "objectives = { max = 'score', min = 'cost' },",
      search.run(load "objectives = { max = 'score', min = 'cost' },"), "d"):gsub('"seconds":{[^}]*}', "") end
    assert.equal(run(), (run()))
  end)

  it("are refused with what is wrong", function()
    assert.equal("r.lua:10: 1 objective; expected two or more, such as { max = 'acc', min = 'latency_ms' }",
      refused "objectives = { max = 'score' },")
    assert.equal("r.lua:10: objective 'cost' is there twice; expected it once",
      refused "objectives = { max = 'score', min = { 'cost', 'cost' } },")
    assert.equal("r.lua:10: unknown field 'mox' in 'objectives'; did you mean 'max'?",
      refused "objectives = { mox = 'score' },")
    assert.equal("r.lua:10: reference x = 3; expected an objective and a number",
      refused "objectives = { max = 'score', min = 'cost', reference = { x = 3 } },")
    assert.equal("r.lua:10: the evaluator gives no number 'csot'; expected one, or the name of a measure",
      refused("objectives = { max = 'score', min = 'csot' },", function(f) search.run(load(f)) end))
    assert.truthy(refused "objectives = { max = 'score', min = 'cost' }, objective = function() return 1 end,"
      :find "both 'objective' and 'objectives'; expected one of them$")
  end)
end)
