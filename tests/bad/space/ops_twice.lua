local space = require "ganas.space"
return {
  ops = { "a", "b", "a" },
  grow = space.chain(3),
}
