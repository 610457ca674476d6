-- journal - the run directory: what a search leaves on disk.
--
--   journal.jsonl   one line an evaluation, in proposal order, on disk before anything depends on it
--   recipe.lua      the recipe as it ran
--   result.json     the result, written when the search is over
--
-- The directory is --out DIR, or runs/<recipe>-<seed>-<n> with the first free n.

local fs = require "ganas.fs"
local json = require "ganas.json"
local message = require "ganas.message"
local sorted = require "ganas.sorted"

local journal = {}

local Journal = {}
Journal.__index = Journal

local FILES = { "journal.jsonl", "result.json" }

-- ---- the directory ----

local function refuse_used(dir)
  for _, file in ipairs(FILES) do
    if fs.exists(fs.join(dir, file)) then
      message.user("%s already holds a run; expected an empty folder or a new name after --out",
        message.quote(dir))
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

-- Opens the run directory of a plan.
function journal.open(plan)
  local dir = plan.out and claim(plan.out) or claim_next(plan)
  fs.write_atomic(fs.join(dir, "recipe.lua"), plan.source)
  local file = fs.append(fs.join(dir, "journal.jsonl"))
  return setmetatable({ dir = dir, file = file }, Journal)
end

-- ---- writing ----

local function metrics_of(entry)
  local fields = {}
  for name, value in sorted(entry.metrics) do fields[#fields + 1] = { name, value } end
  return json.object(fields)
end

-- One evaluation { query, arch, score, report, error, metrics } as a line of JSON.
function journal.line(entry)
  local fields = {
    { "query", entry.query }, { "arch", entry.arch }, { "score", entry.score }, { "report", entry.report },
  }
  if entry.metrics and next(entry.metrics) ~= nil then
    fields[#fields + 1] = { "metrics", metrics_of(entry) }
  end
  if entry.source then fields[#fields + 1] = { "source", entry.source } end
  if entry.error then fields[#fields + 1] = { "error", entry.error } end
  return json.encode(json.object(fields)) .. "\n"
end

-- Writes a batch of evaluations and brings them to the disk.
function Journal:add(entries)
  local lines = {}
  for i, entry in ipairs(entries) do lines[i] = journal.line(entry) end
  self.file:write(table.concat(lines))
  self.file:sync()
end

-- Writes the result, a text of JSON.
function Journal:finish(text) fs.write_atomic(fs.join(self.dir, "result.json"), text .. "\n") end

function Journal:close() self.file:close() end

return journal
