-- launch - runs a recipe from the command line: plan, run directory, progress, search, result.

local chunk = require "ganas.chunk"
local journal = require "ganas.journal"
local message = require "ganas.message"
local progress = require "ganas.progress"
local recipe = require "ganas.recipe"
local report = require "ganas.report"
local search = require "ganas.search"

local launch = {}

local REHEARSED = 100 -- candidates drawn to see that the constraints work

local DONE, INTERRUPTED = message.DONE, message.INTERRUPTED

local function hooks_of(log, display, host)
  return {
    on_evaluations = function(entries) log:add(entries) end,
    on_iteration = function(run) display:update(run) end,
    interrupted = function() return host.interrupted() ~= 0 end,
  }
end

-- Runs the search; the progress line goes away whatever happens.
local function run(plan, started, log, display, host)
  local ok, result = xpcall(function()
    return search.run(plan, hooks_of(log, display, host), started)
  end, message.traced)
  display:clear()
  log:close()
  if not ok then error(result, 0) end
  return result
end

-- Runs the recipe that the options ask for; returns the exit code.
function launch.run(given, host)
  local display = progress.new { quiet = given.quiet }
  given.before_print = function() display:clear() end
  local plan = recipe.load(given.operand, given)
  recipe.rehearse(plan, REHEARSED)
  local started = search.start(plan)
  local log = journal.open(plan)
  local result = run(plan, started, log, display, host)
  local text = report.json(plan, result, log.dir)
  local whole = result.reason ~= "interrupted"
  if whole then log:finish(text) end
  report.show(plan, result, text, log.dir)
  if not whole then
    message.note("interrupted after %d of %d queries; %s/journal.jsonl has them", result.queries,
      plan.queries, log.dir)
    return INTERRUPTED
  end
  if plan.recipe.done then chunk.call(plan.where "done", plan.recipe.done, result.run) end
  return DONE
end

return launch
