local space = require "ganas.space"

return {
  about = "x",
  space = { ops = { "a", "b" }, grow = space.chain(2), keys = { code = "%d%d" } },
  evaluate = function(arch) return arch:count "a" end,
  measures = {
    file = "partial.csv", ms = "ms",
  },
  constraints = { "ms <= 0.5" },
}
