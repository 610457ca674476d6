local space = require "ganas.space"

return {
  about = "x",
  space = { ops = { "a", "b" }, grow = space.chain(3),
    measures = { cost = space.sum(function(_, op) return op == "a" and 1.5 or 2 end) } },
  evaluate = function(arch) return arch:count "a" end,
  constraints = { "count.a >= 1" },
}
