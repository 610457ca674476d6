-- schema - every kind of rule, and the sentence for each way to break it.

local message = require "ganas.message"
local schema = require "ganas.schema"
local source = require "ganas.source"

-- The table of a text, checked; the message when it is refused.
local function check(text, fields, open)
  local where = source.where("f.lua", text)
  local ok, result = pcall(schema.check, assert(loadstring(text))(), fields, where, nil, open)
  if ok then return result end
  assert(message.is_user(result), tostring(result))
  return result.text
end

local function callable() return setmetatable({}, { __call = function() end }) end

describe("a description", function()
  it("lets right values pass and fills in defaults", function()
    local got = check("return { a = 1, b = 'x', list = { 1, 2 }, t = { c = true } }", {
      a = "number", b = { type = "string" }, d = { type = "number", default = 7 },
      list = { type = "list", of = "number", least = 2 },
      t = { type = "table", fields = { c = "boolean", e = { default = 2, type = "number" } } },
    })
    assert.same({ a = 1, b = "x", d = 7, list = { 1, 2 }, t = { c = true, e = 2 } }, got)
  end)

  it("leaves the given table alone", function()
    local given = { t = {} }
    schema.check(given, { t = { type = "table", fields = { a = { type = "number", default = 1 } } } },
      tostring)
    assert.same({ t = {} }, given)
  end)

  it("lets unknown fields pass where it is open", function()
    assert.same({ x = 1, y = 2 }, check("return { x = 1, y = 2 }", { x = "number" }, true))
  end)

  it("knows false from absent", function()
    assert.same({ a = false }, check("return { a = false }", { a = { type = "boolean", default = true } }))
  end)

  it("checks positions", function()
    local fields = { { enum = { "table" }, required = true }, file = "string" }
    assert.same({ "table", file = "x" }, check("return { 'table', file = 'x' }", fields))
    assert.equal("f.lua:1: field '[1]' is 'tabel'; did you mean 'table'?",
      check("return { 'tabel' }", fields))
    assert.equal("f.lua:2: a value without a name; expected name = value",
      check("return { 'table',\n 5 }", fields))
    assert.equal("f.lua:1: field '[1]' is missing; expected 'table'", check("return { }", fields))
  end)
end)

describe("a message", function()
  it("names the nearest field, where it is", function()
    assert.equal("f.lua:2: unknown field 'constraint'; did you mean 'constraints'?",
      check("return {\n constraint = 1 }", { constraints = "number" }))
    assert.equal("f.lua:2: unknown field 'bacth' in 'search'; did you mean 'batch'?",
      check("return { search = {\n bacth = 1 } }",
        { search = { type = "table", fields = { batch = "number" } } }))
    assert.equal("f.lua:1: unknown field 'q'; expected 'about' or 'space'",
      check("return { q = 1 }", { space = "string", about = "string" }))
    assert.equal("f.lua:1: unknown field 'q'; there are none", check("return { q = 1 }", {}))
  end)

  it("says what was expected and what is there", function()
    local function refused(text, rule) return check("return { a = " .. text .. " }", { a = rule }) end
    assert.equal("f.lua:1: field 'a' is 'ten'; expected a number", refused("'ten'", "number"))
    assert.equal("f.lua:1: field 'a' is a table; expected a string", refused("{}", "string"))
    assert.equal("f.lua:1: field 'a' is 1; expected true or false", refused("1", "boolean"))
    assert.equal("f.lua:1: field 'a' is true; expected a function", refused("true", "function"))
    assert.equal("f.lua:1: field 'a' is 3; expected a table", refused("3", "table"))
    assert.equal("f.lua:1: field 'a' is a table; expected a list", refused("{ x = 1 }", "list"))
    assert.equal("f.lua:1: field 'a' is a table; expected a list", refused("{ 1, nil, 3, x = 1 }", "list"))
    assert.equal("f.lua:1: field 'a' is 'x'; expected a number or a function or a schedule",
      refused("'x'", { type = { "number", "callable" } }))
    assert.equal("f.lua:1: field 'a' is true; expected a number, a string or a table",
      refused("true", { type = { "number", "string", "table" } }))
  end)

  it("says the limits of numbers", function()
    local function refused(text, rule) return check("return { a = " .. text .. " }", { a = rule }) end
    local function number(rule)
      rule.type = "number"
      return rule
    end
    assert.equal("f.lua:1: field 'a' is 0; expected a whole number of at least 1",
      refused("0", number { integer = true, min = 1 }))
    assert.equal("f.lua:1: field 'a' is 1.5; expected a whole number from 1 to 3",
      refused("1.5", number { integer = true, min = 1, max = 3 }))
    assert.equal("f.lua:1: field 'a' is 4; expected a number of at most 3", refused("4", number { max = 3 }))
    assert.equal("f.lua:1: field 'a' is 0; expected a number above 0", refused("0", number { above = 0 }))
    assert.equal("f.lua:1: field 'a' is inf; expected a number", refused("1/0", number {}))
    assert.truthy(refused("0/0", number {}):find "is %-?nan; expected a number")
    assert.equal("f.lua:1: field 'a' is -1; expected a whole number of at least 0",
      refused("-1", number { integer = true, min = 0, max = 2 ^ 53 }))
  end)

  it("lists choices, and the nearest", function()
    local function refused(text, list) return check("return { a = " .. text .. " }",
      { a = { enum = list } }) end
    assert.equal("f.lua:1: field 'a' is 'pape'; did you mean 'paper'?",
      refused("'pape'", { "best", "paper" }))
    assert.equal("f.lua:1: field 'a' is 'x'; expected 'best' or 'paper'", refused("'x'", { "best", "paper" }))
    assert.equal("f.lua:1: field 'a' is 3; expected 1 or 2", refused("3", { 1, 2 }))
  end)

  it("follows lists and nested tables to their lines", function()
    local text = "return { a = {\n 1,\n 'x' } }"
    assert.equal("f.lua:3: field 'a[2]' is 'x'; expected a number",
      check(text, { a = { type = "list", of = "number" } }))
    assert.equal("f.lua:1: field 'a' has 2 items; expected a list of at least 3",
      check(text, { a = { type = "list", least = 3 } }))
    local deep = { a = { type = "table", fields = { b = { type = "list", of = { type = "table", fields = {
      c = "number" } } } } } }
    assert.equal("f.lua:3: field 'a.b[2].c' is 'x'; expected a number",
      check("return { a = { b = {\n { c = 1 },\n { c = 'x' } } } }", deep))
  end)

  it("is missing's line where a required field is not", function()
    assert.equal("f.lua:2: field 'a' is missing; expected a string",
      check("\nreturn { }", { a = { type = "string", required = true } }))
    assert.equal("f.lua:1: field 'a' is missing; expected a picture",
      check("return { }", { a = { type = "string", required = true, expected = "a picture" } }))
  end)

  it("comes from a check of the caller's", function()
    local rule = { type = "number", check = function(x) return x % 2 == 1
      and "is odd; expected an even number" end }
    assert.equal("f.lua:1: field 'a' is odd; expected an even number",
      check("return { a = 3 }", { a = rule }))
    assert.same({ a = 2 }, check("return { a = 2 }", { a = rule }))
  end)
end)

describe("one value", function()
  it("is checked alone", function()
    local function where(...) return "at " .. table.concat({ ... }, "/") end
    assert.equal(3, schema.value(3, { type = "number" }, where, { "x", "y" }))
    local ok, err = pcall(schema.value, "3", { type = "number" }, where, { "x", "y" })
    assert.is_false(ok)
    assert.equal("at x/y: field 'x.y' is '3'; expected a number", err.text)
  end)

  it("fits or not", function()
    assert.is_true(schema.fits(callable(), { type = "callable" }))
    assert.is_false(schema.fits(callable(), { type = "table" }))
    assert.is_true(schema.fits(print, { type = "callable" }))
    assert.is_false(schema.fits(nil, { type = "any" }))
    assert.is_true(schema.fits({}, { type = "list" }))
    assert.is_false(schema.fits(0 / 0, { type = "number" }))
    assert.is_true(schema.fits(2, { enum = { 1, 2 } }))
    assert.is_false(schema.fits("2", { enum = { 1, 2 } }))
  end)
end)
