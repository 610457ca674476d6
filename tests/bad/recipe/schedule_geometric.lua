return {
  about = "x",
  space = { ops = { "a", "b" }, grow = require("ganas.space").chain(3) },
  evaluate = function(arch) return arch:count "a" end,
  search = {
    entropy = require("ganas.schedule").geometric(0.05, 0),
  },
}
