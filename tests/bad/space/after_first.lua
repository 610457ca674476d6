local space = require "ganas.space"

return {
  ops = { "a", "b" },
  grow = space.chain { { ops = { "a", "b" }, after = { a = "b" } }, { "a" } },
}
