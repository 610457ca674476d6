-- gp - a Gaussian process: a model of scores by which candidates that differ in few choices are alike.

local Batch = require "ganas.batch"
local core = require "ganas.core"
local robust = require "ganas.robust"

local lib = core.lib
local Process = core.class("Gaussian process", lib.ganas_gp_free)

local MOST_LEARNT = 500 -- evaluated candidates

function Process.new(space)
  local handle = core.new("ganas_gp", lib.ganas_gp_new, lib.ganas_gp_free, space.handle)
  return setmetatable({ handle = handle, space = space }, Process)
end

-- Learns anew from the rows of x and their scores (an array; NaN: left out).
function Process:fit(x, scores) core.check(lib.ganas_gp_fit(self.handle, x.handle, scores)) end

-- Rows of the pool to learn from: all that have a score; of many the best, and the last.
local function lessons(state, scores)
  local pool, rows, best = state.pool, {}, {}
  local n = pool:count()
  if n > MOST_LEARNT then
    for _, row in ipairs(pool:top(MOST_LEARNT / 2, 0, Batch.new(state.space, n))) do best[row] = true end
  end
  for i = 0, n - 1 do
    local wanted = n <= MOST_LEARNT or best[i] or i >= n - MOST_LEARNT / 2
    if wanted and scores[i] == scores[i] then rows[#rows + 1] = i end
  end
  return rows
end

-- Learns anew from what a search has evaluated, the worst raised to where they don't matter; whether there
-- was anything to learn from. With `signals` (ganas.signals): how the scores deviate from their trend.
function Process:learn(state, signals)
  local all = state:scores()
  local rows = lessons(state, all)
  if #rows == 0 then return false end
  local batch, scores = Batch.new(state.space, #rows), core.doubles(#rows)
  state.pool:rows(rows, batch)
  for i, row in ipairs(rows) do scores[i - 1] = all[row] end
  scores = robust.clip(scores, #rows)
  local trend = signals and signals:trend(signals:of(batch), #rows)
  for i = 0, trend and #rows - 1 or -1 do scores[i] = scores[i] - trend[i] end
  self:fit(batch, scores)
  return true
end

-- The mean alone, for a fraction of the work.
function Process:mean(x)
  local mean = core.doubles(x:count())
  core.check(lib.ganas_gp_score(self.handle, x.handle, mean, nil))
  return mean
end

-- Mean and deviation of each row, as arrays.
function Process:score(x)
  local mean, deviation = core.doubles(x:count()), core.doubles(x:count())
  core.check(lib.ganas_gp_score(self.handle, x.handle, mean, deviation))
  return mean, deviation
end

-- The n rows that promise most improvement, one after another, as a list.
function Process:pick(x, n)
  local array, list = core.int32(n), {}
  core.check(lib.ganas_gp_pick(self.handle, x.handle, n, array))
  for i = 0, n - 1 do list[i + 1] = array[i] end
  return list
end

-- The n rows with the greatest sum of value (an array) and `optimism` deviations, one after another, as a
-- list; the first `quota` of them are rows for which own(row), as far as there are so many.
function Process:choose(x, value, optimism, own, quota, n)
  local array, mask, list = core.int32(n), core.bytes(x:count()), {}
  for row = 0, x:count() - 1 do mask[row] = own(row) and 1 or 0 end
  core.check(lib.ganas_gp_choose(self.handle, x.handle, value, optimism, mask, quota, n, array))
  for i = 0, n - 1 do list[i + 1] = array[i] end
  return list
end

return Process
