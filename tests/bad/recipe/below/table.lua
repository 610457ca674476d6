return {
  about = "x", args = { queries = 4 },
  space = "tinycell",
  evaluate = { "table", file = "scores.csv", score = "accuracy" },
}
