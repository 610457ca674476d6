-- rank - the ranking discriminator: f(a) > f(b) says that a is better than b.

local core = require "ganas.core"

local lib = core.lib
local Rank = core.class("ranker", lib.ganas_rank_free)

-- A ranker for a space. `net`: fields of ganas_net over its defaults. The weights are drawn from
-- `rng`.
function Rank.new(space, net, threads, rng)
  local sizes = core.struct("ganas_net", lib.ganas_net_defaults, net)
  local handle = core.new("ganas_rank", lib.ganas_rank_new, lib.ganas_rank_free, space.handle, sizes,
    threads.handle, rng.handle)
  return setmetatable({ handle = handle, space = space, threads = threads, head = sizes.head }, Rank)
end

-- Steps of Adam on random subsets of the rows of x and their scores (an array; NaN: left out);
-- returns stats.
function Rank:train(x, scores, subset, steps, rng)
  local stats = core.struct "ganas_stats"
  core.check(lib.ganas_rank_train(self.handle, x.handle, scores, subset, steps, rng.handle, stats))
  return core.stats(stats)
end

-- f of each row.
function Rank:score(x)
  local f = core.doubles(x:count())
  core.check(lib.ganas_rank_score(self.handle, x.handle, f))
  return f
end

-- What the last layer gets of each row: net.head numbers a row. They are there until the next call.
function Rank:hidden(x)
  local n = x:count() * self.head
  if n > (self.room or 0) then self.room, self.numbers = n, core.doubles(n) end
  core.check(lib.ganas_rank_hidden(self.handle, x.handle, self.numbers))
  return self.numbers
end

-- One reward a row of x: the mean over the truth set of sigmoid(f(x) - f(truth)).
function Rank:reward(truth, x)
  local reward = core.doubles(x:count())
  core.check(lib.ganas_rank_reward(self.handle, truth.handle, x.handle, reward))
  return reward
end

return Rank
