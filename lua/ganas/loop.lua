-- loop - libuv's loop where others' callbacks may fail: an error in one is raised by who waits for it.

local message = require "ganas.message"
local uv = require "luv"

local loop = {}

local problem

-- A callback whose errors are kept for `wait`; luv would end the program.
function loop.callback(fn)
  return function(...)
    local ok, err = xpcall(fn, message.traced, ...)
    if not ok then problem = problem or err end
  end
end

-- Runs the loop until done() is true.
function loop.wait(done)
  while not done() do
    uv.run "once"
    if problem then
      local err = problem
      problem = nil
      error(err, 0)
    end
  end
end

-- A timer that calls fn once after some seconds, or again and again; timer:close() ends it.
function loop.timer(seconds, fn, again)
  local timer = uv.new_timer()
  uv.update_time()
  timer:start(math.ceil(seconds * 1000), again and math.ceil(seconds * 1000) or 0, loop.callback(fn))
  return timer
end

-- Closes a handle that may be closed already, or be nil.
function loop.close(handle)
  if handle and not handle:is_closing() then handle:close() end
end

-- Closes whatever is open, at the end of the program: a handle that is left there crashes it.
function loop.finish()
  uv.walk(loop.close)
  uv.run()
end

return loop
