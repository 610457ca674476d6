local space = require "ganas.space"
return {
  about = "x", args = { queries = 4 },
  space = { name = "toy", ops = { "a", "b" }, grow = space.chain(3) },
  evaluate = { "worker", "sh", "-c", "echo '{\"hello\":1,\"protocol\":\"ganas-eval/1\"}'; while read -r _; do echo ok 0.5; done", retries = 0 },
}
