local space = require "ganas.space"
return {
  grow = space.chain(3),
}
