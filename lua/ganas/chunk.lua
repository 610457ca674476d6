-- chunk - runs a Lua file of the user's.
--
-- The file gets an environment of its own: everything of Lua's, but `pairs` walks in a fixed order,
-- math.random is the stream it is given, and what it prints goes where it should. Mistakes in it
-- are user errors with file:line.

local fs = require "ganas.fs"
local hint = require "ganas.hint"
local message = require "ganas.message"
local sandbox = require "ganas.sandbox"
local sorted = require "ganas.sorted"

local chunk = {}

local function copy(t)
  local new = {}
  for k, v in sorted(t) do new[k] = v end
  return new
end

-- A math library whose random numbers come from `uniform()` in [0, 1).
local function math_with(uniform)
  local lib = copy(math)
  function lib.random(low, high)
    local u = uniform()
    if not low then return u end
    if not high then low, high = 1, low end
    if low > high then error("bad argument to 'random' (interval is empty)", 2) end
    return low + math.floor(u * (high - low + 1))
  end
  function lib.randomseed()
    message.note("math.randomseed does nothing in a recipe: its random numbers follow from seed=")
  end
  return lib
end

-- An io library that writes to `file` where Lua's writes to stdout.
local function io_to(file)
  local lib = copy(io)
  lib.stdout = file
  function lib.write(...) return file:write(...) end
  return lib
end

local function printer(options)
  return function(...)
    local words = {}
    for i = 1, select("#", ...) do words[i] = tostring((select(i, ...))) end
    if options.before then options.before() end
    local file = options.out or io.stdout
    file:write(table.concat(words, "\t"), "\n")
  end
end

-- ---- modules ----

local function beside(dir, name)
  if not dir or name:find "^ganas%.?" or name == "argparse" then return nil end
  local base = fs.join(dir, (name:gsub("%.", "/")))
  for _, path in ipairs { base .. ".lua", base .. "/init.lua" } do
    if fs.is_file(path) then return path end
  end
end

local FOR_USERS = { "ganas.rule", "ganas.schedule", "ganas.space" }

local function explain(name, err, dir)
  if message.is_user(err) then error(err, 0) end
  if name:find "^ganas%." then message.here("%s", message.unknown("module", name, FOR_USERS)) end
  if not tostring(err):find("^module '.-' not found") then message.here("%s", tostring(err)) end
  message.here("no module %s; looked in %sLua's own places", message.quote(name),
    dir and dir .. " and " or "")
end

-- A file that can't be Lua is a user error.
local function check_text(path, text)
  local what = text:sub(1, 1) == "\27" and "compiled Lua; expected its source"
    or text:find "^\255\254" and "text in UTF-16; expected UTF-8"
    or text:find "^\254\255" and "text in UTF-16; expected UTF-8"
    or text:find("%z") and "no text: it has bytes 0; expected a file of Lua"
  if what then message.user("%s:1: this is %s", path, what) end
end

-- What would be right in place of a text that doesn't compile; nothing where the file's name is one of Lua.
local function instead(path)
  if path:find "%.lua$" then return "" end
  if not path:find "%.py$" then return "; expected a file of Lua" end
  return ('; expected a file of Lua: Python is for evaluators, evaluate = { "worker", "python3", "%s" } in a '
    .. "recipe"):format(path)
end

-- The text of a file of the user's as a function. Hooks, which end what runs for too long, are seen by the
-- interpreter alone.
local function compile(path, text, env)
  check_text(path, text)
  local fn, err = loadstring((text:gsub("^#[^\n]*", "", 1)), message.chunk(path), "t")
  if not fn then
    message.user("%s%s", message.relocate(err), instead(path))
  end
  if sandbox.active() then jit.off(fn, true) end
  return setfenv(fn, env)
end

local function load_beside(path, env, files)
  local text, why = fs.read(path)
  if files then files[path] = true end
  if not text then message.here("can't read %s: %s", message.quote(path), why) end
  local value = chunk.call(path .. ":1", compile(path, text, env))
  if value == nil then return true end
  return value
end

-- A module that is not beside the file.
local function elsewhere(name, env, dir)
  if sandbox.active() then
    return sandbox.module(name, env)
      or message.here("no module %s for a recipe that runs with --sandbox", message.quote(name))
  end
  local ok, module = pcall(require, name)
  return ok and module or explain(name, module, dir)
end

local function check_name(name)
  if type(name) ~= "string" then message.here("require of %s; expected a name", message.value(name)) end
  if sandbox.active() and not name:find "^[%w_.]+$" or name:find "%.%." then
    message.here("require of %s; expected names with dots between them", message.quote(name))
  end
end

-- A `require` that looks beside the file first and lets what it finds there run in the same
-- environment.
local function requirer(env, dir, files)
  local loaded, loading = {}, {}
  return function(name)
    check_name(name)
    if loaded[name] ~= nil then return loaded[name] end
    if loading[name] then message.here("module %s requires itself", message.quote(name)) end
    local path = beside(dir, name)
    if not path then return elsewhere(name, env, dir) end
    loading[name] = true
    loaded[name] = load_beside(path, env, files)
    return loaded[name]
  end
end

-- An environment; with --sandbox that of a stranger's file. Options: `uniform` (random numbers), `dir` (the
-- folder of the file's own modules), `files` (gets the paths of those), `out` (a file in place of stdout),
-- `before` (called before each print, to clear the progress line).
function chunk.environment(options)
  options = options or {}
  local env = { pairs = sorted.pairs }
  env._G = env
  env.math = math_with(function() return (options.uniform or math.random)() end)
  env.print = printer(options)
  env.require = requirer(env, options.dir, options.files)
  if sandbox.active() then return sandbox.furnish(env) end
  if options.out then env.io = io_to(options.out) end
  return setmetatable(env, { __index = _G })
end

-- Messages for people pass; without a place (a tail call has none) they get one.
local function raise_message(err, where)
  if message.located(err.text) then error(err, 0) end
  error(message.prefixed(where .. ": ", err), 0)
end

local function text_of(err)
  local meta = getmetatable(err)
  if type(err) == "table" and not (type(meta) == "table" and meta.__tostring) then
    return "error() was given a table; expected a text"
  end
  return hint.added(message.relocate(tostring(err)))
end

-- An error of Lua's in a user's file as a user error.
function chunk.raise(err, where)
  if message.is_user(err) then raise_message(err, where) end
  if message.is_fault(err) then error(err, 0) end
  local text = text_of(err)
  if message.located(text) then message.user("%s", text) end
  message.user("%s: %s", where, text)
end

-- An error in one of our own files is a fault of ours, unless a line of the user's has called what failed.
local function traced(err)
  if not message.is_ours(tostring(err)) then return err end
  return hint.under(tostring(err)) or message.traced(err)
end

-- Calls a function of the user's. `where` ("file:line") is said where an error has no place of its
-- own.
function chunk.call(where, fn, ...)
  local before = message.boundary.place
  local function finish(ok, ...)
    message.boundary.place = before
    if ok then return ... end
    chunk.raise((...), where)
  end
  message.boundary.place = where
  return finish(xpcall(fn, traced, ...))
end

message.boundary.call = chunk.call

-- Compiles a text and returns what it returns.
function chunk.run(path, text, env)
  local fn = compile(path, text, env or chunk.environment { dir = fs.dirname(path) })
  if sandbox.active() then fn = sandbox.import(fn) end
  return chunk.call(path .. ":1", fn)
end

return chunk
