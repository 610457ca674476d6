return {
  about = "numbers that are cut short",
  space = { name = "ab", ops = { "a", "b" }, grow = require("ganas.space").chain(2) },
  evaluate = { "table", file = "raw_cut.csv", score = "acc", join = { "raw_cut.part.u16" }, report = "raw_cut.part" },
}
