return {
  about = "joined rows that don't fit",
  space = { name = "ab", ops = { "a", "b" }, grow = require("ganas.space").chain(2) },
  evaluate = { "table", file = "join_rows.csv", score = "acc", join = { "join_rows.other.csv" }, report = "val" },
}
