local space = require "ganas.space"
return {
  ops = { "a", "b" },
  grow = space.steps { { reads = space.choose(5) } },
}
