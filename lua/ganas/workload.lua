-- workload - the pieces of work that `ganas-lua bench` times: what a search does over and over, on
-- graphs of a given number of nodes and with networks of a given width.
--
-- The networks are the engine's own defaults (ganas.settings, preset "paper") but for width and head.
-- They learn at a rate of next to nothing, so that the thousandth repetition does the same work as the
-- first. A discriminator step loads its graphs, goes forward and backward, and takes a step of Adam.

local Batch = require "ganas.batch"
local Critic = require "ganas.critic"
local Policy = require "ganas.policy"
local Rng = require "ganas.rng"
local Threads = require "ganas.threads"
local constraints = require "ganas.constraints"
local core = require "ganas.core"
local grammar = require "ganas.grammar"
local rule = require "ganas.rule"
local settings = require "ganas.settings"
local space = require "ganas.space"

local workload = {}

local RATE = 1e-12
local CHECKED = 100000 -- candidates that rules are checked on at a time

-- ---- graphs and networks ----

-- Free graphs of exactly so many nodes: input, steps of three operations that read any earlier nodes,
-- an output that reads all steps; about three edges for every two steps are free to go anywhere.
function workload.space(nodes)
  local steps, all = {}, {}
  for i = 1, nodes - 2 do
    steps[i] = { reads = space.any() }
    all[i] = i
  end
  steps.output, steps.edges = all, { max = math.floor(1.5 * nodes) - 1 }
  return grammar.compile({
    ops = { "conv3x3", "conv1x1", "maxpool3x3" }, grow = space.steps(steps),
  }, nodes .. " nodes", function() return "bench" end)
end

-- The settings of the networks at a width.
function workload.settings(width)
  local s = settings.resolve(nil, { preset = "paper", setup = 1 }, function() return "bench" end)
  for _, net in ipairs { s.discriminator, s.generator } do
    net.width, net.head, net.rate = width, width, RATE
  end
  return s
end

local function random(stage, n, purpose)
  local batch = Batch.new(stage.space, n)
  batch:random(nil, Rng.new(1, purpose), n)
  return batch
end

local function discriminator(stage)
  return Critic.new(stage.settings, stage.space, stage.threads, Rng.new(1, "discriminator")).disc
end

local function generator(stage)
  local g = stage.settings.generator
  local net = { width = g.width, layers = g.layers, head = g.head, rate = g.rate, clip = g.clip }
  return Policy.new(stage.space, nil, net, stage.threads, Rng.new(1, "generator"))
end

-- ---- the works: each makes a function that does the work once ----

local make = {}

function make.disc_step(stage, pairs_given)
  local disc, rng = discriminator(stage), Rng.new(1, "labels")
  local left, right = random(stage, pairs_given, "left"), random(stage, pairs_given, "right")
  local same = core.bytes(pairs_given)
  for i = 0, pairs_given - 1 do same[i] = rng:below(2) end
  return function() disc:train_pairs(left, right, same, 1) end
end

function make.disc_epoch(stage, k)
  local disc, truth, fakes = discriminator(stage), random(stage, k, "truth"), random(stage, k, "fakes")
  return function() disc:train(truth, fakes, 1) end
end

function make.ppo_update(stage, episodes)
  local g, policy, batch = stage.settings.generator, generator(stage), Batch.new(stage.space, episodes)
  local rng, rewards = Rng.new(1, "rewards"), core.doubles(episodes)
  policy:sample(batch, Rng.new(1, "episodes"), episodes)
  for i = 0, episodes - 1 do rewards[i] = rng:uniform() end
  local options = {
    epochs = g.epochs, clip = g.clip_ratio, discount = g.discount, lambda = g.lambda,
    value_weight = g.value_weight, entropy_weight = stage.settings.entropy,
  }
  return function() policy:ppo(batch, rewards, options) end
end

function make.sampling(stage, n)
  local policy, batch, rng = generator(stage), Batch.new(stage.space, n), Rng.new(1, "samples")
  return function()
    batch:clear()
    policy:sample(batch, rng, n)
  end
end

-- The same rule declared, and as a function: at most as many of one operation.
local RULES = {
  declared = function(most) return rule.count("conv3x3", "<=", most) end,
  lua = function(most) return function(a) return a:count "conv3x3" <= most end end,
}

function make.rules(stage, n, kind)
  local most = math.floor((stage.space.nodes - 2) / 3)
  local rules = constraints.new({ RULES[kind](most) }, stage.space, function() return "bench" end)
  local some = random(stage, math.min(n, CHECKED), "candidates")
  return function()
    for from = 0, n - 1, CHECKED do
      if n - from < some:count() then some:truncate(n - from) end
      rules:judge(some)
    end
  end
end

-- In the order of the table. `wide`: depends on the width; `threaded`: uses threads; `kinds`: done in
-- these ways.
workload.list = {
  { name = "disc_step", sizes = { 64, 512 }, unit = "pairs", wide = true, threaded = true },
  { name = "disc_epoch", sizes = { 25 }, unit = "true", least = 2, wide = true, threaded = true },
  { name = "ppo_update", sizes = { 256 }, unit = "episodes", wide = true, threaded = true },
  { name = "sampling", sizes = { 256, 4096 }, unit = "graphs", wide = true, threaded = true },
  { name = "rules", sizes = { 1000000 }, unit = "graphs", kinds = { "declared", "lua" } },
}

-- A function that does the work of a case { work = entry of the list, size, width, nodes, threads, kind }
-- once.
function workload.make(case)
  local stage = {
    space = workload.space(case.nodes), settings = workload.settings(case.width or 32),
    threads = Threads.new(case.threads),
  }
  return make[case.work.name](stage, case.size, case.kind)
end

return workload
