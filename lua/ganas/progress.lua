-- progress - how far a search is, on stderr.
--
-- On a terminal one line that is written over, cut to its width and taken away at the end;
-- elsewhere (or with TERM=dumb) plain lines, one every few seconds; nothing when it is to be quiet.

local uv = require "luv"
local message = require "ganas.message"

local progress = {}

local Progress = {}
Progress.__index = Progress

local LIVE_EVERY, PLAIN_EVERY = 0.1, 2 -- seconds
local STDERR = 2

-- ---- the terminal ----

local function on_terminal()
  local term = os.getenv "TERM"
  return uv.guess_handle(STDERR) == "tty" and term ~= nil and term ~= "" and term ~= "dumb"
end

-- The handle is closed for good at once: one that is left to the end of the program crashes there.
local function terminal_width()
  local terminal = uv.new_tty(STDERR, false)
  if not terminal then return 80 end
  local columns = terminal:get_winsize()
  terminal:close()
  uv.run "nowait"
  return columns and columns > 0 and columns or 80
end

-- ---- words ----

-- 75 s as "1 min 15 s".
function progress.duration(seconds)
  if seconds < 10 then return ("%.1f s"):format(seconds) end
  if seconds < 60 then return ("%.0f s"):format(seconds) end
  local minutes = math.floor(seconds / 60 + 0.5)
  if minutes < 60 then return ("%d min %d s"):format(math.floor(seconds / 60), seconds % 60) end
  return ("%d h %d min"):format(math.floor(minutes / 60), minutes % 60)
end

local function number(x) return ("%.6g"):format(x) end

local function left(run, seconds)
  if run.queries == 0 or run.queries >= run.budget then return nil end
  return seconds / run.queries * (run.budget - run.queries)
end

local function entropy(run)
  return run.entropy and ("entropy %.2f"):format(run.entropy) or nil
end

local function acceptance(run)
  return run.acceptance and ("%.0f %% valid"):format(100 * run.acceptance) or nil
end

-- The constraint that rejects most of what it is asked about.
local function rejection(run)
  local most = run.busiest
  return most and ("%s rejects %.0f %%"):format(most.rule, 100 * most.share) or nil
end

local function join(words)
  local list = {}
  for i = 1, 7 do list[#list + 1] = words[i] end
  return table.concat(list, "  ")
end

-- The state of a search in one line; `seconds` since it began. What matters least is left out where
-- `width` columns are too few.
function progress.text(run, seconds, width)
  local rest = left(run, seconds)
  local words = {
    ("iteration %d"):format(run.iteration),
    ("%s/%s queries"):format(message.number(run.queries), message.number(run.budget)),
    run.best_score and "best " .. number(run.best_score) or "nothing scored yet",
    entropy(run), acceptance(run), rest and progress.duration(rest) .. " left", rejection(run),
  }
  for _, least in ipairs { 7, 5, 4, 6, 1 } do
    if #join(words) <= (width or math.huge) then break end
    words[least] = nil
  end
  return join(words):sub(1, width)
end

-- ---- the display ----

-- `options`: quiet; for tests also file, columns and clock in place of the terminal's.
function progress.new(options)
  local live = options.columns ~= nil or not options.file and on_terminal()
  local clock = options.clock or function() return uv.hrtime() * 1e-9 end
  return setmetatable({
    quiet = options.quiet, live = live, columns = options.columns, file = options.file or io.stderr,
    clock = clock, began = clock(), last = -math.huge,
  }, Progress)
end

local function draw(self, run, seconds)
  local width = (self.columns or terminal_width()) - 1
  self.file:write("\r", progress.text(run, seconds, width), "\27[K")
  self.file:flush()
  self.shown = true
end

-- Shows a text of one line, if the last time is long enough ago.
function Progress:say(text)
  local now = self.clock()
  if self.quiet or now - self.last < (self.live and LIVE_EVERY or PLAIN_EVERY) then return end
  self.last = now
  self.file:write(self.live and "\r" or "", text, self.live and "\27[K" or "\n")
  self.file:flush()
  self.shown = self.live
end

-- Shows the state of a search, if the last time is long enough ago.
function Progress:update(run)
  local now = self.clock()
  if self.quiet or now - self.last < (self.live and LIVE_EVERY or PLAIN_EVERY) then return end
  if not self.live and self.last == -math.huge and now - self.began < PLAIN_EVERY then return end
  self.last, self.text = now, progress.text(run, now - self.began)
  if self.live then return draw(self, run, now - self.began) end
  self.file:write(progress.text(run, now - self.began), "\n")
  self.file:flush()
end

-- Shows how many candidates of a set are evaluated, beside the last state of the search.
function Progress:wait(done, count)
  self:say(("%s%d of %d of this set evaluated"):format(self.text and self.text .. "  " or "", done, count))
end

-- Takes the live line away, so that something else can be printed.
function Progress:clear()
  if not self.shown then return end
  self.file:write "\r\27[K"
  self.file:flush()
  self.shown, self.last = false, -math.huge
end

return progress
