local space = require "ganas.space"

return {
  ops = { "a", "b" }, grow = space.free { nodes = { 2, 4 } },
  measures = { cost = space.sum(function() return 1 end, { by = 1 }) },
}
