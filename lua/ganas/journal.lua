-- journal - the run directory: what a search leaves on disk, and reads when it is resumed.
--
--   journal.jsonl   the run: one line an event, on disk before anything depends on it
--   recipe.lua      the recipe as it ran
--   result.json     the result, written when the search is over
--   lock            who works on the run (ganas.lock)
--
-- The directory is --out DIR, or runs/<recipe>-<seed>-<n> with the first free n.
--
-- Events: "run" says what was started (ganas.origin); "batch" is a set that was proposed, before any of it is
-- evaluated; "result" is the evaluation of the candidate with that id, in the order in which they ended;
-- "step" closes a set: queries, seconds so far, why the search stopped, if it did. "ask" and "resume" are
-- notes. Each line ends with a checksum, "sum": the first 8 digits of the MD5 of what stands before it.

local core = require "ganas.core"
local fs = require "ganas.fs"
local json = require "ganas.json"
local lock = require "ganas.lock"
local loop = require "ganas.loop"
local message = require "ganas.message"
local parse = require "ganas.parse"
local sorted = require "ganas.sorted"

local journal = {}

local Journal = {}
Journal.__index = Journal

local NAME = "journal.jsonl"
local FILES = { NAME, "result.json" }

-- ---- the directory ----

-- Whether a journal has nothing to lose: its search ended before the first line was on the disk.
local function is_blank(path)
  local text = fs.read(path)
  return text ~= nil and not text:find("\n", 1, true)
end

-- Whether the run in a folder has failed, and nobody is at work on it.
local function has_failed(dir)
  local ok, events = pcall(journal.read, dir)
  return ok and journal.hopeless(events) and not lock.owner(dir)
end

local function refuse_used(dir)
  if has_failed(dir) then
    message.user("%s holds a run that failed; remove it or choose another name after --out",
      message.quote(dir))
  end
  for _, file in ipairs(FILES) do
    local path = fs.join(dir, file)
    if fs.exists(path) and not (file == NAME and is_blank(path)) then
      message.user("%s already holds a run; expected an empty folder or a new name after --out, "
        .. "or 'ganas-lua resume %s' to go on with it", message.quote(dir), dir)
    end
  end
end

local function claim(dir)
  fs.mkdir(dir)
  refuse_used(dir)
  return dir
end

-- The first free name; two searches that start together get two of them.
local function claim_next(plan)
  fs.mkdir "runs"
  local n = 1
  while true do
    local dir = ("runs/%s-%s-%d"):format(plan.name, message.number(plan.seed), n)
    if fs.mkdir_new(dir) then return dir end
    n = n + 1
  end
end

local function new(dir, held)
  local self = setmetatable({ dir = dir, path = fs.join(dir, NAME), lock = held }, Journal)
  self.file = fs.append(self.path)
  return self
end

-- Opens the run directory of a plan; `origin` are the fields of its first event (none in tests).
function journal.create(plan, origin)
  local dir = plan.out and claim(plan.out) or claim_next(plan)
  local held = lock.take(dir)
  refuse_used(dir) -- somebody may have been faster
  fs.write_atomic(fs.join(dir, "recipe.lua"), plan.source)
  local self = new(dir, held)
  self.file:truncate(0)
  self:write("run", origin or {})
  self:sync()
  return self
end

-- ---- lines ----

-- An event as a line of JSON with its checksum; `fields`: { { name, value }, ... }.
function journal.line(event, fields)
  local all = { { "event", event } }
  for _, field in ipairs(fields) do
    if field[2] ~= nil then all[#all + 1] = field end
  end
  local text = json.encode(json.object(all)):sub(1, -2)
  return ('%s,"sum":"%s"}\n'):format(text, core.md5(text):sub(1, 8))
end

-- The event of a line without its end; nil where it isn't whole.
local function read_line(line)
  local text, sum = line:match '^(.*),"sum":"(%x+)"}$'
  if not text or core.md5(text):sub(1, 8) ~= sum then return nil end
  return parse(text .. "}")
end

-- All events of a text, and how many bytes of it are whole lines. Only what comes last may be torn.
local function read_all(text, path)
  local events, at = {}, 1
  while at <= #text do
    local stop = text:find("\n", at, true)
    local event = stop and read_line(text:sub(at, stop - 1))
    if not event then
      if stop and stop < #text then
        message.user("%s:%d: this line is damaged: its checksum doesn't fit; expected the line as it was "
          .. "written", path, #events + 1)
      end
      break
    end
    events[#events + 1], at = event, stop + 1
  end
  return events, at - 1
end

-- The text of a run's journal and its path.
local function read_text(dir)
  local path = fs.join(dir, NAME)
  local text, why = fs.read(path)
  if text then return text, path end
  local near = journal.is_run(fs.join("runs", dir)) and "; did you mean "
    .. message.quote(fs.join("runs", dir)) .. "?" or ""
  message.user("%s is no run: can't read %s: %s%s", message.quote(dir), message.quote(path), why, near)
end

local function check_first(event, path, dir)
  if event and event.event == "run" then return end
  if is_blank(path) then
    message.user("%s: this run ended before the first line of its journal was on the disk; start it again, "
      .. "with --out %s", path, dir)
  end
  message.user("%s:1: this is no journal of a run; expected the event 'run' first", path)
end

-- The events of a run directory, and the bytes that hold them.
function journal.read(dir)
  local text, path = read_text(dir)
  local events, whole = read_all(text, path)
  check_first(events[1], path, dir)
  return events, whole, #text
end

-- Whether a folder holds a run.
function journal.is_run(dir) return fs.is_file(fs.join(dir, NAME)) end

-- The first event of a run directory alone.
function journal.origin(dir)
  local text, path = read_text(dir)
  local event = read_line((text:match "^[^\n]*"))
  check_first(event, path, dir)
  return event
end

-- Opens an old run to go on with it: the journal and its events. A torn last line is cut off, with a note.
-- `patience`: seconds to wait for who works on it (0).
function journal.reopen(dir, patience)
  journal.read(dir) -- that there is a run, before its folder gets a lock
  local held = lock.take(dir, patience)
  fs.sweep(dir)
  local events, whole, size = journal.read(dir)
  local self = new(dir, held)
  if size > whole then
    message.note("%s:%d: the last line was torn when the run ended; it is dropped", self.path, #events + 1)
    self.file:truncate(whole)
  end
  return self, events
end

-- Whether all of a first set was evaluated, and nothing after it, without a score.
function journal.hopeless(events)
  local batch, sets, results = nil, 0, 0
  for _, event in ipairs(events) do
    if event.event == "batch" then batch, sets = event, sets + 1 end
    if event.event == "result" then
      results = results + 1
      if event.score then return false end
    end
  end
  return sets == 1 and results >= #batch.archs
end

-- ---- writing ----

local function numbers_of(metrics)
  if not metrics or next(metrics) == nil then return nil end
  local fields = {}
  for name, value in sorted(metrics) do fields[#fields + 1] = { name, value } end
  return json.object(fields)
end

-- "done", "infeasible", "failed" or "lost".
function journal.state(result)
  return result.state or result.score and "done" or "failed"
end

-- The fields of a "result": id, the official string, what the evaluator said.
function journal.result_fields(id, arch, result)
  return {
    { "id", id }, { "arch", arch }, { "state", journal.state(result) }, { "score", result.score },
    { "report", result.report }, { "metrics", numbers_of(result.metrics) }, { "source", result.source },
    { "budget", result.budget }, { "cost", result.cost }, { "seconds", result.seconds },
    { "attempts", result.attempts }, { "from", result.from }, { "error", result.error },
  }
end

-- Notes which candidates were handed out, on the disk.
function Journal:note_asked(ids)
  self:write("ask", { { "ids", json.array(ids) } })
  self:sync()
end

-- Calls a method of the file; where the disk is full, or such, it says that nothing is lost.
local function try(self, method, ...)
  local ok, err = pcall(self.file[method], self.file, ...)
  if ok then return end
  if not message.is_user(err) then error(err, 0) end
  message.user("%s; what came before it is kept: once that is mended, 'ganas-lua resume %s' goes on",
    err.text, self.dir)
end

-- Appends an event; it is on the disk after the next sync.
function Journal:write(event, fields)
  try(self, "write", journal.line(event, fields))
  self.dirty, self.grown = true, true
end

-- A user error where the folder was removed or replaced meanwhile.
function Journal:check_there()
  if self.file:is_at(self.path) then return end
  message.user("%s is no longer there: somebody removed or replaced it while the search ran", self.path)
end

-- Brings what was written to the disk. A folder that was removed or replaced meanwhile is noticed here.
function Journal:sync()
  if not self.dirty then return end
  try(self, "sync")
  self:check_there()
  self.dirty = false
  self.lock:beat()
end

-- The same without waiting for the disk, for results that come one by one; a failure shows at the next sync.
function Journal:sync_soon()
  if self.syncing or not self.dirty then return end
  self.syncing = true
  self.file:sync_soon(function() self.syncing = false end)
  self.lock:beat()
end

-- Writes the result, a text of JSON.
function Journal:finish(text)
  self:sync()
  fs.write_atomic(fs.join(self.dir, "result.json"), text .. "\n")
end

function Journal:close()
  loop.wait(function() return not self.syncing end)
  self.file:close()
  self.lock:release()
end

return journal
