-- cli.lua - stands in for the command line when the launcher is tested: the first argument says
-- what to do.

local cli = {}
local deeds = {}

function deeds.code(host) return tonumber(host.argv[2]) end
function deeds.fault() error "broken on purpose" end
function deeds.object() error(setmetatable({}, { __tostring = function() return "an object" end })) end
function deeds.table() error {} end
function deeds.none() return nil end

function deeds.arguments(host)
  for i = 2, #host.argv do io.write("[", host.argv[i], "]") end
  return 0
end

function deeds.facts(host)
  for _, name in ipairs(host.names) do assert(#host.files[name] > 0, name) end
  assert(host.files["lua/ganas/core.lua"]:find "ffi")
  assert(host.abi == 1 and host.version:find "^%d+%.%d+%.%d+$")
  assert(host.cdef:find "ganas_batch_new" and not host.cdef:find "#")
  assert(require "ganas.host" == host and host.interrupted() == 0)
  assert(require "luv".version and require "argparse".version)
  return 0
end

function deeds.module(host)
  local ok, why = pcall(require, host.argv[2])
  io.write(ok and "found" or tostring(why))
  return 0
end

function deeds.jit()
  io.write(jit.status() and "on" or "off")
  return 0
end

-- boot.lua once more, told of another ABI.
function deeds.abi(host)
  local other = setmetatable({ abi = 99, cdef = "" }, { __index = host })
  return assert(loadstring(host.files["lua/boot.lua"]))(other)
end

function deeds.flood()
  require "luv"
  for i = 1, 1e8 do print(i) end
  return 0
end

-- A pipe to a child that has gone is an error to handle, not the end.
function deeds.child()
  require "luv"
  local child = io.popen("exec true", "w")
  for _ = 1, 1e5 do child:write "some text for nobody\n" end
  child:close()
  io.write "alive"
  return 0
end

function deeds.wait(host)
  io.write "ready\n"
  io.flush()
  while host.interrupted() == 0 do end
  return 130
end

function deeds.deaf()
  io.write "ready\n"
  io.flush()
  while true do require "luv".sleep(1) end
end

function cli.main(host) return deeds[host.argv[1]](host) end

return cli
