-- schema - checks a table against a description of its fields.
--
-- A description is a table from field name (or list position) to a rule:
--   { type = "number", default = 10, required = true, enum = { ... }, min =, max =, above =, integer = true,
--     fields = description of a nested table, open = true (unknown fields allowed inside),
--     of = rule of each item of a list, least = fewest items,
--     check = function(value) -> nil or "what is wrong; what would be right" }
-- Types: string number boolean function table list callable any; several as { "number", "function"
-- }. A callable is a function or a table that can be called (a schedule). A rule in short is its
-- type: about = "string".

local message = require "ganas.message"
local sorted = require "ganas.sorted"

local schema = {}

local function is_list(value)
  if type(value) ~= "table" then return false end
  local n = #value
  for k in next, value do -- order can't matter: every key is looked at
    if type(k) ~= "number" or k < 1 or k > n or k % 1 ~= 0 then return false end
  end
  return true
end

local function is_callable(value)
  if type(value) == "function" then return true end
  local meta = type(value) == "table" and getmetatable(value)
  return type(meta) == "table" and meta.__call ~= nil
end

local TESTS = {
  any = function(value) return value ~= nil end,
  list = is_list,
  callable = is_callable,
  table = function(value) return type(value) == "table" and not is_callable(value) end,
}

local NAMES = {
  number = "a number", string = "a string", boolean = "true or false", ["function"] = "a function",
  table = "a table", list = "a list", callable = "a function or a schedule", any = "a value",
}

local function types(rule) return type(rule.type) == "table" and rule.type or { rule.type } end

local function has_type(value, rule)
  for _, name in ipairs(types(rule)) do
    local test = TESTS[name]
    if test and test(value) or not test and type(value) == name then return true end
  end
  return false
end

-- A bound of 2^53 is there for exactness; nobody needs to read it.
local function limits(rule)
  local words, most = {}, rule.max ~= 2 ^ 53 and rule.max or nil
  if rule.min and most then
    words[1] = "from " .. message.number(rule.min) .. " to " .. message.number(most)
  elseif rule.min then words[1] = "of at least " .. message.number(rule.min)
  elseif most then words[1] = "of at most " .. message.number(most)
  end
  if rule.above then words[#words + 1] = "above " .. message.number(rule.above) end
  return #words > 0 and " " .. table.concat(words, " ") or ""
end

local function type_name(rule, name)
  if name == "number" then return (rule.integer and "a whole number" or "a number") .. limits(rule) end
  if name == "list" and rule.least then return "a list of at least " .. rule.least end
  return NAMES[name]
end

local function choices(list)
  if type(list[1]) == "string" then return message.names(list) end
  local words = {}
  for i, item in ipairs(list) do words[i] = message.value(item) end
  return table.concat(words, " or ")
end

-- What a rule accepts, in words.
local function expected(rule)
  if rule.expected then return rule.expected end
  if rule.enum then return choices(rule.enum) end
  local words = {}
  for i, name in ipairs(types(rule)) do words[i] = type_name(rule, name) end
  local last = table.remove(words)
  return #words > 0 and table.concat(words, ", ") .. " or " .. last or last
end

local function dotted(path)
  local text = ""
  for _, key in ipairs(path) do
    if type(key) == "number" then text = text .. "[" .. key .. "]"
    else text = text .. (text == "" and "" or ".") .. tostring(key) end
  end
  return text
end

local function fail(path, where, format, ...)
  message.user("%s: field %s " .. format, where(unpack(path)), message.quote(dotted(path)), ...)
end

local function within(path, key)
  local longer = {}
  for i, k in ipairs(path) do longer[i] = k end
  longer[#longer + 1] = key
  return longer
end

local function in_range(value, rule)
  if value ~= value or math.abs(value) == math.huge then return false end
  if rule.integer and value % 1 ~= 0 then return false end
  if rule.min and value < rule.min or rule.max and value > rule.max then return false end
  return not (rule.above and value <= rule.above)
end

local function in_enum(value, rule)
  for _, item in ipairs(rule.enum) do
    if item == value then return true end
  end
  return false
end

-- Whether one value, no table, is what a rule accepts.
function schema.fits(value, rule)
  if rule.enum then return in_enum(value, rule) end
  return has_type(value, rule) and (type(value) ~= "number" or in_range(value, rule))
end

local function check_enum(value, rule, path, where)
  local near = type(value) == "string" and message.nearest(value, rule.enum)
  local hint = near and ("did you mean %s?"):format(message.quote(near)) or "expected " .. expected(rule)
  fail(path, where, "is %s; %s", message.value(value), hint)
end

local check_fields, check_value

local function check_items(value, rule, path, where)
  if rule.least and #value < rule.least then
    fail(path, where, "has %d items; expected %s", #value, expected(rule))
  end
  local items = {}
  for i, item in ipairs(value) do
    items[i] = rule.of and check_value(item, rule.of, within(path, i), where) or item
  end
  return items
end

check_value = function(value, rule, path, where)
  if type(rule) == "string" then rule = { type = rule } end
  if not schema.fits(value, rule) then
    if rule.enum then check_enum(value, rule, path, where) end
    fail(path, where, "is %s; expected %s", message.value(value), expected(rule))
  end
  local wrong = rule.check and rule.check(value)
  if wrong then fail(path, where, "%s", wrong) end
  if rule.fields and type(value) == "table" then return check_fields(value, rule, path, where) end
  if is_list(value) and (rule.of or rule.least) then return check_items(value, rule, path, where) end
  return value
end

local function unknown(key, rule, path, where)
  local names = {}
  for name in sorted(rule.fields) do
    if type(name) == "string" then names[#names + 1] = name end
  end
  local inside = #path > 0 and " in " .. message.quote(dotted(path)) or ""
  if type(key) ~= "string" then
    message.user("%s: a value without a name%s; expected name = value",
      where(unpack(within(path, key))), inside)
  end
  message.user("%s: %s", where(unpack(within(path, key))),
    (message.unknown("field", key, names):gsub("; ", function() return inside .. "; " end, 1)))
end

local function missing(rule, path, where)
  message.user("%s: field %s is missing; expected %s", where(unpack(path)), message.quote(dotted(path)),
    expected(rule))
end

check_fields = function(value, rule, path, where)
  local result = {}
  for key, item in sorted(value) do
    local field = rule.fields[key]
    if field then result[key] = check_value(item, field, within(path, key), where)
    elseif rule.open then result[key] = item
    else unknown(key, rule, path, where) end
  end
  for key, field in sorted(rule.fields) do
    if result[key] == nil and type(field) == "table" then
      if field.required then missing(field, within(path, key), where) end
      result[key] = field.default
    end
  end
  return result
end

-- Checks `value` (a table) against a description and returns a copy with the defaults filled in.
-- `where(path...)` answers "file:line" of a field. `path` (optional) is where the table itself is.
-- `open`: unknown fields are kept.
function schema.check(value, fields, where, path, open)
  return check_value(value, { type = "table", fields = fields, open = open }, path or {}, where)
end

-- Checks one value against one rule.
function schema.value(value, rule, where, path)
  return check_value(value, rule, path, where)
end

-- What a rule accepts, in words.
schema.expected = expected

return schema
