-- goals - several objectives at once: objectives = { max = "c10_val200", min = { "latency_ms" } }.
--
-- Each names the score or the report (by the column's name, or so), another number that the evaluator
-- gives, or a measure. The truth set is truncated by non-dominated rank and crowding, and the learners
-- see that order in place of the score. A candidate without one of the numbers is no result and nothing
-- to learn from.
--
-- The result has the front of all that was evaluated, its hypervolume above `reference` (name = value; by
-- default the worst that was seen of each) and the knee, which is the best.

local front = require "ganas.front"
local core = require "ganas.core"
local message = require "ganas.message"
local schema = require "ganas.schema"
local sorted = require "ganas.sorted"

local Goals = {}
Goals.__index = Goals

local NAMES = { type = { "string", "list" }, of = "string",
  expected = "the name of a score or a measure, or a list of names" }
local FIELDS = { max = NAMES, min = NAMES,
  reference = { type = "table", expected = "a table: name = number" } }

-- ---- opening ----

local function names_of(plan)
  local evaluator, names = plan.evaluator, {}
  for _, name in ipairs { evaluator.score_name, evaluator.report_name or evaluator.score_name } do
    names[#names + 1] = name
  end
  for _, name in ipairs(plan.space:measure_names(true)) do names[#names + 1] = name end
  return names
end

-- Whether it is known that nothing of that name will be there: a function may give any number.
local function is_unknown(plan, name)
  local evaluator = plan.evaluator
  if name == "score" or name == "report" or name == evaluator.score_name or name == evaluator.report_name then
    return false
  end
  return not plan.space:knows_measure(name) and evaluator.kind == "table"
end

local function add(self, plan, names, sign, field)
  for _, name in ipairs(type(names) == "string" and { names } or names or {}) do
    local where = plan.where("objectives", field)
    if is_unknown(plan, name) then
      message.user("%s: %s", where, message.unknown("objective", name, names_of(plan)))
    end
    for _, other in ipairs(self.list) do
      if other.name == name then
        message.user("%s: objective %s is there twice; expected it once", where, message.quote(name))
      end
    end
    self.list[#self.list + 1] = { name = name, sign = sign, goal = field, where = where }
  end
end

local function check_reference(self, plan)
  for name, value in sorted(self.reference or {}) do
    local found = false
    for _, goal in ipairs(self.list) do found = found or goal.name == name end
    if not found or type(value) ~= "number" then
      message.user("%s: reference %s = %s; expected an objective and a number",
        plan.where("objectives", "reference"), tostring(name), message.value(value))
    end
  end
end

-- The goals of a recipe's field (nil: none).
local function open(spec, plan)
  if not spec then return nil end
  local fields = schema.check(spec, FIELDS, plan.where, { "objectives" })
  local self = setmetatable({ plan = plan, list = {}, points = {}, reference = fields.reference }, Goals)
  add(self, plan, fields.max, 1, "max")
  add(self, plan, fields.min, -1, "min")
  if #self.list < 2 then
    message.user("%s: %d objective%s; expected two or more, such as { max = 'acc', min = 'latency_ms' }",
      plan.where "objectives", #self.list, #self.list == 1 and "" or "s")
  end
  if plan.recipe and plan.recipe.objective then
    message.user("%s: both 'objective' and 'objectives'; expected one of them", plan.where "objectives")
  end
  check_reference(self, plan)
  return self
end

-- ---- points ----

local function number_of(self, goal, result, column, i)
  local evaluator, name = self.plan.evaluator, goal.name
  if name == "score" or name == evaluator.score_name then return result.score end
  if name == "report" or name == evaluator.report_name then return result.report end
  if result.metrics and result.metrics[name] then return result.metrics[name] end
  if column then return column[i] end
  message.user("%s: the evaluator gives no number %s; expected one, or the name of a measure", goal.where,
    message.quote(name))
end

-- Adds the results of a set, in the order of the pool's rows; `skip(row)`: one that is no result.
function Goals:add(set, results, skip)
  local columns = {}
  for k, goal in ipairs(self.list) do
    columns[k] = self.plan.space:knows_measure(goal.name) and set:measure(goal.name) or nil
  end
  for i, result in ipairs(results) do
    local point, row = {}, #self.points + 1
    for k, goal in ipairs(self.list) do
      local value = result.score and not skip(row) and number_of(self, goal, result, columns[k], i - 1)
      point[k] = value and goal.sign * value or 0 / 0
    end
    self.points[row] = point
  end
  self.fitness_list = nil
end

local function fitness(self)
  self.fitness_list = self.fitness_list or front.fitness(self.points)
  return self.fitness_list
end

-- One number for each row of the pool, in place of scores; NaN for none.
function Goals:scores()
  local values = core.doubles(#self.points)
  for i, x in ipairs(fitness(self)) do values[i - 1] = x end
  return values
end

-- The k best rows of the pool (from 0) from row `first` on, best first.
function Goals:top(k, first)
  local order, values = {}, fitness(self)
  for i = first + 1, #self.points do
    if values[i] == values[i] then order[#order + 1] = i end
  end
  table.sort(order, function(a, b)
    if values[a] ~= values[b] then return values[a] > values[b] end
    return a < b
  end)
  for i = k + 1, #order do order[i] = nil end
  for i, row in ipairs(order) do order[i] = row - 1 end
  return order
end

-- The row (from 1) that last brought a new member of the front; nil while there is none.
function Goals:last()
  local last
  for _, i in ipairs(front.sort(self.points)[1] or {}) do last = math.max(last or 0, i) end
  return last
end

-- ---- the result ----

local function reference_of(self)
  local reference, shown = {}, {}
  for k, goal in ipairs(self.list) do
    local least
    for _, p in ipairs(self.points) do
      if p[k] == p[k] and (not least or p[k] < least) then least = p[k] end
    end
    local given = self.reference and self.reference[goal.name]
    reference[k] = given and goal.sign * given or least
    shown[k] = { goal.name, goal.sign * (reference[k] or 0) }
  end
  return reference, shown
end

-- { name, value } of each objective for a row (from 1).
function Goals:values(row)
  local values = {}
  for k, goal in ipairs(self.list) do values[k] = { goal.name, goal.sign * self.points[row][k] } end
  return values
end

-- What was found: { rows = of the front, best in the first objective first, knee = row, volume, reference
-- = { { name, value } }, values = { [row] = { { name, value } } } }; rows from 0; nil when there is
-- nothing.
function Goals:result()
  local members = front.sort(self.points)[1]
  if not members then return nil end
  local reference, shown = reference_of(self)
  local found = { rows = {}, values = {}, knee = front.knee(self.points, members) - 1, reference = shown,
    volume = front.volume(self.points, reference) }
  for n, i in ipairs(members) do
    found.rows[n], found.values[i - 1] = i - 1, self:values(i)
  end
  return found
end

return { open = open, FIELDS = FIELDS }
