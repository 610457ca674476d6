return {
  about = "a computed column that is a number",
  space = { name = "ab", ops = { "a", "b" }, grow = require("ganas.space").chain(2) },
  evaluate = { "table", file = "computed_number.csv", score = "acc", report = "x", columns = { x = 5 } },
}
