local space = require "ganas.space"
return {
  ops = { "a", "b" },
  grow = space.free { nodes = { 7, 2 }, edges = { max = 9 } },
}
