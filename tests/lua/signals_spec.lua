-- signals - measures as inputs of the committee: trends, missing values, what a search makes of them.

local Batch = require "ganas.batch"
local Rng = require "ganas.rng"
local Signals = require "ganas.signals"
local core = require "ganas.core"
local grammar = require "ganas.grammar"
local measures = require "ganas.measures"
local recipe = require "ganas.recipe"
local search = require "ganas.search"
local space = require "ganas.space"
local support = require "tests.lua.support"

local file = support.files(teardown)

local function chain()
  return grammar.load { name = "tens", ops = { "a", "b", "c" }, grow = space.chain(10),
    measures = { as = space.count "a", bs = space.count "b" } }
end

local function random(s, n)
  local batch = Batch.new(s, n)
  batch:random(nil, Rng.new(1, "signals"), n)
  return batch
end

-- Scores of a batch, by a function of the counts of a and b.
local function scores_of(batch, fn)
  local as, bs, scores = batch:measure "as", batch:measure "bs", core.doubles(batch:count())
  for i = 0, batch:count() - 1 do scores[i] = fn(as[i], bs[i]) end
  return scores
end

local function worst_error(trend, scores, n)
  local worst = 0
  for i = 0, n - 1 do worst = math.max(worst, math.abs(trend[i] - scores[i])) end
  return worst
end

describe("signals", function()
  it("have a trend that bends", function()
    local s = chain()
    local signals, shown = Signals.new(s, { "as", "bs" }), random(s, 200)
    local function score(a, b) return 50 + 2 * a - (b - 4) ^ 2 end
    signals:learn(shown, scores_of(shown, score))
    local few = random(s, 50)
    assert.is_true(worst_error(signals:trend(signals:of(few), 50), scores_of(few, score), 50) < 0.5)
  end)

  it("take no side where a value is missing or all are alike", function()
    local s = grammar.load { name = "tens", ops = { "a", "b" }, grow = space.chain(6),
      measures = { as = space.count "a" } }
    measures.attach({
      odd = function(arch) return arch:count "a" % 2 == 1 and 1 or nil end,
      same = function() return 7 end,
    }, s, { where = function(...) return table.concat({ ... }, ".") end })
    local signals, batch = Signals.new(s, { "odd", "same" }), random(s, 8)
    signals:learn(batch, batch:measure "as")
    local inputs = signals:of(batch)
    for i = 0, 8 * 4 - 1 do assert.equal(0, inputs[i]) end
    for i = 0, 7 do assert.is_true(math.abs(signals:trend(inputs, 8)[i]) < 7) end
  end)

  it("are refused by the place that names what is no measure", function()
    local path = file [[
return {
  about = "x",
  space = { ops = { "a", "b" }, grow = require("ganas.space").chain(3), measures = {
    weight_kg = require("ganas.space").count "a" } },
  evaluate = function(arch) return arch:count "a" end,
  search = { discriminator = {
    signals = { "depth", "weight_kb" } } },
}
]]
    assert.equal(path .. ":7: unknown measure 'weight_kb'; did you mean 'weight_kg'?",
      support.refused(recipe.load, path, {}))
  end)
end)

-- Queries to the best of 4^20 candidates, whose score is the size but for some noise; by signals.
local function queries(signals, seed)
  local path = file(([[
local space = require "ganas.space"
local weight = { a = 0, b = 1, c = 2, d = 3 }
return {
  about = "x", args = { queries = 60 },
  space = { name = "sizes", ops = { "a", "b", "c", "d" }, grow = space.chain(20),
    measures = { weight_kg = space.sum(function(_, op) return weight[op] end) } },
  evaluate = function(arch) return arch.weight_kg + 0.3 * (arch.weight_kg * 7 %% 3) end,
  constraints = { require("ganas.rule").sum("weight_kg", "<=", 52) },
  search = { discriminator = { signals = { %s } } },
}
]]):format(signals))
  return search.run(recipe.load(path, { seed = seed })).best.query
end

describe("a search with signals", function()
  it("is sooner where they go with the score", function()
    local with, without = {}, {}
    for seed = 1, 3 do
      with[seed], without[seed] = queries('"weight_kg"', seed), queries("", seed)
    end
    table.sort(with)
    table.sort(without)
    assert.is_true(with[2] < without[2], with[2] .. " and " .. without[2])
  end)
end)
