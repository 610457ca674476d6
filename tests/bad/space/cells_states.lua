local space = require "ganas.space"
return {
  ops = { "a", "b" },
  grow = space.cells { "normal", states = 0, inputs = 2, reads = 2 },
}
