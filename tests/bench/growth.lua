-- growth.lua - how the cost of the engine grows, as tables of Markdown:
--   ganas-lua lua tests/bench/growth.lua
--
-- By the nodes of a graph, by the graphs of a batch, by the truth set, and by how much was evaluated (the
-- pool: looking up, adding, bytes an entry). Each figure is the best of several repetitions on one thread;
-- the last column of a table should stay about the same where growth is linear.

local Batch = require "ganas.batch"
local Pool = require "ganas.pool"
local Rng = require "ganas.rng"
local grammar = require "ganas.grammar"
local space = require "ganas.space"
local uv = require "luv"
local workload = require "ganas.workload"

local WIDTH, SECONDS = 32, 0.6

local works = {}
for _, work in ipairs(workload.list) do works[work.name] = work end

local function seconds(fn)
  local start = uv.hrtime()
  fn()
  return (uv.hrtime() - start) * 1e-9
end

-- Microseconds of the best repetition.
local function best(fn)
  local least, spent = math.huge, 0
  fn()
  while spent < SECONDS do
    local t = seconds(fn)
    least, spent = math.min(least, t), spent + t
  end
  return least * 1e6
end

local function cost(name, size, nodes)
  local case = { work = works[name], size = size, width = WIDTH, nodes = nodes, threads = 1 }
  return best(workload.make(case))
end

local function row(...)
  local words = { ... }
  for i, word in ipairs(words) do
    if type(word) == "number" then words[i] = (word < 100 and "%.3g" or "%.0f"):format(word) end
  end
  print("| " .. table.concat(words, " | ") .. " |")
end

local function head(...)
  print()
  row(...)
  print("|" .. ("---|"):rep(select("#", ...)))
end

-- Free graphs of so many nodes have about 1.5 edges for every node.
local function by_nodes()
  head("nodes", "encoding 2 x 32 graphs and back, us", "PPO of 64 episodes, us", "sampling 64, us",
    "us a node: encoding", "PPO", "sampling")
  for _, nodes in ipairs { 8, 16, 32, 64 } do
    local disc, ppo = cost("disc_step", 32, nodes), cost("ppo_update", 64, nodes)
    local sampling = cost("sampling", 64, nodes)
    row(nodes, disc, ppo, sampling, disc / nodes, ppo / nodes, sampling / nodes)
  end
end

local function by_batch()
  head("graphs", "sampling, us", "PPO, us", "us a graph: sampling", "PPO")
  for _, n in ipairs { 64, 256, 1024, 4096 } do
    local sampling, ppo = cost("sampling", n, 7), cost("ppo_update", n, 7)
    row(n, sampling, ppo, sampling / n, ppo / n)
  end
end

-- All pairs with the truth set are learned from: k (2k - 1) of them, 2k graphs.
local function by_truth()
  head("truth set", "pairs", "an epoch, us", "ns a pair")
  for _, k in ipairs { 25, 50, 100, 250, 500 } do
    local us, pairs_of = cost("disc_epoch", k, 7), k * (2 * k - 1)
    row(k, pairs_of, us, 1000 * us / pairs_of)
  end
end

-- ---- the pool ----

local function chain(blocks)
  return grammar.compile({ ops = { "a", "b", "c", "d", "e", "f", "g", "h" }, grow = space.chain(blocks) },
    "a chain of " .. blocks, function() return "growth" end)
end

local BLOCK = 10000

local function resident()
  local text = io.open("/proc/self/statm"):read "*a"
  return tonumber(text:match "^%d+ (%d+)") * 4096
end

local function by_evaluated()
  local s = chain(20)
  local pool, rng, batch = Pool.new(s), Rng.new(1, "growth"), Batch.new(s, BLOCK)
  local before = resident()
  head("evaluated", "adding one, ns", "looking one up, ns", "bytes an entry, with graph and score")
  for _, n in ipairs { 10000, 100000, 1000000 } do
    local since, adding = pool:count(), 0
    while pool:count() < n do
      batch:clear()
      batch:random(nil, rng, BLOCK)
      pool:unique(batch, true)
      batch:truncate(math.min(batch:count(), n - pool:count()))
      adding = adding + seconds(function()
        for i = 0, batch:count() - 1 do pool:add(batch, i, i) end
      end)
    end
    local find = best(function() pool:find(batch) end)
    row(n, adding * 1e9 / (n - since), find * 1000 / batch:count(), (resident() - before) / n)
  end
end

by_nodes()
by_batch()
by_truth()
by_evaluated()
