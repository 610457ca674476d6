-- changing - the fields of `search` that may change over a search: which numbers each may be, its value now.

local message = require "ganas.message"
local schedule = require "ganas.schedule"
local schema = require "ganas.schema"

local changing = {}

local LINEAR, IMPATIENT = "over.linear(a, b)", "over.impatient(1, 20)"

-- Each a rule of ganas.schema for the value at any time, with its name and a schedule that might be meant.
local RULES = {
  batch = { integer = true, min = 1, such = LINEAR },
  truncate = { integer = true, min = 1, such = LINEAR },
  rounds = { integer = true, min = 0, such = LINEAR },
  entropy = { such = LINEAR },
  optimism = { group = "screen", min = 0, such = IMPATIENT },
  bounded_optimism = { group = "screen", min = 0, such = IMPATIENT },
}
for name, rule in pairs(RULES) do -- order can't matter
  rule.type, rule.name = "number", "search." .. (rule.group and rule.group .. "." or "") .. name
end

-- The first of a schedule's values that the rule refuses. Between two of them any fraction is rounded down.
local function wrong_turn(s, rule)
  for _, value in ipairs(s.turns) do
    local own = not s.written and rule.integer and math.floor(value) or value
    if not schema.fits(own, rule) then return value end
  end
end

-- The rule of ganas.schema for what a recipe writes there.
function changing.rule(name)
  local rule = RULES[name]
  local expected = ("%s or a schedule such as %s"):format(schema.expected(rule), rule.such)
  local function check(s)
    if type(s) ~= "table" then return nil end
    if not schedule.is(s) then return ("is a table; expected %s"):format(expected) end
    local wrong = wrong_turn(s, rule)
    return wrong and ("is a schedule with the value %s; expected %s at any time"):format(message.value(wrong),
      schema.expected(rule))
  end
  return { type = { "number", "callable" }, integer = rule.integer, min = rule.min, expected = expected,
    check = check }
end

-- What a search's field comes to now; a function of the user's that gives no such number is a message.
function changing.value(state, name)
  local rule = RULES[name]
  local group = rule.group and state.settings[rule.group] or state.settings
  return schedule.value(group[name], state.run, rule)
end

return changing
