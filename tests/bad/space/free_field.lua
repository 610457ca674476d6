local space = require "ganas.space"
return {
  ops = { "a", "b" },
  grow = space.free { nodse = { 2, 7 } },
}
