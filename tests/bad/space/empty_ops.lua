local space = require "ganas.space"
return {
  ops = {},
  grow = space.chain(3),
}
