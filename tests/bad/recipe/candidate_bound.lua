local space = require "ganas.space"

return {
  about = "x",
  space = { name = "ab", ops = { "a", "b" }, grow = space.chain(3) },
  evaluate = function() return 1 end,
  constraints = function(_, s) return {
    require("ganas.rule").depth("<=", s:candidate("a|b").depth),
  } end,
}
