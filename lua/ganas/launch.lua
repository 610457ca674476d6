-- launch - runs a recipe from the command line: plan, run directory, progress, search, result.
--
-- What searches and what reports is loaded when it is needed: a recipe with a mistake is told of it before.

local chunk = require "ganas.chunk"
local confirm = require "ganas.confirm"
local Events = require "ganas.events"
local fs = require "ganas.fs"
local journal = require "ganas.journal"
local message = require "ganas.message"
local origin = require "ganas.origin"
local parse = require "ganas.parse"
local progress = require "ganas.progress"
local recipe = require "ganas.recipe"
local sandbox = require "ganas.sandbox"

local launch = {}

local REHEARSED = 100 -- candidates drawn to see that the constraints work

-- Garbage goes when all is so much, in % of what was alive: with the usual 200 a run of 20,000 needs
-- some 15 MB more.
local PAUSE = 130

local DONE, INTERRUPTED = message.DONE, message.INTERRUPTED

local function hooks_of(plan, display)
  local ledger = plan.ledger
  return {
    on_start = function(clock) ledger:start(clock) end,
    on_time = function(run) ledger:tick(run) end,
    on_step = function(run, reason) return ledger:decide(run, reason) end,
    on_iteration = function(run) display:update(run, ledger:replaying()) end,
    interrupted = plan.interrupted,
  }
end

-- Runs the search; the progress line goes away and the run is given back whatever happens.
local function run(plan, started, log)
  plan.display:follow(started.run, log.dir)
  local ok, result = xpcall(function()
    local found = require("ganas.search").run(plan, hooks_of(plan, plan.display), started)
    if not confirm.run(plan, found) then found.reason = "interrupted" end
    return found
  end, message.traced)
  plan.display:clear()
  if plan.ledger.close then plan.ledger:close() end
  if ok then return result end
  log:close()
  error(result, 0)
end

-- Results are told from outside, and the next ones aren't there yet.
local function wait(plan, log)
  log:close()
  if plan.display.pause then plan.display:pause(plan.ledger.waiting, log.dir) end
  message.note("%s waits for the results of %d candidates; 'ganas-lua ask %s' prints them",
    message.quote(log.dir),
    plan.ledger.waiting, log.dir)
  return DONE
end

-- Writes the page that shows a run that is over. The result is safe by now: what goes wrong is said, no more.
local function picture(log)
  local ok, err = pcall(require("ganas.page").keep, log.dir)
  if ok then return end
  if not message.is_user(err) then error(err, 0) end
  message.note("no report was written: %s; 'ganas-lua report %s' tries again", err.text, log.dir)
end

-- The text of the result that a run has already, where going on with it has added nothing; nil otherwise. It
-- has the times of the search; a replay's are others.
local function standing(plan, result, log)
  local text = plan.resumed and not log.grown and fs.read(fs.join(log.dir, "result.json"))
  local old = text and parse(text)
  if type(old) ~= "table" or old.queries ~= result.queries then return nil end
  return (text:gsub("\n$", ""))
end

-- Writes the result of a search that is over, and its page; returns the result as JSON.
local function keep(plan, result, log)
  local old = standing(plan, result, log)
  local text = old or require("ganas.report").json(plan, result, log.dir)
  if not old then log:finish(text) end
  log:close()
  if old and fs.is_file(fs.join(log.dir, "report.html")) then return text end
  collectgarbage() -- of a long run the page needs as much memory again
  picture(log)
  return text
end

-- The same for a search whose results are told from outside.
function launch.keep(plan, result, log)
  keep(plan, result, log)
  message.note("the search is over after %d queries; the result is in %s/result.json", result.queries,
    log.dir)
end

-- Closes the journal of a run that can be resumed, if it is still there.
local function leave(log)
  local ok, err = pcall(log.check_there, log)
  log:close()
  if not ok then error(err, 0) end
end

local function conclude(plan, result, log)
  if plan.ledger.waiting then return wait(plan, log) end
  local whole = result.reason ~= "interrupted"
  if not whole then leave(log) end
  local text = whole and keep(plan, result, log) or require("ganas.report").json(plan, result, log.dir)
  if plan.display.finish then plan.display:finish(result.reason, text)
  else require("ganas.report").show(plan, result, text, log.dir) end
  if not whole then
    local more = plan.ledger.kept or 0
    message.note("interrupted after %d of %d queries%s; 'ganas-lua resume %s' goes on", result.queries,
      plan.queries, more > 0 and (" and %d result%s of the next set"):format(more, more == 1 and "" or "s")
      or "", log.dir)
    return INTERRUPTED
  end
  if plan.recipe.done then chunk.call(plan.where "done", plan.recipe.done, result.run) end
  return plan.interrupted() and INTERRUPTED or DONE
end

-- The plan of a recipe, tried out as far as that costs nothing, and the progress that its search will show.
function launch.load(word, given, host)
  local display = given.json_lines and Events.new {} or progress.new { quiet = given.quiet }
  given.before_print = function() display:clear() end
  local plan = recipe.load(word, given)
  plan.interrupted = function() return host.interrupted() ~= 0 end
  plan.display = display
  recipe.rehearse(plan, REHEARSED)
  sandbox.loaded()
  return plan
end

-- Runs the search of a plan with a journal, whose events (none for a new run) are replayed first; returns its
-- result.
function launch.search(plan, started, log, events)
  collectgarbage("setpause", PAUSE)
  plan.ledger:attach(log, events)
  return run(plan, started, log)
end

-- The same, with what is shown at the end; returns the exit code.
function launch.go(plan, started, log, events)
  return conclude(plan, launch.search(plan, started, log, events), log)
end

-- Runs the recipe that the options ask for; returns the exit code.
function launch.run(given, host)
  local plan = launch.load(given.operand, given, host)
  local started = require("ganas.search").start(plan)
  return launch.go(plan, started, journal.create(plan, origin.fields(plan)), {})
end

return launch
