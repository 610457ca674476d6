-- record - a run as it lies in its folder: what was started, what came of it, how it stands.
--
-- A record is the result as its JSON has it (docs/RUNS.md) with
--   dir      the folder
--   state    "finished", "running", "waiting" (for results from outside), "failed" (nothing of the first set
--            got a score) or "interrupted"
--   origin   the journal's first event (ganas.origin)
--   ended    when something was last written, in seconds since 1970
--   top      where the best were confirmed at a full budget: these first, in the order of what they are worth
--            there; each then has `note`, on the other budget
-- Of a run that has no result yet only what the journal knows is there: queries, failed, best, top, to_best,
-- trajectory, seconds.total.

local fs = require "ganas.fs"
local journal = require "ganas.journal"
local lock = require "ganas.lock"
local message = require "ganas.message"
local parse = require "ganas.parse"
local uv = require "luv"

local record = {}

local TOP = 10 -- best candidates of a run without a result

-- ---- from the journal ----

local function better(a, b)
  if a.score ~= b.score then return a.score > b.score end
  return a.query < b.query
end

local function best_of(trajectory)
  local list, top = {}, {}
  for _, step in ipairs(trajectory) do
    if step.score then list[#list + 1] = step end
  end
  table.sort(list, better)
  for i = 1, math.min(TOP, #list) do
    local step = list[i]
    top[i] = { arch = step.arch, score = step.score, report = step.report, query = step.query, measures = {} }
  end
  return top
end

-- Those at the budget of the search, without what was confirmed at another one.
local function at_first_budget(list)
  local kept = {}
  for _, event in ipairs(list) do
    if event.budget == list[1].budget then kept[#kept + 1] = event end
  end
  return kept
end

-- Results in the order of their candidates: that in which they count.
local function results_of(events)
  local list, asked, seconds = {}, false, 0
  for _, event in ipairs(events) do
    if event.event == "result" then list[#list + 1] = event
    elseif event.event == "ask" then asked = true
    elseif event.event == "step" then seconds = event.seconds end
  end
  table.sort(list, function(a, b) return a.id < b.id end)
  return at_first_budget(list), asked, seconds
end

local function trajectory_of(results)
  local list, best, failed, infeasible = {}, nil, 0, 0
  for _, event in ipairs(results) do
    if event.state == "infeasible" then infeasible = infeasible + 1
    else
      if event.score and (not best or event.score > best) then best = event.score end
      failed = failed + (event.score and 0 or 1)
      list[#list + 1] = { query = #list + 1, arch = event.arch, score = event.score, report = event.report,
        best = best, error = event.error, source = event.source, metrics = event.metrics }
    end
  end
  return list, failed, infeasible
end

local function unfinished(dir)
  local events = journal.read(dir)
  local origin = events[1]
  local results, asked, seconds = results_of(events)
  local trajectory, failed, infeasible = trajectory_of(results)
  local top = best_of(trajectory)
  return {
    recipe = origin.recipe, seed = origin.seed, args = origin.args, asked = asked,
    hopeless = journal.hopeless(events),
    columns = { score = origin.score, report = origin.report }, queries = #trajectory, failed = failed,
    infeasible = infeasible, trajectory = trajectory, top = top, best = top[1],
    to_best = top[1] and top[1].query, levels = {}, rules = {}, seconds = { total = seconds },
  }
end

-- ---- confirmed at a full budget ----

-- A candidate with other fields on top of its own.
local function with(entry, fields)
  local new = {}
  for name, value in pairs(entry) do new[name] = value end -- order can't matter: a copy
  for name, value in pairs(fields) do new[name] = value end -- order can't matter: a copy
  return new
end

-- The best of a search, those first that were confirmed.
local function confirmed_first(rec)
  local by_arch, list, seen = {}, {}, {}
  for _, entry in ipairs(rec.top) do by_arch[entry.arch] = entry end
  for _, found in ipairs(rec.confirmed) do
    local entry = by_arch[found.arch]
    if entry and found.score then
      local note = ("at budget %s; %s before"):format(message.text(rec.budget),
        message.rounded(entry.score, 8))
      list[#list + 1] = with(entry, { score = found.score, report = found.report, note = note })
      seen[found.arch] = true
    end
  end
  for _, entry in ipairs(rec.top) do
    if not seen[entry.arch] then list[#list + 1] = with(entry, { note = "not confirmed" }) end
  end
  return list
end

-- ---- reading ----

local function result_path(dir) return fs.join(dir, "result.json") end

local function read_result(dir, text)
  local result, why = parse(text)
  if type(result) ~= "table" or type(result.trajectory) ~= "table" then
    message.user("%s is no result of a run: %s; 'ganas-lua resume %s' writes it anew", result_path(dir),
      why or "it has no trajectory", dir)
  end
  return result
end

local function state_of(dir, rec, whole)
  if lock.owner(dir) then return "running" end
  if whole then return "finished" end
  return rec.hopeless and "failed" or rec.asked and "waiting" or "interrupted"
end

local function ended(dir)
  local stat = uv.fs_stat(result_path(dir)) or uv.fs_stat(fs.join(dir, "journal.jsonl"))
  return stat and stat.mtime.sec or 0
end

-- The record of a run directory; a user error where it holds none.
function record.read(dir)
  local origin, text = journal.origin(dir), fs.read(result_path(dir))
  local rec = text and read_result(dir, text) or unfinished(dir)
  rec.dir, rec.origin, rec.ended = dir, origin, ended(dir)
  rec.state = state_of(dir, rec, text ~= nil)
  if rec.confirmed then rec.top = confirmed_first(rec) end
  return rec
end

-- The same without trajectory, levels and what comes after them, from the beginning of a long text.
function record.summary(dir)
  local text = fs.read(result_path(dir))
  local head = text and text:match '^({.-),"top":%['
  if not head then return record.read(dir) end
  local rec = parse(head .. "}") or read_result(dir, text)
  rec.dir, rec.ended = dir, ended(dir)
  rec.state = state_of(dir, rec, true)
  return rec
end

-- ---- the space ----

-- The space of a run: that of its recipe, which is loaded as it was.
function record.space(rec)
  local recipe = require "ganas.recipe"
  local resume = require "ganas.resume"
  local origin = rec.origin
  local before = uv.cwd()
  local dir = resume.go_there(rec.dir, origin)
  local ok, space = xpcall(function()
    return recipe.space(recipe.read(resume.word_of(dir, origin), {
      args = origin.args, data = origin.data, name = origin.recipe,
    }))
  end, message.traced)
  uv.chdir(before)
  if not ok then error(space, 0) end
  return space
end

-- The same, loaded once.
function record.loaded_space(rec)
  rec.space_object = rec.space_object or record.space(rec)
  return rec.space_object
end

-- The graph (ganas.diagram) of one of the best: that which the result has; else, for `export` alone, by the
-- space. To look at a run must not run its recipe.
function record.graph(rec, entry)
  if entry.graph then return entry.graph end
  local space = record.loaded_space(rec)
  local arch, why = space:arch(entry.arch)
  if not arch then message.user("%s is no candidate of %s: %s", message.quote(entry.arch), space.name,
    why) end
  return require("ganas.diagram").of(arch)
end

return record
