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

local function open_terminal()
  local term = os.getenv "TERM"
  if uv.guess_handle(STDERR) ~= "tty" or term == nil or term == "" or term == "dumb" then return nil end
  return uv.new_tty(STDERR, false)
end

local function width(terminal)
  local columns = terminal and terminal:get_winsize()
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

-- The state of a search in one line; `seconds` since it began.
function progress.text(run, seconds)
  local words = {
    ("iteration %d"):format(run.iteration),
    ("%s/%s queries"):format(message.number(run.queries), message.number(run.budget)),
    run.best_score and "best " .. number(run.best_score) or "nothing scored yet",
  }
  if run.entropy then words[#words + 1] = ("entropy %.2f"):format(run.entropy) end
  if run.acceptance then words[#words + 1] = ("accepted %.0f %%"):format(100 * run.acceptance) end
  local rest = left(run, seconds)
  if rest then words[#words + 1] = progress.duration(rest) .. " left" end
  return table.concat(words, "  ")
end

-- ---- the display ----

-- `options`: quiet; for tests also file, columns and clock in place of the terminal's.
function progress.new(options)
  local terminal = not options.file and open_terminal() or nil
  local clock = options.clock or function() return uv.hrtime() * 1e-9 end
  return setmetatable({
    quiet = options.quiet, terminal = terminal, live = terminal ~= nil or options.columns ~= nil,
    columns = options.columns, file = options.file or io.stderr,
    clock = clock, began = clock(), last = -math.huge,
  }, Progress)
end

local function draw(self, text)
  local most = (self.columns or width(self.terminal)) - 1
  if #text > most then text = text:sub(1, most) end
  self.file:write("\r", text, "\27[K")
  self.file:flush()
  self.shown = true
end

-- Shows the state of a search, if the last time is long enough ago.
function Progress:update(run)
  local now = self.clock()
  if self.quiet or now - self.last < (self.live and LIVE_EVERY or PLAIN_EVERY) then return end
  if not self.live and self.last == -math.huge and now - self.began < PLAIN_EVERY then return end
  self.last = now
  local text = progress.text(run, now - self.began)
  if self.live then return draw(self, text) end
  self.file:write(text, "\n")
  self.file:flush()
end

-- Takes the live line away, so that something else can be printed.
function Progress:clear()
  if not self.shown then return end
  self.file:write "\r\27[K"
  self.file:flush()
  self.shown, self.last = false, -math.huge
end

-- Ends the display.
function Progress:close()
  self:clear()
  if self.terminal then self.terminal:close() end
  self.terminal = nil
end

return progress
