-- args - the arguments of a recipe: name=value on the command line.
--
-- Every recipe has those of STANDARD; it may change their defaults and add its own, both in its
-- `args` table. Its own are numbers, booleans or strings, after their defaults.

local message = require "ganas.message"
local schema = require "ganas.schema"
local settings = require "ganas.settings"
local sorted = require "ganas.sorted"

local args = {}

local MANY = 2 ^ 53 -- whole numbers are exact up to here

local STANDARD = {
  seed = { type = "number", integer = true, min = 0, max = MANY, default = 1,
    about = "names the random numbers" },
  queries = { type = "number", integer = true, min = 1, max = MANY, default = 300,
    about = "candidates to evaluate" },
  preset = { type = "string", enum = { "best", "paper" }, default = "best",
    about = "settings to start from" },
  setup = { type = "number", enum = { 1, 2 }, default = 1, about = "of the paper's preset" },
  method = { type = "string", enum = settings.methods, about = "of searching" },
  score = { type = "string", about = "what the search maximizes" },
  report = { type = "string", about = "what is shown beside the score" },
  seconds = { type = "number", above = 0, about = "after which no set is begun" },
  cost = { type = "number", above = 0, about = "after which no set is begun, by what evaluators report" },
  workers = { type = "number", integer = true, min = 1, max = 4096, default = 1,
    about = "evaluations at a time" },
}

args.STANDARD = STANDARD

local OWN_TYPES = { number = true, boolean = true, string = true }

local function own_rule(name, value, where)
  if type(name) ~= "string" or not name:find "^[%a_][%w_]*$" then
    message.user("%s: %s is no name of an argument; expected letters, digits and underscores",
      where("args", name), message.value(name))
  end
  if not OWN_TYPES[type(value)] then
    message.user("%s: argument %s is %s; expected a default: a number, true, false or a string",
      where("args", name), message.quote(name), message.value(value))
  end
  return { type = type(value), default = value }
end

local function standard_rule(name, value, where)
  local rule = STANDARD[name]
  schema.value(value, rule, where, { "args", name })
  local changed = {}
  for key, item in sorted(rule) do changed[key] = item end
  changed.default = value
  return changed
end

-- The rules of all arguments of a recipe by name, from its `args` table (may be nil).
function args.rules(declared, where)
  local rules = {}
  for name, rule in sorted(STANDARD) do rules[name] = rule end
  for name, value in sorted(declared or {}) do
    rules[name] = (STANDARD[name] and standard_rule or own_rule)(name, value, where)
  end
  return rules
end

-- ---- the command line ----

local BOOLEAN = { ["true"] = true, yes = true, on = true, ["1"] = true,
  ["false"] = false, no = false, off = false, ["0"] = false }

local function convert(text, rule)
  if rule.type == "number" then return tonumber(text) end
  if rule.type == "boolean" then return BOOLEAN[text:lower()] end
  return text
end

local OPTIONS = { threads = " N", data = " DIR", out = " DIR", json = "", quiet = "" }

local function refuse(name, rules)
  local option = OPTIONS[name]
  if option then
    message.usage("'%s' is an option, not an argument of the recipe; expected --%s%s", name, name, option)
  end
  message.usage("%s", message.unknown("argument", name, sorted.keys(rules)))
end

local function read(name, text, rules)
  local rule = rules[name]
  if not rule then refuse(name, rules) end
  local value = convert(text, rule)
  if value == nil or not schema.fits(value, rule) then
    message.usage("argument %s is %s; expected %s", message.quote(name), message.quote(text),
      schema.expected(rule))
  end
  return value
end

local function guard(values, rules)
  return setmetatable(values, { __index = function(_, name)
    if rules[name] then return nil end
    message.here("%s", message.unknown("argument", name, sorted.keys(rules)))
  end })
end

-- The values of all arguments: the texts of the command line, else the defaults. Asking the result
-- for a name that is no argument is an error at the place that asks.
function args.values(rules, texts)
  local values = {}
  for name, text in sorted(texts or {}) do values[name] = read(name, text, rules) end
  for name, rule in sorted(rules) do
    if values[name] == nil then values[name] = rule.default end
  end
  return guard(values, rules)
end

-- name -> text of a list of words "name=value".
function args.split(words)
  local texts = {}
  for _, word in ipairs(words) do
    local name, text = word:match "^([^=]+)=(.*)$"
    if not name then
      message.usage("%s is no argument; expected name=value", message.quote(word))
    end
    if texts[name] then message.usage("argument %s is given twice; expected it once", message.quote(name)) end
    texts[name] = text
  end
  return texts
end

return args
