-- rule - what a recipe requires to say which candidates are allowed.
--
--   rule.sum("params_c10", "<=", 500000)       a measure of the space (rule.measure is the same)
--   rule.count("avg_pool_3x3", "<=", 1)        how often an operation occurs; of a list, together
--   rule.depth(">=", 2)  rule.nodes("<=", 5)  rule.edges("<=", 7)
--   rule.has("a", "b")  rule.only("a", "b")    each of them occurs; nothing else does
--   rule.at(3, "a", "b")                       step 3, or each of a list of steps, is one of them
--   rule.reaches("input", 4)                   a path leads there; from and to steps, input, output
--   rule.all(r, ...)  rule.any(r, ...)  rule.no(r)
--
-- Comparisons: <= >= == < > !=. Steps are numbered from 1. Each function returns a plain description
-- with the "file:line" where it was written; ganas.clause compiles it. The same as text: docs/CONSTRAINTS.md.

local message = require "ganas.message"
local phrase = require "ganas.phrase"

local rule = {}

-- A whole comparison in the place of the first name, apart: 'ms', '<=', '2'.
local function apart(name)
  return name:match "^%s*([%a_][%w_.]*)%s*([<>=!~]=?)%s*(%S+)%s*$"
end

local function check_comparison(sign)
  local known, near = phrase.comparison(sign)
  if known then return known end
  if type(sign) ~= "string" then
    message.here("the comparison is %s; expected '<=', '>=', '==', '!=', '<' or '>'", message.value(sign))
  end
  message.here("unknown comparison %s; %s", message.quote(sign), near
    and ("did you mean %s?"):format(message.quote(near)) or "expected '<=', '>=', '==', '!=', '<' or '>'")
end

-- ---- comparisons ----

local function make(fields, kind, text)
  fields.rule, fields.kind, fields.text, fields.where = true, kind, text, message.caller() or "?"
  return fields
end

local function compare(quantity, what, sign, bound)
  local name, comparison, number = apart(what)
  if sign == nil and name then
    message.here("%s is one text; write rule.measure(%q, %q, %s)", message.quote(what), name, comparison,
      number)
  end
  sign = check_comparison(sign)
  if type(bound) ~= "number" or bound ~= bound or math.abs(bound) == math.huge then
    message.here("the bound of %s %s is %s%s; expected a number", what, sign,
      type(bound) == "string" and "the text " or "", message.value(bound))
  end
  quantity.factor = 1
  return make({ terms = { quantity }, compare = sign, bound = bound }, "compare",
    string.format("%s %s %s", what, sign, message.number(bound)))
end

-- A measure that the space or the recipe declares, or depth, nodes, edges.
function rule.measure(name, sign, bound)
  if type(name) ~= "string" then
    message.here("the measure is %s; expected its name", message.value(name))
  end
  return compare({ measure = name }, name, sign, bound)
end

rule.sum = rule.measure

-- A list of names from the arguments of a constructor: names, or one list of names.
local function names_of(what, ...)
  local names = { ... }
  if type(names[1]) == "table" and #names == 1 then names = names[1] end
  if #names == 0 then
    message.here("rule.%s of nothing; expected the name of an operation, or a list", what)
  end
  for _, name in ipairs(names) do
    if type(name) ~= "string" then
      message.here("rule.%s of %s; expected the name of an operation, or a list", what, message.value(name))
    end
  end
  return names
end

-- How often an operation occurs, or the operations of a list together.
function rule.count(ops, sign, bound)
  local names = names_of("count", ops)
  return compare({ ops = names }, phrase.count(names), sign, bound)
end

function rule.depth(sign, bound) return compare({ measure = "depth" }, "depth", sign, bound) end
function rule.nodes(sign, bound) return compare({ measure = "nodes" }, "nodes", sign, bound) end
function rule.edges(sign, bound) return compare({ measure = "edges" }, "edges", sign, bound) end

-- ---- operations and paths ----

local function describe(kind, fields) return make(fields, kind, phrase.write(kind, fields)) end

-- Each of the operations occurs.
function rule.has(...) return describe("has", { ops = names_of("has", ...) }) end

-- No other operation occurs.
function rule.only(...) return describe("only", { ops = names_of("only", ...) }) end

local function check_step(value, what, expected)
  if type(value) ~= "number" or value < 1 or value % 1 ~= 0 then
    message.here("%s is %s; expected %s", what, message.value(value), expected)
  end
end

-- A step (a number from 1), or each step of a list, is one of the operations.
function rule.at(steps, ...)
  local list = type(steps) == "table" and steps or { steps }
  if #list == 0 then message.here "rule.at of no step; expected its number, or a list of numbers" end
  local seen = {}
  for _, step in ipairs(list) do
    check_step(step, "the step of rule.at", "its number from 1, or a list of numbers")
    if seen[step] then message.here("rule.at names step %d twice; expected it once", step) end
    seen[step] = true
  end
  local sorted_list = { unpack(list) }
  table.sort(sorted_list)
  return describe("at", { steps = sorted_list, ops = names_of("at", ...) })
end

local function check_place(value, which, word_for)
  if value == word_for then return end
  check_step(value, "the " .. which .. " of rule.reaches", "a step's number from 1, or '" .. word_for .. "'")
end

-- A path leads from a step, or "input", to a step, or "output"; with `through` the steps between them are
-- all of these operations.
function rule.reaches(from, to, ...)
  check_place(from, "beginning", "input")
  check_place(to, "end", "output")
  local through = select("#", ...) > 0 and names_of("reaches", ...) or nil
  return describe("reaches", { from = from, to = to, through = through })
end

-- ---- combinations ----

-- A rule, or the text of one, to be read when the space is known.
local function part(value, what)
  if type(value) == "table" and value.rule then return value end
  if type(value) == "string" then
    return make({ source = value }, "text", value)
  end
  local why = type(value) == "function" and "a function, which can't be a part of another rule"
    or message.value(value)
  message.here("%s of %s; expected rules, rule.count(...) or 'depth >= 2' and so on", what, why)
end

local function parts(what, ...)
  local first, list = ..., {}
  local given = type(first) == "table" and not first.rule and select("#", ...) == 1 and first or { ... }
  if #given == 0 then message.here("%s of nothing; expected rules", what) end
  for i, value in ipairs(given) do list[i] = part(value, what) end
  return list
end

local function joined(list, sign)
  local texts = {}
  for i, r in ipairs(list) do
    local bare = r.kind ~= "all" and r.kind ~= "any" and r.kind ~= "text"
    texts[i] = (bare or #list == 1) and r.text or "(" .. r.text .. ")"
  end
  return table.concat(texts, sign)
end

-- All of the rules hold. Arguments, or one list.
function rule.all(...)
  local list = parts("rule.all", ...)
  return make({ list = list }, "all", joined(list, " and "))
end

-- At least one of them holds.
function rule.any(...)
  local list = parts("rule.any", ...)
  return make({ list = list }, "any", joined(list, " or "))
end

-- The rule does not hold; of several, none does.
function rule.no(...)
  local list = parts("rule.no", ...)
  if #list == 1 then return make({ list[1] }, "no", "not (" .. list[1].text .. ")") end
  local any = make({ list = list }, "any", joined(list, " or "))
  return make({ any }, "no", "not (" .. any.text .. ")")
end

return message.guarded("function of ganas.rule", rule)
