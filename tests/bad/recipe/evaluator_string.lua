return {
  about = "x",
  space = { ops = { "a", "b" }, grow = require("ganas.space").chain(3) },
  evaluate = function() return "0.9" end,
}
