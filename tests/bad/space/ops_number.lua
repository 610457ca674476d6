local space = require "ganas.space"
return {
  ops = { "a", 5 },
  grow = space.chain(3),
}
