return {
  about = "x",
  evaluate = function(arch) return arch:count "a" end,
}
