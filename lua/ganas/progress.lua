-- progress - how far a search is, on stderr.
--
-- On a terminal one line that is written over, cut to its width and taken away at the end;
-- elsewhere (or with TERM=dumb) plain lines, which come less and less often; nothing when it is to be quiet.
-- There are no colours. For machines there is ganas.events, which has the same methods.

local uv = require "luv"
local Pace = require "ganas.pace"
local message = require "ganas.message"
local terminal = require "ganas.terminal"

local progress = {}

local Progress = {}
Progress.__index = Progress

local LIVE_EVERY = 0.1 -- seconds
local HELLO = 3 -- seconds from which on it is said that workers have not begun
local PLAIN_EVERY, PLAIN_MOST, PLAIN_SHARE = 2, 60, 1 / 30 -- seconds; of the time so far

local shown -- the display whose line is on the terminal

-- ---- words ----

-- 75 s as "1 min 15 s".
function progress.duration(seconds)
  if seconds < 10 then return ("%.1f s"):format(seconds) end
  if seconds < 60 then return ("%.0f s"):format(seconds) end
  local minutes = math.floor(seconds / 60 + 0.5)
  if minutes < 60 then return ("%d min %d s"):format(math.floor(seconds / 60), seconds % 60) end
  if minutes < 48 * 60 then return ("%d h %d min"):format(math.floor(minutes / 60), minutes % 60) end
  return ("%d days %d h"):format(math.floor(minutes / 1440), math.floor(minutes / 60) % 24)
end

local function number(x) return ("%.6g"):format(x) end

local function entropy(state)
  return state.entropy and ("entropy %.2f"):format(state.entropy) or nil
end

local function acceptance(state)
  return state.acceptance and ("%.0f %% valid"):format(100 * state.acceptance) or nil
end

-- The constraint that rejects most of what it is asked about.
local function rejection(state)
  local most = state.busiest
  return most and ("%s rejects %.0f %%"):format(most.rule, 100 * most.share) or nil
end

local function failures(state)
  return (state.failed or 0) > 0 and ("%s failed"):format(message.number(state.failed)) or nil
end

local function workers(state)
  if state.silent then
    return ("waiting for %d worker%s to say hello"):format(state.silent, state.silent == 1 and "" or "s")
  end
  return state.busy and ("%d of %d busy"):format(state.busy, state.places) or nil
end

local WORDS = 9

local function join(words)
  local list = {}
  for i = 1, WORDS do list[#list + 1] = words[i] end
  return table.concat(list, "  ")
end

local function words_of(state)
  local done = ("%s/%s"):format(message.number(state.queries), message.number(state.budget))
  return {
    state.stage or ("iteration %d"):format(state.iteration),
    done .. " queries",
    state.best_score and "best " .. number(state.best_score) or "nothing scored yet",
    failures(state), workers(state), entropy(state), acceptance(state),
    state.left and progress.duration(state.left) .. " left", rejection(state),
  }, done
end

-- The state of a search in one line: iteration, queries, budget, best_score, failed, busy and places (of
-- workers), silent (workers that have not begun), entropy, acceptance, left (seconds), busiest; `stage` in
-- place of the iteration. What matters least is left out where `width` columns are too few.
function progress.text(state, width)
  local words, done = words_of(state)
  width = width or 1000
  for _, least in ipairs { 9, 7, 6, 5, 1 } do
    if #join(words) <= width then break end
    words[least] = nil
  end
  if #join(words) > width then words[2] = done end
  for _, least in ipairs { 4, 8 } do
    if #join(words) <= width then break end
    words[least] = nil
  end
  return terminal.cut(join(words), width)
end

-- ---- the display ----

-- `options`: quiet; for tests also file, columns (a number, or a function) and clock in place of the
-- terminal's.
function progress.new(options)
  local live = options.columns ~= nil or not options.file and terminal.there()
  local clock = options.clock or function() return uv.hrtime() * 1e-9 end
  return setmetatable({
    quiet = options.quiet, live = live, columns = options.columns, file = options.file or io.stderr,
    clock = clock, began = clock(), last = -math.huge, pace = Pace.new(clock),
    set = { queries = 0, failed = 0 },
  }, Progress)
end

local function width_of(self)
  if type(self.columns) == "function" then return self.columns() end
  return self.columns or terminal.columns()
end

-- Seconds until the next plain line: a run of days needs no line every two seconds.
local function plain_every(self)
  local share = (self.clock() - self.began) * PLAIN_SHARE
  return math.max(PLAIN_EVERY, math.min(share, PLAIN_MOST))
end

-- Whether it is time to show something.
local function due(self)
  return not self.quiet and self.clock() - self.last >= (self.live and LIVE_EVERY or plain_every(self))
end

local function write(self, text)
  self.last = self.clock()
  self.file:write(self.live and terminal.drawn(text, width_of(self)) or text .. "\n")
  self.file:flush()
  if self.live then shown = self end
end

-- Shows a text of one line, if the last time is long enough ago.
function Progress:say(text)
  if due(self) then write(self, text) end
end

-- ---- a search ----

-- Shows the state of this search (ganas.run) from now on.
function Progress:follow(run)
  self.run = run
  self.pace:start()
end

-- Seconds until the search is over: by what its queries take, at most until its time is.
local function left(self, run, done)
  local rest = self.pace:left(run.budget - done)
  local limit = run.plan and run.plan.seconds
  if not limit then return rest end
  local most = math.max(0, limit - run.clock:total())
  return rest and math.min(rest, most) or most
end

-- The state of the search, with what is known of the open set.
function Progress:state()
  local run = self.run
  local done = math.min(run.budget, run.queries + self.set.queries)
  return setmetatable({
    stage = self.stage, queries = done, failed = (run.failed or 0) + self.set.failed,
    busy = self.places and self.busy, places = self.places, silent = self.silent,
    left = left(self, run, done),
  }, { __index = run })
end

-- Shows the state, if it is time. A plain line is written only where more is done than at the last one.
local function show(self)
  if not self.run or not due(self) then return end
  if self.live then return write(self, progress.text(self:state(), width_of(self) - 1)) end
  local done = self.run.queries + self.set.queries
  if self.last == -math.huge and self.clock() - self.began < PLAIN_EVERY or done == self.done
    and self.silent == self.told then return end
  self.done, self.told = done, self.silent
  write(self, progress.text(self:state()))
end

-- A set is closed. `replayed`: its results came from the journal.
function Progress:update(run, replayed)
  self.run, self.set, self.busy = run, { queries = 0, failed = 0 }, self.places and 0
  if replayed then self.pace:start() end
  show(self)
end

-- An evaluation has ended.
function Progress:heard(result)
  local set = self.set
  self.pace:heard(result)
  if result.state ~= "infeasible" then set.queries = set.queries + 1 end
  if not result.score and result.state ~= "infeasible" then set.failed = set.failed + 1 end
  show(self)
end

-- Notes how many workers have not begun yet, once some haven't for a while.
local function note_silent(self, silent)
  self.quiet_since = (silent or 0) > 0 and (self.quiet_since or self.clock()) or nil
  self.silent = self.quiet_since and self.clock() - self.quiet_since >= HELLO and silent or nil
end

-- A set is being evaluated: so many evaluations run at a time, of as many as could; of the processes `silent`
-- have not said yet that they are ready.
function Progress:wait(busy, places, silent)
  self.busy, self.places = busy, places
  note_silent(self, silent)
  self.pace:run(busy or 0)
  show(self)
end

-- Says what is going on in place of the iteration.
function Progress:enter(stage) self.stage = stage end

-- Takes the live line away, so that something else can be printed.
function Progress:clear()
  if shown ~= self then return end
  self.file:write(terminal.cleared)
  self.file:flush()
  shown, self.last = nil, -math.huge
end

-- Takes away whichever line there is.
function progress.hide()
  if shown then shown:clear() end
end

return progress
