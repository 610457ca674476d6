return {
  ops = { "a", "b" },
  grow = require("ganas.space").chain(2),
  features = { last = 5 },
}
