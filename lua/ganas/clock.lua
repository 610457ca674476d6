-- clock - where the time of a run goes: seconds of wall clock by named part.

local uv = require "luv"

local Clock = {}
Clock.__index = Clock

local function now() return uv.hrtime() * 1e-9 end

local function new() return setmetatable({ began = now(), parts = {} }, Clock) end

-- Ends the part that is running, if any, and starts another.
function Clock:start(name)
  self:stop()
  self.name, self.since = name, now()
end

function Clock:stop()
  if not self.name then return end
  self.parts[self.name] = (self.parts[self.name] or 0) + now() - self.since
  self.name = nil
end

function Clock:total() return now() - self.began end

-- Goes on from a number of seconds, as if the run had begun that long ago. What a replay hasn't waited for
-- was spent on evaluations: it learns as the search did, and takes their results from the journal.
function Clock:set(seconds)
  self.parts.evaluate = math.max(0, (self.parts.evaluate or 0) + seconds - self:total())
  self.began = now() - seconds
end

-- { total =, and each part =, other = }.
function Clock:seconds()
  local total = self:total()
  local seconds, sum = { total = total }, 0
  for _, name in ipairs { "evaluate", "discriminator", "generator", "screen" } do
    seconds[name] = self.parts[name] or 0
    sum = sum + seconds[name]
  end
  seconds.other = math.max(0, total - sum)
  return seconds
end

return { new = new }
