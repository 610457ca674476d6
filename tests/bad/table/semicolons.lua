return {
  about = "x",
  space = { ops = { "a", "b" }, grow = require("ganas.space").chain(2) },
  evaluate = { "table", file = "semicolons.csv", score = "val", report = "test" },
}
