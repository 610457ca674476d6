-- leak - on a score that nothing can be learnt from every method is random search: nothing of a score is
-- known before it is asked for.
--
-- Both scores below are uniform over the space, so that what a random search evaluates has mean 1/2 and
-- variance 1/12. One score is a digest of the candidate's name; the other reads the name as a number, which
-- can be learnt, and shows that the statistic finds a searcher that knows.

local core = require "ganas.core"
local grammar = require "ganas.grammar"
local recipe = require "ganas.recipe"
local search = require "ganas.search"
local support = require "tests.lua.support"

local QUERIES, SEEDS = 60, 3
local BOUND = 4 -- deviations of the mean of all that is evaluated

local DIGEST = [[
local core = require "ganas.core"
return { about = "a score without a pattern", space = "nasbench201",
  evaluate = function(arch)
    return (tonumber(core.md5("leak" .. tostring(arch)):sub(1, 12), 16) + 0.5) / 2 ^ 48
  end }
]]

local NUMBER = [[
local order = { none = 0, skip_connect = 1, avg_pool_3x3 = 2, nor_conv_1x1 = 3, nor_conv_3x3 = 4 }
return { about = "a score with a pattern", space = "nasbench201",
  evaluate = function(arch)
    local x, unit = 0, 1
    for op in tostring(arch):gmatch "([%a%d_]+)~" do
      unit = unit / 5
      x = x + unit * order[op]
    end
    return x + unit / 2
  end }
]]

-- How many deviations the mean of what is evaluated is above that of a random search.
local function lead(path, args)
  local sum, n = 0, QUERIES * SEEDS
  for seed = 1, SEEDS do
    local words = { seed = tostring(seed), queries = tostring(QUERIES), [args[1]] = args[2] }
    local result = search.run(recipe.load(path, { args = words, threads = 1 }))
    assert.equal(QUERIES, result.queries)
    for _, entry in ipairs(result.trajectory) do sum = sum + entry.score end
  end
  return (sum / n - 0.5) * math.sqrt(12 * n)
end

local METHODS = {
  { "preset", "best" }, { "preset", "paper" }, { "method", "gp" }, { "method", "evolution" },
  { "method", "local" }, { "method", "random" },
}

describe("a search", function()
  local write = support.files(teardown)

  it("finds no more than chance where there is nothing to learn", function()
    local path = write(DIGEST)
    for _, method in ipairs(METHODS) do
      local ahead = lead(path, method)
      assert(math.abs(ahead) < BOUND, ("%s is %.2f deviations from random search"):format(method[2], ahead))
    end
  end)

  it("is far from chance where there is something", function()
    local path = write(NUMBER)
    assert.is_true(lead(path, { "preset", "best" }) > 3 * BOUND)
    assert.is_true(lead(path, { "method", "gp" }) > 3 * BOUND)
  end)

  it("is held to scores that are uniform", function()
    local s, n = grammar.load "nasbench201", 0
    assert.equal(15625, s:size())
    for k = 1, 2000 do
      local x = (tonumber(core.md5("leak" .. k):sub(1, 12), 16) + 0.5) / 2 ^ 48
      n = n + (x > 0.5 and 1 or 0)
    end
    assert.is_true(math.abs(n - 1000) < 90)
  end)
end)
