local space = require "ganas.space"
return {
  ops = { "a", "b" },
  grow = space.fixed { input = 1, reads = { {0} }, output = { 1 } },
}
