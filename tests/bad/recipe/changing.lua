local over = require "ganas.schedule"
local BY = {
  number = function(x) return x end,
  ["function"] = function(x)
    return function() return x end
  end,
  steps = function(x) return over.steps { [0] = 2, [3] = x } end,
  linear = function(x) return over.linear(4, x) end,
  callable = function() return setmetatable({}, { __call = function() return 2 end }) end,
}
return {
  about = "x",
  args = { field = "truncate", by = "function", value = "0" },
  space = { ops = { "a", "b" }, grow = require("ganas.space").chain(6) },
  evaluate = function(arch) return arch:count "a" end,
  search = function(args)
    local given = { initial = 2, batch = 2, screen = {}, discriminator = { first_steps = 1, steps = 1 } }
    local value = BY[args.by](args.value == "nan" and 0 / 0 or tonumber(args.value))
    if args.field == "optimism" then given.screen.optimism = value else given[args.field] = value end
    return given
  end,
}
