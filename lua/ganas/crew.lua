-- crew - shares candidates among places that evaluate them at the same time, and tries again what was lost.
--
-- crew.run(options) works through the jobs 1..count. A place that is free gets the next job by
-- options.start(place, job, attempt, done); whoever got it calls done(outcome) once: { result =, retry = why
-- it may be tried again, or nil, crowded = true where the system had no room for it }. A job that may be
-- tried again goes to the end of the queue, `retries` times. A place without room goes away as long as others
-- work, its job goes back into the queue. options.heard(job, result) hears of each result as it is final.
-- Returns whether all are: false after an interrupt, and then options.drop() has been called and nothing runs
-- any more.

local loop = require "ganas.loop"
local uv = require "luv"

local crew = {}

local LOOK = 0.1 -- seconds between looks at whether the user wants to stop

local Crew = {}
Crew.__index = Crew

local function now() return uv.hrtime() * 1e-9 end

-- Time that places were busy, and that they were there in all: what is idle waits for the slowest.
local function account(self, since)
  self.usage.busy = self.usage.busy + now() - since
end

-- What a job came to: again, or final.
local function take(self, job, attempt, outcome)
  local result = outcome.result
  result.attempts = attempt > 1 and attempt or nil
  if outcome.retry and attempt <= self.retries and not self.stopped then
    self.last = self.last + 1
    self.queue[self.last] = { job = job, attempt = attempt + 1 }
  else
    self.left = self.left - 1
    if not self.stopped then self.heard(job, result) end
  end
end

-- Another place will have to do the job.
local function put_back(self, item)
  self.last = self.last + 1
  self.queue[self.last] = item
end

local function give(self, place)
  local item, since = self.queue[self.next], now()
  self.queue[self.next], self.next = nil, self.next + 1
  self.running = self.running + 1
  local answered
  self.start(place, item.job, item.attempt, function(outcome)
    if answered then return end
    answered = true
    account(self, since)
    self.running = self.running - 1
    if outcome.crowded and self.running > 0 then return put_back(self, item) end
    self.free[#self.free + 1] = place
    take(self, item.job, item.attempt, outcome)
  end)
end

-- Gives jobs to free places as long as there are both.
local function share(self)
  while self.next <= self.last and #self.free > 0 and not self.stopped do give(self,
    table.remove(self.free)) end
end

local function look(self)
  if self.stopped or not self.interrupted() then return end
  self.stopped = true
  self.drop()
end

local function over(self)
  share(self)
  return self.left == 0 or self.stopped and self.running == 0
end

-- Works through the jobs. `options`: count, places, retries, start, heard, drop, interrupted() -> boolean,
-- usage { busy, there } in seconds, which grows, tick(how many run) (optional) now and then.
function crew.run(options)
  local self = setmetatable({ queue = {}, free = {}, left = options.count, running = 0, next = 1,
    last = options.count }, {
    __index = function(_, name) return Crew[name] or options[name] end,
  })
  for job = 1, options.count do self.queue[job] = { job = job, attempt = 1 } end
  for place = options.places, 1, -1 do self.free[#self.free + 1] = place end
  local since = now()
  local timer = loop.timer(LOOK, function()
    look(self)
    if options.tick then options.tick(self.running) end
  end, true)
  local ok, err = xpcall(loop.wait, function(e) return e end, function() return over(self) end)
  loop.close(timer)
  if not ok then
    options.drop()
    error(err, 0)
  end
  self.usage.there = self.usage.there + options.places * (now() - since)
  return not self.stopped
end

return crew
