-- rng - a stream of random numbers, named by a seed and a purpose.

local core = require "ganas.core"

local lib, floor = core.lib, math.floor
local Rng = core.class("random stream", lib.ganas_rng_free)

-- The stream of a seed (0..2^53) and a purpose; streams of other names or seeds are independent.
function Rng.new(seed, purpose)
  local handle = core.new("ganas_rng", lib.ganas_rng_new, lib.ganas_rng_free, seed, purpose)
  return setmetatable({ handle = handle }, Rng)
end

-- A number in [0, 1).
function Rng:uniform() return lib.ganas_rng_uniform(self.handle) end

-- A whole number in 0..n-1.
function Rng:below(n) return floor(lib.ganas_rng_uniform(self.handle) * n) end

return Rng
