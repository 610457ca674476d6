-- settings - the `search` table of a recipe: its fields, presets and what they mean in words.
--
-- Two presets. "paper" is the published algorithm (IJCAI 2021, Algorithms 1 and 2) in setup 1 or 2;
-- "best", the default, trains the discriminator as a ranker on everything evaluated, screens a
-- pool of mutants of the truth set and of the generator's samples with it, and evaluates the most
-- promising. A recipe's `search` changes single fields of the preset. docs/PAPER.md says which
-- choices are the paper's and which are ours.

local changing = require "ganas.changing"
local message = require "ganas.message"
local schedule = require "ganas.schedule"
local schema = require "ganas.schema"
local sorted = require "ganas.sorted"

local settings = {}

-- ---- fields ----

local function whole(least, most) return { type = "number", integer = true, min = least, max = most } end
local function share() return { type = "number", min = 0, max = 1 } end
local function positive() return { type = "number", above = 0 } end

local function one_of(...) return { type = "string", enum = { ... } } end
local function group(fields) return { type = "table", fields = fields } end

local FIELDS = {
  method = one_of("ganas", "random", "evolution", "local", "gp",
    "no_generator", "no_discriminator", "no_screening"),
  initial = whole(1),       -- random candidates of X_0
  batch = changing.rule "batch",       -- candidates of each later X_t
  truncate = changing.rule "truncate", -- k: size of the truth set
  truth = one_of("union", "last"), -- the k best of all evaluated, or of the last set
  rounds = changing.rule "rounds",     -- T': times that discriminator and generator are trained an iteration
  weights = one_of("keep", "reset"), -- from one iteration to the next
  entropy = changing.rule "entropy",   -- weight of the generator's entropy bonus
  stop = { type = "function" },
  reward = group {
    kind = one_of("soft", "hard"), -- mean probability, or share of votes above one half
    invalid = { type = "number" }, -- of a candidate that breaks a rule, in place of the reward
    known = { type = "number" },   -- added for one that was evaluated before
  },
  discriminator = group {
    kind = one_of("pairwise", "ranker", "committee"),
    steps = whole(0),        -- of Adam, a round
    first_steps = whole(0),  -- in the first iteration
    subset = whole(2),       -- ranker: evaluated candidates a step
    rate = positive(), clip = positive(),
    width = whole(8, 256), layers = whole(1, 8), head = whole(8, 256),
    bidirectional = { type = "boolean" },
    signals = { type = "list", of = "string",               -- committee: measures that it sees besides
      expected = 'a list of measures, as in { "params", "macs" }' },
    position = { type = "boolean" }, -- whether a node knows its number; default: when reads are fixed
  },
  generator = group {
    train = one_of("ppo", "refit", "none"),
    batches = whole(1), episodes = whole(1), epochs = whole(1), -- PPO, a round
    steps = whole(1),                                           -- refit, a round
    clip_ratio = share(), discount = share(), lambda = share(), value_weight = { type = "number", min = 0 },
    rate = positive(), clip = positive(),
    width = whole(8, 256), layers = whole(1, 8), head = whole(8, 256),
  },
  screen = group {
    whole = whole(0),                    -- spaces of at most so many candidates are looked at as a whole
    pool = { type = "number", min = 1 }, -- candidates looked at for each one evaluated; 1: none are screened
    mutants = share(),                   -- of the pool's first round; the others are G's samples
    rounds = whole(1, 64),               -- the later ones descend from the best so far by the discriminator
    elite = whole(1),                    -- so many of these
    samples = share(),                   -- of a later round: G's samples; the others are mutants of the elite
    elite_steps = whole(0),              -- of G's refit to the elite before it draws them
    -- deviations added to what a candidate is expected to score
    optimism = changing.rule "optimism",
    -- the same for all that obeys constraints, looked at as a whole
    bounded_optimism = changing.rule "bounded_optimism",
    quota = share(),                     -- least share of what is evaluated that descends from G
    more = { type = "number", min = 0, max = 0.99 }, -- an edit is followed by another with this probability
    most = whole(1),                     -- edits of a mutant
  },
}

-- ---- presets ----

local GENERATOR = {
  train = "ppo", batches = 2, episodes = 64, epochs = 4, steps = 10, clip_ratio = 0.2, discount = 1,
  lambda = 0.95, value_weight = 0.5, rate = 1e-3, clip = 5, width = 32, layers = 2, head = 32,
}

local DISCRIMINATOR = {
  kind = "pairwise", steps = 20, first_steps = 20, subset = 64, rate = 1e-3, clip = 5, width = 32, layers = 3,
  head = 32, bidirectional = false,
}

local EVOLUTION = { population = 50, tournament = 10 }

local SCREEN = {
  whole = 0, pool = 1, mutants = 0, rounds = 1, elite = 20, samples = 0, elite_steps = 0, quota = 0,
  optimism = 0, bounded_optimism = 0, more = 0.5, most = 4,
}

-- |X_t| = |X_{t-1}| + step, from |X_0| = step on.
local function growing(step)
  return function(run) return step * (run.iteration + 1) end
end

local PRESETS = {
  paper = {
    method = "ganas", truth = "union", rounds = 5, weights = "keep", entropy = 0.01,
    reward = { kind = "soft", invalid = -0.5, known = 0 },
    discriminator = DISCRIMINATOR, generator = GENERATOR, screen = SCREEN,
  },
  best = {
    method = "ganas", initial = 10, batch = 5, truncate = 10, truth = "union", rounds = 1, weights = "keep",
    entropy = 0.02,
    reward = { kind = "soft", invalid = -0.5, known = -0.25 },
    discriminator = { kind = "committee", steps = 30, first_steps = 60, bidirectional = true },
    generator = { train = "refit" },
    screen = {
      whole = 20000, pool = 100, mutants = 0.5, rounds = 5, elite = 20, samples = 0.5, elite_steps = 2,
      quota = 0.5, optimism = 1, bounded_optimism = schedule.impatient(1, 20),
    },
  },
}

local SETUPS = {
  { initial = 50, batch = growing(50), truncate = 25, queries = 500 },
  { initial = 100, batch = growing(100), truncate = 50, queries = 1000 },
}

-- What the generator draws is evaluated as it comes.
local UNSCREENED = { whole = 0, pool = 1, mutants = 0, rounds = 1, samples = 0, quota = 0 }

-- Ablations, what is left when a part is taken out, and rivals (ganas.rivals), which take turns of one.
local METHODS = {
  evolution = { initial = 50, batch = 1 },
  ["local"] = { initial = 1, batch = 1 },
  gp = { initial = 10, batch = 5 },
  no_generator = { generator = { train = "none" }, screen = { mutants = 1, samples = 0, quota = 0 } },
  no_discriminator = { generator = { train = "refit", steps = 50 }, screen = UNSCREENED },
  no_screening = { screen = UNSCREENED },
}

-- ---- resolving ----

-- Fields of `over` laid over those of `base`; groups one by one. A new table.
local function lay(base, over)
  local result = {}
  for name, value in sorted(base or {}) do result[name] = value end
  for name, value in sorted(over or {}) do
    local rule = FIELDS[name]
    result[name] = rule and rule.fields and lay(result[name], value) or value
  end
  return result
end

settings.presets = { "best", "paper" }
settings.methods = FIELDS.method.enum

-- Queries that the published setup spends.
function settings.setup_queries(setup) return SETUPS[setup].queries end

local function base_of(plan)
  local parts = {
    discriminator = DISCRIMINATOR, generator = GENERATOR, screen = SCREEN, evolution = EVOLUTION,
  }
  local base = lay(parts, PRESETS[plan.preset])
  return plan.preset == "paper" and lay(base, SETUPS[plan.setup]) or base
end

-- The settings of a search: the preset of the plan, under what the recipe says, under the method.
-- `where(path...)` answers "file:line".
function settings.resolve(given, plan, where)
  local checked = given and schema.check(given, FIELDS, where, { "search" }) or {}
  local result = lay(base_of(plan), checked)
  result.method = plan.method or result.method
  result = lay(result, METHODS[result.method])
  result.preset, result.queries = plan.preset, nil
  if result.discriminator.width % 8 ~= 0 or result.generator.width % 8 ~= 0 then
    message.user("%s: a width that is no multiple of 8; expected 8, 16, 24 and so on", where "search")
  end
  return result
end

-- ---- in words ----

local function generator_words(g)
  if g.train == "none" then return "no generator" end
  if g.train == "refit" then return ("generator refit to the truth set (%d steps)"):format(g.steps) end
  return ("generator by PPO (%d x %d episodes, %d epochs)"):format(g.batches, g.episodes, g.epochs)
end

local DISCRIMINATORS = {
  pairwise = "pairwise discriminator",
  ranker = "ranking discriminator on all evaluated",
  committee = "committee on all evaluated: ranking discriminator and Gaussian process",
}

local function discriminator_words(d)
  local seen = d.kind == "committee" and #(d.signals or {}) > 0
  local signals = seen and ", which see " .. message.names(d.signals, "and") or ""
  return ("%s%s (%d steps)"):format(DISCRIMINATORS[d.kind], signals, d.steps)
end

local function evolution_words(s)
  return ("regularized evolution without repeats: population %d, tournaments of %d"):format(
    s.evolution.population, s.evolution.tournament)
end

-- One line a topic, for `check`.
function settings.describe(s)
  if s.method == "random" then return { "random search" } end
  if s.method == "evolution" then return { evolution_words(s) } end
  if s.method == "gp" then
    return { ("a Gaussian process over edits with expected improvement, sets of %s"):format(
      schedule.describe(s.batch)) }
  end
  if s.method == "local" then return { "local search, first improvement, with restarts" } end
  local lines = {
    ("method %s, preset %s"):format(s.method, s.preset),
    ("%d random candidates, then sets of %s; truth set of %s (%s)"):format(s.initial,
      schedule.describe(s.batch), schedule.describe(s.truncate), s.truth),
    s.method ~= "no_discriminator" and discriminator_words(s.discriminator) or "no discriminator",
    generator_words(s.generator),
  }
  if s.screen.pool > 1 then
    lines[#lines + 1] = ("the best 1 in %s of a pool is evaluated"):format(message.number(s.screen.pool))
  end
  return lines
end

settings.FIELDS = FIELDS -- for the stubs of editors

return settings
