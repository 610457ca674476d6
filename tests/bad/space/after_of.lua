local space = require "ganas.space"

return {
  ops = { "a", "b" },
  grow = space.chain { { "a" }, { ops = { "a", "b" }, of = 1 } },
}
