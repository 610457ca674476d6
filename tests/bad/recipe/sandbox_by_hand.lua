return {
  about = "describes what it should have made",
  space = { ops = { "a", "b" }, grow = { form = "chain", steps = { {} } } },
  evaluate = function() return 1 end,
}
