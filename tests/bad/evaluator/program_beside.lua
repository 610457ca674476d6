local space = require "ganas.space"
return {
  about = "x", args = { queries = 4 },
  space = { name = "toy", ops = { "a", "b" }, grow = space.chain(3) },
  evaluate = { "command", "program_beside.sh" },
}
