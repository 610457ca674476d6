-- Workers may be written in any language: these are in Lua, worker.lua beside this file.
--   ganas-lua recipes/evaluators/luajit.lua --workers 4

local space = require "ganas.space"

return {
  about = "workers in Lua as the evaluator",
  args = { queries = 60 },

  space = { name = "letters", ops = { "a", "b", "c", "d" }, grow = space.chain(6) },
  evaluate = { "worker", "luajit", "worker.lua", score = "steps", timeout = 60 },
}
