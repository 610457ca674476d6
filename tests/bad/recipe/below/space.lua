return {
  about = "x", args = { queries = 4 },
  space = "no_space.lua",
  evaluate = function() return 1 end,
}
