local space = require "ganas.space"

return {
  ops = { "a", "b" }, grow = space.chain(3),
  measures = { cost = space.prices { file = "t.csv", key = "k", value = "v" } },
}
