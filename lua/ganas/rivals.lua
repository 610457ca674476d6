-- rivals - other searchers on the same space, identity, constraints and evaluator, to compare with.
--
--   evolution   regularized evolution (Real et al. 2019) without repeats: the best of a random
--               tournament among the youngest has a child by one edit
--   local       local search (White et al. 2021), first improvement: one-edit neighbours in random
--               order; moves to the first that is better; from a random one when none is left
--   gp          a Gaussian process over edits with expected improvement, several picks at a time; it
--               looks at the whole space where it is small, elsewhere at mutants of the best
--
-- A rival proposes a few candidates at a time: rival:next(most) -> a batch, empty when the space has no
-- more. None of them queries a candidate twice.

local Batch = require "ganas.batch"
local changing = require "ganas.changing"
local Process = require "ganas.gp"
local propose = require "ganas.propose"
local whole = require "ganas.whole"

local rivals = {}

local DRAWN = 64 -- mutants looked at for one that is new

-- ---- what they share ----

local function row_of(state, row)
  local one = Batch.new(state.space, 1)
  state.pool:rows({ row }, one)
  return one
end

-- The first row of a batch that obeys all constraints and is new, as a batch of one; nil if none is.
local function first_new(state, batch)
  local known, valid = state.pool:find(batch), state.constraints:judge(batch)
  state.run.proposed = state.run.proposed + batch:count()
  for i = 0, batch:count() - 1 do
    if valid[i] ~= 0 and known[i] < 0 then
      state.run.accepted = state.run.accepted + 1
      local one = Batch.new(state.space, 1)
      one:append(batch, { i })
      return one
    end
  end
end

-- A new candidate one edit from `parent` (a batch of one), nil when `tries` times DRAWN show none.
local function neighbour(state, parent, tries)
  local draft = Batch.new(state.space, DRAWN)
  for _ = 1, tries do
    draft:clear()
    draft:mutate(parent, state.constraints.rules, state.streams.mutants, DRAWN, 0, 1)
    local one = first_new(state, draft)
    if one then return one end
  end
end

local function random(state) return propose.random(state, 1) end

-- ---- regularized evolution ----

local Evolution = {}
Evolution.__index = Evolution

-- The best of a tournament among the last `population` evaluated; nil when all of it failed.
function Evolution:parent()
  local state, s = self.state, self.settings
  local count, scores, stream = state.pool:count(), state:scores(), state.streams.subset
  local size = math.min(count, s.population)
  local best
  for _ = 1, s.tournament do
    local row = count - 1 - stream:below(size)
    if scores[row] == scores[row] and (not best or scores[row] > scores[best]) then best = row end
  end
  return best
end

function Evolution:next()
  for _ = 1, 10 do
    local parent = self:parent()
    local child = parent and neighbour(self.state, row_of(self.state, parent), 1)
    if child then return child end
  end
  return random(self.state)
end

-- ---- local search ----

local Local = {}
Local.__index = Local

local EXHAUSTED = 8 -- times DRAWN mutants without a new one: all neighbours are known

-- The score of the last evaluated decides whether the search moves there; from one that failed it does.
function Local:step()
  local scores, last = self.state:scores(), self.state.pool:count() - 1
  local new, old = scores[last], self.row and scores[self.row]
  if not self.row or new > old or old ~= old then self.row = last end
end

function Local:next()
  self:step()
  local one = neighbour(self.state, row_of(self.state, self.row), EXHAUSTED)
  if one then return one end
  self.row = nil
  return random(self.state)
end

-- ---- a Gaussian process ----

local Gaussian = {}
Gaussian.__index = Gaussian

local SMALL = 20000   -- candidates of a space that are all looked at
local POOL = 1000     -- mutants looked at in others
local PARENTS = 20

-- The candidates to choose from, all new and obeying.
function Gaussian:candidates()
  local state = self.state
  local all = whole.left(state, SMALL)
  if all then return all end
  local parents, pool = Batch.new(state.space, PARENTS), Batch.new(state.space, POOL)
  state.pool:top(PARENTS, 0, parents)
  if parents:count() == 0 then return pool end
  pool:mutate(parents, state.constraints.rules, state.streams.mutants, POOL, 0.5, 4)
  state.pool:unique(pool, true)
  state.constraints:filter(pool)
  return pool
end

function Gaussian:next(most)
  local state = self.state
  local pool = self:candidates()
  local n = math.min(most, changing.value(state, "batch"), pool:count())
  if n == 0 then return random(state) end
  self.process = self.process or Process.new(state.space)
  if not self.process:learn(state) then return random(state) end
  local set = Batch.new(state.space, n)
  set:append(pool, self.process:pick(pool, n))
  return set
end

-- ---- opening ----

local KINDS = { evolution = Evolution, ["local"] = Local, gp = Gaussian }

rivals.METHODS = { "evolution", "local", "gp" }

-- The rival that the settings ask for, nil for the methods of the search itself.
function rivals.open(state)
  local kind = KINDS[state.settings.method]
  local s = state.settings
  return kind and setmetatable({ state = state, settings = s.evolution }, kind)
end

return rivals
