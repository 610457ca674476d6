-- policy - the generator G: samples graphs choice by choice and learns which choices pay.

local core = require "ganas.core"

local lib = core.lib
local Policy = core.class("generator", lib.ganas_policy_free)

-- A generator for a space under rules (nil: none). `net`: fields of ganas_net over its defaults.
-- The weights are drawn from `rng`.
function Policy.new(space, rules, net, threads, rng)
  local sizes = core.struct("ganas_net", lib.ganas_net_defaults, net)
  local handle = core.new("ganas_policy", lib.ganas_policy_new, lib.ganas_policy_free, space.handle,
    rules and rules.handle or nil, sizes, threads.handle, rng.handle)
  return setmetatable({ handle = handle, space = space, rules = rules, threads = threads }, Policy)
end

-- Appends n samples to a batch; returns how many walks met a dead end. Nothing is appended where the rules
-- hardly leave anything: 1000 dead ends one after another.
function Policy:sample(batch, rng, n)
  local dropped = core.int64(1)
  core.found(lib.ganas_policy_sample(self.handle, batch.handle, rng.handle, n, dropped))
  return tonumber(dropped[0])
end

-- log p and entropy of each row, sums over its choices in nats.
function Policy:score(batch)
  local n = batch:count()
  local logp, entropy = core.doubles(n), core.doubles(n)
  core.check(lib.ganas_policy_score(self.handle, batch.handle, logp, entropy))
  return logp, entropy
end

-- Steps of Adam towards the batch by maximum likelihood, with a bonus on entropy; returns stats.
function Policy:refit(batch, steps, entropy)
  local stats = core.struct "ganas_stats"
  core.check(lib.ganas_policy_refit(self.handle, batch.handle, steps, entropy, stats))
  return core.stats(stats)
end

-- One PPO update on a batch of samples and their rewards; `options`: fields of ganas_ppo. Returns
-- stats.
function Policy:ppo(batch, rewards, options)
  local stats, settings = core.struct "ganas_stats", core.struct("ganas_ppo", lib.ganas_ppo_defaults, options)
  core.check(lib.ganas_policy_ppo(self.handle, batch.handle, rewards, settings, stats))
  return core.stats(stats)
end

return Policy
