local space = require "ganas.space"
return {
  ops = { "a", "b" },
  grow = space.cells { "normal", states = 4, inputs = 2, reads = 3, distinct = true },
}
