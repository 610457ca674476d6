-- schedule - values over a run, and each message for bad input.

local changing = require "ganas.changing"
local message = require "ganas.message"
local over = require "ganas.schedule"

local function refused(fn, ...)
  local ok, err = pcall(fn, ...)
  assert.is_false(ok)
  assert(message.is_user(err), tostring(err))
  return (err.text:gsub("^[^:]*schedule_spec%.lua:%d+: ", "here: "))
end

local function at(queries, iteration) return { queries = queries, budget = 100, iteration = iteration
  or 0 } end

describe("a schedule", function()
  it("runs over the budget", function()
    local s = over.linear(10, 50)
    assert.equal(10, over.value(s, at(0)))
    assert.equal(20, over.value(s, at(25)))
    assert.equal(50, over.value(s, at(100)))
    assert.equal(50, over.value(s, at(200)))
    assert.equal(10, s { queries = 0, budget = 0 })
  end)

  it("ends exactly where it says", function()
    assert.equal(0.1, over.linear(0.3, 0.1)(at(100)))
    assert.equal(0.3, over.linear(0.3, 0.1)(at(0)))
    assert.is_true(math.abs(over.geometric(0.05, 0.001)(at(100)) - 0.001) < 1e-17)
    assert.equal(0, over.cosine(1, 0)(at(100)))
  end)

  it("is geometric or along a cosine", function()
    assert.is_true(math.abs(over.geometric(1, 100)(at(50)) - 10) < 1e-12)
    assert.is_true(math.abs(over.cosine(1, 0)(at(50)) - 0.5) < 1e-12)
    assert.is_true(over.cosine(1, 0)(at(10)) > over.linear(1, 0)(at(10)))
  end)

  it("goes in steps of iterations", function()
    local given = { [0] = 25, [5] = 10, [7] = 5 }
    local s = over.steps(given)
    given[0] = 1
    local seen = {}
    for i = 0, 8 do seen[i + 1] = over.value(s, at(0, i)) end
    assert.same({ 25, 25, 25, 25, 25, 10, 10, 5, 5 }, seen)
  end)

  it("rises while nothing better is found", function()
    local s = over.impatient(0.5, 20)
    assert.equal(0.5, over.value(s, { since_best = 0 }))
    assert.equal(1.25, over.value(s, { since_best = 30 }))
    assert.equal("0.5, and as much again every 20 queries without a new best", tostring(s))
    assert.equal("here: impatient rises every 0 queries; expected a number above 0",
      refused(over.impatient, 1, 0))
    assert.truthy(refused(over.impatient, 1):find("impatient needs two numbers", 1, true))
  end)

  it("may be a number or a function", function()
    assert.equal(3, over.value(3, at(0)))
    assert.equal(12, over.value(function(run) return run.iteration * 2 end, at(0, 6)))
    assert.is_true(over.is(3) and over.is(print) and over.is(over.linear(1, 2)))
    assert.is_false(over.is "3" or over.is {} or over.is(nil))
  end)

  it("says what it is", function()
    assert.equal("linear from 10 to 50", tostring(over.linear(10, 50)))
    assert.equal("geometric from 0.05 to 0.001", over.describe(over.geometric(0.05, 0.001)))
    assert.equal("cosine from 1 to 0", tostring(over.cosine(1, 0)))
    assert.equal("25, 10 from iteration 5 on", tostring(over.steps { [5] = 10, [0] = 25 }))
    assert.equal("7", over.describe(7))
    assert.truthy(over.describe(function() end):find "^the function at .*schedule_spec.lua:%d+$")
  end)
end)

describe("a field of search", function()
  local function value(name, s, run)
    return changing.value({ settings = { [name] = s, screen = { [name] = s } }, run = run }, name)
  end

  it("is a whole number where one is meant, and a fraction elsewhere", function()
    assert.equal(12, value("batch", over.linear(10, 15), at(50)))
    assert.equal(2, value("truncate", over.impatient(1, 20), { since_best = 39 }))
    assert.equal(0, value("rounds", over.linear(0, 1), at(99)))
    assert.equal(1e12, value("truncate", 1e12, at(0)))
    assert.equal(0.75, value("entropy", over.linear(0.5, 1), at(50)))
    assert.equal(2.5, value("bounded_optimism", function() return 2.5 end, at(0)))
    assert.equal(-1, value("entropy", function() return -1 end, at(0)))
  end)

  it("takes schedules that never leave what it may be", function()
    local function wrong(name, s) return (changing.rule(name).check(s)) end
    assert.is_nil(wrong("batch", over.linear(1.5, 20)))
    assert.is_nil(wrong("rounds", over.cosine(2, 0)))
    assert.is_nil(wrong("truncate", over.steps { [0] = 3, [5] = 1 }))
    assert.is_nil(wrong("entropy", over.linear(0.1, -0.1)))
    assert.truthy(wrong("truncate", over.cosine(10, 0.9)):find("the value 0.9;", 1, true))
    assert.truthy(wrong("optimism", over.linear(1, -0.5)):find("the value -0.5;", 1, true))
    assert.truthy(wrong("rounds", over.impatient(-1, 5)):find("the value -1;", 1, true))
  end)
end)

describe("bad input", function()
  it("is refused where it is written", function()
    assert.equal("here: the first value of linear is 'x'; expected a number", refused(over.linear, "x", 1))
    assert.equal("here: the last value of linear is inf; expected a number", refused(over.linear, 1, 1 / 0))
    assert.equal("here: linear needs two numbers; expected linear(first, last)", refused(over.linear, 1))
    assert.equal("here: linear needs two numbers; expected linear(first, last)", refused(over.linear, nil, 1))
    assert.equal("here: the last value of geometric is 0; expected a number above 0",
      refused(over.geometric, 1, 0))
    assert.equal("here: the first value of cosine is a table; expected a number", refused(over.cosine, {}, 0))
    assert.equal("here: steps got 5; expected a table such as { [0] = 25, [5] = 10 }", refused(over.steps, 5))
    assert.equal("here: steps says nothing about iteration 0; expected { [0] = first value, ... }",
      refused(over.steps, { 25, 10 }))
    assert.equal("here: steps has the key 1.5; expected iterations: 0, 1, 2 and so on",
      refused(over.steps, { [0] = 1, [1.5] = 2 }))
    assert.equal("here: steps has the key 'a'; expected iterations: 0, 1, 2 and so on",
      refused(over.steps, { [0] = 1, a = 2 }))
    assert.equal("here: steps has 'x' at iteration 5; expected a number",
      refused(over.steps, { [0] = 1, [5] = "x" }))
  end)

  it("from a function is refused when it comes", function()
    assert.equal("here: the schedule gave nothing at iteration 3; expected a number",
      refused(over.value, function() end, at(0, 3)))
    assert.truthy(refused(over.value, function(run) return run.nothing.x end, at(0, 3))
      :find "^here: attempt to index field 'nothing'")
  end)
end)
