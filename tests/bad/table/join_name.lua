return {
  about = "a name for the column of a file that has two",
  space = { name = "ab", ops = { "a", "b" }, grow = require("ganas.space").chain(2) },
  evaluate = { "table", file = "join_name.csv", score = "acc", join = { { "join_name.other.csv", as = "val" } }, report = "val" },
}
