-- clock - where the time of a run goes, a replay's included.

local Clock = require "ganas.clock"

describe("the clock of a run", function()
  it("books what a replay has not waited for as evaluations", function()
    local clock = Clock.new()
    clock:start "screen"
    clock:stop()
    clock:set(100)
    local seconds = clock:seconds()
    assert.near(100, seconds.total, 0.1)
    assert.near(100, seconds.evaluate, 0.1)
    assert.near(0, seconds.other, 0.1)
  end)

  it("books nothing less than nothing where a replay takes longer", function()
    local clock = Clock.new()
    clock:set(50)
    clock:set(20)
    local seconds = clock:seconds()
    assert.near(20, seconds.evaluate, 0.1)
    clock:set(0)
    seconds = clock:seconds()
    assert.near(0, seconds.evaluate, 0.1)
    assert.is_true(seconds.other >= 0)
  end)
end)
