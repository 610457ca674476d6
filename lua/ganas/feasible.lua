-- feasible - candidates that obey the constraints where random ones hardly do: for the first set, and for
-- what is missing in a later one.
--
-- Three ways, one after another. Random candidates under the masks. A space that is small, or that the masks
-- make small, is listed, and what obeys is taken in a random order. Elsewhere a population comes nearer, by
-- mutants of those that miss the rules by least. What none of them finds may not be there: explain says so.

local Batch = require "ganas.batch"
local Pool = require "ganas.pool"
local constraints = require "ganas.constraints"
local message = require "ganas.message"

local feasible = {}

local DRAFT = 2048         -- candidates looked at together
local MOST_DRAWN = 100000  -- random ones
local MOST_VAIN = 20000    -- of these, one after another that bring nothing
local MOST_LISTED = 1e6    -- of a space
local PAGE = 65536         -- of a list
local MOST_EVOLVED = 100000
local BROOD = 512          -- of these at a time
local ELITE = 64           -- their parents

-- ---- random ones ----

-- Offers candidates with what the constraints say of each: whether that was enough.
local function offer(self, batch, keep)
  local enough, gained = self.offer(batch, keep)
  self.tried = self.tried + batch:count()
  self.vain = gained > 0 and 0 or self.vain + batch:count()
  return enough
end

-- Random candidates as long as they bring something; whether it was enough.
local function draw(self)
  local n = 64
  while self.tried < MOST_DRAWN and self.vain < MOST_VAIN do
    self.draft:clear()
    local found, dropped = self.draft:try_random(self.constraints.rules, self.rng, n)
    self.dropped = self.dropped + dropped
    if not found then
      self.stuck = true
      return false
    end
    if offer(self, self.draft, self.constraints:judge(self.draft)) then return true end
    n = math.min(2 * n, DRAFT)
  end
  return false
end

-- ---- all of them ----

local function shuffle(list, rng)
  for i = #list, 2, -1 do
    local j = 1 + rng:below(i)
    list[i], list[j] = list[j], list[i]
  end
end

-- The batches of a list as one.
local function join(self, parts, n)
  local all = Batch.new(self.space, math.max(1, n))
  for _, part in ipairs(parts) do all:append(part) end
  return all
end

-- All candidates that obey, as a batch; nil when there are too many to look at. Where walks meet dead ends a
-- large space could take for ever.
local function list(self)
  local size = self.space:size()
  local small, parts, kept, skip, more = size <= MOST_LISTED, {}, 0, 0, true
  if not small and (self.dropped > 0 or self.stuck) then return nil end
  local page = Batch.new(self.space, math.min(PAGE, size))
  while more do
    page:clear()
    more = page:enumerate(self.constraints.rules, skip)
    if more and not small then return nil end
    skip = skip + page:count()
    local part = Batch.new(self.space, math.max(1, self.constraints:filter(page)))
    part:append(page)
    parts[#parts + 1], kept = part, kept + page:count()
  end
  self.whole = small
  return join(self, parts, kept)
end

local function offer_all(self, all)
  local rows, mixed = {}, Batch.new(self.space, math.max(1, all:count()))
  for i = 0, all:count() - 1 do rows[i + 1] = i end
  shuffle(rows, self.rng)
  mixed:append(all, rows)
  offer(self, mixed, self.constraints:judge(mixed))
end

-- ---- coming nearer ----

-- The best of two batches, at most ELITE different ones, by excess and then as they came.
local function select_elite(self, elite, draft, excess)
  local pool, order, all = Pool.new(self.space), {}, Batch.new(self.space, elite:count() + draft:count())
  local values = {}
  all:append(elite)
  all:append(draft)
  for i = 0, all:count() - 1 do
    values[i] = i < elite:count() and self.excess[i + 1] or excess[i - elite:count()]
    if pool:try(all, i, 0) then order[#order + 1] = i end
  end
  table.sort(order, function(a, b)
    if values[a] ~= values[b] then return values[a] < values[b] end
    return a < b
  end)
  local best = Batch.new(self.space, ELITE)
  self.excess = {}
  for i = 1, math.min(ELITE, #order) do
    best:append(all, { order[i] })
    self.excess[i] = values[order[i]]
  end
  return best
end

local function evolve(self)
  local rules = not self.stuck and self.constraints.rules or nil
  local elite, draft = Batch.new(self.space, ELITE), self.draft
  self.excess = {}
  draft:clear()
  draft:random(rules, self.rng, BROOD)
  for _ = 1, MOST_EVOLVED / BROOD do
    local keep, excess = self.constraints:distance(draft)
    if offer(self, draft, keep) then return end
    elite = select_elite(self, elite, draft, excess)
    draft:clear()
    draft:mutate(elite, rules, self.rng, BROOD, 0.5, 4)
  end
end

-- ---- the three ways ----

-- Looks for candidates of a space under constraints: offer_to(batch, keep) gets them with keep[row] ~= 0 for
-- those that obey, and answers whether it has enough and how many it could use. Ends when that is enough or
-- nothing is left to try. Returns what was done: { tried, dropped, all = what obeys, where that is known }.
function feasible.find(space, rules, rng, offer_to)
  local self = { space = space, constraints = rules, rng = rng, offer = offer_to, tried = 0, vain = 0,
    dropped = 0, draft = Batch.new(space, DRAFT) }
  if draw(self) then return self end
  self.all = list(self)
  if self.all then offer_all(self, self.all) else evolve(self) end
  return self
end

-- ---- why there is nothing ----

-- The value of a bound's measure in a batch that comes nearest to it; nil where there is none.
local function extreme(batch, bound)
  local values, best = batch:measure(bound.measure), nil
  for i = 0, batch:count() - 1 do
    local x = values[i]
    if x == x and (not best or bound.upper and x < best or not bound.upper and x > best) then best = x end
  end
  return best
end

local function words_of(bound, best, where)
  if not best then return ("%s has no value for any %s"):format(bound.name, where) end
  return ("the %s %s %s is %s"):format(bound.upper and "least" or "greatest", bound.name, where,
    message.number(best))
end

-- The same of random candidates, for a space that is too large to list and a bound that none of them obeys.
local function sampled(self, tightest)
  if not tightest.bound or tightest.share ~= 0 then return nil end
  local some = Batch.new(self.space, DRAFT)
  some:random(nil, self.rng, DRAFT)
  return words_of(tightest.bound, extreme(some, tightest.bound), ("of %d random ones"):format(DRAFT))
end

-- The least or greatest value of a bound's measure among the candidates that obey the other constraints, in
-- words; nil where that isn't known.
local function nearest(self, tightest, index)
  local bound = tightest.bound
  if not self.all then return sampled(self, tightest) end
  if not bound then return nil end
  local others = { space = self.space, constraints = self.constraints:without(index), dropped = 0 }
  local all = list(others)
  if not all or all:count() == 0 then return nil end
  return words_of(bound, extreme(all, bound), self.constraints:count() == 1 and "of these"
    or "beside the others")
end

-- Raises that no candidate obeys, with the constraint that accepts least.
function feasible.explain(self, where)
  local tightest, index = self.constraints:tightest()
  if not tightest then message.user("%s: no candidate is left", where) end
  local tried = self.whole and ("none of all %s"):format(message.number(self.space:size()))
    or ("none of %s tried"):format(message.number(self.tried))
  local near = nearest(self, tightest, index)
  near = near and "; " .. near or ""
  if self.constraints:count() == 1 then
    message.user("%s: no candidate obeys %s: %s%s", tightest.where, message.quote(tightest.rule), tried, near)
  end
  message.user("%s: no candidate obeys all constraints: %s; the tightest, %s, %s%s", tightest.where, tried,
    message.quote(tightest.rule), constraints.share_words(tightest.share), near)
end

return feasible
