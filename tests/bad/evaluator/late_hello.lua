local space = require "ganas.space"
return {
  about = "x", args = { queries = 4 },
  space = { name = "toy", ops = { "a", "b" }, grow = space.chain(3) },
  evaluate = { "worker", "sleep", "30", startup = 0.2, retries = 0 },
}
