-- tool - a program of somebody else's that reads a text and writes another: dot, gnuplot.

local child = require "ganas.child"
local loop = require "ganas.loop"
local uv = require "luv"

local tool = {}

local SECONDS = 30 -- that it may take

-- Runs a program (words) on a text; returns the lines that it wrote, or nil and why. `missing`: what to say
-- when there is no such program.
function tool.run(words, text, missing)
  local lines, over, status = {}, false, nil
  local process, why, code = child.start {
    words = words, env = {}, feed = true,
    on_line = function(_, line) lines[#lines + 1] = line end,
    on_exit = function(_, exit) over, status = true, exit end,
  }
  if not process then
    uv.run "nowait" -- closes what was opened for it
    return nil, code == "ENOENT" and missing or ("%s can't be started: %s"):format(words[1], why)
  end
  process:send(text)
  process.input:shutdown(loop.callback(function() process:finish() end)) -- when all is written
  local timer = loop.timer(SECONDS, function() process:kill() end)
  loop.wait(function() return over end)
  loop.close(timer)
  uv.run "nowait"
  if status == 0 then return lines end
  return nil, ("%s failed: %s"):format(words[1], process:last_words() or "it took too long")
end

return tool
