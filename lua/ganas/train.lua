-- train - Algorithm 2: discriminator and generator are trained on the truth set, in turn.

local Batch = require "ganas.batch"
local Critic = require "ganas.critic"
local Policy = require "ganas.policy"
local changing = require "ganas.changing"

local train = {}

-- Fresh learners, as far as the settings need them; none where there is nothing to choose.
function train.learners(state)
  local s, weights = state.settings, state.streams.weights
  local g = s.generator
  if s.method == "random" or state.space:size() == 1 then return end
  if g.train ~= "none" or s.discriminator.kind == "pairwise" and s.method ~= "no_discriminator" then
    local net = { width = g.width, layers = g.layers, head = g.head, rate = g.rate, clip = g.clip }
    state.generator = Policy.new(state.space, state.constraints.rules, net, state.threads, weights)
    state.episodes = state.episodes or Batch.new(state.space, g.episodes)
  end
  if s.method ~= "no_discriminator" then
    state.critic = Critic.new(s, state.space, state.threads, weights)
  end
end

-- Rewards of the episodes: the critic's; another for one that breaks a rule; less for one that is known.
local function rewards_of(state)
  local r, episodes = state.settings.reward, state.episodes
  local rewards = state.critic:reward(state.truth, episodes)
  local known = state.pool:find(episodes)
  local valid = state.constraints:judge(episodes)
  for i = 0, episodes:count() - 1 do
    if valid[i] == 0 then rewards[i] = r.invalid
    elseif known[i] >= 0 then rewards[i] = rewards[i] + r.known end
  end
  return rewards
end

local function reinforce(state)
  local g, stats = state.settings.generator, nil
  local options = {
    epochs = g.epochs, clip = g.clip_ratio, discount = g.discount, lambda = g.lambda,
    value_weight = g.value_weight, entropy_weight = changing.value(state, "entropy"),
  }
  for _ = 1, g.batches do
    state.episodes:clear()
    state.run.dropped = state.run.dropped
      + state.generator:sample(state.episodes, state.streams.episodes, g.episodes)
    if state.episodes:count() == 0 then return stats end
    stats = state.generator:ppo(state.episodes, rewards_of(state), options)
  end
  return stats
end

local function train_generator(state)
  local g = state.settings.generator
  if g.train == "ppo" and state.critic then return reinforce(state) end
  if g.train == "none" then return nil end
  return state.generator:refit(state.truth, g.steps, changing.value(state, "entropy"))
end

-- One iteration's training. state.truth holds the truth set. Notes losses and entropy in state.run.
function train.iteration(state)
  local run, clock = state.run, state.clock
  for _ = 1, changing.value(state, "rounds") do
    if state.critic then
      clock:start "discriminator"
      run.discriminator = state.critic:train(state) or run.discriminator
    end
    clock:start "generator"
    run.generator = train_generator(state) or run.generator
    if run.generator then run.entropy = run.generator.entropy end
  end
  clock:stop()
end

return train
