local space = require "ganas.space"
return {
  ops = { "a", "b" },
  grow = space.chian(3),
}
