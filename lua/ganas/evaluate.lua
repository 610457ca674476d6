-- evaluate - how a candidate gets its score.
--
--   evaluate = function(arch, args) return score end
--       or { score =, report =, other numbers }; the arguments score= and report= choose by name
--   evaluate = { "table", file = "nb201.csv.gz", score = "c10_val200", report = "c10_test200" }
--   evaluate = { "trials", file = "trained.csv", score = "acc" }
--   evaluate = { "xgboost", model = "accuracy.json", features = "one_hot", score = "accuracy" }
--   evaluate = { "predictor", file = "acc.f32", score = "top1" }
--   evaluate = { "command", "python3", "train.py" }, { "worker", "python3", "worker.py", workers = 4 }, {
-- "ask" }
--   evaluate = { "train", data = "fashion-mnist", epochs = 1 }
--   evaluate = { "first", { "table", ... }, { "predictor", ... } }
--
-- A higher score is better. A candidate that has none (an error, no finite number, no row) has
-- failed: that is recorded with a sentence and stops nothing. Evaluators have kind, score_name,
-- report_name (may be nil), repeatable (scoring twice costs nothing), describe() and
-- score(batch, first, n, call) -> list of { score =, report =, metrics = other numbers by name, error =,
-- source = who answered, where several could, cost =, seconds =, attempts =, state = "infeasible" or "lost"
-- }, one a row from `first` (from 0) on, in order; nil after an interrupt. `call`, from the ledger, is for
-- evaluators whose results come one by one: jobs = { { id =, arch =, seed =, budget = }, ... } and heard(i,
-- result), to be called as each is known.

local chunk = require "ganas.chunk"
local message = require "ganas.message"
local sandbox = require "ganas.sandbox"
local sorted = require "ganas.sorted"

local evaluate = {}

-- What a recipe may have there, in words.
evaluate.EXPECTED = "{ 'table', file = ... }, { 'command', ... }, { 'worker', ... } and so on, "
  .. "or a function(arch)"

local function finite(x) return type(x) == "number" and x == x and math.abs(x) ~= math.huge end

-- ---- a Lua function ----

local Function = { kind = "function", repeatable = true }
Function.__index = Function

local function open_function(fn, space, context)
  return setmetatable({
    fn = fn, space = space, where = message.defined(fn), args = context.args, plan = context,
    score_name = context.score or "score", report_name = context.report or "report",
  }, Function)
end

local function failed(...) return { error = string.format(...) } end

-- The other numbers of a table.
local function metrics_of(self, value)
  local metrics
  for name, number in sorted(value) do
    if name ~= self.score_name and name ~= self.report_name and type(name) == "string" and finite(number) then
      metrics = metrics or {}
      metrics[name] = number
    end
  end
  return metrics
end

-- A number, or the numbers of a table, as a result.
local function judge(self, value)
  if type(value) ~= "table" then value = { [self.score_name] = value } end
  local score, report = value[self.score_name], value[self.report_name]
  if not finite(score) then
    return failed("the evaluator gave %s as %s; expected a finite number", message.value(score),
      self.score_name)
  elseif report ~= nil and not finite(report) then
    return failed("the evaluator gave %s as %s; expected a finite number", message.value(report),
      self.report_name)
  end
  local cost = finite(value.cost) and value.cost or nil
  return { score = score, report = report, metrics = metrics_of(self, value), cost = cost }
end

local function call(self, arch)
  local ok, value = pcall(chunk.call, self.where, self.fn, arch, self.args)
  if ok then return judge(self, value) end
  if not message.is_user(value) then error(value, 0) end
  return { error = value.text }
end

-- What takes long may be ended between two candidates: what was heard until then is kept.
function Function:score(batch, first, n, asked)
  local results, interrupted = {}, asked and self.plan.interrupted
  for i = 1, n do
    if interrupted and interrupted() then return nil end
    results[i] = call(self, batch:arch(first + i - 1))
    if asked then asked.heard(i, results[i]) end
  end
  return results
end

function Function:describe() return "a Lua function at " .. self.where end

-- ---- opening ----

-- The module of each kind, by the name that recipes use.
local MODULES = {
  table = "ganas.lookup", trials = "ganas.trials", xgboost = "ganas.xgboost", predictor = "ganas.predictor",
  first = "ganas.first", command = "ganas.command", worker = "ganas.worker",
  ask = "ganas.outside", slurm = "ganas.slurm", train = "ganas.training",
}

-- What those do that no stranger's recipe may.
local FOREIGN = {
  command = "'command' starts processes", worker = "'worker' starts processes",
  slurm = "'slurm' starts processes",
  xgboost = "'xgboost' loads another library",
}

-- The evaluator that a recipe asks for. `context` is the plan: data, path, where, and score and
-- report where the command line chose others than the recipe.
function evaluate.open(spec, space, context)
  if type(spec) == "function" then return open_function(spec, space, context) end
  if type(spec) ~= "table" then
    message.user("%s: field 'evaluate' is %s; expected %s", context.where "evaluate", message.value(spec),
      evaluate.EXPECTED)
  end
  local module = MODULES[spec[1]]
  if FOREIGN[spec[1]] then sandbox.refuse(context.where("evaluate", 1), FOREIGN[spec[1]]) end
  if module then return require(module).open(spec, space, context, evaluate.open) end
  if type(spec[1]) ~= "string" then
    message.user("%s: the kind of evaluator is %s; expected its name first, { 'table', ... }",
      context.where("evaluate", 1), message.value(spec[1]))
  end
  if spec[1]:find "/" or type(spec[2]) == "string" and not message.nearest(spec[1], sorted.keys(MODULES)) then
    message.user("%s: unknown kind of evaluator %s; did you mean { 'command', %s, ... }?",
      context.where("evaluate", 1), message.quote(spec[1]), message.quote(spec[1]))
  end
  message.user("%s: %s", context.where("evaluate", 1), message.unknown("kind of evaluator", spec[1],
    sorted.keys(MODULES)))
end

evaluate.MODULES = MODULES

return evaluate
