return {
  about = "x",
  space = "spaces/nowhere.lua",
  evaluate = function(arch) return arch:count "a" end,
}
