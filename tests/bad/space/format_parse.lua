local space = require "ganas.space"
return {
  ops = { "a", "b" },
  grow = space.chain(3),
  parse = function(text) return nil end,
}
