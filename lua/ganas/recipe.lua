-- recipe - loads a recipe: finds its file, runs it, checks every field, reads the arguments, opens
-- what it names. The result is the plan of a search.
--
-- Fields of a recipe: about, space, evaluate, args, identity, measures, constraints, start_from, objective,
-- objectives, search, done. `space`, `measures`, `constraints`, `start_from` and `search` may be functions of
-- the arguments; those but `space` get the space as their second one. An evaluator that is a function gets
-- the arguments as its second argument.

local Batch = require "ganas.batch"
local Rng = require "ganas.rng"
local Signals = require "ganas.signals"
local args = require "ganas.args"
local baseline = require "ganas.baseline"
local chunk = require "ganas.chunk"
local constraints = require "ganas.constraints"
local evaluate = require "ganas.evaluate"
local fs = require "ganas.fs"
local goals = require "ganas.goals"
local grammar = require "ganas.grammar"
local ledger = require "ganas.ledger"
local library = require "ganas.library"
local measures = require "ganas.measures"
local message = require "ganas.message"
local objective = require "ganas.objective"
local schema = require "ganas.schema"
local settings = require "ganas.settings"
local source = require "ganas.source"
local sorted = require "ganas.sorted"

local recipe = {}

local FIELDS = {
  about = { type = "string", required = true, expected = "a sentence about the recipe" },
  space = { type = { "string", "table", "function" }, required = true,
    expected = "the name of a space, its path, or a table" },
  evaluate = { type = { "table", "function" }, required = true,
    expected = evaluate.EXPECTED },
  args = { type = "table", default = {}, expected = "a table: name = default" },
  identity = { enum = { "string", "network" } },
  measures = { type = { "table", "function" }, expected = "a table: name = 'column' or a function(arch)" },
  constraints = { type = { "list", "function" }, expected = "a list of rules and functions" },
  start_from = { type = { "string", "list", "function" },
    expected = "an official string, or a list of them" },
  objectives = { type = "table", expected = "{ max = names, min = names }" },
  objective = { type = "function", expected = "a function(numbers) that gives the score" },
  search = { type = { "table", "function" }, default = {}, expected = "a table of settings" },
  done = { type = "function", expected = "a function(run)" },
}

-- ---- running the file ----

-- What a recipe's math.random draws from. The stream is made when the first number is needed: until
-- then the seed may still change.
local function randomness(seed)
  local self, stream = { seed = seed }, nil
  function self.uniform()
    self.drawn = true
    stream = stream or Rng.new(self.seed, "recipe")
    return stream:uniform()
  end
  return self
end

local function run_file(plan, seed)
  plan.random = randomness(seed)
  plan.env = chunk.environment {
    uniform = plan.random.uniform,
    dir = not plan.embedded and fs.dirname(plan.path) or nil,
    files = plan.files,
    out = plan.json and io.stderr or nil,
    before = plan.before_print,
  }
  local value = chunk.run(plan.path, plan.source, plan.env)
  if type(value) ~= "table" then
    message.user("%s:1: this file gives %s; expected a recipe, 'return { about = ..., space = ..., ... }'",
      plan.path, message.value(value))
  end
  return value
end

local function misplaced(plan, value)
  if value.grow and not value.evaluate then
    message.user("%s: this is a space, not a recipe; try 'ganas-lua check %s'", plan.where "grow", plan.path)
  end
  for name in sorted(args.STANDARD) do
    if value[name] ~= nil then
      message.user("%s: field '%s' is an argument; expected args = { %s = ... }", plan.where(name),
        name, name)
    end
  end
end

local function check_fields(plan, value)
  misplaced(plan, value)
  local fields = schema.check(value, FIELDS, plan.where)
  return fields, args.values(args.rules(fields.args, plan.where), plan.given)
end

-- The published algorithm has its own number of queries, unless somebody says otherwise.
local function set_queries(plan, fields, values)
  local said = plan.given.queries or fields.args.queries
  if values.preset == "paper" and not said then
    values.queries = settings.setup_queries(values.setup)
  end
end

-- Runs the file; once more with the right seed when it drew random numbers before that was known.
local function run_seeded(plan)
  local guess = tonumber(plan.given.seed) or args.STANDARD.seed.default
  local fields, values = check_fields(plan, run_file(plan, guess))
  if plan.random.drawn and values.seed ~= guess then
    fields, values = check_fields(plan, run_file(plan, values.seed))
  end
  plan.random.seed = values.seed
  set_queries(plan, fields, values)
  return fields, values
end

-- ---- the plan ----

local RESULT = { space = { "string", "table" }, start_from = { "string", "list" } }

-- Fields that may be functions of the arguments.
local function of_arguments(plan, name)
  local value = plan.recipe[name]
  if type(value) ~= "function" then return value end
  local where = plan.where(name)
  local result = chunk.call(where, value, plan.args, plan.space)
  return schema.value(result, { type = RESULT[name] or "table",
    expected = "a function that returns " .. (FIELDS[name].expected) }, plan.where, { name })
end

local STANDARD = sorted.keys(args.STANDARD)

local function new_plan(found, given)
  local plan = {
    name = given.name or found.name, path = found.path, source = found.text, embedded = found.embedded,
    where = source.where(found.path, found.text), given = given.args or {}, rules = given.where or {},
    files = {},
  }
  for _, name in ipairs { "threads", "data", "out", "quiet", "json", "before_print" } do
    plan[name] = given[name]
  end
  return plan
end

local function find(word)
  local found = library.find("recipes", word)
  if found then return found end
  local raise = library.is_path(word) and message.user or message.usage
  raise("%s", library.missing("recipes", word))
end

-- Loads a recipe as far as its own text goes: fields and arguments, not yet what these name.
-- `given`: args (name -> text), where (list of rules as text), threads, data, out, quiet, json,
-- before_print.
function recipe.read(word, given)
  local plan = new_plan(find(word), given or {})
  plan.recipe, plan.args = run_seeded(plan)
  plan.about, plan.identity = plan.recipe.about, plan.recipe.identity
  for _, name in ipairs(STANDARD) do plan[name] = plan.args[name] end
  return plan
end

-- n candidates drawn under the masked rules; the batch keeps those that all constraints accept. Also the
-- constraints, which have counted what each rejects, and how many were drawn: 0 after too many dead ends.
-- What is wrong with a constraint shows here, before anything is paid for. The search's own random numbers
-- and counts are untouched.
function recipe.rehearse(plan, n)
  local trial = constraints.new(plan.constraint_list, plan.space, plan.where, plan.rules)
  local batch, rng = Batch.new(plan.space, n), Rng.new(plan.seed, "rehearsal")
  batch:try_random(trial.rules, rng, n)
  local drawn = batch:count()
  trial:filter(batch)
  return batch, trial, drawn
end

-- The constraints that a recipe lists, and that of its evaluator where it knows only some candidates.
local function all_constraints(plan)
  local list, known = of_arguments(plan, "constraints"), plan.evaluator.known
  if not known or type(list) == "table" and #list == 0 and next(list) ~= nil then return list end
  local all = { unpack(list or {}) }
  all[#all + 1] = known
  return all
end

-- The space alone of a recipe that was read.
function recipe.space(plan) return grammar.load(of_arguments(plan, "space"), plan) end

-- Opens what a recipe names: space, constraints, evaluator, settings.
function recipe.open(plan)
  plan.space = recipe.space(plan)
  plan.identity = plan.identity or plan.space.identity
  plan.evaluator = ledger.wrap(evaluate.open(plan.recipe.evaluate, plan.space, plan), plan)
  plan.ledger = plan.evaluator
  measures.attach(of_arguments(plan, "measures"), plan.space, plan)
  plan.constraint_list = all_constraints(plan)
  plan.constraints = constraints.new(plan.constraint_list, plan.space, plan.where, plan.rules)
  plan.baselines = baseline.open(plan, of_arguments(plan, "start_from"))
  if plan.recipe.objective then
    plan.evaluator = objective.wrap(plan.evaluator, plan.recipe.objective, plan)
  end
  plan.objectives = plan.recipe.objectives
  goals.open(plan.objectives, plan)
  plan.settings = settings.resolve(of_arguments(plan, "search"), plan, plan.where)
  Signals.check(plan.settings.discriminator.signals or {}, plan.space, plan.where)
  return plan
end

-- Both: the plan of a search.
function recipe.load(word, given) return recipe.open(recipe.read(word, given)) end

recipe.FIELDS = FIELDS -- for the stubs of editors

return recipe
