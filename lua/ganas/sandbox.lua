-- sandbox - a stranger's recipe: what it sees, and what passes between it and ganas (--sandbox).
--
-- Two sides that share nothing that either could change. What the recipe's side gives, tables, functions,
-- errors, is copied when it passes (`import`): metatables are left behind, functions are called under a
-- limit of time. What ganas gives (`export`) is copied too, or stands there as a token, whose object only
-- ganas can reach. Nothing of the FFI's passes in either direction. docs/SECURITY.md says what that is for.

local hint = require "ganas.hint"
local message = require "ganas.message"
local sorted = require "ganas.sorted"

local sandbox = {}

-- Of the processor's, to load and for one call later; a smaller number may be in the environment. Bytes.
local SECONDS = math.min(5, tonumber(os.getenv "GANAS_SANDBOX_SECONDS") or 5)
local MEMORY = 2 ^ 30
local LONGEST = 2 ^ 26            -- bytes that string.rep makes

local function weak(mode) return setmetatable({}, { __mode = mode }) end
local behind = weak "k"    -- a token, or a function of ours as the recipe has it -> the object
local tokens = weak "kv"   -- the other way round
local wrappers = weak "kv" -- a function of the recipe's -> the one that stands for it

local native_pcall, native_type = pcall, type

-- ---- time ----

local host               -- nil until start()
local left, depth = SECONDS, 0
local loading = true

local function arm()
  depth = depth + 1
  if depth == 1 then host.limit(loading and left or SECONDS) end
end

local function disarm()
  depth = depth - 1
  if depth > 0 then return end
  local rest = host.unlimit()
  if loading then left = rest end
end

-- From now on each call has a time of its own; until then all calls together have one.
function sandbox.loaded() loading = false end

local function raise_limit()
  message.here("this still ran after %g s of processor time; --sandbox allows no more to load a file, nor "
    .. "for one call of a function later", SECONDS)
end

-- ---- from the recipe's side to ours ----

local import

-- Names by which ganas knows its own descriptions. Only tokens have them: what made a token has checked it.
local MADE = { form = "space", measure = "space", picks = "space", rule = "rule" }

local function check_key(key, value)
  local kind = native_type(key)
  if kind ~= "string" and kind ~= "number" and kind ~= "boolean" then
    message.here("a table has a %s as a key; --sandbox passes names and numbers alone", kind)
  end
  if MADE[key] and (native_type(value) == "string" or value == true) then
    message.here("a table has a field %s of its own; expected what ganas.%s makes", message.quote(key),
      MADE[key])
  end
end

local function import_table(t, seen)
  if seen[t] then return seen[t] end
  local copy = {}
  seen[t] = copy
  for key, value in next, t do -- order can't matter: a copy
    check_key(key, value)
    copy[key] = import(value, seen)
  end
  return copy
end

-- The text of an error of the recipe's.
local function text_of(err)
  if native_type(err) == "string" then return err end
  local ok, text = native_pcall(tostring, err)
  return ok and native_type(text) == "string" and text or "an error of type " .. native_type(err)
end

-- A tail call leaves no place in the recipe; then the error has that of the caller, which is here.
local function placeless(text)
  return message.is_ours(text) and text:gsub("^[^\n:]*sandbox%.lua:%d+: ", "", 1) or text
end

local export

-- f of each argument.
local function map(f, ...)
  local n, list = select("#", ...), { ... }
  for i = 1, n do list[i] = f(list[i]) end
  return unpack(list, 1, n)
end

local function across(fn, ...) return map(import, fn(map(export, ...))) end

local function finish(ok, ...)
  local err = ...
  if not ok and not message.is_user(err) and not message.is_fault(err) then
    local done, text = native_pcall(text_of, err)
    err = done and placeless(text) or "an error"
  end
  disarm()
  if ok then return ... end
  error(err, 0)
end

local function import_function(fn)
  if behind[fn] then return behind[fn] end
  if not wrappers[fn] then
    local function wrapper(...)
      arm()
      return finish(native_pcall(across, fn, ...))
    end
    wrappers[fn], message.behind[wrapper] = wrapper, fn
  end
  return wrappers[fn]
end

import = function(value, seen)
  local kind = native_type(value)
  if kind == "function" then return import_function(value) end
  if kind == "table" then return behind[value] or import_table(value, seen or {}) end
  if kind == "nil" or kind == "boolean" or kind == "number" or kind == "string" then return value end
  message.here("%s can't leave a recipe that runs with --sandbox", message.value(value))
end

sandbox.import = function(value) return import(value) end

-- ---- from our side to the recipe's ----

local NONE = { methods = {}, fields = {}, opaque = {} }
local faces = {} -- by class

local function set(list)
  local is = {}
  for _, name in ipairs(list or {}) do is[name] = true end
  return is
end

-- What a recipe may ask of the objects of a class (their metatable) besides numbers and texts: `methods`, and
-- `fields` that are tables or functions. `opaque`: those of them whose tables are tokens to the recipe.
function sandbox.face(class, face)
  hint.methods(class, face.methods or {})
  faces[class] = { methods = set(face.methods), fields = set(face.fields), opaque = set(face.opaque) }
end

local function face_of(object) return faces[getmetatable(object)] or NONE end

-- A function of ours, to be called by the recipe. Descriptions that it makes are tokens (`opaque`).
local function export_function(fn, opaque)
  if not tokens[fn] then
    local function token(...)
      return map(function(value) return export(value, opaque) end, fn(map(import, ...)))
    end
    tokens[fn], behind[token] = token, fn
  end
  return tokens[fn]
end

-- The same for a method, which is called with objects of its own class alone.
local function export_method(object, key, opaque)
  local class, method = getmetatable(object), object[key]
  return function(self, ...)
    local own = behind[self]
    if native_type(own) ~= "table" or getmetatable(own) ~= class then
      message.here("'%s' is a method; write object:%s(...), with a colon", key, key)
    end
    return map(function(value) return export(value, opaque) end, method(own, map(import, ...)))
  end
end

local function look(token, key)
  local object = behind[token]
  local face, kind = face_of(object), native_type(key)
  if kind ~= "string" and kind ~= "number" then return nil end
  if face.methods[key] then return export_method(object, key, face.opaque[key]) end
  local value = object[key]
  kind = native_type(value)
  if kind == "number" or kind == "string" or kind == "boolean" then return value end
  if face.fields[key] then return export(value, face.opaque[key]) end
end

local TOKEN = {
  __metatable = false, __index = look,
  __newindex = function() message.here "this object can't be changed" end,
  __tostring = function(token) return tostring(behind[token]) end,
  __call = function(token, ...)
    return map(export, behind[token](map(import, ...)))
  end,
}

local function export_token(object)
  if not tokens[object] then
    local token = setmetatable({}, TOKEN)
    tokens[object], behind[token] = token, object
  end
  return tokens[object]
end

-- A vocabulary: its names, to be read by the recipe, standing for the whole.
local function export_names(list)
  local names = setmetatable({}, { __metatable = false, __newindex = TOKEN.__newindex })
  for i, name in ipairs(list) do rawset(names, i, name) end
  behind[names] = list
  return names
end

local function export_copy(t, seen)
  if seen[t] then return seen[t] end
  local copy = {}
  seen[t] = copy
  for key, value in next, t do -- order can't matter: a copy
    if native_type(value) ~= "function" then copy[key] = export(value, false, seen) end
  end
  return copy
end

local function is_vocabulary(meta) return native_type(meta) == "table" and rawget(meta, "values") ~= nil end

local function export_table(t, opaque, seen)
  if behind[t] then return t end
  local meta = getmetatable(t)
  if is_vocabulary(meta) then return export_names(t) end
  if meta or opaque then return export_token(t) end
  return export_copy(t, seen or {})
end

export = function(value, opaque, seen)
  local kind = native_type(value)
  if kind == "table" then return export_table(value, opaque, seen) end
  if kind == "function" then return export_function(value) end
  if kind == "nil" or kind == "boolean" or kind == "number" or kind == "string" then return value end
  return nil
end

-- ---- what a recipe sees ----

-- An error as the recipe's own pcall gives it: ours as texts.
local function shown(err)
  if message.is_user(err) then return err.text end
  if message.is_fault(err) then return err.text end
  return err
end

local function caught(ok, ...)
  if ok then return ok, ... end
  return ok, shown((...))
end

local function rep(text, n, between)
  local many = tonumber(n) or 0
  if many * (#text + #(between or "")) > LONGEST then error("the text would be too long", 2) end
  return string.rep(text, n, between)
end

local function pick(lib, ...)
  local copy = {}
  for _, name in ipairs { ... } do copy[name] = lib[name] end
  return copy
end

local safe_string = pick(string, "byte", "char", "find", "format", "gmatch", "gsub", "len", "lower", "match",
  "reverse", "sub", "upper")
safe_string.rep = rep

local BASE = { "assert", "error", "ipairs", "next", "rawequal", "rawget", "rawset", "select", "setmetatable",
  "tonumber", "tostring", "type", "unpack", "_VERSION" }

local MODULES = { ["ganas.space"] = true, ["ganas.rule"] = true, ["ganas.schedule"] = true,
  ["ganas.stages"] = false, ["ganas.layers"] = false } -- whether what it makes is described by tokens

-- A copy of a module, so that nobody else sees what the recipe does to it.
local function face_of_module(name)
  local copy = {}
  for key, value in next, require(name) do -- order can't matter: a copy
    if native_type(value) == "function" then copy[key] = export_function(value, MODULES[name]) end
  end
  return copy
end

local function clean(text)
  return (text:gsub("[%z\1-\8\11-\31\127]", "?"):gsub("\194[\128-\159]", "?"))
end

-- That of a vocabulary is a copy, whose values one may want; those of texts and tokens are nobody's.
local function metatable_of(value)
  if native_type(value) ~= "table" then return nil end
  local own = behind[value] and getmetatable(behind[value])
  if is_vocabulary(own) then return { values = export_copy(own.values, {}) } end
  return getmetatable(value)
end

-- Fills an environment: `own` has math, print and require already, the latter for files beside the recipe.
function sandbox.furnish(env)
  for _, name in ipairs(BASE) do env[name] = _G[name] end
  env.getmetatable = metatable_of
  env.pcall = function(fn, ...) return caught(pcall(fn, ...)) end
  env.xpcall = function(fn, handler, ...)
    return xpcall(fn, function(err) return handler(shown(err)) end, ...)
  end
  env.string = pick(safe_string, unpack(sorted.keys(safe_string)))
  env.table = pick(table, "concat", "insert", "maxn", "remove", "sort")
  env.bit = pick(bit, unpack(sorted.keys(bit)))
  env.coroutine = pick(coroutine, "create", "running", "status", "wrap", "yield", "isyieldable")
  env.coroutine.resume = function(...) return caught(coroutine.resume(...)) end
  local print_words = env.print
  env.print = function(...)
    print_words(map(function(value) return clean(tostring(value)) end, ...))
  end
  return env
end

-- What `require` of a name gives in an environment, nil where that is no module for strangers.
function sandbox.module(name, env)
  if MODULES[name] ~= nil then return face_of_module(name) end
  if name == "string" or name == "table" or name == "math" or name == "bit" or name == "coroutine" then
    return env[name]
  end
end

-- ---- the whole process ----

function sandbox.active() return host ~= nil end

-- Raises a user error where a recipe asks for what strangers don't get.
function sandbox.refuse(where, what)
  if host then message.user("%s: %s; --sandbox allows none of that", where, what) end
end

-- Whether a path that a recipe names stays below where it is looked for.
function sandbox.inside(path)
  return not host or path:sub(1, 1) ~= "/" and not ("/" .. path .. "/"):find("/../", 1, true)
end

-- From now on every file of the user's that is loaded is a stranger's. `given`: ganas.host.
function sandbox.start(given)
  if host then return end
  if not given or not given.confine then message.usage "--sandbox needs the program ganas-lua" end
  local sentence = ("ganas-lua: the recipe ran on for a second after its %g s of processor time were over; "
    .. "--sandbox ends it"):format(SECONDS)
  local ok, why = given.confine(MEMORY, sentence, raise_limit)
  if not ok then message.user("--sandbox can't be had here: %s", why) end
  debug.getmetatable("").__index = safe_string
  host = given
end

return sandbox
