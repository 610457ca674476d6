return {
  about = "x",
  space = function() end,
  evaluate = function(arch) return arch:count "a" end,
}
