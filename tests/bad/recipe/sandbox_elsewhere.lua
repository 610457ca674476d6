return {
  about = "reads what is not its own",
  space = "nasbench201",
  evaluate = { "table", file = "/etc/passwd", score = "x" },
}
