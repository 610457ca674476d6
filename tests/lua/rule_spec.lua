-- rule - constructors of declared rules: their words, their place, and each message for bad input.

local message = require "ganas.message"
local rule = require "ganas.rule"

local function text_of(fn, ...)
  local ok, err = pcall(fn, ...)
  assert.is_false(ok)
  assert(message.is_user(err), tostring(err))
  return (err.text:gsub("^[^:]*rule_spec%.lua:%d+: ", "here: "))
end

describe("a rule", function()
  it("says what it is", function()
    assert.equal("params <= 0.1", rule.sum("params", "<=", 0.1).text)
    assert.equal("count of a <= 1", rule.count("a", "<=", 1).text)
    assert.equal("count of a + b == 2", rule.count({ "a", "b" }, "==", 2).text)
    assert.equal("depth >= 2", rule.depth(">=", 2).text)
    assert.equal("nodes < 5", rule.nodes("<", 5).text)
    assert.equal("edges > 3", rule.edges(">", 3).text)
  end)

  it("knows the line where it was written", function()
    local line = debug.getinfo(1, "l").currentline
    local r = rule.count("a", "<=", 1)
    assert.truthy(r.where:find("rule_spec%.lua:" .. line + 1 .. "$"), r.where)
  end)
end)

describe("bad input", function()
  it("has the right comparison named", function()
    assert.equal("here: unknown comparison '=<'; did you mean '<='?", text_of(rule.sum, "p", "=<", 1))
    assert.equal("here: unknown comparison '=>'; did you mean '>='?", text_of(rule.sum, "p", "=>", 1))
    assert.equal("here: unknown comparison '='; did you mean '=='?", text_of(rule.sum, "p", "=", 1))
    assert.equal("here: unknown comparison '~='; expected '<=', '>=' or '=='", text_of(rule.sum, "p", "~=",
      1))
    assert.equal("here: the comparison is 5; expected '<=', '>=' or '=='", text_of(rule.depth, 5))
  end)

  it("has the argument named", function()
    assert.equal("here: the bound of p <= is nothing; expected a number", text_of(rule.sum, "p", "<="))
    assert.equal("here: the bound of depth >= is '2'; expected a number", text_of(rule.depth, ">=", "2"))
    assert.equal("here: the bound of p <= is nan; expected a number", text_of(rule.sum, "p", "<=", 0 / 0))
    assert.equal("here: the measure is nothing; expected its name", text_of(rule.sum, nil, "<=", 1))
    assert.equal("here: rule.count of nothing; expected the name of an operation, or a list",
      text_of(rule.count, {}, "<=", 1))
    assert.equal("here: rule.count of 3; expected the name of an operation, or a list",
      text_of(rule.count, 3, "<=", 1))
  end)
end)
