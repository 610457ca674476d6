return {
  ops = { "a", "b" },
  grow = require("ganas.space").chain(2),
  measures = {
    cost = function(arch)
      if arch:count "a" > 9 then return 1 end
    end,
  },
}
