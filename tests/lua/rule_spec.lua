-- rule - constructors of declared rules: their words, their place, and each message for bad input.

local rule = require "ganas.rule"
local support = require "tests.lua.support"

local text_of = support.refused

describe("a rule", function()
  it("says what it is", function()
    assert.equal("params <= 0.1", rule.sum("params", "<=", 0.1).text)
    assert.equal("count.a <= 1", rule.count("a", "<=", 1).text)
    assert.equal("count(a, b) == 2", rule.count({ "a", "b" }, "==", 2).text)
    assert.equal('count."a (b)" != 2', rule.count("a (b)", "~=", 2).text)
    assert.equal("depth >= 2", rule.depth(">=", 2).text)
    assert.equal("nodes < 5", rule.nodes("<", 5).text)
    assert.equal("edges > 3", rule.edges(">", 3).text)
    assert.equal("has.a", rule.has("a").text)
    assert.equal("has(a, b)", rule.has({ "a", "b" }).text)
    assert.equal("only(a, b)", rule.only("a", "b").text)
    assert.equal("at(3, a, b)", rule.at(3, "a", "b").text)
    assert.equal("at(2..4, a)", rule.at({ 4, 2, 3 }, { "a" }).text)
    assert.equal("at(1, a) and at(3, a)", rule.at({ 1, 3 }, "a").text)
    assert.equal("reaches(input, 4)", rule.reaches("input", 4).text)
    assert.equal("reaches(2, output, a)", rule.reaches(2, "output", "a").text)
  end)

  it("says what it is made of", function()
    local a, b = rule.has "a", rule.depth(">", 2)
    assert.equal("has.a and depth > 2", rule.all(a, b).text)
    assert.equal("has.a or (depth > 2 and has.a)", rule.any { a, rule.all(b, a) }.text)
    assert.equal("not (has.a)", rule.no(a).text)
    assert.equal("not (has.a or depth > 2)", rule.no(a, b).text)
    assert.equal("(edges < 3 or has.a) and depth > 2", rule.all("edges < 3 or has.a", b).text)
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
    assert.equal("here: unknown comparison '<>'; did you mean '!='?", text_of(rule.sum, "p", "<>", 1))
    assert.equal("here: unknown comparison '=>'; did you mean '>='?", text_of(rule.sum, "p", "=>", 1))
    assert.equal("here: unknown comparison '='; did you mean '=='?", text_of(rule.sum, "p", "=", 1))
    assert.equal("here: unknown comparison 'at most'; expected '<=', '>=', '==', '!=', '<' or '>'",
      text_of(rule.sum, "p", "at most", 1))
    assert.equal("here: the comparison is 5; expected '<=', '>=', '==', '!=', '<' or '>'",
      text_of(rule.depth, 5))
  end)

  it("has the argument named", function()
    assert.equal("here: the bound of p <= is nothing; expected a number", text_of(rule.sum, "p", "<="))
    assert.equal("here: the bound of depth >= is the text '2'; expected a number",
      text_of(rule.depth, ">=", "2"))
    assert.equal("here: the bound of p <= is nan; expected a number", text_of(rule.sum, "p", "<=", 0 / 0))
    assert.equal("here: the measure is nothing; expected its name", text_of(rule.sum, nil, "<=", 1))
    assert.equal("here: rule.count of nothing; expected the name of an operation, or a list",
      text_of(rule.count, {}, "<=", 1))
    assert.equal("here: rule.count of 3; expected the name of an operation, or a list",
      text_of(rule.count, 3, "<=", 1))
  end)

  it("has steps and operations named", function()
    assert.equal("here: rule.has of nothing; expected the name of an operation, or a list", text_of(rule.has))
    assert.equal("here: rule.only of 3; expected the name of an operation, or a list", text_of(rule.only, 3))
    assert.equal("here: rule.at of nothing; expected the name of an operation, or a list",
      text_of(rule.at, 3))
    assert.equal("here: rule.at of no step; expected its number, or a list of numbers", text_of(rule.at, {}))
    assert.equal("here: the step of rule.at is 0; expected its number from 1, or a list of numbers",
      text_of(rule.at, 0, "a"))
    assert.equal("here: rule.at names step 2 twice; expected it once", text_of(rule.at, { 2, 2 }, "a"))
    assert.equal("here: the beginning of rule.reaches is 'in'; expected a step's number from 1, or 'input'",
      text_of(rule.reaches, "in", 2))
    assert.equal("here: the end of rule.reaches is nothing; expected a step's number from 1, or 'output'",
      text_of(rule.reaches, 1))
  end)

  it("has the parts of a combination named", function()
    assert.equal("here: rule.all of nothing; expected rules", text_of(rule.all))
    assert.equal("here: rule.any of 3; expected rules, rule.count(...) or 'depth >= 2' and so on",
      text_of(rule.any, 3))
    assert.equal("here: rule.no of a function, which can't be a part of another rule; expected rules, "
      .. "rule.count(...) or 'depth >= 2' and so on", text_of(rule.no, print))
  end)
end)
