return {
  about = "x",
  space = { ops = { "a", "b" }, grow = require("ganas.space").chain(2),
    keys = { code = "%d%d" } },
  evaluate = {
    "table",
    file = "near_fil.csv",
    score = "val",
    report = "test",
  },
}
