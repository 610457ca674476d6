-- resume - goes on with a run: ganas-lua resume RUN [--warm] [name=value ...]
--
-- The search is replayed: it draws and learns as it did, and takes from the journal what was evaluated. That
-- is only right while nothing has changed that a trajectory follows from (ganas.origin); otherwise the run is
-- left as it is, and --warm starts a new one whose first set is what the old one has paid for.

local fs = require "ganas.fs"
local journal = require "ganas.journal"
local launch = require "ganas.launch"
local ledger = require "ganas.ledger"
local message = require "ganas.message"
local origin = require "ganas.origin"
local sandbox = require "ganas.sandbox"
local search = require "ganas.search"
local uv = require "luv"

local resume = {}

-- ---- the plan ----

-- Goes where the run was started, so that its relative names mean the same; returns the path of the run.
function resume.go_there(dir, event)
  if event.cwd == uv.cwd() or not fs.is_dir(event.cwd) then return dir end
  local path = uv.fs_realpath(dir) or dir
  uv.chdir(event.cwd)
  return path
end

-- What to load: the recipe where it was, else as the run has kept it.
function resume.word_of(dir, event)
  if event.embedded then return event.recipe end
  if fs.is_file(event.path) then return event.path end
  message.note("%s is gone; the recipe that the run has kept is used", message.quote(event.path))
  return fs.join(dir, "recipe.lua")
end

-- The strings that a warm run began with.
local function warm_of(events)
  local list = {}
  for _, event in ipairs(events) do
    if event.event == "warm" and event.state == "done" then list[#list + 1] = event.arch end
  end
  return list
end

-- The plan of a run, with what the command line says now on top of what it said then.
function resume.plan(dir, events, given, host)
  local event = events[1]
  if event.sandbox then sandbox.start(host) end
  given.args = origin.arguments(event, given.args)
  given.data, given.name = given.data or event.data, event.recipe
  if #given.where == 0 then given.where = event.where end
  local plan = launch.load(resume.word_of(dir, event), given, host)
  plan.warm, plan.resumed = warm_of(events), true
  return plan
end

-- ---- going on ----

-- A user error where something has changed that the trajectory follows from.
function resume.check(dir, plan, event)
  local difference = origin.difference(plan, event)
  if not difference then return end
  message.user("%s can't go on as it was: %s; expected everything as it was when the run began, or --warm "
    .. "for a new run with what was paid for", message.quote(dir), difference)
end

-- The same, with the lock given back when something is wrong before the search starts.
function resume.guarded(log, deed)
  local ok, result = xpcall(deed, message.traced)
  if ok then return result end
  log:close()
  error(result, 0)
end

local function replay(dir, given, host)
  local plain = next(given.args) == nil and fs.is_file(fs.join(dir, "result.json"))
  local log, events = journal.reopen(dir)
  local last = events[#events]
  return resume.guarded(log, function()
    local plan = resume.plan(dir, events, given, host)
    resume.check(dir, plan, events[1])
    if last.event == "step" and last.stop and plain then
      message.note("%s is finished already: its journal is replayed, nothing is evaluated, and its "
        .. "result stays as it is", dir)
    end
    return launch.go(plan, search.start(plan), log, events)
  end)
end

-- ---- a warm start ----

-- A result under the names that the new evaluator has for its numbers; nil where it lacks the score.
local function renamed(event, old, evaluator)
  local result, numbers = ledger.result_of(event), {}
  for name, value in pairs(event.metrics or {}) do numbers[name] = value end -- order can't matter: a copy
  numbers[old.score] = event.score
  if old.report then numbers[old.report] = event.report end
  result.score, result.report = numbers[evaluator.score_name], numbers[evaluator.report_name or ""]
  return result
end

-- What a new run begins with: each done or infeasible candidate of the old one.
local function paid_for(events, dir, evaluator)
  local list = {}
  for _, event in ipairs(events) do
    local kind = event.event
    if (kind == "result" or kind == "warm") and (event.state == "done" or event.state == "infeasible") then
      local result = renamed(event, events[1], evaluator)
      result.from = dir
      if result.budget == evaluator.budget and (result.score or result.state) then
        list[#list + 1] = { id = event.id, arch = event.arch, result = result }
      end
    end
  end
  return list
end

-- The same as an event that was read.
local function event_of(paid)
  local event = { event = "warm", arch = paid.arch, state = journal.state(paid.result) }
  return setmetatable(event, { __index = paid.result })
end

local function start_warm(dir, given, host)
  local events = journal.read(dir)
  local plan = resume.plan(dir, events, given, host)
  local list, warm = paid_for(events, dir, plan.evaluator), {}
  for i, paid in ipairs(list) do warm[i] = event_of(paid) end
  plan.warm, plan.resumed = warm_of(warm), nil
  if #warm == 0 then message.note("%s has paid for nothing that could be used", message.quote(dir)) end
  for _, event in ipairs(warm) do plan.ledger:remember(event) end
  local started = search.start(plan)
  local log = journal.create(plan, origin.fields(plan))
  for _, paid in ipairs(list) do log:write("warm", journal.result_fields(paid.id, paid.arch, paid.result)) end
  log:sync()
  return launch.go(plan, started, log, warm)
end

-- Does what the options ask for; returns the exit code.
function resume.run(given, host)
  local event = journal.read(given.operand)[1]
  local dir = resume.go_there(given.operand, event)
  return (given.warm and start_warm or replay)(dir, given, host)
end

return resume
