local space = require "ganas.space"

return {
  about = "x",
  space = { name = "ab", ops = { "a", "b" }, grow = space.chain(3) },
  evaluate = function() return 1 end,
  start_from = 3,
}
