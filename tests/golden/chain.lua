-- A chain of 16 blocks whose score is exact arithmetic: sums of products of small whole numbers.

local rule = require "ganas.rule"
local space = require "ganas.space"

return {
  about = "a chain of 16 blocks scored by whole numbers",
  args = { queries = 200 },
  space = {
    name = "golden_chain",
    ops = space.product("k%d_e%d", { 3, 5, 7 }, { 1, 2, 4 }, "skip"),
    grow = space.chain(16),
    measures = {
      cost = space.sum(function(block, op, kernel, expansion)
        return op == "skip" and 0 or kernel * expansion * (block % 4 + 1)
      end),
    },
  },
  evaluate = function(arch)
    local score, last = 0, 3
    for block, op in ipairs(arch.ops) do
      local kernel, expansion = op:match "^k(%d)_e(%d)$"
      kernel, expansion = tonumber(kernel or 1), tonumber(expansion or 0)
      score = score + (kernel * (block % 3) + expansion * (block % 5)) * 8 - (kernel - last) * (kernel - last)
      last = kernel
    end
    return score / 64
  end,
  constraints = { rule.sum("cost", "<=", 300) },
}
