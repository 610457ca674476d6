return {
  about = "joined by a column that isn't there",
  space = { name = "ab", ops = { "a", "b" }, grow = require("ganas.space").chain(2) },
  evaluate = { "table", file = "join_by.csv", score = "acc", join = { { "join_by.other.csv", by = "ix" } }, report = "val" },
}
