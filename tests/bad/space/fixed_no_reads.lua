local space = require "ganas.space"
return {
  ops = { "a", "b" },
  grow = space.fixed { inputs = 1, output = { 2 } },
}
