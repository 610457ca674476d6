return {
  about = "x",
  space = { ops = { "a", "b" }, grow = require("ganas.space").chain(2),
    keys = { code = "%d%d" } },
  evaluate = {
    "table",
    file = "carriage_return.csv",
    score = "val",
    report = "test",
  },
}
