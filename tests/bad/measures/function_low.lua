local space = require "ganas.space"

return {
  about = "x",
  space = { ops = { "a", "b" }, grow = space.chain(2) },
  evaluate = function(arch) return arch:count "a" end,
  measures = { ms = function(arch) return 2 + arch:count "a" end },
  constraints = { "ms < 1.5" },
}
