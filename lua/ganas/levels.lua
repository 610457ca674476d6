-- levels - the levels gamma_t of the convergence theorem, measured, and whether its premise held.
--
-- The theorem (PAPER.md): if every member of X_t scores at least gamma_t, and gamma_t >= min(alpha,
-- gamma_{t-1} + delta) with delta > 0, a score of alpha is reached in finitely many iterations. Nothing
-- in the algorithm enforces that, so a run reports it both ways: by the least score of X_t, and by the least
-- of the truth set.

local levels = {}

local Levels = {}
Levels.__index = Levels

function levels.new() return setmetatable({ list = {} }, Levels) end

local function least(scores)
  local x
  for _, score in ipairs(scores) do
    if not x or score < x then x = score end
  end
  return x
end

local function rise(now, before) return now and before and now - before or nil end

-- One iteration: scores of X_t (failed ones left out) and of the truth set after it; `more`: other fields
-- (ganas.vitals).
function Levels:add(iteration, set, truth, more)
  local last = self.list[#self.list] or {}
  local x, t = least(set), least(truth)
  local level = more or {}
  level.iteration, level.x_min, level.truth_min = iteration, x, t
  level.delta, level.delta_truth = rise(x, last.x_min), rise(t, last.truth_min)
  self.list[#self.list + 1] = level
end

local function fell_at(list, field)
  local at = {}
  for _, level in ipairs(list) do
    if level[field] and level[field] <= 0 then at[#at + 1] = tostring(level.iteration) end
  end
  return at
end

local function rises(list, field)
  local at, n = fell_at(list, field), #list - 1
  if #at == 0 then return ("rose in each of %d iterations"):format(n) end
  if #at == n then return ("rose in none of %d iterations"):format(n) end
  local shown = table.concat(at, ", ", 1, math.min(#at, 8)) .. (#at > 8 and " and others" or "")
  return ("did not rise in %d of %d iterations (%s)"):format(#at, n, shown)
end

-- A plain sentence.
function Levels:premise()
  if #self.list < 2 then return "one set only: the convergence theorem has nothing to say" end
  local failed = #fell_at(self.list, "delta") > 0
  return ("the premise of the convergence theorem %s: the least score of X_t %s; that of the truth set %s")
    :format(failed and "failed" or "held", rises(self.list, "delta"), rises(self.list, "delta_truth"))
end

return levels
