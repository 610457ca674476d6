local space = require "ganas.space"
return {
  ops = { "a", "b" },
  grow = space.chain(3),
  format = function(a) return a.ops[1] end,
  parse = function(text) return { text, text, text } end,
}
