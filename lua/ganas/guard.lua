-- guard - ends what an evaluator has started when the search itself is gone, however it went.
--
-- The guard is a process of this program's that holds the other end of a pipe. When the pipe closes, every
-- process with GANAS_GUARD=<the search's token> in its environment is ended, first politely: children of
-- children, and such that left their process group, too.

local fs = require "ganas.fs"
local loop = require "ganas.loop"
local sorted = require "ganas.sorted"
local uv = require "luv"

local guard = {}

guard.VARIABLE = "GANAS_GUARD"

local POLITE = 10  -- rounds with SIGTERM before SIGKILL
local ROUND = 100  -- milliseconds
local EMPTY = 3    -- rounds without a process before it is over: one may just be starting
local LONGEST = 600 -- rounds in all

-- ---- in the search ----

local Guard = {}
Guard.__index = Guard

-- The environment without the token of a search that this one is a candidate of: when that is gone, its guard
-- must not end ours before our children are ended.
local function own_environment()
  local list = {}
  for name, value in sorted(uv.os_environ()) do
    if name ~= guard.VARIABLE then list[#list + 1] = name .. "=" .. value end
  end
  return list
end

-- Starts a guard; guard.env is what children need in their environment. Without one (no more processes, say)
-- children still end by their closed input.
function guard.start()
  local token = ("%d-%s"):format(uv.os_getpid(), (uv.random(8):gsub(".", function(c)
    return ("%02x"):format(c:byte())
  end)))
  local self = setmetatable({ token = token, env = { [guard.VARIABLE] = token }, pipe = uv.new_pipe(false) },
    Guard)
  self.process = uv.spawn(uv.exepath(), {
    args = { "guard", token }, stdio = { self.pipe, nil, nil }, detached = true, env = own_environment(),
  }, loop.callback(function() loop.close(self.process) end))
  if self.process then self.process:unref() else loop.close(self.pipe) end
  return self
end

-- Lets it go: it ends what is still there, and then itself.
function Guard:close() loop.close(self.pipe) end

-- ---- in the guard ----

-- Processes of a token, by number.
function guard.find(token)
  local wanted, list = "\0" .. guard.VARIABLE .. "=" .. token .. "\0", {}
  for _, name in ipairs(fs.list "/proc") do
    local text = name:find "^%d+$" and fs.read("/proc/" .. name .. "/environ")
    if text and ("\0" .. text .. "\0"):find(wanted, 1, true) then list[#list + 1] = tonumber(name) end
  end
  return list
end

local function sweep(token)
  local empty = 0
  for round = 1, LONGEST do
    local list = guard.find(token)
    for _, pid in ipairs(list) do uv.kill(pid, round <= POLITE and "sigterm" or "sigkill") end
    empty = #list == 0 and empty + 1 or 0
    if empty == EMPTY then return end
    uv.sleep(ROUND)
  end
end

-- Waits for the end of its input, then ends the processes of a token.
function guard.watch(token)
  while true do
    local text = uv.fs_read(0, 1, -1)
    if not text or text == "" then break end
  end
  sweep(token)
end

return guard
