-- figures - what the runs of a comparison say after a number of queries.
--
-- A run is { queries, seconds, steps = { { query, score, report }, ... } }: the steps at which its best by
-- the searched column improved. A row has method, budget; over the seeds mean, sd, median and best of the
-- reported column; where the evaluator knows all scores there are, the mean rank of the best (1: nothing
-- is better), the share of runs at the optimum, and the mean number of queries to it, a run that has not
-- found it by then counting in full; and p, of the paired test against the first method.

local Rng = require "ganas.rng"
local statistics = require "ganas.statistics"

local figures = {}

-- The best of a run after `budget` queries, nil before the first score.
local function at(run, budget)
  local best
  for _, step in ipairs(run.steps) do
    if step.query <= budget then best = step end
  end
  return best
end

local function query_of(run, score)
  for _, step in ipairs(run.steps) do
    if step.score >= score then return step.query end
  end
end

local function values_of(runs, budget)
  local reports, scores = {}, {}
  for i, run in ipairs(runs) do
    local best = at(run, budget)
    if not best then return nil end
    reports[i], scores[i] = best.report, best.score
  end
  return reports, scores
end

-- Mean rank, share at the optimum, mean queries to it; only where the evaluator knows all scores.
local function standing(evaluator, runs, scores, budget, row)
  if not evaluator.optimum then return end
  local optimum, ranks, hits, queries = evaluator:optimum(), 0, 0, 0
  for i, run in ipairs(runs) do
    local found = query_of(run, optimum)
    ranks = ranks + evaluator:rank(scores[i])
    hits = hits + (found and found <= budget and 1 or 0)
    queries = queries + math.min(found or math.huge, run.queries, budget)
  end
  row.rank, row.optimum_share, row.mean_to_optimum = ranks / #runs, hits / #runs, queries / #runs
end

local function row_of(evaluator, runs, method, budget, first)
  local reports, scores = values_of(runs, budget)
  local row = { method = method, budget = budget, reports = reports }
  if not reports then return row end
  row.mean, row.sd = statistics.mean(reports), statistics.deviation(reports)
  row.median, row.best = statistics.median(reports), math.max(unpack(reports))
  standing(evaluator, runs, scores, budget, row)
  if first and first.reports then
    local stream = Rng.new(0, "paired test")
    row.p = statistics.paired(reports, first.reports, function() return stream:uniform() end)
  end
  return row
end

-- Rows of all methods, budget by budget; runs[method] is a list by seed.
function figures.rows(evaluator, methods, budgets, runs)
  local rows = {}
  for _, budget in ipairs(budgets) do
    local first
    for _, method in ipairs(methods) do
      local row = row_of(evaluator, runs[method], method, budget, first)
      first = first or row
      rows[#rows + 1] = row
    end
  end
  return rows
end

return figures
