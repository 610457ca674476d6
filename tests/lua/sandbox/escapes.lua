-- escapes.lua - a recipe that tries to get out: each attempt gives something when it has. What it prints is
-- read by sandbox_spec.lua, with --sandbox and, to see that the attempts are real ones, without.

local rule, space, over = require "ganas.rule", require "ganas.space", require "ganas.schedule"

local tried, out = 0, {}

local function try(name, attempt)
  tried = tried + 1
  local ok, got = pcall(attempt)
  if ok and got then out[#out + 1] = name end
end

local function module(name)
  local ok, got = pcall(require, name)
  return ok and got
end

-- ---- names of Lua's ----

for _, name in ipairs { "io", "os", "debug", "ffi", "jit", "package", "load", "loadstring", "loadfile",
  "dofile", "getfenv", "setfenv", "module", "newproxy", "collectgarbage", "gcinfo" } do
  try("the name " .. name, function() return _G[name] end)
end
for _, name in ipairs { "io", "os", "debug", "ffi", "jit", "jit.util", "jit.opt", "luv", "lfs", "posix",
  "package", "_G", "string.buffer", "table.new", "ganas.core", "ganas.fs", "ganas.host", "ganas.message",
  "ganas.chunk", "ganas.sandbox", "ganas.child", "ganas.recipe" } do
  try("the module " .. name, function() return module(name) end)
end
try("a file by its path", function() return module "/etc/ld.so.conf" end)
try("a file above", function() return module "...ganas-escape" end)
try("compiled Lua beside the file", function() return module "compiled" end)
try("compiled Lua behind a first line", function() return module "hidden" end)

-- ---- texts ----

try("dump of a text's methods", function() return ("x").dump end)
try("dump of string", function() return string.dump end)
try("string.dump of a function", function() return string.dump(function() end) end)
try("the metatable of texts", function() return getmetatable "" end)
try("a method for all texts", function()
  getmetatable("").__index.leak = function() end
  return ("x").leak
end)
try("a text that fills the memory", function() return #("x"):rep(1e8) end)
try("the same in pieces", function() return #("x"):rep(1e4, ("y"):rep(1e4)) end)

-- ---- what is ours ----

local function keys(value)
  local list = {}
  for key in next, value do list[#list + 1] = key end
  return #list > 0 and list
end

try("the module's table is shared", function()
  space.ganas_escape = true
  return require("ganas.space").ganas_escape
end)
try("the metatable of a schedule", function()
  local meta = getmetatable(over.linear(1, 2))
  return type(meta) == "table" and meta
end)
try("another __index for a schedule", function() return setmetatable(over.linear(1, 2), {}) end)
try("the fields of a schedule", function() return keys(over.linear(1, 2)) end)
try("the function in a schedule", function() return over.linear(1, 2).at end)
try("the insides of a rule", function() return rule.count("a", "<=", 1).terms end)
try("the insides of what grows", function() return space.chain(2).steps end)
try("changing what grows", function()
  local grow = space.chain(2)
  grow.form = "fixed"
  return grow.form == "fixed"
end)
try("rawset into what grows", function()
  local grow = space.chain(2)
  rawset(grow, "steps", { { ops = { 1, 2, 3 } } })
  return space.steps(grow)
end)
try("the metatable of our errors", function()
  local _, err = pcall(space.chain, -1)
  local meta = getmetatable(err)
  return type(meta) == "table" and meta
end)
try("our errors are objects", function()
  local _, err = pcall(space.chain, -1)
  return type(err) == "table"
end)
try("our errors in a coroutine", function()
  local _, err = coroutine.resume(coroutine.create(space.chain), -1)
  return type(err) == "table"
end)
try("our errors in a handler", function()
  local seen
  xpcall(function() space.chain(-1) end, function(err) seen = err end)
  return type(seen) == "table"
end)
try("a number of the FFI's for ours", function() return space.chain { 1LL } end)
try("a thread for ours", function()
  local ok, why = pcall(rule.all, coroutine.create(print))
  return ok or why:find "a thread of" == nil and false
end)
try("a value that changes between two looks", function()
  local looks = 0
  local t = setmetatable({}, { __index = function(_, key)
    looks = looks + 1
    if key == "inputs" then return looks > 1 and 1e9 or 1 end
  end })
  pcall(space.fixed, t)
  return looks > 0
end)
try("the caller's environment by a level", function() return getfenv(2) end)
try("the host's function by its environment", function() return setfenv(space.any, {}) end)
try("a user's pairs is Lua's own next", function() return debug.getinfo(pairs) end)

-- ---- what a hook gets ----

local hooked = {}

local function once(name, deed, ...)
  if hooked[name] then return end
  hooked[name] = true
  local given = { ... }
  try(name, function() return deed(unpack(given)) end)
end

-- Tables, functions and data behind the fields of an object that no recipe should hold.
local function field(name)
  return function(object)
    local ok, value = pcall(function() return object[name] end)
    return ok and value ~= nil and type(value) ~= "number" and value
  end
end

local function probe(what, object, names)
  for _, name in ipairs(names) do once(what .. "." .. name, field(name), object) end
  once("raw fields of " .. what, keys, object)
  once("the metatable of " .. what, function(o)
    local meta = getmetatable(o)
    return type(meta) == "table" and meta
  end, object)
end

local ARCH = { "space", "batch", "code", "words", "columns", "stamps", "alive" }

local function evaluate(arch)
  probe("a candidate", arch, ARCH)
  once("a method with another object", function(a)
    return a.sources({ size = 3, reads = function() return true end }, 2)
  end, arch)
  once("a method of a forged candidate", function(a)
    return a.op({ size = 64, at = 0, code = { [0] = 0 }, space = { ops = { "forged" } } }, 0)
  end, arch)
  once("a node that is no number", function(a) return a:op(0 / 0) end, arch)
  once("a candidate changed", function(a)
    a.size = 1000
    return a.size == 1000
  end, arch)
  once("a rawset candidate reaches ours", function(a)
    rawset(a, "size", 1000)
    return a:op(999)
  end, arch)
  return arch:count "a"
end

local function done(run)
  probe("a run", run, { "plan", "pool", "clock", "results", "trajectory" })
  once("the best of a forged run", function(r) return r.best({ plan = {}, pool = {} }, 1) end, run)
  once("candidates of a run", function(r) return field "space"(r:best(1)[1]) end, run)
  for _, name in ipairs(out) do print("ESCAPED " .. name) end
  print(("%d attempts, %d escaped"):format(tried, #out))
end

return {
  about = "tries to get out", args = { queries = 3 }, search = { method = "random" },
  space = { name = "ab", ops = { "a", "b" }, grow = space.chain(4) },
  evaluate = evaluate, done = done,
}
