-- Numbers and sizes at the edge, through whole searches: what must happen with each of them.

local Batch = require "ganas.batch"
local Pool = require "ganas.pool"
local Rank = require "ganas.rank"
local Rng = require "ganas.rng"
local Threads = require "ganas.threads"
local core = require "ganas.core"
local recipe = require "ganas.recipe"
local search = require "ganas.search"
local space = require "ganas.space"
local support = require "tests.lua.support"

local save = support.files(teardown)

local FOUR = { name = "four", ops = { "a", "b", "c", "d" } }

-- A search over chains of letters; `evaluate` is a function of the candidate and its number.
local function find(length, evaluate, settings, args)
  local path, n = save "return (require 'numbers recipe')", 0
  package.loaded["numbers recipe"] = {
    about = "x", search = settings,
    space = { name = FOUR.name, ops = FOUR.ops, grow = space.chain(length) },
    evaluate = function(arch)
      n = n + 1
      return evaluate(arch, n)
    end,
  }
  args = args or {}
  args.queries = args.queries or "30"
  local plan = recipe.load(path, { args = args, threads = 1 })
  return search.run(plan), plan
end

local METHODS = { "ganas", "random", "evolution", "local" }

local function each_method(what, deed)
  for _, method in ipairs(METHODS) do
    it(what .. ": " .. method, function() deed({ method = method }) end)
  end
end

describe("scores", function()
  local NO_SCORE = { nan = 0 / 0, infinite = math.huge, ["least infinite"] = -math.huge }

  for name, score in pairs(NO_SCORE) do -- order can't matter
    it("that are " .. name .. " are failures, and stop nothing", function()
      local result = find(6, function(_, n) return n % 2 == 0 and score or n end)
      assert.equal(30, result.queries)
      assert.equal(15, result.run.failed)
      assert.equal(29, result.run.best_score)
    end)
  end

  local NONE = "the first, '[abcd|]+': the evaluator gave nan as score; expected a finite number"

  it("that all fail end a search that starts with a set", function()
    for _, method in ipairs { "ganas", "random", "evolution" } do
      local said = support.refused(find, 6, function() return 0 / 0 end, { method = method, initial = 9 })
      assert.is_truthy(said:find("all %d+ candidates of the first set failed; " .. NONE))
    end
  end)

  it("that all fail are all that a search from one candidate has to say", function()
    local said = support.refused(find, 6, function() return 0 / 0 end, { method = "local" })
    assert.is_truthy(said:find("all 30 candidates failed; " .. NONE))
  end)

  it("that fail at the first step of a local search leave the others", function()
    local result = find(6, function(_, n) return n > 1 and n or 0 / 0 end, { method = "local" })
    assert.equal(30, result.queries)
    assert.equal(1, result.run.failed)
    assert.equal(30, result.run.best_score)
  end)

  each_method("that are all equal: the first is the best", function(settings)
    local first
    local result = find(6, function(arch)
      first = first or tostring(arch)
      return 0.5
    end, settings)
    assert.equal(30, result.queries)
    assert.equal(0.5, result.run.best_score)
    assert.equal(first, tostring(result.run:best(1)[1]))
  end)

  each_method("near the ends of what a number can be", function(settings)
    local SCORES = { 1.7e308, -1.7e308, 5e-324, -5e-324, 0, -0 }
    local result = find(6, function(_, n) return SCORES[n % #SCORES + 1] end, settings)
    assert.equal(30, result.queries)
    assert.equal(0, result.run.failed)
    assert.equal(1.7e308, result.run.best_score)
  end)

  it("that differ in the 15th digit are told apart", function()
    local best
    local result = find(6, function(arch, n)
      if n == 17 then best = tostring(arch) end
      return 0.9 + (n == 17 and 2e-15 or n == 16 and 1e-15 or 0)
    end)
    assert.is_true(result.run.best_score > 0.9 + 1e-15)
    assert.equal(best, tostring(result.run:best(1)[1]))
  end)

  it("that differ in the 15th digit order the ranker's pairs", function()
    local domain = support.two_letters()
    local batch, rng = Batch.new(domain, 4), Rng.new(1, "ranks")
    batch:enumerate(nil, 0)
    local rank = Rank.new(domain, { width = 8, head = 8, layers = 1 }, Threads.new(1), rng)
    local score = core.doubles(4)
    for i = 0, 3 do score[i] = 0.9 + i * 4e-16 end
    local stats = rank:train(batch, score, 4, 300, rng)
    assert.equal(1, stats.accuracy)
  end)
end)

describe("sizes", function()
  it("a space of one candidate: found once, then the search is over", function()
    for _, method in ipairs(METHODS) do
      local path = save "return (require 'numbers recipe')"
      package.loaded["numbers recipe"] = {
        about = "x", search = { method = method }, evaluate = function() return 1 end,
        space = { name = "one", ops = { "a" }, grow = space.chain(3) },
      }
      local plan = recipe.load(path, { args = { queries = "30" }, threads = 1 })
      local result = search.run(plan)
      assert.equal(1, result.queries)
      assert.equal("exhausted", result.reason)
    end
  end)

  each_method("a space of nothing but 4 different candidates: each once", function(settings)
    local seen = {}
    local result = find(1, function(arch)
      local text = tostring(arch)
      assert.is_nil(seen[text])
      seen[text] = true
      return 1
    end, settings)
    assert.equal(4, result.queries)
    assert.equal("exhausted", result.reason)
  end)

  -- How many networks there are, and how many texts.
  local function count(domain)
    local all, seen, networks = Batch.new(domain, 1000), {}, 0
    all:enumerate(nil, 0)
    local keys = all:keys "network"
    for i = 0, all:count() - 1 do
      local key = tostring(keys[2 * i]) .. tostring(keys[2 * i + 1])
      networks = networks + (seen[key] and 0 or 1)
      seen[key] = true
    end
    return networks, all:count()
  end

  it("a space of many texts and few networks: each network once", function()
    for _, method in ipairs(METHODS) do
      local path, asked = save "return (require 'numbers recipe')", 0
      package.loaded["numbers recipe"] = {
        about = "x", identity = "network", search = { method = method },
        space = { name = "few", ops = { "a", "z" }, dead = "z",
          grow = space.free { nodes = { 3, 4 }, edges = 3, input = "in", output = "out" } },
        evaluate = function()
          asked = asked + 1
          return 1
        end,
      }
      local plan = recipe.load(path, { args = { queries = "60" }, threads = 1 })
      local result = search.run(plan)
      local networks, texts = count(plan.space)
      assert.is_true(networks < texts / 2)
      assert.equal(networks, asked)
      assert.equal("exhausted", result.reason)
    end
  end)

  each_method("graphs of 64 nodes", function(settings)
    local result = find(62, function(arch) return arch:count "b" end, settings)
    assert.equal(30, result.queries)
    assert.equal(62, #result.run:best(1)[1].ops)
  end)

  it("a truth set larger than all that is known, or than a number of candidates can be", function()
    for _, k in ipairs { 1000, 1e12, function() return 1e300 end } do
      local result = find(6, function(_, n) return n end, { truncate = k, initial = 10, batch = 5 })
      assert.equal(30, result.queries)
      assert.equal(30, result.run.best_score)
    end
  end)

  each_method("a budget below the initial set: no query more", function(settings)
    local n = 0
    settings.initial = settings.method ~= "local" and 20 or nil
    local result = find(6, function()
      n = n + 1
      return 1
    end, settings, { queries = "7" })
    assert.equal(7, result.queries)
    assert.equal(7, n)
  end)

  it("the best of a pool of fewer", function()
    local domain = support.two_letters()
    local pool, batch = Pool.new(domain, "string"), Batch.new(domain, 10)
    local all = Batch.new(domain, 4)
    all:enumerate(nil, 0)
    assert.equal(0, #pool:top(10, 0, batch))
    for i = 0, 3 do pool:add(all, i, i < 2 and 1 or nil) end
    assert.same({ 0, 1 }, pool:top(10, 0, batch))
    assert.equal(2, batch:count())
  end)
end)
