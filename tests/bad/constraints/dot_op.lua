return {
  about = "x",
  space = { ops = { "a", "b" }, grow = require("ganas.space").chain(3) },
  evaluate = function(arch) return arch:count "a" end,
  constraints = {
    function(a) return a.op(1) == "a" end,
  },
}
