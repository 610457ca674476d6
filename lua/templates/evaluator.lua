-- NAME - scores candidates: a function of one architecture, in a file of its own.
--
-- In a recipe that stands beside it:
--   evaluate = require "NAME",
--
-- The function gets an architecture:
--   arch.ops                  its operations in order, { "conv3", "pool", ... }
--   arch:count "conv3"        how often one occurs
--   arch:sources(i)           the nodes that node i reads; node 0 is the input
--   arch.depth, arch.nodes    measures, those that the space declares too
--   tostring(arch)            the official string
-- and the arguments of the recipe. It may be called for any candidate of the space, once for each. An error
-- makes the candidate a failed one: the sentence is kept, and the search goes on.
--
-- A program of another language is no file like this one but some words in the recipe:
--   evaluate = { "command", "python3", "train.py", "{arch}", score = "accuracy", workers = 4 },
-- `ganas-lua new evaluator trainer.py` makes one in Python that is started once and stays,
-- `ganas-lua help recipes` has one that runs, `ganas-lua help evaluators` the rules.

-- A number is the score; more is better.
local function score_of(arch)
  local score = 0
  for place, op in ipairs(arch.ops) do score = score + #op / place end
  return score
end

-- A table holds several: the score that is searched by, what is reported of the best ones, and any others,
-- which the run keeps. `ganas-lua RECIPE score=NAME report=NAME` chooses among them.
local function numbers_of(arch)
  return { score = score_of(arch), report = 10 * arch.depth, operations = #arch.ops }
end

-- Give back the one that you need: a recipe takes either.
return numbers_of
