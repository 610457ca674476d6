-- critic - the discriminator as the search uses it: trained each round, asked for rewards, and for an order
-- to screen by. Three kinds: pairwise (true against fake), ranker (better against worse), and committee, a
-- ranker that asks a regression over its last layer and a Gaussian process for the order.

local Batch = require "ganas.batch"
local Bayes = require "ganas.bayes"
local Disc = require "ganas.disc"
local Process = require "ganas.gp"
local Rank = require "ganas.rank"
local Signals = require "ganas.signals"
local robust = require "ganas.robust"

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

-- ---- committee ----

-- Two views of what a candidate will score: by what the ranker has learnt to see in it, and by what its
-- neighbours scored. Where both are wrong they are rarely so together.
local Committee = setmetatable({}, { __index = Ranker })
Committee.__index = Committee

-- Inputs of the regression for n rows: the ranker's last layer, and what is known without a query.
local function inputs_of(self, x, numbers, n)
  local hidden = self.rank:hidden(x)
  return numbers and self.signals:join(hidden, self.settings.head, numbers, n) or hidden
end

function Committee:train(state)
  local stats = Ranker.train(self, state)
  local all, n = state.everything, state.everything:count()
  local scores = robust.clip(state:scores(), n)
  local numbers = self.signals and self.signals:learn(all, scores)
  self.bayes:fit(inputs_of(self, all, numbers, n), scores, n)
  self.informed = self.process:learn(state, self.signals)
  return stats
end

-- The mean of both expected scores.
function Committee:order(_, x)
  local n, numbers = x:count(), self.signals and self.signals:of(x)
  local value = self.bayes:mean(inputs_of(self, x, numbers, n), n)
  if not self.informed then return value end
  local other, trend = self.process:mean(x), numbers and self.signals:trend(numbers, n)
  for i = 0, n - 1 do value[i] = (value[i] + other[i] + (trend and trend[i] or 0)) / 2 end
  return value
end

-- The n rows of x to evaluate by their value and how uncertain it is (ganas.gp); nil as long as nothing has
-- been learnt from.
function Committee:choose(x, value, optimism, own, quota, n)
  return self.informed and self.process:choose(x, value, optimism, own, quota, n) or nil
end

-- A critic for a space with fresh weights.
local function new(all, space, threads, rng)
  local d, hard = all.discriminator, all.reward.kind == "hard"
  local net = net_of(d, space)
  if d.kind == "pairwise" then
    return setmetatable({
      disc = Disc.new(space, net, threads, rng), fakes = Batch.new(space, 4096), settings = d, hard = hard,
    }, Pairwise)
  end
  local self = { rank = Rank.new(space, net, threads, rng), settings = d, hard = hard }
  if d.kind == "ranker" then return setmetatable(self, Ranker) end
  self.signals = d.signals and #d.signals > 0 and Signals.new(space, d.signals)
  self.bayes = Bayes.new(d.head + (self.signals and self.signals.inputs or 0))
  self.process = Process.new(space)
  return setmetatable(self, Committee)
end

return { new = new }
