local space = require "ganas.space"
return {
  ops = { "a", "b" },
  grow = space.chain(3),
  measures = { depth = space.longest_path { broken_by = "none" } },
}
