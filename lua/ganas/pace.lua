-- pace - how long the rest of a search takes, from the evaluations that were waited for.
--
-- Results that a journal has cost nothing and say nothing: measuring starts anew after them. Where evaluators
-- tell how long each evaluation took and how many run at a time, it is so many seconds a query, shared by as
-- many workers as were busy on the average of all time so far, which has the search's own work in it and the
-- wait for the slowest of a set. Otherwise the rest goes on as what is done did.

local Pace = {}
Pace.__index = Pace

local function new(clock)
  return setmetatable({ clock = clock }, Pace):start()
end

-- Forgets what was measured.
function Pace:start()
  self.since, self.at, self.queries, self.seconds, self.busy, self.running = self.clock(), nil, 0, 0, 0, 0
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
  self.seconds = self.seconds + (result.seconds or 0)
  self.at = self.last
end

-- Seconds that `queries` more will take, counted down from the last result; nil while nothing is known.
function Pace:left(queries)
  if self.queries == 0 or queries <= 0 then return nil end
  local elapsed = self.at - self.since
  local each = elapsed / self.queries
  if self.seconds > 0 and self.busy > 0 then each = self.seconds / self.queries * elapsed / self.busy end
  return math.max(0, each * queries - (self.clock() - self.at))
end

return { new = new }
