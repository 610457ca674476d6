-- A free graph of at most 7 nodes whose score is exact arithmetic.

local space = require "ganas.space"

return {
  about = "a free graph of at most 7 nodes scored by whole numbers",
  args = { queries = 200 },
  space = {
    name = "golden_cell",
    ops = { "conv1", "conv3", "pool" },
    grow = space.free { nodes = 7, edges = 9 },
  },
  evaluate = function(arch)
    local score = 0
    for i, op in ipairs(arch.ops) do
      score = score + (op == "conv3" and 9 or op == "conv1" and 4 or 1) * (i % 3 + 1)
    end
    for _, edge in ipairs(arch.graph.edges) do score = score + (edge[2] - edge[1]) * (edge[2] % 4) end
    return score / 32
  end,
}
