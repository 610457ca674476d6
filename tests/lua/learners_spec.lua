-- learners - generator, discriminator and ranker through their classes: they learn, and repeat to the bit.

local Batch = require "ganas.batch"
local Disc = require "ganas.disc"
local Policy = require "ganas.policy"
local Rank = require "ganas.rank"
local Rng = require "ganas.rng"
local Threads = require "ganas.threads"
local grammar = require "ganas.grammar"
local message = require "ganas.message"

local s = grammar.load "nasbench201"
local NET = { width = 16, head = 16, layers = 2 }

local function random(n, purpose)
  local batch = Batch.new(s, n)
  batch:random(nil, Rng.new(1, purpose or "random"), n)
  return batch
end

local function mean(values, n)
  local sum = 0
  for i = 0, n - 1 do sum = sum + values[i] end
  return sum / n
end

-- What a learner made with so many threads says; the numbers as hexadecimal texts.
local function bits(values, n)
  local list = {}
  for i = 0, n - 1 do list[i + 1] = ("%a"):format(values[i]) end
  return list
end

describe("the generator", function()
  local function new(threads) return Policy.new(s, nil, NET, Threads.new(threads or 1), Rng.new(1,
    "weights")) end

  it("samples, and learns to repeat what it is shown", function()
    local policy, shown, batch = new(), random(10), Batch.new(s, 64)
    assert.equal(0, policy:sample(batch, Rng.new(1, "sample"), 64))
    assert.equal(64, batch:count())
    local logp, entropy = policy:score(shown)
    local before = mean(logp, 10)
    assert.is_true(before < 0 and mean(entropy, 10) > 0)
    local stats = policy:refit(shown, 120, 0)
    assert.is_true(stats.loss == stats.loss and stats.norm >= 0)
    assert.is_true(mean((policy:score(shown)), 10) > before + 1)
  end)

  it("makes what is rewarded more likely", function()
    local policy, rng, reward = new(), Rng.new(1, "sample"), nil
    local batch = Batch.new(s, 64)
    local function convs()
      batch:clear()
      policy:sample(batch, rng, 64)
      reward = batch:measure "convs"
      return mean(reward, 64)
    end
    local first = convs()
    for _ = 1, 30 do
      assert.truthy(policy:ppo(batch, reward, { epochs = 4, entropy_weight = 0 }).entropy)
      convs()
    end
    assert.is_true(convs() > first + 0.5)
  end)

  it("gives the same bits with one thread and with two", function()
    local function run(threads)
      local policy, batch = new(threads), Batch.new(s, 100)
      policy:refit(random(20), 3, 0.01)
      policy:sample(batch, Rng.new(2, "sample"), 100)
      return bits(policy:score(batch), 100)
    end
    assert.same(run(1), run(2))
  end)

  it("refuses unknown settings", function()
    local ok, err = pcall(Policy.new, s, nil, { widht = 8 }, Threads.new(1), Rng.new(1, "w"))
    assert.is_false(ok)
    assert.is_false(message.is_user(err))
    assert.truthy(err:find("ganas_net has no field 'widht'", 1, true))
  end)
end)

describe("the discriminator", function()
  it("learns to tell true from fake, and repeats with other threads", function()
    local function run(threads)
      local disc = Disc.new(s, NET, Threads.new(threads), Rng.new(1, "weights"))
      local truth, fakes = random(8, "true"), random(8, "fake")
      local stats = disc:train(truth, fakes, 60)
      assert.is_true(stats.accuracy > 0.7)
      local hard = disc:reward(truth, fakes, true)
      for i = 0, 7 do assert.is_true(hard[i] >= 0 and hard[i] <= 1) end
      local good, bad = disc:reward(truth, truth), disc:reward(truth, fakes)
      assert.is_true(mean(good, 8) > mean(bad, 8))
      return bits(bad, 8)
    end
    assert.same(run(1), run(2))
  end)
end)

describe("the ranker", function()
  it("learns an order, leaves failed rows out, and repeats with other threads", function()
    local function run(threads)
      local rank, x = Rank.new(s, NET, Threads.new(threads), Rng.new(1, "weights")), random(60)
      local scores = x:measure "params_c10"
      scores[0] = 0 / 0
      local stats = rank:train(x, scores, 64, 80, Rng.new(1, "subset"))
      assert.is_true(stats.accuracy > 0.8)
      local f, right, pairs_seen = rank:score(x), 0, 0
      for i = 1, 59 do
        for j = 1, i - 1 do
          if scores[i] ~= scores[j] then
            pairs_seen = pairs_seen + 1
            right = right + ((f[i] > f[j]) == (scores[i] > scores[j]) and 1 or 0)
          end
        end
      end
      assert.is_true(right / pairs_seen > 0.8)
      local reward = rank:reward(x, x)
      for i = 0, 59 do assert.is_true(reward[i] >= 0 and reward[i] <= 1) end
      return bits(f, 60)
    end
    assert.same(run(1), run(2))
  end)
end)
