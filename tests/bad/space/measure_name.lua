local space = require "ganas.space"
return {
  ops = { "a", "b" },
  grow = space.chain(3),
  measures = { ["no name"] = space.count "a" },
}
