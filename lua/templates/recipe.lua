-- NAME - say here, as a question, what this search answers.
--   ganas-lua NAME.lua                       runs it; the run goes to runs/NAME-SEED-N
--   ganas-lua NAME.lua budget=20 seed=7      with other arguments
--   ganas-lua check NAME.lua                 loads it, tries one candidate, shows all settings

local rule = require "ganas.rule"
local space = require "ganas.space"

local COST = { conv3 = 9, conv5 = 25, pool = 1, skip = 0 }

return {
  about = "the best chain of six operations within a budget",
  args = { budget = 60, queries = 200 }, -- arguments of the command line and what they are without it

  -- Which networks there are: a table as here, the name of a shipped space (`ganas-lua list`), or a file that
  -- `ganas-lua new space NAME` makes, space = "myspace.lua".
  space = {
    name = "NAME",
    ops = { "conv3", "conv5", "pool", "skip" },
    grow = space.chain(6),
    measures = { cost = space.sum(function(_, op) return COST[op] end) },
  },

  -- Which of them are allowed. A bound on a sum is held while sampling; a function is asked afterwards.
  constraints = function(args) return {
    rule.sum("cost", "<=", args.budget),
    rule.count("pool", "<=", 2),
    function(arch) return arch.ops[1] ~= "skip" end,
  } end,

  -- How good one is; more is better. This formula stands for a training: put yours here, or the columns of a
  -- table of scores, evaluate = { "table", file = "scores.csv", score = "accuracy" }.
  evaluate = function(arch)
    local score, seen = 0, 1
    for _, op in ipairs(arch.ops) do
      seen = seen + (op == "conv3" and 2 or op == "conv5" and 4 or op == "pool" and 1 or 0)
      score = score + math.log(seen)
    end
    return score
  end,

  -- How to search: fields that are left out have their defaults, which `ganas-lua check` shows.
  search = { initial = 40 },

  -- Afterwards: anything, with the best ones.
  done = function(run)
    for place, arch in ipairs(run:best(3)) do
      print(("%d: score %.3f at a cost of %d  %s"):format(place, arch.score, arch.cost, tostring(arch)))
    end
  end,
}
