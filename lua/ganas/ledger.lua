-- ledger - stands between a search and its evaluator: what was paid for is written down, and never paid for
-- twice.
--
-- With a journal, each set that is scored is first written down as a batch, then evaluated as far as the
-- journal has no results yet, each result being written as it is known. While a run is replayed, batches and
-- steps are compared with the journal's, the results, the clock and the decisions to stop are taken from it.
-- Without a journal it hands everything on; one candidate that was scored alone is remembered.
--
-- A ledger is an evaluator: what it doesn't have itself (kind, score_name ...) is the evaluator's. Its
-- score() returns nil when not all can be known: after an interrupt, or where results are told from outside.

local Batch = require "ganas.batch"
local Rng = require "ganas.rng"
local journal = require "ganas.journal"
local json = require "ganas.json"
local message = require "ganas.message"

local Ledger = {}

-- Evaluators whose scores can be compared with the journal's at no cost.
local CHECKABLE = { table = true, trials = true, xgboost = true, predictor = true }

-- A method of the evaluator's, to be called with the ledger.
local function bound(inner, method)
  return function(_, ...) return method(inner, ...) end
end

Ledger.__index = function(self, name)
  local own = rawget(Ledger, name)
  if own ~= nil then return own end
  local inner = rawget(self, "inner")
  local value = inner[name]
  if type(value) == "function" then return bound(inner, value) end
  return value
end

local function wrap(inner, plan)
  return setmetatable({
    inner = inner, plan = plan, log = false, spare = {}, rows = 0, paid = {}, memory = {},
  }, Ledger)
end

-- ---- what a journal knows ----

local function result_of(event)
  return {
    state = event.state ~= "done" and event.state ~= "failed" and event.state or nil, score = event.score,
    report = event.report, metrics = event.metrics, source = event.source, budget = event.budget,
    cost = event.cost, seconds = event.seconds, attempts = event.attempts, from = event.from,
    error = event.error,
  }
end

Ledger.result_of = result_of

-- Sorts the events of a journal: batches and steps in order, results by id, those of other runs by candidate.
local function sort_events(self, events)
  local past = { batches = {}, steps = {}, at = 0 }
  for _, event in ipairs(events) do
    local kind = event.event
    if kind == "batch" then past.batches[#past.batches + 1] = event
    elseif kind == "step" then past.steps[#past.steps + 1] = event
    elseif kind == "result" then
      self.paid[event.id] = self.paid[event.id] or { arch = event.arch, result = result_of(event) }
      past.at = math.max(past.at, event.at or 0)
    elseif kind == "warm" then
      self:remember(event)
    end
  end
  self.past = past
end

-- Takes what another run has paid for from an event.
function Ledger:remember(event) self.memory[event.arch] = result_of(event) end

-- Keeps a journal from now on; `events`, if there are any, are replayed first.
function Ledger:attach(log, events)
  self.log, self.batches, self.steps = log, 0, 0
  sort_events(self, events or {})
end

-- Whether the next step is one that the journal has.
function Ledger:replaying() return self.past ~= nil and self.steps < #self.past.steps end

-- ---- batches ----

local function explain(self, what)
  local run = self.log.dir
  message.user("%s: the replay differs from the journal: %s; something that candidates depend on is not what "
    .. "it was: the program, a file, or a clock or random numbers in a function of the recipe's; "
    .. "'ganas-lua resume %s --warm' starts a new run with what was paid for", self.log.path, what, run)
end

local function compare_batch(self, archs, event)
  for i = 1, math.max(#archs, #event.archs) do
    if archs[i] ~= event.archs[i] then
      explain(self, ("in set %d, candidate %d was %s and is %s"):format(self.batches - 1, self.rows + i,
        message.value(event.archs[i]), message.value(archs[i])))
    end
  end
end

-- Writes a set down, or compares it with the one that the journal has.
local function propose(self, archs)
  self.batches = self.batches + 1
  local event = self.past.batches[self.batches]
  if event then return compare_batch(self, archs, event) end
  self.log:write("batch", {
    { "set", self.batches - 1 }, { "first", self.rows + 1 }, { "budget", self:budget_now() },
    { "archs", json.array(archs) },
  })
  if not self.inner.repeatable then self.log:sync() end
end

-- ---- results ----

local function note(self, id, arch, result)
  result.budget = self:budget_now()
  local fields = journal.result_fields(id, arch, result)
  if not self.inner.repeatable then fields[#fields + 1] = { "at", self.clock and self.clock:total() } end
  self.log:write("result", fields)
  self.paid[id] = { arch = arch, result = result }
  if self.plan.display then self.plan.display:heard(result, id, arch) end
end

local function close_to(a, b)
  return a == b or a and b and math.abs(a - b) <= 1e-9 * math.max(math.abs(a), 1)
end

-- Holds what a table says now to what the journal has.
local function verify(self, batch, first, archs, results)
  if not CHECKABLE[self.inner.kind] then return end
  for i, now in ipairs(self.inner:score(batch, first, #archs)) do
    local was = results[i]
    if was and not was.from and not close_to(was.score, now.score) then
      explain(self, ("%s had the %s %s and has %s"):format(message.quote(archs[i]), self.inner.score_name,
        message.value(was.score), message.value(now.score)))
    end
  end
end

-- What the journal knows of a set: results by place, places without one.
local function look_up(self, archs)
  local results, missing = {}, {}
  for i, arch in ipairs(archs) do
    local id = self.rows + i
    local paid = self.paid[id]
    local remembered = self.memory[arch]
    if remembered and remembered.budget ~= self:budget_now() then remembered = nil end
    if paid and paid.arch ~= arch then
      explain(self, ("the result %d is of %s, not of %s"):format(id, message.quote(paid.arch),
        message.quote(arch)))
    end
    results[i] = paid and paid.result or nil
    if not paid and remembered then
      results[i] = remembered
      note(self, id, arch, remembered)
    elseif not paid then missing[#missing + 1] = i end
  end
  return results, missing
end

-- Evaluates the candidates at some places of a set; returns whether all have a result now.
local function pay(self, batch, first, archs, missing, results)
  local part, rows, jobs = Batch.new(self.plan.space, #missing), {}, {}
  for k, i in ipairs(missing) do
    rows[k] = first + i - 1
    jobs[k] = self:job(self.rows + i, archs[i])
  end
  part:append(batch, rows)
  if self.suspended or self.inner.kind == "ask" then
    self.waiting = #missing
    return false
  end
  local function heard(k, result)
    if results[missing[k]] then return end
    results[missing[k]] = result
    note(self, jobs[k].id, jobs[k].arch, result)
  end
  local list = self.inner:score(part, 0, #missing, { jobs = jobs, heard = heard, log = self.log })
  for k, result in ipairs(list or {}) do heard(k, result) end
  part:free()
  return list ~= nil
end

-- What is asked of an evaluator about the candidate with that id, for those that need more than the graph.
function Ledger:job(id, arch)
  local rng = Rng.new(self.plan.seed, "evaluation " .. id)
  return { id = id, arch = arch, seed = rng:below(2 ^ 31), budget = self:budget_now() }
end

-- What candidates are trained for now; nil where nothing says so.
function Ledger:budget_now() return self.confirming or self.inner.budget end

-- Calls a function while candidates are asked for at another budget than the evaluator's own.
function Ledger:at(budget, fn)
  self.confirming = budget
  local result = fn()
  self.confirming = nil
  return result
end

local function count(results)
  local n = 0
  for _ in pairs(results) do n = n + 1 end -- order can't matter
  return n
end

local function score_logged(self, batch, first, archs)
  propose(self, archs)
  local results, missing = look_up(self, archs)
  local ok = true
  if #missing < #archs then verify(self, batch, first, archs, results) end
  if #missing > 0 then
    if self.clock and self.past.at > 0 then self.clock:set(math.max(self.clock:total(), self.past.at)) end
    ok = pay(self, batch, first, archs, missing, results)
  end
  self.log:sync()
  if not ok then
    self.kept = count(results)
    return nil
  end
  if self.inner.settle then self.inner:settle() end
  for id = self.rows + 1, self.rows + #archs do self.paid[id] = nil end -- nobody asks for it again
  self.rows = self.rows + #archs
  return results
end

-- ---- as an evaluator ----

function Ledger:score(batch, first, n)
  local archs, knows = {}, self.log or next(self.spare) ~= nil or next(self.memory) ~= nil
  if n > 1 and not knows then return self.inner:score(batch, first, n) end
  for i = 1, n do archs[i] = batch.space:format(batch, first + i - 1) end
  if not self.log then return self:rehearse(batch, first, archs) end
  if self.spare[archs[1]] then
    self.memory[archs[1]], self.spare = self.spare[archs[1]], {}
  end
  return score_logged(self, batch, first, archs)
end

-- Without a journal: what is known of the first is taken; a candidate alone is remembered for the next time.
function Ledger:rehearse(batch, first, archs)
  local known = self.spare[archs[1]] or self.memory[archs[1]]
  self.spare = {}
  if not known then
    local results = self.inner:score(batch, first, #archs)
    if #archs == 1 then self.spare[archs[1]] = results[1] end
    return results
  end
  local results = #archs > 1 and self.inner:score(batch, first + 1, #archs - 1) or {}
  table.insert(results, 1, known)
  return results
end

-- Where one can read what was said by what failed, in words; nil where there is no such place.
function Ledger:said() return self.inner.said and self.inner:said(self.log) end

-- ---- steps ----

-- The clock of the search, so that results say when they came.
function Ledger:start(clock) self.clock = clock end

-- Sets the time of a run to the journal's, where it has the step that is being closed.
function Ledger:tick(run)
  local step = self.past.steps[self.steps + 1]
  if not step then return end
  self.clock:set(step.seconds)
  run.seconds = step.seconds
end

-- Why the search stops here, nil if it goes on; `reason` is what the search would say now.
function Ledger:decide(run, reason)
  self.steps = self.steps + 1
  local step = self.past.steps[self.steps]
  if step then
    if step.queries ~= run.queries then
      explain(self, ("after set %d there were %d queries, now %d"):format(self.steps - 1, step.queries,
        run.queries))
    end
    local raised = (step.stop == "seconds" or step.stop == "cost") and reason == nil
    return not raised and step.stop or nil
  end
  self.log:write("step", {
    { "set", self.steps - 1 }, { "queries", run.queries }, { "seconds", run.seconds },
    { "cost", run.cost }, { "stop", reason },
  })
  self.log:sync()
  return reason
end

return { wrap = wrap, result_of = result_of }
