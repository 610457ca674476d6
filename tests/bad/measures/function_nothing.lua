local space = require "ganas.space"

return {
  about = "x",
  space = { ops = { "a", "b" }, grow = space.chain(2) },
  evaluate = function(arch) return arch:count "a" end,
  measures = { ms = function() return nil end },
  constraints = { "ms <= 3" },
}
