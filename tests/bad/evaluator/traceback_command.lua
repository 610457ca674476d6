local space = require "ganas.space"
return {
  about = "x", args = { queries = 4 },
  space = { name = "toy", ops = { "a", "b" }, grow = space.chain(3) },
  evaluate = { "command", "sh", "-c", "echo 'line 52: NameError' >&2; exit 1", keep = true },
}
