return {
  about = "x",
  space = { ops = { "a", "b" }, grow = require("ganas.space").chain(3) },
  args = { most = 2 },
  evaluate = function(arch) return arch:count "a" end,
  constraints = { "depth <= " .. args.most },
}
