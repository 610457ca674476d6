-- critic - the discriminator as the search uses it: trained each round, asked for rewards, and for an order
-- to screen by. Two kinds: pairwise (true against fake) and ranker (better against worse).

local Batch = require "ganas.batch"
local Disc = require "ganas.disc"
local Rank = require "ganas.rank"

local function net_of(d, space)
  local position = d.position
  if position == nil then position = space.fixed end
  return {
    width = d.width, layers = d.layers, head = d.head, rate = d.rate, clip = d.clip,
    bidirectional = d.bidirectional and 1 or 0, position = position and 1 or 0,
  }
end

-- ---- pairwise ----

local Pairwise = {}
Pairwise.__index = Pairwise

-- Trains on the truth set against as many of the generator's unique, valid candidates.
function Pairwise:train(state)
  local fakes, tries = self.fakes, 0
  local want = state.truth:count()
  fakes:clear()
  while fakes:count() < want and tries < 4 do
    tries = tries + 1
    local n = math.min(math.max(32, want), fakes.capacity - fakes:count())
    state.generator:sample(fakes, state.streams.fakes, n)
    state.pool:unique(fakes, false)
    state.constraints:filter(fakes)
  end
  if fakes:count() > want then fakes:truncate(want) end
  if fakes:count() == 0 then return nil end
  return self.disc:train(state.truth, fakes, self.settings.steps)
end

function Pairwise:reward(truth, x) return self.disc:reward(truth, x, self.hard) end

Pairwise.order = Pairwise.reward

-- ---- ranker ----

local Ranker = {}
Ranker.__index = Ranker

function Ranker:train(state)
  local d = self.settings
  local steps = state.run.iteration == 1 and d.first_steps or d.steps
  return self.rank:train(state.everything, state:scores(), d.subset, steps, state.streams.subset)
end

function Ranker:reward(truth, x)
  if not self.hard then return self.rank:reward(truth, x) end
  local reward, f, best = self.rank:score(x), self.rank:score(truth), truth:count()
  for i = 0, x:count() - 1 do
    local votes = 0
    for t = 0, best - 1 do votes = votes + (reward[i] > f[t] and 1 or 0) end
    reward[i] = votes / best
  end
  return reward
end

-- The scores themselves order the pool as the rewards would, for a tenth of the work.
function Ranker:order(_, x) return self.rank:score(x) end

-- A critic for a space with fresh weights.
local function new(all, space, threads, rng)
  local d, hard = all.discriminator, all.reward.kind == "hard"
  local net = net_of(d, space)
  if d.kind == "pairwise" then
    return setmetatable({
      disc = Disc.new(space, net, threads, rng), fakes = Batch.new(space, 4096), settings = d, hard = hard,
    }, Pairwise)
  end
  return setmetatable({ rank = Rank.new(space, net, threads, rng), settings = d, hard = hard }, Ranker)
end

return { new = new }
