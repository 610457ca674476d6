-- json - writes JSON.
--
-- json.encode(value) -> text on one line. Numbers have the shortest form that reads back the same;
-- NaN and the infinities, which JSON doesn't have, are null. Tables say what they are:
-- json.array(list), json.map(list, fn) for an array of what fn makes of the items, one by one as they
-- are written, json.object { { "key", value }, ... } in the order given (a missing value is
-- null), json.null. A table that says nothing is an array when it has items and otherwise an object
-- with sorted keys; an empty one is refused.

local message = require "ganas.message"
local sorted = require "ganas.sorted"

local json = {}

json.null = setmetatable({}, { __tostring = function() return "null" end })

local Array, Map, Object = {}, {}, {}

function json.array(list) return setmetatable(list, Array) end

function json.map(list, fn) return setmetatable({ list = list, fn = fn }, Map) end

function json.object(fields) return setmetatable(fields, Object) end

-- ---- strings ----

local NAMED = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function escape(c) return NAMED[c] or string.format("\\u%04x", c:byte()) end

-- Length and first two allowed bytes of UTF-8 sequences by lead byte (Unicode 15, table 3-7).
local function sequence(lead)
  if lead < 0x80 then return 1 end
  if lead < 0xC2 or lead > 0xF4 then return nil end
  if lead < 0xE0 then return 2, 0x80, 0xBF end
  if lead < 0xF0 then return 3, lead == 0xE0 and 0xA0 or 0x80, lead == 0xED and 0x9F or 0xBF end
  return 4, lead == 0xF0 and 0x90 or 0x80, lead == 0xF4 and 0x8F or 0xBF
end

-- Length of the valid sequence at byte i, nil if there is none.
local function valid_at(text, i)
  local n, low, high = sequence(text:byte(i))
  if not n then return nil end
  for k = 1, n - 1 do
    local byte = text:byte(i + k)
    if not byte or byte < low or byte > high then return nil end
    low, high = 0x80, 0xBF
  end
  return n
end

-- The text with every byte that is not UTF-8 replaced by U+FFFD.
local function repaired(text)
  if not text:find "[\128-\255]" then return text end
  local parts, i = {}, 1
  while i <= #text do
    local n = valid_at(text, i)
    parts[#parts + 1] = n and text:sub(i, i + n - 1) or "\239\191\189"
    i = i + (n or 1)
  end
  return table.concat(parts)
end

json.repaired = repaired

local function string_text(text) return '"' .. repaired(text):gsub('[%z\1-\31\127"\\]', escape) .. '"' end

-- ---- values ----

local function number_text(x)
  if x ~= x or math.abs(x) == math.huge then return "null" end
  return message.number(x)
end

local encode

local function array_text(list, n)
  local parts = {}
  for i = 1, n do parts[i] = encode(list[i]) end
  return "[" .. table.concat(parts, ",") .. "]"
end

local function map_text(map)
  local parts = {}
  for i, item in ipairs(map.list) do parts[i] = encode(map.fn(item)) end
  return "[" .. table.concat(parts, ",") .. "]"
end

local function object_text(fields)
  local parts = {}
  for i, field in ipairs(fields) do parts[i] = string_text(field[1]) .. ":" .. encode(field[2]) end
  return "{" .. table.concat(parts, ",") .. "}"
end

local function plain_text(t)
  if #t > 0 then return array_text(t, #t) end
  local fields = {}
  for k, v in sorted(t) do fields[#fields + 1] = { tostring(k), v } end
  if #fields == 0 then error "an empty table: say json.array or json.object" end
  return object_text(fields)
end

local function table_text(t)
  local kind = getmetatable(t)
  if t == json.null then return "null" end
  if kind == Array then return array_text(t, #t) end
  if kind == Map then return map_text(t) end
  if kind == Object then return object_text(t) end
  return plain_text(t)
end

local TEXT = {
  ["nil"] = function() return "null" end,
  boolean = tostring,
  number = number_text,
  string = string_text,
  table = table_text,
}

encode = function(value)
  local text = TEXT[type(value)]
  if not text then error("JSON has no " .. type(value)) end
  return text(value)
end

json.encode = encode

return json
