-- run - the state of a search as hooks, schedules and the user's functions see it.
--
--   run.iteration (0: the initial set)   run.queries   run.budget   run.best_score   run.since_best
--   run.entropy   run.acceptance   run.seconds   run:best(n) -> the n best, as architectures

local Batch = require "ganas.batch"

local Run = {}
Run.__index = Run

-- `plan.queries` is the budget; the pool fills as candidates are evaluated.
local function new(plan, pool, clock)
  return setmetatable({
    plan = plan, pool = pool, clock = clock,
    iteration = 0, queries = 0, budget = plan.queries, since_best = 0,
    proposed = 0, accepted = 0, dropped = 0, filled = 0, failed = 0,
    results = {}, trajectory = {},
  }, Run)
end

-- Notes the result of one candidate, in proposal order. `result`: { score, report, error }.
function Run:note(batch, i, result)
  self.queries = self.queries + 1
  self.pool:add(batch, i, result.score)
  if not result.score then self.failed = self.failed + 1 end
  self.since_best = self.since_best + 1
  if result.score and (not self.best_score or result.score > self.best_score) then
    self.best_score, self.to_best, self.since_best = result.score, self.queries, 0
  end
  local entry = {
    query = self.queries, arch = batch.space:format(batch, i), score = result.score, report = result.report,
    error = result.error, best = self.best_score, metrics = result.metrics,
  }
  self.results[self.queries] = result
  self.trajectory[self.queries] = entry
  return entry
end

-- The n best so far, best first: architectures with score, report and query.
function Run:best(n)
  local top = Batch.new(self.plan.space, math.max(1, n))
  local rows, list = self.pool:top(n, 0, top), {}
  for i, row in ipairs(rows) do
    local arch, result = top:arch(i - 1), self.results[row + 1]
    arch.score, arch.report, arch.query = result.score, result.report, row + 1
    list[i] = arch
  end
  return list
end

-- Scores of the pool's rows from `first` on, failed ones left out, as a list.
function Run:scores(first)
  local all, list = self.pool:scores(), {}
  for i = first, self.pool:count() - 1 do
    if all[i] == all[i] then list[#list + 1] = all[i] end
  end
  return list
end

-- Brings what changes from one iteration to the next up to date.
function Run:refresh()
  self.seconds = self.clock:total()
  self.acceptance = self.proposed > 0 and self.accepted / self.proposed or 1
end

return { new = new }
