return {
  ops = { "a" },
  grow = require("ganas.space").chain(3),
}
