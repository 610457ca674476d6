-- parse - reads JSON, through jansson.
--
-- parse(text) -> a Lua value; nil and a reason where the text is no JSON. Objects and arrays are tables,
-- numbers are numbers, null is nil: left out of an object, parse.null in an array. What Python and C write
-- for numbers that JSON doesn't have, NaN, Infinity, nan, -inf and so on, is read as the strings 'NaN',
-- 'Infinity' and '-Infinity'.

local core = require "ganas.core"

local DECLARATIONS = [[
typedef struct ganas_json { int type; size_t count; } ganas_json;
typedef struct ganas_json_error { int line, column, position; char source[80], text[160]; } ganas_json_error;
ganas_json *json_loadb(const char *text, size_t size, size_t flags, ganas_json_error *error);
void json_delete(ganas_json *json);
const char *json_string_value(const ganas_json *json);
size_t json_string_length(const ganas_json *json);
int64_t json_integer_value(const ganas_json *json);
double json_real_value(const ganas_json *json);
size_t json_array_size(const ganas_json *json);
ganas_json *json_array_get(const ganas_json *json, size_t index);
void *json_object_iter(ganas_json *json);
void *json_object_iter_next(ganas_json *json, void *iter);
const char *json_object_iter_key(void *iter);
ganas_json *json_object_iter_value(void *iter);
]]

local ANY, INTEGERS_TOO_BIG = 0x4, 0x8 -- JSON_DECODE_ANY; JSON_DECODE_INT_AS_REAL: every number is a double
local null = setmetatable({}, { __tostring = function() return "null" end })

local lib, failure

local function load()
  local why
  lib, why = core.foreign({ "libjansson.so.4", "jansson" }, DECLARATIONS)
  if not lib then error("jansson can't be loaded: " .. tostring(why)) end
  failure = core.array("ganas_json_error", 1)
end

local value_of

local function object_of(json)
  local object, iter = {}, lib.json_object_iter(json)
  while iter ~= nil do
    local value = value_of(lib.json_object_iter_value(iter))
    if value ~= null then object[core.text(lib.json_object_iter_key(iter))] = value end
    iter = lib.json_object_iter_next(json, iter)
  end
  return object
end

local function list_of(json)
  local list = {}
  for i = 1, tonumber(lib.json_array_size(json)) do list[i] = value_of(lib.json_array_get(json, i - 1)) end
  return list
end

-- By the number of the type, from 0.
local READERS = {
  [0] = object_of, list_of,
  function(json) return core.text(lib.json_string_value(json), lib.json_string_length(json)) end,
  function(json) return tonumber(lib.json_integer_value(json)) end,
  function(json) return lib.json_real_value(json) end,
  function() return true end, function() return false end, function() return null end,
}

value_of = function(json) return READERS[json.type](json) end

local function decode(text)
  local json = lib.json_loadb(text, #text, ANY + INTEGERS_TOO_BIG, failure)
  if json == nil then return nil, core.text(failure[0].text) end
  local ok, value = pcall(value_of, json)
  -- the last reference: what json_decref does
  lib.json_delete(json)
  if not ok then error(value, 0) end
  return value
end

-- How others write what is no number of JSON's.
local SPELT = { nan = "NaN", infinity = "Infinity", inf = "Infinity" }

local function spell(sign, word)
  local known = SPELT[word:lower()]
  return known and '"' .. (sign == "-" and known ~= "NaN" and "-" or "") .. known .. '"' or nil
end

-- Where the string that begins at a quotation mark ends.
local function string_end(text, at)
  repeat
    at = text:find('["\\]', at + 1)
    local escaped = at and text:sub(at, at) == "\\"
    if escaped then at = at + 1 end
  until not escaped
  return at or #text
end

-- A text with such words as strings; what strings have in them stays.
local function spelt(text)
  local parts, at = {}, 1
  while at <= #text do
    local first = text:find('"', at, true) or #text + 1
    local last = string_end(text, first)
    parts[#parts + 1] = text:sub(at, first - 1):gsub("([%-+]?)(%a+)", spell)
    parts[#parts + 1] = text:sub(first, last)
    at = last + 1
  end
  return table.concat(parts)
end

local function parse(text)
  if not lib then load() end
  local value, why = decode(text)
  if value == nil and (text:find "[Nn][Aa][Nn]" or text:find "[Ii][Nn][Ff]") then
    local again = decode(spelt(text))
    if again ~= nil then return again end
  end
  return value, why
end

return setmetatable({ null = null }, { __call = function(_, text) return parse(text) end })
