return {
  about = "x",
  space = 5,
  evaluate = function(arch) return arch:count "a" end,
}
