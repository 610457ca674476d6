-- statistics - against figures worked out by hand and by R.

local Rng = require "ganas.rng"
local statistics = require "ganas.statistics"

describe("statistics", function()
  it("has mean, deviation and median", function()
    assert.equal(2.5, statistics.mean { 1, 2, 3, 4 })
    assert.near(1.2909944487358056, statistics.deviation { 1, 2, 3, 4 }, 1e-15)
    assert.equal(0, statistics.deviation { 7 })
    assert.equal(2.5, statistics.median { 4, 1, 3, 2 })
    assert.equal(3, statistics.median { 5, 3, 1 })
    local list = { 3, 1, 2 }
    statistics.median(list)
    assert.same({ 3, 1, 2 }, list)
  end)

  it("counts all signs of few pairs", function()
    -- Differences 1, 2, 3: of the 8 sums +-1+-2+-3, two are as far from 0 as 6.
    assert.equal(2 / 8, statistics.paired({ 2, 4, 6 }, { 1, 2, 3 }))
    assert.equal(2 / 8, statistics.paired({ 1, 2, 3 }, { 2, 4, 6 }))
    -- 1, -2, 3: |sum| >= 2: all sums but none is nearer than 0: 6 4 2 0 0 2 4 6.
    assert.equal(6 / 8, statistics.paired({ 1, 0, 3 }, { 0, 2, 0 }))
    assert.equal(1, statistics.paired({ 1, 2 }, { 1, 2 }))
    -- Darwin's Zea mays, 15 pairs: p = 0.05267 (Fisher 1935).
    local d = { 49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48 }
    local zero = {}
    for i = 1, #d do zero[i] = 0 end
    assert.near(0.05267, statistics.paired(d, zero), 5e-5)
  end)

  it("draws signs of many pairs", function()
    local a, b, stream = {}, {}, Rng.new(1, "test")
    for i = 1, 40 do a[i], b[i] = i % 3, i % 2 end
    local function uniform() return stream:uniform() end
    local p = statistics.paired(a, b, uniform)
    assert.is_true(p > 0.0005 and p < 0.05, tostring(p))
    for i = 1, 40 do a[i] = b[i] + 1 end
    assert.near(1e-5, statistics.paired(a, b, uniform), 1e-6)
  end)
end)
