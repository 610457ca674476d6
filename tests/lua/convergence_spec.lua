-- convergence - what levels say in words; vitals: the numbers behind them, of a real search.

local convergence = require "ganas.convergence"
local recipe = require "ganas.recipe"
local search = require "ganas.search"
local vitals = require "ganas.vitals"

-- Levels of which the last `still` left the truth set as it was.
local function levels(n, still, more)
  local list = {}
  for i = 0, n - 1 do
    local level = { iteration = i, changed = i >= n - still and 0 or 3 }
    for name, value in pairs(more or {}) do level[name] = value(i) end -- order can't matter
    list[i + 1] = level
  end
  return list
end

describe("the reading", function()
  it("tells a stall from a search that moves", function()
    assert.equal("stalled: the truth set hasn't changed for 6 iterations", convergence.reading(levels(10, 6)))
    assert.equal("still moving: the truth set last changed 2 iterations ago",
      convergence.reading(levels(10, 2)))
    assert.equal("still moving: the last iteration changed the truth set", convergence.reading(levels(10, 0)))
  end)

  it("is silent where there is nothing to compare", function()
    assert.is_nil(convergence.reading {})
    assert.is_nil(convergence.reading(levels(1, 0)))
    assert.is_nil(convergence.reading { { iteration = 0 }, { iteration = 1 } })
  end)

  it("says how many samples are repeats, how entropy went, what the discriminator can tell", function()
    assert.equal("stalled: the truth set hasn't changed for 6 iterations; 60 % of samples are repeats; "
      .. "the generator's entropy went from 2.00 to 1.10 nats a choice; the discriminator can hardly tell "
      .. "its candidates from the truth set (divergence about 0.05 of 1 bit)",
      convergence.reading(levels(10, 6, {
        fresh = function() return 0.4 end, jsd = function() return 0.05 end,
        entropy = function(i) return 2 - i / 10 end,
      })))
    assert.equal("still moving: the last iteration changed the truth set",
      convergence.reading(levels(4, 0, { fresh = function() return 0.95 end })))
  end)
end)

describe("the vitals", function()
  it("know the divergence of a loss", function()
    assert.equal(0, vitals.divergence(math.log(2)))
    assert.equal(0, vitals.divergence(2))
    assert.equal(1, vitals.divergence(0))
    assert.is_true(math.abs(vitals.divergence(math.log(2) / 2) - 0.5) < 1e-12)
  end)

  local function run(given)
    local plan = recipe.load("demo", { args = given, threads = 1 })
    return search.run(plan).levels
  end

  it("are those of a search", function()
    local list = run { queries = "60" }
    assert.equal(10, list[1].queries)
    assert.is_nil(list[1].entropy)
    assert.is_true(list[1].changed > 0)
    for i = 2, #list do
      local level = list[i]
      assert.is_true(level.queries > list[i - 1].queries)
      assert.is_true(level.acceptance > 0 and level.acceptance <= level.fresh and level.fresh <= 1)
      assert.is_true(level.entropy > 0 and level.loss > 0)
      assert.is_nil(level.jsd)
    end
  end)

  it("have a divergence where the discriminator tells true from fake", function()
    local list = run { queries = "120", preset = "paper" }
    assert.is_nil(list[1].jsd)
    for i = 2, #list do assert.is_true(list[i].jsd >= 0 and list[i].jsd <= 1) end
  end)
end)
