local space = require "ganas.space"
return {
  ops = { "a", "b" },
  grow = space.free { nodes = { 2, 7 }, edges = { max = 0 } },
}
