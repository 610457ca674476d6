-- threads - the pool of threads that the learners share; results never depend on how many there
-- are.

local core = require "ganas.core"

local lib = core.lib
local Threads = core.class("thread pool", lib.ganas_threads_free)

-- A pool of n threads, the caller's included: 1..64.
function Threads.new(n)
  local handle = core.new("ganas_threads", lib.ganas_threads_new, lib.ganas_threads_free, n)
  return setmetatable({ handle = handle }, Threads)
end

function Threads:count() return lib.ganas_threads_count(self.handle) end

return Threads
