return {
  about = "a computed column that asks for what isn't there",
  space = { name = "ab", ops = { "a", "b" }, grow = require("ganas.space").chain(2) },
  evaluate = { "table", file = "computed_column.csv", score = "acc", report = "x", columns = { x = function(row) return row.ac + 1 end } },
}
