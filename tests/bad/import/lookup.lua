return {
  about = "a damaged table file",
  args = { file = "cut.ganas" },
  space = { name = "ab", ops = { "a", "b" }, grow = require("ganas.space").chain(2), format = { "-" } },
  evaluate = { "table", file = "turned.ganas", score = "acc" },
}
