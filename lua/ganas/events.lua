-- events - how far a search is, for machines: --json-lines prints one JSON object a line on stdout.
--
--   start   recipe, space, method, preset, seed, queries (the budget), columns { score, report },
--           run (its folder), resumed
--   result  an evaluation has ended: the fields that the journal has (id, arch, state, score, report,
--           metrics, cost, seconds, attempts, error ...). A resumed run tells only new ones
--   step    a set is closed: iteration, queries, budget, failed, infeasible, best { score, arch }, entropy,
--           acceptance, seconds, left (seconds that the rest will take)
--   end     reason, and `result`, what --json prints; { reason = "waiting", waiting, run } where results are
--           told from outside
--
-- Each line has `event` first; a field that there is nothing to say of is left out. More fields, and more
-- events, may come: skip what you don't know. The same methods as ganas.progress.

local Pace = require "ganas.pace"
local journal = require "ganas.journal"
local json = require "ganas.json"
local uv = require "luv"

local events = {}

local Events = {}
Events.__index = Events

-- `options`, for tests: file and clock in place of stdout and the computer's.
function events.new(options)
  local clock = options.clock or function() return uv.hrtime() * 1e-9 end
  return setmetatable({ file = options.file or io.stdout, pace = Pace.new(clock) }, Events)
end

local function object(fields)
  local all = {}
  for _, field in ipairs(fields) do
    if field[2] ~= nil then all[#all + 1] = field end
  end
  return json.object(all)
end

local function emit(self, event, fields)
  table.insert(fields, 1, { "event", event })
  self.file:write(json.encode(object(fields)), "\n")
  self.file:flush()
end

local function columns_of(evaluator)
  return object { { "score", evaluator.score_name }, { "report", evaluator.report_name } }
end

function Events:follow(run, dir)
  local plan = run.plan
  self.run = run
  self.pace:start()
  emit(self, "start", {
    { "recipe", plan.name }, { "space", plan.space.name }, { "method", plan.settings.method },
    { "preset", plan.settings.preset }, { "seed", plan.seed }, { "queries", run.budget },
    { "columns", columns_of(plan.evaluator) }, { "run", dir }, { "resumed", plan.resumed },
  })
end

function Events:heard(result, id, arch)
  self.pace:heard(result)
  emit(self, "result", journal.result_fields(id, arch, result))
end

function Events:wait(busy) self.pace:run(busy or 0) end

local function best_of(run)
  local best = run:best(1)[1]
  return best and object { { "score", best.score }, { "arch", tostring(best) } }
end

function Events:update(run, replayed)
  if replayed then return self.pace:start() end
  emit(self, "step", {
    { "iteration", run.iteration }, { "queries", run.queries }, { "budget", run.budget },
    { "failed", run.failed }, { "infeasible", run.infeasible }, { "best", best_of(run) },
    { "entropy", run.entropy }, { "acceptance", run.acceptance }, { "seconds", run.seconds },
    { "left", self.pace:left(run.budget - run.queries) },
  })
end

-- The result of a search as report.json has it.
function Events:finish(reason, text)
  self.file:write(('{"event":"end","reason":%s,"result":%s}\n'):format(json.encode(reason), text))
  self.file:flush()
end

-- Results are told from outside, and the next ones aren't there yet.
function Events:pause(waiting, dir)
  emit(self, "end", { { "reason", "waiting" }, { "waiting", waiting }, { "run", dir } })
end

function Events.enter() end

function Events.say() end

function Events.clear() end

return events
