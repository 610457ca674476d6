return {
  about = "x",
  space = "nasbench20",
  evaluate = function(arch) return arch:count "a" end,
}
