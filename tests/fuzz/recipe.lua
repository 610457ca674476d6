-- recipe.lua - what the loader's fuzzing starts from: a small recipe that uses most fields.

local over = require "ganas.schedule"
local rule = require "ganas.rule"
local space = require "ganas.space"

return {
  about = "nothing worth finding",
  args = { least = 2, price = 4.5, seed = 7 },
  identity = "network",

  space = function(args) return {
    ops = { "a", "b", "c", "none" },
    dead = "none",
    grow = space.free { nodes = { args.least, 6 }, edges = 8, input = "in", output = "out" },
    measures = { cost = space.sum(function(step, op) return op == "c" and args.price or step / 2 end) },
  } end,

  evaluate = function(arch, args)
    return { score = arch.cost - arch.depth * args.price, report = arch.depth, width = #arch.ops }
  end,

  measures = { blocks = "missing.csv", twice = function(arch) return 2 * arch.cost end },

  constraints = {
    rule.sum("cost", "<=", 12),
    rule.count("a", "<", 3),
    rule.any(rule.depth(">=", 2), rule.edges("~=", 5)),
    "count.b <= 2 and not only(none)",
    function(arch) return arch.ops[1] ~= "c" end,
  },

  objectives = { max = { "score" }, min = { "cost", "twice" } },

  search = {
    method = "ganas",
    initial = 10,
    truncate = over.linear(10, 5),
    batch = over.steps { [0] = 10, [5] = 20 },
    discriminator = { kind = "ranker", width = 16, rate = 1e-3 },
    screen = { pool = 4, mutants = 0.5, quota = 0.25 },
  },

  done = function(run) print(run:best(1)[1].score) end,
}
