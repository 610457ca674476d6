-- args - name=value by type, defaults of recipes, and each message.

local args = require "ganas.args"
local message = require "ganas.message"

local function where(...) return "r.lua:" .. select("#", ...) end

local function refused(code, fn, ...)
  local ok, err = pcall(fn, ...)
  assert.is_false(ok)
  assert(message.is_user(err), tostring(err))
  assert.equal(code, err.code)
  return err.text
end

local function values(declared, texts) return args.values(args.rules(declared, where), texts) end

describe("arguments", function()
  it("have the defaults of every recipe", function()
    local got = values(nil, nil)
    assert.same({ 1, 300, "best", 1, 1 }, { got.seed, got.queries, got.preset, got.setup, got.workers })
    assert.is_nil(got.method or got.score or got.report)
  end)

  it("have the recipe's defaults over those", function()
    local got = values({ queries = 10, budget = 2.5, fast = true, name = "x", method = "random" })
    assert.same({ 10, 2.5, true, "x", "random" }, { got.queries, got.budget, got.fast, got.name, got.method })
    assert.equal(300, values().queries)
  end)

  it("are read after the type of their default", function()
    local got = values({ budget = 1, fast = true, name = "x" },
      { budget = "1e-3", fast = "no", name = "7", seed = "0x10" })
    assert.same({ 1e-3, false, "7", 16 }, { got.budget, got.fast, got.name, got.seed })
    for _, word in ipairs { "true", "yes", "on", "1", "YES" } do
      assert.is_true(values({ fast = false }, { fast = word }).fast)
    end
  end)

  it("are refused with what was expected", function()
    local own = { budget = 1, fast = true }
    assert.equal("argument 'seed' is 'x'; expected a whole number of at least 0",
      refused(2, values, own, { seed = "x" }))
    assert.equal("argument 'seed' is '-1'; expected a whole number of at least 0",
      refused(2, values, own, { seed = "-1" }))
    assert.equal("argument 'seed' is '1.5'; expected a whole number of at least 0",
      refused(2, values, own, { seed = "1.5" }))
    assert.equal("argument 'queries' is '0'; expected a whole number of at least 1",
      refused(2, values, own, { queries = "0" }))
    assert.equal("argument 'preset' is 'pape'; expected 'best' or 'paper'",
      refused(2, values, own, { preset = "pape" }))
    assert.equal("argument 'setup' is '3'; expected 1 or 2", refused(2, values, own, { setup = "3" }))
    assert.equal("argument 'budget' is ''; expected a number", refused(2, values, own, { budget = "" }))
    assert.equal("argument 'budget' is 'inf'; expected a number", refused(2, values, own, { budget = "inf" }))
    assert.equal("argument 'fast' is '2'; expected true or false", refused(2, values, own, { fast = "2" }))
    assert.equal("unknown argument 'bugdet'; did you mean 'budget'?",
      refused(2, values, own, { bugdet = "1" }))
    assert.equal("unknown argument 'zzz'; expected 'budget', 'cost', 'fast', 'method', 'preset', 'queries', "
      .. "'report', 'score', 'seconds', 'seed', 'setup' or 'workers'", refused(2, values, own, { zzz = "1" }))
  end)

  it("that a recipe asks for must be there", function()
    local got = values { budget = 1 }
    assert.truthy(refused(1, function() return got.bugdet end)
      :find "args_spec.lua:%d+: unknown argument 'bugdet'; did you mean 'budget'%?$")
    assert.is_nil(got.score)
  end)
end)

describe("a recipe's args", function()
  it("are names with plain defaults", function()
    assert.equal("r.lua:2: argument 'x' is a table; expected a default: a number, true, false or a string",
      refused(1, args.rules, { x = {} }, where))
    assert.equal("r.lua:2: 'a b' is no name of an argument; expected letters, digits and underscores",
      refused(1, args.rules, { ["a b"] = 1 }, where))
    assert.equal("r.lua:2: 1 is no name of an argument; expected letters, digits and underscores",
      refused(1, args.rules, { "budget" }, where))
    assert.equal("r.lua:2: field 'args.seed' is 'x'; expected a whole number of at least 0",
      refused(1, args.rules, { seed = "x" }, where))
    assert.equal("r.lua:2: field 'args.preset' is 'beste'; did you mean 'best'?",
      refused(1, args.rules, { preset = "beste" }, where))
  end)
end)

describe("words", function()
  it("are split at the first equals sign", function()
    assert.same({ a = "1", b = "x=y", c = "" }, args.split { "a=1", "b=x=y", "c=" })
  end)

  it("are refused without one, and twice", function()
    assert.equal("'a' is no argument; expected name=value", refused(2, args.split, { "a" }))
    assert.equal("'=1' is no argument; expected name=value", refused(2, args.split, { "=1" }))
    assert.equal("argument 'a' is given twice; expected it once", refused(2, args.split, { "a=1", "a=1" }))
  end)
end)
