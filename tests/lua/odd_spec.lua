-- Spaces that the grammar allows and nobody thinks of: each is loaded, put in words and searched.

local grammar = require "ganas.grammar"
local recipe = require "ganas.recipe"
local search = require "ganas.search"
local space = require "ganas.space"
local support = require "tests.lua.support"

local save = support.files(teardown)

local SIDE = { r128 = 128, r192 = 192 }

local function stage(...)
  return { "k3", "k5" }, { ops = { "k3", "k5", "skip" } },
    { ops = { "k3", "k5", "skip" }, after = { skip = "skip" } }, ...
end

-- Where pictures are larger every block costs more; "skip" ends a stage.
local function stages()
  return {
    ops = space.ops("r128", "r192", space.product("k%d", { 3, 5 }), "skip"),
    grow = space.chain { { "r128", "r192" }, stage(stage()) },
    measures = {
      macs = space.sum(function(_, _, given, k)
        return k and (SIDE[given] or 0) ^ 2 * k ^ 2 or 0
      end, { by = 1 }),
    },
  }
end

local ODD = {
  stages = stages,
  free12 = function() return { ops = { "a", "b", "c", "d" },
    grow = space.free { nodes = { 3, 12 }, edges = { max = 20 } } } end,
  three_inputs = function() return { ops = { "add", "mul", "none" }, dead = "none",
    grow = space.fixed { inputs = 3, reads = { {0, 1}, {1, 2}, {0, 2}, {3, 4, 5}, {3, 4}, {5, 6} },
      output = { 6, 7, 8 } } } end,
  any_under_budget = function() return { ops = { "a", "b" }, grow = space.steps {
    { reads = space.any() }, { reads = space.any() }, { reads = space.choose(2), ops = { "a" } },
    { reads = space.any { 1, 2, 3 } }, { reads = { 3, 4 } }, edges = { max = 8 } } } end,
  one = function() return { ops = { "a" }, grow = space.chain(3),
    expect = { size = 1, example = "a|a|a" } } end,
  five = function() return { ops = { "a", "b" }, grow = space.free { nodes = { 2, 3 } } } end,
  long = function() return { ops = { "a", "b", "skip" }, grow = space.chain(62),
    measures = { bs = space.count "b" } } end,
  free64 = function() return { ops = { "a", "b" }, grow = space.free { nodes = { 2, 64 }, edges = 90 } } end,
}

-- Candidates that there are, by hand: 2 sizes of pictures, two stages of 2 * (1 + 2 + 4) depths and kernels;
-- in-out, and one of two operations between them with an edge beside it or not.
local SIZE = { stages = 2 * 14 ^ 2, three_inputs = 3 ^ 6, one = 1, five = 5 }

local function plan_of(make, args)
  args.queries = "30"
  local path = save "return (require 'odd recipe')"
  package.loaded["odd recipe"] = {
    about = "x", space = make(),
    evaluate = function(arch)
      local sum = 0.1 * arch.edges
      for place, op in ipairs(arch.ops) do sum = sum + place % 5 * #op end
      return sum
    end,
    search = { initial = 10, batch = 10, discriminator = { steps = 2 }, generator = { steps = 2 } },
  }
  return recipe.load(path, { args = args })
end

describe("an odd space", function()
  for name, make in require("ganas.sorted")(ODD) do
    it("is loaded, put in words, and holds what it expects: " .. name, function()
      local s = grammar.load(make())
      assert.same({}, grammar.check_expect(s))
      assert.is_true(#s:describe() > 4)
      if SIZE[name] then assert.equal(SIZE[name], grammar.distinct(s)) end
    end)

    for _, method in ipairs { "ganas", "random", "evolution" } do
      it(("is searched by %s: %s"):format(method, name), function()
        local plan = plan_of(make, { method = method })
        local result, seen = search.run(plan), {}
        assert.equal(math.min(30, SIZE[name] or 30), result.queries)
        if result.queries < 30 then assert.equal("exhausted", result.reason) end
        for _, step in ipairs(result.trajectory) do
          assert.is_nil(seen[step.arch])
          seen[step.arch] = true
          assert.equal(step.arch, tostring(plan.space:arch(step.arch)))
        end
      end)
    end
  end
end)
