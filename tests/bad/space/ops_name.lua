local space = require "ganas.space"
return {
  ops = { "a", "b c" },
  grow = space.chain(3),
}
