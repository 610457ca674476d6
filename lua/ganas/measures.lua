-- measures - the recipe's own measures: numbers of candidates that come from outside of the space.
--
--   measures = {
--     cpu_latency_ms = { "predictor", file = "lat_cpu.f32" },       a trained network (ganas.predictor)
--     pixel1_ms = space.prices { ... },                             any measure of ganas.space
--   }
--
-- Each is opened when it is first used: by a constraint, an objective, the report.

local message = require "ganas.message"
local sorted = require "ganas.sorted"

local measures = {}

local function opener(plan, name, value)
  local where = plan.where("measures", name)
  if type(value) == "table" and value.measure then
    return function()
      value.factors = value.factors or plan.space.factors
      if value.measure == "prices" then return require("ganas.prices").sum(value, plan) end
      return value
    end
  end
  if type(value) == "table" and value[1] == "predictor" then
    return function()
      return require("ganas.predictor").open(value, plan.space, plan, nil, "measures", name)
    end
  end
  message.user("%s: measure %s is %s; expected { 'predictor', file = ... } or a measure of ganas.space",
    where, message.quote(tostring(name)), message.value(value))
end

-- Declares the measures of a recipe to its space.
function measures.open(plan)
  for name, value in sorted(plan.recipe.measures or {}) do
    plan.space:declare_measure(name, opener(plan, name, value))
  end
end

return measures
