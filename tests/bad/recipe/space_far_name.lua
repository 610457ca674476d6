return {
  about = "x",
  space = "zzzzz",
  evaluate = function(arch) return arch:count "a" end,
}
