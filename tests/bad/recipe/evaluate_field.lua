return {
  about = "x",
  space = { ops = { "a", "b" }, grow = require("ganas.space").chain(3) },
  evaluate = { "table", fil = "t.csv", score = "s" },
}
