-- objective - a score that a recipe makes of what its evaluator says.
--
--   objective = function(m) return m.acc - 0.1 * m.params / 1e6 end
--
-- m has every number that the evaluator gives by its name (the score's, the report's, metrics), every measure
-- of the space and of the recipe, m.score, m.report and m.arch; m.baseline has the same of the recipe's first
-- start_from. What the function gives is the score, named "objective"; the evaluator's score is reported.

local Batch = require "ganas.batch"
local chunk = require "ganas.chunk"
local message = require "ganas.message"
local sandbox = require "ganas.sandbox"
local sorted = require "ganas.sorted"

local Objective = { kind = "objective" }
Objective.__index = Objective

local function finite(x) return type(x) == "number" and x == x and math.abs(x) ~= math.huge end

-- ---- what the function sees ----

local function names_of(self, result)
  local names = { "score", "report", "arch", "baseline" }
  for _, name in ipairs { self.inner.score_name or "score", self.inner.report_name or "report" } do
    if name ~= "score" and name ~= "report" then names[#names + 1] = name end
  end
  for name in sorted(result.metrics or {}) do names[#names + 1] = name end
  for _, name in ipairs(self.space:measure_names(true)) do names[#names + 1] = name end
  return names
end

local View = {}

-- Says once of a name, where the evaluator gives another number than the measure of that name, which it is.
local function compare_measure(self, arch, name, value)
  if self.compared[name] then return end
  self.compared[name] = true
  local measure = self.space:knows_measure(name) and arch[name]
  if not measure or measure == value then return end
  message.note("%s: m.%s is what the evaluator says, %s, not the measure %s, %s for the first candidate; "
    .. "give one of them another name to have both", self.where, name, message.value(value), name,
    message.value(measure))
end

function View.__index(view, name)
  local self, arch, result = rawget(view, "owner"), rawget(view, "arch"), rawget(view, "result")
  if name == "baseline" then return self:base() end
  if result.metrics and result.metrics[name] ~= nil then
    compare_measure(self, arch, name, result.metrics[name])
    return result.metrics[name]
  end
  if name == self.inner.report_name then return result.report end
  if name == self.inner.score_name then return result.score end
  if self.space:knows_measure(name) then return arch[name] end
  message.here("%s", message.unknown("number", name, names_of(self, result)))
end

sandbox.face(View, { fields = { "baseline" } })

local function view_of(self, arch, result)
  return setmetatable({ owner = self, arch = arch, result = result, score = result.score,
    report = result.report or false }, View)
end

-- ---- the baseline ----

-- What the evaluator says of the baseline: it is the search's first query, so that this costs nothing.
function Objective:base()
  local baseline = self.plan.baselines and self.plan.baselines[1]
  if not baseline then
    message.here "this recipe has no baseline; expected start_from = '...' in it"
  end
  if not self.reference then
    local one = Batch.new(self.space, 1)
    one:append(baseline.batch)
    self.reference = self.inner:score(one, 0, 1)[1]
  end
  if not self.reference.score then
    message.user("%s: the baseline %s has no score: %s", baseline.where, message.quote(baseline.text),
      self.reference.error)
  end
  return view_of(self, baseline.arch, self.reference)
end

-- ---- the evaluator ----

-- All numbers of a result, the score's and the report's by their names too.
local function metrics_of(self, result)
  local metrics = {}
  for name, value in pairs(result.metrics or {}) do metrics[name] = value end -- order can't matter: a copy
  metrics[self.inner.score_name] = result.score
  if self.inner.report_name then metrics[self.inner.report_name] = result.report end
  return metrics
end

local function judge(self, arch, result)
  if not result.score then return result end
  local ok, value = pcall(chunk.call, self.where, self.fn, view_of(self, arch, result))
  if not ok and not message.is_user(value) then error(value, 0) end
  local wrong = not ok and value.text
  if ok and not finite(value) then
    wrong = ("%s: the objective gave %s; expected a finite number"):format(self.where, message.value(value))
  end
  if wrong then return { error = wrong, source = result.source, cost = result.cost } end
  return { score = value, report = result.score, metrics = metrics_of(self, result), source = result.source,
    cost = result.cost }
end

function Objective:score(batch, first, n)
  local results = self.inner:score(batch, first, n)
  if not results then return nil end
  local base = self.plan.baselines and self.plan.baselines[1]
  if base and not self.reference and n > 0 and tostring(batch:arch(first)) == base.text then
    self.reference = results[1]
  end
  for i, result in ipairs(results) do results[i] = judge(self, batch:arch(first + i - 1), result) end
  return results
end

function Objective:describe()
  return ("an objective at %s over %s"):format(self.where, self.inner:describe())
end

-- An evaluator whose score is what the function makes of another's.
local function wrap(inner, fn, plan)
  return setmetatable({
    inner = inner, fn = fn, plan = plan, space = plan.space, where = message.defined(fn),
    repeatable = inner.repeatable, compared = {}, score_name = "objective", report_name = inner.score_name,
  }, Objective)
end

return { wrap = wrap }
