local space = require "ganas.space"

return {
  about = "x",
  space = { name = "ab", ops = { "a", "b" }, grow = space.chain(3) },
  evaluate = { "first", { "table" }, { "table" }, file = "t.csv" },
}
