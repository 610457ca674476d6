-- run - the state of a search as hooks, schedules and the user's functions see it.
--
--   run.iteration (0: the initial set)   run.queries   run.budget   run.best_score   run.since_best
--   run.entropy   run.acceptance   run.seconds   run.cost   run.failed   run.infeasible
--   run:best(n) -> the n best, as architectures; those first that were confirmed (ganas.confirm)
--
-- What was evaluated has a row in the pool, from 0; a query is a row that turned out feasible.

local Batch = require "ganas.batch"
local sandbox = require "ganas.sandbox"

local Run = {}
Run.__index = Run

-- `plan.queries` is the budget; the pool fills as candidates are evaluated.
local function new(plan, pool, clock)
  return setmetatable({
    plan = plan, pool = pool, clock = clock,
    iteration = 0, queries = 0, budget = plan.queries, since_best = 0,
    proposed = 0, accepted = 0, obeyed = 0, dropped = 0, filled = 0, failed = 0, infeasible = 0,
    results = {}, numbers = {}, trajectory = {}, -- by row, from 1; the query of a row; by query
  }, Run)
end

-- The baseline that a row (from 1) is, nil for a candidate.
function Run:baseline(row) return self.plan.baselines and self.plan.baselines[row] end

-- Counts the result of a candidate.
local function count(self, result)
  self.since_best = self.since_best + 1
  if result.score and (not self.best_score or result.score > self.best_score) then
    self.best_score, self.to_best, self.since_best = result.score, self.queries, 0
  end
end

-- A candidate that its evaluator calls infeasible costs no query.
local function note_infeasible(self, result)
  self.infeasible = self.infeasible + 1
  return { state = "infeasible", error = result.error }
end

local function note_query(self, batch, i, result, base)
  self.queries = self.queries + 1
  if not result.score then self.failed = self.failed + 1 end
  if not base then count(self, result) end
  local entry = {
    query = self.queries, arch = batch.space:format(batch, i), score = result.score, report = result.report,
    error = result.error, best = self.best_score, metrics = result.metrics, source = result.source,
  }
  self.trajectory[self.queries] = entry
  return entry
end

-- Notes the result of one candidate, in proposal order. `result`: { score, report, error, state }. A baseline
-- is no result, and one that breaks constraints nothing to learn from.
function Run:note(batch, i, result)
  local row = self.pool:count() + 1
  local base = self:baseline(row)
  self.pool:add(batch, i, not (base and #base.breaks > 0) and result.score or nil)
  self.results[row] = result
  if result.cost then self.cost = (self.cost or 0) + result.cost end
  if result.state == "infeasible" then return note_infeasible(self, result) end
  local entry = note_query(self, batch, i, result, base)
  self.numbers[row] = self.queries
  return entry
end

-- An architecture with what is known of it since it became a row (from 1).
local function known(self, arch, row)
  local result = self.results[row]
  arch.score, arch.report, arch.source = result.score, result.report, result.source
  arch.query = self.numbers[row]
  return arch
end

-- The n best so far by the search's own scores.
local function best_of(self, n)
  local asked = n + #(self.plan.baselines or {})
  local top, list = Batch.new(self.plan.space, math.max(1, asked)), {}
  for i, row in ipairs(self.pool:top(asked, 0, top)) do
    if #list < n and not self:baseline(row + 1) then
      list[#list + 1] = known(self, top:arch(i - 1), row + 1)
    end
  end
  return list
end

-- Those of a list that were confirmed, in the order of that, with what they had before as `screened`.
local function confirmed_of(self, all)
  local by_text, list = {}, {}
  for _, arch in ipairs(all) do by_text[tostring(arch)] = arch end
  for _, entry in ipairs(self.confirmed) do
    local arch = entry.score and by_text[entry.arch]
    if arch then
      arch.screened, arch.score, arch.report = entry.screened, entry.score, entry.report
      list[#list + 1] = arch
    end
  end
  return list
end

-- The n best so far, best first: architectures with score, report, query and source. After a confirmation
-- those come first that have one.
function Run:best(n)
  if not self.confirmed then return (best_of(self, n)) end -- no tail call: ganas.hint looks for us
  local all = best_of(self, math.max(n, self.queries))
  local list = confirmed_of(self, all)
  for _, arch in ipairs(all) do
    if not arch.screened then list[#list + 1] = arch end
  end
  for i = #list, n + 1, -1 do list[i] = nil end
  return list
end

-- The candidate in a row of the pool (from 0), as run:best gives it.
function Run:arch(row)
  local one = Batch.new(self.plan.space, 1)
  self.pool:rows({ row }, one)
  return known(self, one:arch(0), row + 1)
end

-- With several objectives the best is the front: this row (from 1) was the last to bring something to it.
function Run:found(row)
  local q = row and self.numbers[row]
  if q then self.to_best, self.since_best = q, self.queries - q end
end

-- The baselines that were evaluated, as architectures like those of run:best.
function Run:baselines()
  local list = {}
  for row, base in ipairs(self.plan.baselines or {}) do
    if self.results[row] then list[row] = known(self, base.batch:arch(0), row) end
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

sandbox.face(Run, { methods = { "best" } })

return { new = new }
