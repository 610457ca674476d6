return {
  about = "x",
  space = { ops = { "a", "b" }, grow = require("ganas.space").chain(3) },
  evaluate = function(arch)
    local all = { "a" }
    return arch.count("a", all[1])
  end,
}
