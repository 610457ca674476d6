local space = require "ganas.space"

return {
  about = "x",
  space = { name = "ab", ops = { "a", "b" }, grow = space.chain(3) },
  evaluate = { "trials", file = "trials_row.csv", score = "acc" },
}
