return {
  ops = { "a", "b" },
  grow = require("ganas.space").chain(2),
  keys = { hash = function(arch) return #arch.ops end },
}
