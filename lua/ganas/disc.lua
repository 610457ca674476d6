-- disc - the pairwise discriminator D: is x of the same kind as a member of the truth set?

local core = require "ganas.core"

local lib = core.lib
local Disc = core.class("discriminator", lib.ganas_disc_free)

-- A discriminator for a space. `net`: fields of ganas_net over its defaults. The weights are drawn
-- from `rng`.
function Disc.new(space, net, threads, rng)
  local sizes = core.struct("ganas_net", lib.ganas_net_defaults, net)
  local handle = core.new("ganas_disc", lib.ganas_disc_new, lib.ganas_disc_free, space.handle, sizes,
    threads.handle, rng.handle)
  return setmetatable({ handle = handle, space = space, threads = threads }, Disc)
end

-- Steps of Adam on all pairs (true, other true) and (true, fake); returns stats.
function Disc:train(truth, fakes, steps)
  local stats = core.struct "ganas_stats"
  core.check(lib.ganas_disc_train(self.handle, truth.handle, fakes.handle, steps, stats))
  return core.stats(stats)
end

-- Steps of Adam on given pairs: row i of `left` and row i of `right` are of the same kind where
-- same[i] ~= 0; returns stats.
function Disc:train_pairs(left, right, same, steps)
  local stats = core.struct "ganas_stats"
  core.check(lib.ganas_disc_pairs(self.handle, left.handle, right.handle, same, steps, stats))
  return core.stats(stats)
end

-- One reward a row of x: the mean over the truth set of P(same), with `hard` the share of P > 0.5.
function Disc:reward(truth, x, hard)
  local reward = core.doubles(x:count())
  core.check(lib.ganas_disc_reward(self.handle, truth.handle, x.handle, hard and 1 or 0, reward))
  return reward
end

return Disc
