local space = require "ganas.space"
return {
  ops = { "a", "b" },
  grow = space.chain(3),
  format = function(a) return a.nothing.x end,
  parse = function(text) return { "a", "a", "a" } end,
}
