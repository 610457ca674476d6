local space = require "ganas.space"
return {
  ops = space.product("k%d_e%d", { 3, 5 }),
  grow = space.chain(3),
}
