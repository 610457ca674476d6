local space = require "ganas.space"

return {
  ops = { "a", "b", "skip" },
  grow = space.chain { { "a", "b" }, { ops = { "a", "skip" }, after = { skipp = "skip" } } },
}
