return {
  about = "starts something",
  space = "nasbench201",
  evaluate = { "command", "touch", "made" },
}
