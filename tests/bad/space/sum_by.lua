local space = require "ganas.space"

return {
  ops = { "a", "b" }, grow = space.chain(3),
  measures = { cost = space.sum(function() return 1 end, { by = 4 }) },
}
