local space = require "ganas.space"
return {
  ops = { "a", "b" },
  grow = space.chain(3),
  measures = {
    cost = space.sum(function(step, op) return step * op.x.y end),
  },
}
