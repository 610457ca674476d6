return {
  about = "features of the space that are no list",
  space = { name = "ab", ops = { "a", "b" }, grow = require("ganas.space").chain(2),
    features = { last = function(arch) return arch.size end } },
  evaluate = { "xgboost", model = "none.json", features = "last" },
}
