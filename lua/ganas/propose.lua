-- propose - makes the next set X_t: unique candidates that obey all constraints and were never
-- evaluated, the most promising of a pool by the discriminator.
--
-- The pool grows in rounds: first mutants of the truth set and samples of the generator; then mutants of the
-- best so far, and samples of the generator, which is refit to these best each time: it learns from the
-- critic what a whole graph should be like. Every candidate descends from one or the other; with a quota,
-- the generator's descendants keep their share of what is evaluated.

local Batch = require "ganas.batch"
local changing = require "ganas.changing"
local Pool = require "ganas.pool"
local core = require "ganas.core"
local feasible = require "ganas.feasible"
local ranking = require "ganas.ranking"
local whole = require "ganas.whole"

local propose = {}

local MUTANT, SAMPLE, RANDOM, LISTED = "mutant", "generator", "random", "listed"
local MOST_DRAFT = 4096
local SHORTLIST = 40 -- candidates looked at more closely, for each one evaluated

-- ---- the pool ----

local Screen = {}
Screen.__index = Screen

local function new_screen(state, size)
  local draft = state.constraints:count() > 0 and MOST_DRAFT or size + math.ceil(size / 3) + 8
  return setmetatable({
    state = state,
    seen = Pool.new(state.space, state.pool.identity),
    batch = Batch.new(state.space, size),
    draft = Batch.new(state.space, math.min(MOST_DRAFT, draft)),
    origin = {}, -- of each row: which lineage it belongs to
    order = {},  -- of each row, by the critic
    optimism = "optimism",
  }, Screen)
end

function Screen:count() return self.batch:count() end

-- Moves candidates of a batch that are valid (those with valid[row] ~= 0) and new into the pool, at most
-- `room` of them. `origin`: a lineage, or function(row of the batch) -> lineage. Returns how many.
function Screen:accept(batch, valid, room, origin)
  local run, known, rows, n, obeyed = self.state.run, self.state.pool:find(batch), {}, 0, 0
  while n < batch:count() and #rows < room do
    if valid[n] ~= 0 then
      obeyed = obeyed + 1
      if known[n] < 0 and self.seen:try(batch, n, 0) then
        rows[#rows + 1] = n
        self.origin[#self.origin + 1] = type(origin) == "function" and origin(n) or origin
      end
    end
    n = n + 1
  end
  self.batch:append(batch, rows)
  run.proposed, run.accepted = run.proposed + n, run.accepted + #rows
  run.obeyed = run.obeyed + obeyed
  return #rows
end

-- The same with the draft; returns the share of it that is valid.
function Screen:take(room, origin)
  local draft, valid = self.draft, self.state.constraints:judge(self.draft)
  local n, good = draft:count(), 0
  for i = 0, n - 1 do good = good + valid[i] end
  self:accept(draft, valid, room, origin)
  return n > 0 and good / n or 1
end

-- The critic's opinion of rows from `first` on.
function Screen:judge(first)
  local state, n = self.state, self:count()
  if not state.critic or first == n then return end
  local part = self.batch
  if first > 0 then
    part = Batch.new(state.space, n - first)
    local rows = {}
    for i = first, n - 1 do rows[#rows + 1] = i end
    part:append(self.batch, rows)
  end
  local value = state.critic:order(state.truth, part)
  for i = first, n - 1 do self.order[i + 1] = value[i - first] end
end

-- Draws with `draw(draft, n)` until `want` more candidates are in the pool, or a few tries are over.
function Screen:fill(want, origin, draw)
  local target, valid = self:count() + want, 1
  for _ = 1, 6 do
    local missing = target - self:count()
    if missing <= 0 then break end
    self.draft:clear()
    local draws = (missing + math.ceil(missing / 3) + 8) / math.max(valid, 0.01)
    draw(self.draft, math.min(self.draft.capacity, math.ceil(draws)))
    valid = self:take(missing, origin)
  end
end

-- The n best rows by the critic's order, earlier before later; without a critic as they came. `origin`
-- (optional): those of one lineage.
function Screen:best(n, origin)
  local of = self.origin
  return ranking.best(self.order, self:count(), n, origin and function(row) return of[row + 1] == origin end)
end

-- The n best rows, at least `share` of them of the generator's lineage as far as there are any.
function Screen:choose(n, share)
  local own, taken = self:best(math.floor(n * share + 0.5), SAMPLE), {}
  for _, row in ipairs(own) do taken[row] = true end
  for _, row in ipairs(self:best(n)) do
    if #own < n and not taken[row] then own[#own + 1] = row end
  end
  return own
end

-- Rows that are worth a closer look: the best of all, and the best of the generator's lineage.
local function shortlist(screen, n, own)
  local rows, listed = {}, {}
  for _, list in ipairs { screen:best(SHORTLIST * n), screen:best(SHORTLIST * own, SAMPLE) } do
    for _, row in ipairs(list) do
      if not listed[row] then rows[#rows + 1], listed[row] = row, true end
    end
  end
  return rows
end

-- The same for a set to evaluate: what is uncertain counts as well, where the critic knows; and each row is
-- chosen as if the scores of those before it were known, so that a set is no list of near twins.
function Screen:select(n, share)
  local state, own = self.state, math.floor(n * share + 0.5)
  local critic = state.critic
  local rows = critic and critic.choose and shortlist(self, n, own) or {}
  if #rows == 0 then return self:choose(n, share) end
  local part, value = Batch.new(state.space, #rows), core.doubles(#rows)
  part:append(self.batch, rows)
  for k, row in ipairs(rows) do value[k - 1] = self.order[row + 1] end
  local optimism = changing.value(state, self.optimism)
  local function of_generator(k) return self.origin[rows[k + 1] + 1] == SAMPLE end
  local picks = critic:choose(part, value, optimism, of_generator, own, math.min(n, #rows))
  for i, k in ipairs(picks or {}) do picks[i] = rows[k + 1] end
  return picks or self:choose(n, share)
end

-- ---- where candidates come from ----

local function mutants(state, parents, more, most)
  return function(draft, n)
    draft:mutate(parents, state.constraints.rules, state.streams.mutants, n, more, most)
  end
end

local function samples(state)
  return function(draft, n)
    state.run.dropped = state.run.dropped + state.generator:sample(draft, state.streams.samples, n)
  end
end

-- Steps of the generator towards the best so far and the truth set.
local function refit(screen, s)
  local state, elite = screen.state, screen:best(s.elite)
  local set = Batch.new(state.space, #elite + state.truth:count())
  set:append(screen.batch, elite)
  set:append(state.truth)
  state.clock:start "generator"
  state.generator:refit(set, s.elite_steps, changing.value(state, "entropy"))
  state.clock:start "screen"
end

-- A later round's samples of the generator; one that PPO trains is left as it is.
local function resample(screen, want, s)
  local state = screen.state
  if not state.generator or want == 0 then return end
  if state.settings.generator.train == "refit" and s.elite_steps > 0 then refit(screen, s) end
  screen:fill(want, SAMPLE, samples(state))
end

-- A round of children of the best so far; a child belongs to its parent's lineage.
local function breed(screen, want, s)
  local state, elite = screen.state, screen:choose(s.elite, s.quota)
  if #elite == 0 then return end
  local parents = Batch.new(state.space, #elite)
  parents:append(screen.batch, elite)
  screen.draft:clear()
  local n = math.min(screen.draft.capacity, want + math.ceil(want / 3) + 8)
  local of = screen.draft:mutate(parents, state.constraints.rules, state.streams.mutants, n, s.more, s.most)
  screen:take(want, function(i) return screen.origin[elite[of[i] + 1] + 1] end)
end

-- ---- the set ----

local function first_round(screen, want, s)
  local state = screen.state
  if state.generator and state.settings.generator.train ~= "none" then
    screen:fill(want - math.floor(want * s.mutants + 0.5), SAMPLE, samples(state))
  end
  screen:fill(want - screen:count(), MUTANT, mutants(state, state.truth, s.more, s.most))
end

-- Whatever obeys the constraints, until there are n.
local function find(screen, n)
  local state = screen.state
  local found = feasible.find(state.space, state.constraints, state.streams.initial, function(batch, keep)
    local gained = screen:accept(batch, keep, n - screen:count(), RANDOM)
    return screen:count() >= n, gained
  end)
  state.run.dropped = state.run.dropped + found.dropped
  return found
end

-- What is missing in the end: wide mutants, then whatever is left.
local function top_up(screen, n)
  local state, before = screen.state, screen:count()
  if before >= n then return 0 end
  if state.truth and state.truth:count() > 0 then
    screen:fill(n - screen:count(), MUTANT, mutants(state, state.truth, 0.75, 6))
  end
  if screen:count() < n then find(screen, n) end
  return screen:count() - before
end

-- Random candidates for X_0, and for random search: a batch, and how they were found (ganas.feasible).
function propose.random(state, n)
  local screen = new_screen(state, n)
  local found = find(screen, n)
  return screen.batch, found
end

local function origins_of(screen, rows)
  local counts = { [MUTANT] = 0, [SAMPLE] = 0, [RANDOM] = 0, [LISTED] = 0 }
  for _, row in ipairs(rows) do
    local origin = screen.origin[row + 1]
    counts[origin] = counts[origin] + 1
  end
  return counts
end

-- A screen of all that is left of a small space; nil for other spaces.
local function list(state, most)
  local all = state.critic and most > 0 and whole.left(state, most)
  if not all then return nil end
  local screen = new_screen(state, 1)
  screen.batch = all
  if state.constraints:count() > 0 then screen.optimism = "bounded_optimism" end
  for i = 1, all:count() do screen.origin[i] = LISTED end
  screen:judge(0)
  return screen
end

-- A screen of a pool that grows in rounds, n of it or more.
local function grow(state, n)
  local s = state.settings.screen
  local want = math.max(n, math.floor(n * s.pool + 0.5))
  local screen, part = new_screen(state, want + n), math.floor(want / s.rounds)
  first_round(screen, math.ceil(want / s.rounds), s)
  screen:judge(0)
  for _ = 2, s.rounds do
    local first = screen:count()
    resample(screen, math.floor(part * s.samples), s)
    breed(screen, part + first - screen:count(), s)
    screen:judge(first)
  end
  local first = screen:count()
  state.run.filled = state.run.filled + top_up(screen, n)
  screen:judge(first)
  return screen
end

-- The next set: up to n candidates as a batch, fewer only when the space has no more.
function propose.next(state, n)
  local s = state.settings.screen
  local screen = list(state, s.whole) or grow(state, n)
  local rows = screen:select(n, s.quota)
  state.run.origins = origins_of(screen, rows)
  local set = Batch.new(state.space, math.max(1, #rows))
  set:append(screen.batch, rows)
  return set
end

return propose
