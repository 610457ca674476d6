return {
  about = "another score than the one there is",
  space = { name = "ab", ops = { "a", "b" }, grow = require("ganas.space").chain(2),
    features = { last = function(arch) return { arch.ops[2] == "a" and 1 or 0 } end } },
  evaluate = { "xgboost", model = "none.json", features = "last", score = "acc" },
}
