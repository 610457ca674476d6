local rule = require "ganas.rule"
local space = require "ganas.space"
return {
  about = "x", args = { queries = 4 },
  space = { name = "toy", ops = { "a", "b" }, grow = space.chain(3) },
  evaluate = function() return 1 end,
  constraints = { rule.sum("ms <= 2") },
}
