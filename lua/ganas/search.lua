-- search - Algorithm 1: the truth set is the k best of what was evaluated; discriminator and generator are
-- trained on it; they propose the next set; it is evaluated; and so on.
--
-- The order of everything that draws random numbers or touches the learners depends on the seed and on the
-- results alone, so that a run can be repeated from its journal.

local Batch = require "ganas.batch"
local baseline = require "ganas.baseline"
local changing = require "ganas.changing"
local convergence = require "ganas.convergence"
local diagram = require "ganas.diagram"
local Clock = require "ganas.clock"
local Pool = require "ganas.pool"
local Rng = require "ganas.rng"
local Run = require "ganas.run"
local Threads = require "ganas.threads"
local feasible = require "ganas.feasible"
local goals = require "ganas.goals"
local levels = require "ganas.levels"
local message = require "ganas.message"
local propose = require "ganas.propose"
local rivals = require "ganas.rivals"
local train = require "ganas.train"
local vitals = require "ganas.vitals"
local warm = require "ganas.warm"

local search = {}

local INFEASIBLE = 10 -- candidates that turn out infeasible, for each query, before the search gives up

-- Each use of chance has a stream of its own.
local STREAMS = { "initial", "weights", "fakes", "episodes", "samples", "mutants", "subset" }

local function open_streams(seed)
  local streams = {}
  for _, name in ipairs(STREAMS) do streams[name] = Rng.new(seed, name) end
  return streams
end

local function open_state(plan)
  local clock, pool = Clock.new(), Pool.new(plan.space, plan.identity or plan.space.identity)
  return {
    plan = plan, hooks = {}, settings = plan.settings, space = plan.space, constraints = plan.constraints,
    pool = pool, clock = clock, threads = Threads.new(plan.threads or 1), streams = open_streams(plan.seed),
    run = Run.new(plan, pool, clock), levels = levels.new(),
    goals = goals.open(plan.objectives, plan),
    scores = function(self) return (self.goals or self.pool):scores() end,
  }
end

-- ---- evaluation ----

-- Results of a set in proposal order; nil when the search ends before they are known.
local function score(state, set, n)
  state.clock:start "evaluate"
  local results = state.plan.evaluator:score(set, 0, n)
  state.clock:stop()
  return results
end

-- Evaluates a set; returns its first row in the pool, nil when the search ends before that.
local function evaluate(state, set)
  local run, first = state.run, state.pool:count()
  local results, entries = score(state, set, set:count()), {}
  if not results then return nil end
  for i, result in ipairs(results) do entries[i] = run:note(set, i - 1, result) end
  if state.goals then
    state.goals:add(set, results, function(row) return run:baseline(row) ~= nil end)
    run:found(state.goals:last())
  end
  if state.hooks.on_evaluations then state.hooks.on_evaluations(entries) end
  return first
end

-- What there is to be done about it, in words.
local function advice(state)
  local plan = state.plan
  if plan.resumed then return "; so says the journal: mend what evaluates, then start a new run" end
  local said = state.run.failed > 0 and plan.evaluator.said and plan.evaluator:said()
  return said and "; " .. said or ""
end

-- All that was asked for failed, as yet of a first set: there is nothing to learn from.
local function check_scores(state, of)
  local run, n = state.run, state.pool:count()
  if run.failed + run.infeasible < n or n == 0 then return end
  local arch, first, evaluator = run:arch(0), run.results[1], state.plan.evaluator
  local absent = evaluator.absent and evaluator:absent()
  message.user("%s: all %d candidates%s %s; %sthe first, %s: %s%s", state.plan.where "evaluate", n, of,
    run.failed == 0 and "are infeasible" or run.infeasible == 0 and "failed" or "failed or are infeasible",
    absent and absent .. "; " or "", message.quote(tostring(arch)), first.error or "no score", advice(state))
end

-- ---- the truth set ----

local function truncate(state, first)
  local k = math.max(1, math.min(changing.value(state, "truncate"), state.pool:count()))
  local truth, from = Batch.new(state.space, k), state.settings.truth == "last" and first or 0
  if state.goals then
    state.truth_rows = state.goals:top(k, from)
    state.pool:rows(state.truth_rows, truth)
  else
    state.truth_rows = state.pool:top(k, from, truth)
  end
  state.truth = truth
end

-- What the ranker learns from: everything evaluated, as a batch that grows with the pool.
local function gather(state)
  local n = state.pool:count()
  if state.settings.discriminator.kind == "pairwise" then return end
  local everything, rows = Batch.new(state.space, n), {}
  for i = 0, n - 1 do rows[i + 1] = i end
  state.pool:rows(rows, everything)
  state.everything = everything
end

local function truth_scores(state)
  local scores, list = state.pool:scores(), {}
  for i, row in ipairs(state.truth_rows) do list[i] = scores[row] end
  return list
end

-- Closes an iteration: the new truth set, the levels, the hook.
local function close(state, first)
  truncate(state, first)
  state.levels:add(state.run.iteration, state.run:scores(first), truth_scores(state), vitals.take(state))
  state.run:refresh()
  if state.hooks.on_time then state.hooks.on_time(state.run) end
  state.run.busiest = state.constraints:busiest()
  if state.hooks.on_iteration then state.hooks.on_iteration(state.run) end
end

-- ---- the loop ----

local function initial_set(state)
  local plan = state.plan
  local n = math.min(baseline.least(plan, state.settings.initial), state.run.budget)
  if state.settings.method == "random" then n = state.run.budget end
  local set, found = propose.random(state, n)
  if set:count() == 0 then feasible.explain(found, plan.where "constraints") end
  set = warm.lead(state, set, n)
  return baseline.lead(plan, set, math.max(n, set:count()))
end

local function next_set(state)
  local run = state.run
  if state.rival then return state.rival:next(run.budget - run.queries) end
  if state.settings.method == "random" and run.infeasible > 0 then
    return (propose.random(state, run.budget - run.queries))
  end
  if not state.generator and not state.critic then return Batch.new(state.space, 1) end -- all are known
  local n = changing.value(state, "batch")
  gather(state)
  train.iteration(state)
  state.clock:start "screen"
  local set = propose.next(state, math.min(n, run.budget - run.queries))
  state.clock:stop()
  return set
end

local function over(value, limit) return limit ~= nil and (value or 0) >= limit end

-- Why the search ends here, nil when it goes on.
local function own_reason(state)
  local run, plan = state.run, state.plan
  if run.queries >= run.budget then return "budget" end
  if state.exhausted then return "exhausted" end
  if run.infeasible > INFEASIBLE * run.budget then return "infeasible" end
  if over(run.seconds, plan.seconds) then return "seconds" end
  if over(run.cost, plan.cost) then return "cost" end
  if state.settings.stop and state.settings.stop(run) then return "stop" end
  return nil
end

local function reason_to_stop(state)
  local hooks = state.hooks
  if state.ended or hooks.interrupted and hooks.interrupted() then return "interrupted" end
  local reason = own_reason(state)
  if hooks.on_step then return hooks.on_step(state.run, reason) end
  return reason
end

-- Evaluates a set and closes the iteration.
local function visit(state, set)
  local first = evaluate(state, set)
  state.ended = first == nil
  if first then close(state, first) end
end

local function iterate(state)
  local run = state.run
  run.iteration = run.iteration + 1
  local reset = state.settings.weights == "reset" and run.iteration > 1
  if reset and not state.rival then train.learners(state) end
  local set = next_set(state)
  if set:count() == 0 then
    state.exhausted = true
    return
  end
  visit(state, set)
end

-- ---- the result ----

local function measures_of(space, arch)
  local list = {}
  for _, name in ipairs(space:measure_names()) do list[#list + 1] = { name, arch[name] } end
  return list
end

local function entry_of(state, arch)
  return {
    arch = tostring(arch), score = arch.score, report = arch.report, query = arch.query, source = arch.source,
    measures = measures_of(state.space, arch), object = arch, graph = diagram.of(arch),
  }
end

-- What the baselines are worth, and what each of the best has against them.
local function baselines_of(state, top)
  local list = {}
  for i, arch in ipairs(state.run:baselines()) do
    local entry = entry_of(state, arch)
    entry.breaks, entry.winners = state.plan.baselines[i].breaks, {}
    for k, winner in ipairs(top) do entry.winners[k] = baseline.compare(state.plan, entry, winner) end
    list[i] = entry
  end
  return list
end

-- The front of several objectives: its members as entries with `values`, the knee, the hypervolume.
local function front_of(state)
  local found = state.goals and state.goals:result()
  if not found then return nil end
  local front = { volume = found.volume, reference = found.reference }
  for i, row in ipairs(found.rows) do
    front[i] = entry_of(state, state.run:arch(row))
    front[i].values = found.values[row]
    if row == found.knee then front.knee = front[i] end
  end
  return front
end

-- Adds what each query was worth by every objective to the trajectory.
local function add_objectives(state)
  local run = state.run
  for row in ipairs(state.goals and run.results or {}) do
    local entry = run.trajectory[run.numbers[row]]
    if entry and entry.score then entry.objectives = state.goals:values(row) end
  end
end

local function result_of(state, reason)
  add_objectives(state)
  local run, top, front = state.run, {}, front_of(state)
  for i, arch in ipairs(run:best(10)) do top[i] = entry_of(state, arch) end
  if front then top = { front.knee, unpack(front) } end
  return {
    reason = reason, seed = state.plan.seed, preset = state.settings.preset, method = state.settings.method,
    iterations = run.iteration, queries = run.queries, to_best = run.to_best, best = top[1], top = top,
    trajectory = run.trajectory, levels = state.levels.list, premise = state.levels:premise(),
    reading = convergence.reading(state.levels.list),
    seconds = state.clock:seconds(), entropy = run.entropy, acceptance = run.acceptance, failed = run.failed,
    infeasible = run.infeasible, cost = run.cost, dropped = run.dropped, filled = run.filled,
    rules = state.constraints:report(), run = run,
    baselines = baselines_of(state, top), front = front,
  }
end

-- Draws X_0. Where an evaluation costs nothing, its first candidate is scored, so that an evaluator that
-- can't work is known before anything is written.
function search.start(plan)
  local state = open_state(plan)
  state.initial = initial_set(state)
  if plan.evaluator.repeatable and not plan.resumed then score(state, state.initial, 1) end
  return state
end

-- Runs the search of a plan, or goes on with what `search.start` has begun. Hooks, all optional:
-- on_start(clock), on_evaluations(entries), on_time(run) when run.seconds is set, on_iteration(run),
-- on_step(run, reason) -> why to stop after all, interrupted() -> boolean. Returns the result; result.reason
-- says why it ended.
function search.run(plan, hooks, started)
  local state = started or search.start(plan)
  state.hooks = hooks or {}
  if state.hooks.on_start then state.hooks.on_start(state.clock) end
  local first = evaluate(state, state.initial)
  if not first then return result_of(state, "interrupted") end
  local alone = state.settings.initial == 1 -- where one begins, it says nothing of the others
  if not alone then check_scores(state, " of the first set") end
  close(state, first)
  state.rival = rivals.open(state)
  if not state.rival then train.learners(state) end
  local reason = reason_to_stop(state)
  while not reason do
    iterate(state)
    reason = reason_to_stop(state)
  end
  if alone then check_scores(state, "") end
  return result_of(state, reason)
end

return search
