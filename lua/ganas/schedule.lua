-- schedule - values that change over the course of a search; recipes call it `over`.
--
--   over.linear(10, 50)                 from 10 at the first query to 50 at the last
--   over.geometric(0.05, 0.001)         the same on a logarithmic scale
--   over.cosine(1, 0)                   the same along half a cosine
--   over.steps { [0] = 25, [5] = 10 }   25 from iteration 0 on, 10 from iteration 5 on
--   over.impatient(1, 20)               1 at a new best, and 1 more with every 20 queries without another
--
-- A plain number is a schedule that never changes; a function(run) -> number is one of the user's
-- own. `run` has iteration (0 is the initial set), queries, budget, best, since_best.

local chunk = require "ganas.chunk"
local message = require "ganas.message"
local schema = require "ganas.schema"
local sorted = require "ganas.sorted"

local schedule = {}

local Schedule = {}
Schedule.__index = Schedule
Schedule.__call = function(self, run) return self.at(run) end
Schedule.__tostring = function(self) return self.text end

local function finite(x) return type(x) == "number" and x == x and math.abs(x) ~= math.huge end

-- `turns`: the values between which it moves, or from which it only rises. `written`: it has no others, so
-- that a fraction is the user's.
local function make(text, at, turns, written)
  return setmetatable({ text = text, at = at, turns = turns, written = written }, Schedule)
end

-- Share of the budget that is spent, 0..1.
local function progress(run)
  if not run.budget or run.budget <= 0 then return 0 end
  return math.max(0, math.min(1, run.queries / run.budget))
end

local function check_ends(name, a, b, above)
  if a == nil or b == nil then
    message.here("%s needs two numbers; expected %s(first, last)", name, name)
  end
  for i, x in ipairs { a, b } do
    if not finite(x) or above and x <= above then
      message.here("the %s value of %s is %s; expected a number%s", i == 1 and "first" or "last", name,
        message.value(x), above and " above " .. above or "")
    end
  end
end

local function between(word, a, b)
  return ("%s from %s to %s"):format(word, message.number(a), message.number(b))
end

function schedule.linear(a, b)
  check_ends("linear", a, b)
  return make(between("linear", a, b), function(run)
    local t = progress(run)
    return a * (1 - t) + b * t
  end, { a, b })
end

function schedule.geometric(a, b)
  check_ends("geometric", a, b, 0)
  return make(between("geometric", a, b), function(run) return a * (b / a) ^ progress(run) end, { a, b })
end

function schedule.cosine(a, b)
  check_ends("cosine", a, b)
  return make(between("cosine", a, b), function(run)
    return b + (a - b) * (1 + math.cos(math.pi * progress(run))) / 2
  end, { a, b })
end

local function check_steps(steps)
  if type(steps) ~= "table" then
    message.here("steps got %s; expected a table such as { [0] = 25, [5] = 10 }", message.value(steps))
  end
  for iteration, value in sorted(steps) do
    if type(iteration) ~= "number" or iteration < 0 or iteration % 1 ~= 0 then
      message.here("steps has the key %s; expected iterations: 0, 1, 2 and so on", message.value(iteration))
    elseif not finite(value) then
      message.here("steps has %s at iteration %d; expected a number", message.value(value), iteration)
    end
  end
  if steps[0] == nil then
    message.here "steps says nothing about iteration 0; expected { [0] = first value, ... }"
  end
end

local function steps_text(steps, starts)
  local words = {}
  for i, start in ipairs(starts) do
    local value = message.number(steps[start])
    words[i] = i == 1 and value or ("%s from iteration %d on"):format(value, start)
  end
  return table.concat(words, ", ")
end

function schedule.steps(given)
  check_steps(given)
  local starts, steps, values = sorted.keys(given), {}, {}
  for start, value in sorted(given) do
    steps[start], values[#values + 1] = value, value
  end
  return make(steps_text(steps, starts), function(run)
    local value = steps[0]
    for _, start in ipairs(starts) do
      if start <= run.iteration then value = steps[start] end
    end
    return value
  end, values, true)
end

function schedule.impatient(a, every)
  check_ends("impatient", a, every)
  if every <= 0 then
    message.here("impatient rises every %s queries; expected a number above 0", message.value(every))
  end
  local text = ("%s, and as much again every %s queries without a new best"):format(message.number(a),
    message.number(every))
  return make(text, function(run) return a * (1 + (run.since_best or 0) / every) end, { a })
end

-- Whether a value can be used as a schedule.
function schedule.is(s)
  return type(s) == "number" or type(s) == "function" or getmetatable(s) == Schedule
end

-- A schedule in words.
function schedule.describe(s)
  if type(s) == "number" then return message.number(s) end
  if type(s) == "function" then return "the function at " .. message.defined(s) end
  return tostring(s)
end

local NUMBER = { type = "number" }

local function rounded(value, rule)
  return rule and rule.integer and finite(value) and math.floor(value) or value
end

local function own_value(fn, run, rule)
  local where = message.defined(fn)
  local value = chunk.call(where, fn, run)
  if not schema.fits(rounded(value, rule), rule) then
    message.user("%s: the schedule%s gave %s at iteration %d; expected %s", where,
      rule.name and " of " .. message.quote(rule.name) or "", message.value(value), run.iteration,
      schema.expected(rule))
  end
  return value
end

-- The value of a schedule now. `rule` (optional; see ganas.changing) says which numbers are right: a function
-- of the user's is held to it; on the way between whole numbers fractions are rounded down.
function schedule.value(s, run, rule)
  if type(s) == "function" then return rounded(own_value(s, run, rule or NUMBER), rule) end
  return rounded(type(s) == "number" and s or s.at(run), rule)
end

return message.guarded("function of ganas.schedule", schedule)
