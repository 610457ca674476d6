local space = require "ganas.space"
return {
  ops = { "a", "b" },
  grow = space.fixed { inputs = 1, reads = { {0} }, output = { 5 } },
}
