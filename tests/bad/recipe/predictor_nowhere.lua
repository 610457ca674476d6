local space = require "ganas.space"

return {
  about = "x",
  space = { name = "ab", ops = { "a", "b" }, grow = space.chain(3) },
  evaluate = { "predictor", file = "acc.f32", blocks = space.blocks(function() return {} end) },
}
