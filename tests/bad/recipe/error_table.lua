local space = require "ganas.space"
return {
  about = "x",
  space = { ops = { "a", "b" }, grow = space.chain(2) },
  evaluate = function() error({ code = 3 }) end,
}
