local space = require "ganas.space"
return {
  ops = { "a", "b" },
  grow = space.chain(3),
  format = function(a) return table.concat(a.ops) end,
}
