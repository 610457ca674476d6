-- core - the C core as Lua sees it: the library, statuses turned into errors, handles with owners,
-- arrays.
--
-- Besides boot.lua this is the only file that requires "ffi". In the host the library is the
-- program itself and boot.lua has declared the header; under plain luajit GANAS_LIBRARY is the path
-- of libganas.so and GANAS_HEADER that of ganas.h. Rows, nodes and operations are numbered from 0,
-- as in the core.

local bit = require "bit"
local ffi = require "ffi"
local message = require "ganas.message"

local core = {}

-- ---- the library ----

local function read(path)
  local file, why = io.open(path, "rb")
  if not file then message.user("GANAS_HEADER: %s", why) end
  local text = file:read "*a"
  file:close()
  return text
end

local function declare()
  local path = os.getenv "GANAS_HEADER"
  if not path then
    message.user "GANAS_HEADER is not set; outside of ganas-lua it names the file ganas.h"
  end
  local text = read(path):match "/%* cdef: on %*/(.*)/%* cdef: off %*/"
  if not text then
    message.user("%s: no text between 'cdef: on' and 'cdef: off'; name the file ganas.h", path)
  end
  ffi.cdef(text)
end

local function load_library()
  if pcall(ffi.typeof, "ganas_batch_view") then
    local ok = pcall(function() return ffi.C.ganas_abi end)
    if ok then return ffi.C end
  else
    declare()
  end
  local path = os.getenv "GANAS_LIBRARY"
  if not path then message.user "GANAS_LIBRARY is not set; outside of ganas-lua it names libganas.so" end
  local ok, lib = pcall(ffi.load, path)
  if not ok then message.user("GANAS_LIBRARY: %s", lib) end
  if lib.ganas_abi() ~= lib.GANAS_ABI then
    message.user("%s has ABI %d, the header %d; build both from one source", path, lib.ganas_abi(),
      lib.GANAS_ABI)
  end
  return lib
end

local lib = load_library()
core.lib = lib

-- ---- statuses ----

-- What the user can do something about; any other failure is a fault of ours.
local FOR_USER = {
  [tonumber(lib.GANAS_E_MEMORY)] = true,
  [tonumber(lib.GANAS_E_FILE)] = true,
  [tonumber(lib.GANAS_E_PARSE)] = true,
  [tonumber(lib.GANAS_E_SPACE)] = true,
  [tonumber(lib.GANAS_E_EMPTY)] = true,
  [tonumber(lib.GANAS_E_NUMBER)] = true,
}

local function fail(status)
  local text = ffi.string(lib.ganas_errmsg())
  if FOR_USER[status] then message.user("%s", text) end
  error(string.format("%s: %s", ffi.string(lib.ganas_status_name(status)), text), 0)
end

-- Under GANAS_GC=hostile (lua/boot.lua) all garbage goes at each new handle and after each EVERY-th call;
-- when that was MANY times, ten times as rarely, and so on: it takes milliseconds, there may be 10^6 calls.
local HOSTILE, EVERY, MANY = os.getenv "GANAS_GC" == "hostile", 50, 2000
local calls, handles, times, rarely = 0, 0, 0, 1

local function collect()
  collectgarbage()
  times = times + 1
  if times % MANY == 0 then rarely = 10 * rarely end
end

local function collect_after_call()
  calls = calls + 1
  if calls % (EVERY * rarely) == 0 then collect() end
end

local function collect_before_handle()
  handles = handles + 1
  if handles % rarely == 0 then collect() end
end

-- Whether there was something to choose: false for GANAS_E_EMPTY; raises what any other failure says.
function core.found(status)
  if status == lib.GANAS_E_EMPTY then return false end
  if status ~= 0 then fail(status) end
  return true
end

-- Raises what a status says: a user error for what the user can mend, else a fault.
function core.check(status)
  if HOSTILE then collect_after_call() end
  if status ~= 0 then fail(status) end
end

-- ---- handles ----

-- A handle made by `constructor(out, ...)`, freed by `free` when it is no longer reachable.
function core.new(kind, constructor, free, ...)
  local out = ffi.new(kind .. " *[1]")
  if HOSTILE then collect_before_handle() end
  core.check(constructor(out, ...))
  return ffi.gc(out[0], free)
end

local function freed(noun)
  return {
    __index = function(_, key) error(string.format("'%s' asked of a %s that was freed", tostring(key),
      noun), 2) end,
    __tostring = function() return "freed " .. noun end,
  }
end

-- A class of objects with a `handle`. `object:free()` frees it at once; using the object afterwards
-- is an error. The fields of an object keep the handles that its own was made from alive.
function core.class(noun, free)
  local class, after = {}, freed(noun)
  class.__index = class
  class.__tostring = function() return noun end
  function class:free()
    local handle = ffi.gc(self.handle, nil)
    for key in pairs(self) do self[key] = nil end -- order can't matter: every field goes
    setmetatable(self, after)
    free(handle)
  end
  return class
end

-- ---- arrays and structures ----

local doubles, bytes, words = ffi.typeof "double[?]", ffi.typeof "uint8_t[?]", ffi.typeof "uint32_t[?]"
local int32, int64, u64 = ffi.typeof "int32_t[?]", ffi.typeof "int64_t[?]", ffi.typeof "uint64_t[?]"
local int8, columns = ffi.typeof "int8_t[?]", ffi.typeof "const double *[?]"
local floats, layers = ffi.typeof "float[?]", ffi.typeof "ganas_layer[?]"

function core.doubles(n) return doubles(n) end
function core.bytes(n) return bytes(n) end
function core.words(n) return words(n) end
function core.layers(n) return layers(n) end
function core.int8(n) return int8(n) end
function core.int64(n) return int64(n) end
function core.u64(n) return u64(n) end

-- n zeros, or the floats that a text of little-endian bytes holds.
function core.floats(n)
  if type(n) == "number" then return floats(n) end
  local array = floats(#n / 4)
  ffi.copy(array, n, #n)
  return array
end

-- n places for arrays of doubles, which somebody else keeps alive.
function core.columns(n) return columns(n) end

-- n zeros, or the numbers of a list; the second result is how many.
function core.int32(list)
  if type(list) == "number" then return int32(list), list end
  local array = int32(#list)
  for i = 1, #list do array[i - 1] = list[i] end
  return array, #list
end

-- The set of a list of members as the core writes it: bit i is member i.
function core.set(list)
  local set = u64(1)
  for _, i in ipairs(list) do set[0] = bit.bor(set[0], bit.lshift(u64(1, 1)[0], i)) end
  return set[0]
end

-- n zeros of a C type.
function core.array(kind, n) return ffi.new(kind .. "[?]", n) end

-- ---- libraries that are not ours ----

local declared = {}

-- The first of some libraries that can be loaded, with its declarations; nil and why when none can.
function core.foreign(names, declarations)
  local whys = {}
  if not declared[declarations] then ffi.cdef(declarations) end
  declared[declarations] = true
  for i, name in ipairs(names) do
    local ok, result = pcall(ffi.load, name)
    if ok then return result end
    whys[i] = result
  end
  return nil, whys[1]
end

-- A pointer that is freed when it is no longer reachable.
function core.owned(pointer, free) return ffi.gc(pointer, free) end

-- A structure of the header: its defaults, then the fields of `settings`. Booleans become 0 and 1.
function core.struct(kind, defaults, settings)
  local struct = ffi.new(kind)
  if defaults then defaults(struct) end
  for name, value in pairs(settings or {}) do -- order can't matter: each field is set once
    if type(value) == "boolean" then value = value and 1 or 0 end
    local ok = pcall(function() struct[name] = value end)
    if not ok then
      error(string.format("%s has no field '%s' that could be %s", kind, tostring(name),
        message.value(value)), 2)
    end
  end
  return struct
end

-- ganas_stats as a table.
function core.stats(s)
  return { loss = s.loss, entropy = s.entropy, accuracy = s.accuracy, norm = s.norm, ratio = s.ratio }
end

local digest = ffi.new "char[33]"

-- The MD5 digest of a text, or of `size` bytes (core.cast_text), 32 lower-case hexadecimal digits.
function core.md5(text, size)
  core.check(lib.ganas_md5(text, size or #text, digest))
  return ffi.string(digest, 32)
end

-- The text behind a C string, or of `size` bytes; nil for NULL.
function core.text(pointer, size)
  if pointer ~= nil then return ffi.string(pointer, size) end
end

-- An array as bytes, for core.text.
function core.cast_text(array) return ffi.cast("const char *", array) end

-- What there is in a set of images.
function core.images_view(handle)
  local view = ffi.new "ganas_images_view"
  lib.ganas_images_view_get(handle, view)
  return view
end

-- The sentence of the last failure.
function core.last_message() return ffi.string(lib.ganas_errmsg()) end

core.copy = ffi.copy
core.fill = ffi.fill

-- Whether a value is an array, handle or number of the core's.
function core.is_data(value) return type(value) == "cdata" end

-- The header's numbers for what users write.
core.compare = {
  ["<="] = lib.GANAS_LE, [">="] = lib.GANAS_GE, ["=="] = lib.GANAS_EQ,
  ["<"] = lib.GANAS_LT, [">"] = lib.GANAS_GT, ["!="] = lib.GANAS_NE,
}
core.joint = { ["and"] = tonumber(lib.GANAS_AND), ["or"] = tonumber(lib.GANAS_OR) }
core.identity = { string = lib.GANAS_IDENTITY_STRING, network = lib.GANAS_IDENTITY_NETWORK }
core.read = { fixed = lib.GANAS_READ_FIXED, choose = lib.GANAS_READ_CHOOSE, free = lib.GANAS_READ_FREE }
core.measure = {
  sum = lib.GANAS_MEASURE_SUM,
  depth = lib.GANAS_MEASURE_DEPTH,
  nodes = lib.GANAS_MEASURE_NODES,
  edges = lib.GANAS_MEASURE_EDGES,
  given = lib.GANAS_MEASURE_GIVEN,
}

return core
