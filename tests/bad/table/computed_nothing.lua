return {
  about = "a computed column that is nothing",
  space = { name = "ab", ops = { "a", "b" }, grow = require("ganas.space").chain(2) },
  evaluate = { "table", file = "computed_nothing.csv", score = "acc", report = "x", columns = { x = function(row) return row.acc > 9 and 1 or nil end } },
}
