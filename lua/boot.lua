-- boot.lua - what the host runs first: the FFI's declarations, the ABI handshake, where modules
-- come from, the JIT's memory; then the command line.
--
-- `host`, from core/host/main.c:
--   files        path -> text of an embedded file, by __index: "lua/ganas/cli.lua", "recipes/demo.lua", ...
--   names        the paths of all, sorted
--   cdef         the FFI's part of ganas.h
--   version abi  of the program
--   argv         arguments, [0] is the program
--   interrupted  function: 0, or 1 after an interrupt
--   confine limit unlimit  what a stranger's recipe may use (core/host/confine.h)
-- Modules get it as `require "ganas.host"`.

local host = ...
local ffi = require "ffi"

local USER, FAULT = 1, 3

local function say(...)
  io.stderr:write("ganas-lua: ", string.format(...), "\n")
end

-- Code memory for many small traces; the defaults are meant for short scripts.
local function set_up_jit()
  if os.getenv "GANAS_JIT" == "off" then return jit.off() end
  jit.opt.start("maxtrace=4000", "maxrecord=8000", "sizemcode=512", "maxmcode=16384")
end

-- GANAS_GC=hostile collects garbage without pause, to find handles that nothing keeps alive; more of that
-- is in ganas/core.lua. Far above that step, compiled loops of LuaJIT can hang.
local function set_up_gc()
  if os.getenv "GANAS_GC" ~= "hostile" then return end
  collectgarbage("setpause", 1)
  collectgarbage("setstepmul", 400)
end

local function same_abi()
  ffi.cdef(host.cdef)
  local header, library = tonumber(ffi.C.GANAS_ABI), tonumber(ffi.C.ganas_abi())
  if header == library and host.abi == library then return true end
  say("the header is of ABI %d, the program of ABI %d, its core of ABI %d; "
    .. "build all three from one tree", header, host.abi, library)
  return false
end

local function read_text(path)
  local file, why = io.open(path, "rb")
  if not file then return nil, why end
  local text = file:read "*a"
  file:close()
  return text
end

-- `lua/` inside the program, or the folder that GANAS_LUA_DIR names; said once.
local function choose_source()
  local dir = os.getenv "GANAS_LUA_DIR"
  if not dir or dir == "" then
    return function(path) return host.files["lua/" .. path], "@lua/" .. path end
  end
  if not read_text(dir .. "/ganas/cli.lua") then
    say("GANAS_LUA_DIR is '%s', but there is no '%s/ganas/cli.lua'; "
      .. "it should name the sources' folder 'lua'", dir, dir)
    return nil
  end
  say("Lua modules come from '%s' (GANAS_LUA_DIR)", dir)
  return function(path) return read_text(dir .. "/" .. path), "@" .. dir .. "/" .. path end
end

-- `ganas.*` and `argparse` come from the program alone: a ./ganas folder can't take their place.
local function make_searcher(source)
  return function(name)
    if name ~= "argparse" and name ~= "ganas" and not name:find "^ganas%." then return nil end
    local path = name:gsub("%.", "/") .. ".lua"
    local text, chunk = source(path)
    if not text and name == "argparse" then
      text, chunk = host.files["lua/argparse.lua"], "@lua/argparse.lua"
    end
    if not text then
      error(string.format("module '%s' is not part of ganas-lua: no '%s'", name, chunk:sub(2)), 0)
    end
    return assert(loadstring(text, chunk))
  end
end

set_up_jit()
set_up_gc()
if not same_abi() then return FAULT end
local source = choose_source()
if not source then return USER end
table.insert(package.loaders, 2, make_searcher(source))
package.loaded["ganas.host"] = host
return require("ganas.cli").main(host)
