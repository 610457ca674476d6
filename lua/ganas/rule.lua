-- rule - what a recipe requires to say which candidates are allowed: bounds on measures and on
-- counts.
--
--   rule.sum("params_c10", "<=", 500000)       a measure of the space (rule.measure is the same)
--   rule.count("avg_pool_3x3", "<=", 1)        how often an operation occurs; of a list, together
--   rule.depth(">=", 2)  rule.nodes("<=", 5)  rule.edges("<=", 7)
--
-- Comparisons: <= >= ==, and < > where values are whole numbers. Each function returns a plain
-- description with the "file:line" where it was written; ganas.constraints compiles it. Bounds on
-- sums are held while sampling.

local message = require "ganas.message"

local rule = {}

local COMPARISONS = { "<=", ">=", "==", "<", ">" }

local function check_comparison(compare)
  for _, known in ipairs(COMPARISONS) do
    if compare == known then return end
  end
  if type(compare) ~= "string" then
    message.here("the comparison is %s; expected '<=', '>=' or '=='", message.value(compare))
  elseif compare == "=" then message.here "unknown comparison '='; did you mean '=='?"
  elseif compare == "=<" then message.here "unknown comparison '=<'; did you mean '<='?"
  elseif compare == "=>" then message.here "unknown comparison '=>'; did you mean '>='?" end
  message.here("unknown comparison %s; expected '<=', '>=' or '=='", message.quote(compare))
end

-- Completes a rule: what it bounds in words, how, and where it was written.
local function make(fields, what, compare, bound)
  check_comparison(compare)
  if type(bound) ~= "number" or bound ~= bound or math.abs(bound) == math.huge then
    message.here("the bound of %s %s is %s; expected a number", what, compare, message.value(bound))
  end
  fields.rule, fields.compare, fields.bound = true, compare, bound
  fields.text = string.format("%s %s %s", what, compare, message.number(bound))
  fields.where = message.caller() or "?"
  return fields
end

-- A measure that the space declares, or depth, nodes, edges.
function rule.measure(name, compare, bound)
  if type(name) ~= "string" then
    message.here("the measure is %s; expected its name", message.value(name))
  end
  return make({ measure = name }, name, compare, bound)
end

rule.sum = rule.measure

-- How often an operation occurs, or the operations of a list together.
function rule.count(ops, compare, bound)
  local names = type(ops) == "table" and ops or { ops }
  if #names == 0 then message.here "rule.count of nothing; expected the name of an operation, or a list" end
  for _, name in ipairs(names) do
    if type(name) ~= "string" then
      message.here("rule.count of %s; expected the name of an operation, or a list", message.value(name))
    end
  end
  return make({ ops = names }, "count of " .. table.concat(names, " + "), compare, bound)
end

function rule.depth(compare, bound) return make({ measure = "depth" }, "depth", compare, bound) end
function rule.nodes(compare, bound) return make({ measure = "nodes" }, "nodes", compare, bound) end
function rule.edges(compare, bound) return make({ measure = "edges" }, "edges", compare, bound) end

return rule
