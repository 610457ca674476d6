-- pace - how long the rest of a search takes, from the evaluations that were waited for.
--
-- Results that a journal has cost nothing and say nothing: measuring starts anew after them. Where evaluators
-- tell how long each took and how many run at a time, those that still run count by the part of them that is
-- done. All time counts: it has the search's own work in it and the wait for the slowest of a set.

local Pace = {}
Pace.__index = Pace

local function new(clock)
  return setmetatable({ clock = clock }, Pace):start()
end

-- Forgets what was measured.
function Pace:start()
  self.since, self.at, self.queries, self.count = self.clock(), nil, 0, 0
  self.seconds, self.busy, self.running = 0, 0, 0
  self.last = self.since
  return self
end

-- Notes that so many evaluations run from now on.
function Pace:run(running)
  local now = self.clock()
  self.busy = self.busy + self.running * (now - self.last)
  self.last, self.running = now, running
end

-- Notes a result: { seconds =, state =, from = the run that has paid for it }. One that is infeasible is no
-- query, but has taken its time.
function Pace:heard(result)
  if result.from then return end
  self:run(self.running)
  if result.state ~= "infeasible" then self.queries = self.queries + 1 end
  self.count, self.seconds = self.count + 1, self.seconds + (result.seconds or 0)
  self.at = self.last
end

-- Evaluations that are done, with the parts of those that run.
local function evaluated(self)
  if self.seconds == 0 then return self.count end
  local whole = self.busy * self.count / self.seconds
  return math.max(self.count, math.min(whole, self.count + self.running))
end

-- Seconds that `queries` more will take, counted down from the last result; nil while nothing is known.
function Pace:left(queries)
  if self.queries == 0 or queries <= 0 then return nil end
  local each = (self.at - self.since) / evaluated(self) * self.count / self.queries
  return math.max(0, each * queries - (self.clock() - self.at))
end

return { new = new }
