-- hint - what an error of Lua's in a user's file probably means.
--
-- Two kinds: what Lua says of the user's own line (a function that was indexed, a name that is nothing), and
-- errors inside of ganas under a call of the user's. Of these the commonest is a dot in place of a colon: the
-- method gets its first argument as `self`. All of it is looked at only when something went wrong.

local message = require "ganas.message"

local hint = {}

local methods = setmetatable({}, { __mode = "k" }) -- function -> { name, class }

-- Methods of a class that users call, by name: what `class.__index` gives.
function hint.methods(class, list)
  for _, name in ipairs(list) do
    local from = class.__index
    local fn = type(from) == "function" and from({}, name) or rawget(class, name)
    if fn then methods[fn] = { name = name, class = class } end
  end
end

-- ---- a call of the user's into ganas ----

-- What the function at a level of the stack was called with, as far as that is texts and numbers: ' "mlp"' or
-- '(7, 3)'.
local function arguments(level)
  local words = {}
  for i = 1, 9 do
    local name, value = debug.getlocal(level + 1, i)
    if not name or value == nil then break end
    if type(value) ~= "number" and type(value) ~= "string" then return "(...)" end
    words[i] = type(value) == "number" and message.number(value) or ("%q"):format(value)
    if i >= debug.getinfo(level + 1, "u").nparams then break end
  end
  if #words == 1 and words[1]:sub(1, 1) == '"' then return " " .. words[1] end
  return "(" .. table.concat(words, ", ") .. ")"
end

-- The word before '.name' in the line of a place ("file:line"), and the place. A tail call has left only the
-- line where the function begins: then in one of the next lines.
local AHEAD = 30

local function object_at(place, name)
  local path, number = place:match "^(.*):(%d+)$"
  local file = path and io.open(path, "rb")
  if not file then return "object", place end
  local at, word = 0, nil
  for line in file:lines() do
    at = at + 1
    word = at >= tonumber(number) and line:match("([%a_][%w_]*)%s*%.%s*" .. name .. "%f[^%w_]")
    if word or at > number + AHEAD then break end
  end
  file:close()
  return word or "object", word and path .. ":" .. at or place
end

-- A method that was called without its object: what to write.
local function dotted(info, level)
  local method = methods[info.func]
  if not method then return nil end
  local _, self = debug.getlocal(level + 1, 1)
  if getmetatable(self) == method.class then return nil end
  local word, place = object_at(message.caller() or "?", method.name)
  return ("%s: '%s' is a method; write %s:%s%s, with a colon"):format(place, method.name, word, method.name,
    arguments(level + 1))
end

-- For a handler of xpcall, of an error inside of ganas: a message with the user's line, where the error is
-- under a call of theirs; nil where it is not. At most `DEEP` functions of ours are between.
local DEEP = 40

function hint.under(text)
  local called
  for level = 3, DEEP do
    local info = debug.getinfo(level, "Slfnu")
    if not info or info.func == message.boundary.call then return nil end
    local said = dotted(info, level)
    if said then return message.made(said) end
    if info.currentline > 0 and not message.is_ours(info.source:sub(2) .. ":") then
      return message.made(("%s: %s can't do this: %s; is what it was given right?"):format(message.caller(),
        called and message.quote(called) or "ganas", text))
    end
    if info.what ~= "C" then called = info.name end
  end
end

-- ---- what Lua says of the user's line ----

local USE = {
  op = "a:op(2), or a.ops[2]", reads = "a:reads(7, 3)", sources = "a:sources(3)", live = "a:live(3)",
  count = 'a:count "conv3"', best = "run:best(3)",
}

local MODULES = { rule = true, space = true, schedule = true }

local function of_function(name)
  if USE[name] then return ("'%s' is a method; write %s"):format(name, USE[name]) end
end

local function of_nothing(name)
  if MODULES[name] then return ('write local %s = require "ganas.%s" above'):format(name, name) end
  if name ~= "args" then return nil end
  return "what depends on arguments is a function: constraints = function(args) ... end"
end

local function of_value(name)
  return ("write it with a dot and without brackets: a.%s"):format(name)
end

local HINTS = {
  { "field '([%a_][%w_]*)' %(a function value%)", of_function },
  { "^attempt to %a+ global '([%a_][%w_]*)' %(a nil value%)", of_nothing },
  { "^attempt to call method '([%a_][%w_]*)' %(a number value%)", of_value },
}

-- A sentence of Lua's ("file:line: attempt to ..."), with what it probably means.
function hint.added(text)
  local said = text:match "^[^\n]-:%d+: ([^\n]*)$"
  for _, entry in ipairs(said and HINTS or {}) do
    local name = said:match(entry[1])
    local more = name and entry[2](name)
    if more then return text .. "; " .. more end
  end
  return text
end

return hint
