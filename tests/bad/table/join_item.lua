return {
  about = "a join that is no file",
  space = { name = "ab", ops = { "a", "b" }, grow = require("ganas.space").chain(2) },
  evaluate = { "table", file = "join_item.csv", score = "acc", join = { 7 } },
}
