-- recipe - from a file to a plan.

local fs = require "ganas.fs"
local message = require "ganas.message"
local recipe = require "ganas.recipe"
local uv = require "luv"

local SPACE = [[{ ops = { "a", "b" }, grow = require("ganas.space").chain(3) }]]

describe("a recipe", function()
  local dir, n

  before_each(function() dir, n = assert(uv.fs_mkdtemp "/tmp/ganas-recipe-XXXXXX"), 0 end)
  after_each(function() os.execute("rm -r '" .. dir .. "'") end)

  local function put(text)
    n = n + 1
    local path = fs.join(dir, "r" .. n .. ".lua")
    fs.write_atomic(path, text)
    return path
  end

  -- A recipe with these fields beside the three that every one has.
  local function with(fields)
    return put("return { about = 'x', space = " .. SPACE
      .. ",\nevaluate = function(a) return a:count 'a' end,\n"
      .. fields .. "\n}")
  end

  local function refused(path, given, fn)
    local ok, err = pcall(fn or recipe.load, path, given)
    assert.is_false(ok)
    assert(message.is_user(err), tostring(err))
    return (err.text:gsub(path:gsub("%p", "%%%0"), "r.lua")), err.code
  end

  it("becomes a plan", function()
    local path = with "args = { budget = 2, queries = 20 }"
    local plan = recipe.load(path,
      { args = { seed = "7", budget = "3" }, threads = 2, data = "d", json = true })
    assert.same({ "r1", path, "x", 7, 20, "best", 1, 2, "d", true, 3 },
      { plan.name, plan.path, plan.about, plan.seed,
      plan.queries, plan.preset, plan.setup, plan.threads, plan.data, plan.json, plan.args.budget })
    assert.equal("string", plan.identity)
    assert.equal("function", plan.evaluator.kind)
    assert.equal(path .. ":2", plan.where "evaluate")
    assert.equal(fs.read(path), plan.source)
    assert.truthy(plan.settings.batch)
  end)

  it("has the published number of queries with the paper's preset", function()
    assert.equal(300, recipe.read(with "").queries)
    assert.equal(500, recipe.read(with "args = { preset = 'paper' }").queries)
    assert.equal(1000, recipe.read(with "args = { preset = 'paper', setup = 2 }").queries)
    assert.equal(30, recipe.read(with "args = { preset = 'paper', queries = 30 }").queries)
    assert.equal(40, recipe.read(with "args = { preset = 'paper' }", { args = { queries = "40" } }).queries)
  end)

  it("may compute fields from its arguments", function()
    local path = put([[
      local space = require "ganas.space"
      local rule = require "ganas.rule"
      return { about = "x", args = { n = 3 },
        space = function(args) return { ops = { "a", "b" }, grow = space.chain(args.n) } end,
        evaluate = function(arch, args) return arch:count "a" + 100 * args.n end,
        constraints = function(args) return { rule.count("a", "<=", args.n - 1) } end,
        search = function(args) return { batch = args.n } end,
      }]])
    local plan = recipe.load(path, { args = { n = "5" } })
    assert.equal(32, plan.space:size())
    assert.equal("count.a <= 4", plan.constraints:report()[1].rule)
    assert.equal(5, plan.settings.batch)
    local batch = require("ganas.batch").new(plan.space, 1)
    plan.space:push(batch, "a|b|b|b|b")
    assert.equal(501, plan.evaluator:score(batch, 0, 1)[1].score)
  end)

  it("draws the same random numbers for the same seed", function()
    local path = put("local r = math.random()\nreturn { about = tostring(r), args = { seed = 5 }, space = "
      .. SPACE
      .. ",\nevaluate = function() return math.random() end }")
    local function about(seed)
      local plan = recipe.read(path, { args = { seed = seed } })
      return plan.about .. " " .. plan.recipe.evaluate()
    end
    assert.equal(about "5", about(nil))
    assert.equal(about "1", about "1")
    assert.are_not.equal(about "1", about "5")
    assert.are_not.equal(about "1":match "^%S+", about "1":match "%S+$")
  end)

  it("may set the identity", function()
    assert.equal("network", recipe.load(with "identity = 'network'").identity)
    assert.equal("r.lua:3: field 'identity' is 'netwrok'; did you mean 'network'?",
      refused(with "identity = 'netwrok'"))
  end)

  it("is refused with the line of the field", function()
    assert.equal("r.lua:3: unknown field 'constraint'; did you mean 'constraints'?",
      refused(with "constraint = {}"))
    assert.equal("r.lua:3: field 'queries' is an argument; expected args = { queries = ... }",
      refused(with "queries = 3"))
    assert.equal("r.lua:3: field 'done' is 3; expected a function(run)", refused(with "done = 3"))
    assert.equal("r.lua:3: field 'constraints' is a table; expected a list of rules and functions",
      refused(with "constraints = { a = 1 }"))
    assert.equal("r.lua:3: field 'search' is 'x'; expected a table of settings", refused(with "search = 'x'"))
    assert.equal("r.lua:3: field 'constraints' is nothing; expected a function that returns a list of rules "
      .. "and functions", refused(with "constraints = function() end"))
    assert.equal("r.lua:4: attempt to index field 'score' (a nil value)",
      refused(with "constraints = function(args)\nreturn { args.score.x } end"))
    assert.equal("r.lua:3: unknown argument 'bugdet'; did you mean 'budget'?",
      refused(with "args = { budget = 1 }, constraints = function(args) return { args.bugdet } end"))
  end)

  it("must have about, space and evaluate", function()
    assert.equal("r.lua:1: field 'about' is missing; expected a sentence about the recipe",
      refused(put "return {}"))
    assert.equal("r.lua:2: field 'evaluate' is missing; expected { 'table', file = ... }, "
      .. "{ 'command', ... }, { 'worker', ... } and so on, or a function(arch)",
      refused(put "\nreturn { about = 'x', space = 'y' }"))
    assert.equal("r.lua:1: field 'space' is missing; expected the name of a space, its path, or a table",
      refused(put "return { about = 'x', evaluate = print }"))
  end)

  it("is a table, and no space", function()
    assert.equal("r.lua:1: this file gives nothing; expected a recipe, "
      .. "'return { about = ..., space = ..., ... }'", refused(put ""))
    assert.equal("r.lua:2: this is a space, not a recipe; try 'ganas-lua check r.lua'",
      refused(put("return {\n grow = 1, ops = {} }")))
  end)

  it("that is wrong Lua is told with its line", function()
    assert.equal("r.lua:2: unexpected symbol near '='", refused(put "return {\n = }"))
    assert.equal("r.lua:3: attempt to call global 'nowhere' (a nil value)", refused(put "\n\nnowhere()"))
  end)

  it("that is nowhere is told by name or path", function()
    local text, code = refused(dir .. "/no.lua")
    assert.equal("no file 'r.lua'", text)
    assert.equal(1, code)
    text, code = refused "demmo"
    assert.truthy(text:find "^no recipe 'demmo'; did you mean 'demo'%? looked in ./recipes, .*, built in$"
      or text)
    assert.equal(2, code)
    assert.equal("'r.lua' is a folder; expected a file", refused(dir))
  end)

  it("has wrong arguments told as usage", function()
    local text, code = refused(with "", { args = { sede = "3" } })
    assert.equal("unknown argument 'sede'; did you mean 'seed'?", text)
    assert.equal(2, code)
  end)
end)
