return {
  about = "a recipe with a space of its own",
  space = { ops = { "a", "b" }, grow = require("ganas.space").chain(3) },
  evaluate = function(arch) return arch:count "a" end,
  constraints = { "depth >= 2" },
}
