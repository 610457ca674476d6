-- NAME - a chain of six blocks for small pictures; say in one line what your networks are.
--
-- A space says which networks there are: the operations, how a network grows node by node, and what can
-- be measured of it. `ganas-lua check NAME.lua` loads it, draws a sample and holds it to `expect`. A recipe
-- uses it with  space = "NAME.lua". `ganas-lua help spaces` teaches the rest in ten minutes.

local space = require "ganas.space"

-- ---- what a block costs: plain Lua, as exact as you make it ----

local CHANNELS = 32
local SIDE = { 32, 32, 16, 16, 8, 8 } -- pixels of the picture, by block

-- Multiply-adds of a block in millions. It is called once for each block (from 1) and operation when the
-- space loads; after these two come the values that the operation was made of, nothing for "skip".
local function macs_M(block, op, kernel, expansion)
  if op == "skip" then return 0 end
  local inner = expansion * CHANNELS
  return SIDE[block] ^ 2 * (2 * CHANNELS * inner + kernel ^ 2 * inner) / 1e6
end

return {
  name = "NAME",
  about = "a chain of six blocks: kernel and expansion of each, or skipped",

  -- The operations: a list of names, { "conv3", "conv5", "skip" }, or all combinations of some values.
  ops = space.product("k%d_e%d", { 3, 5 }, { 2, 4 }, "skip"),

  -- How a network grows. Nodes are numbered from 0, the input; each reads earlier ones. Others than a chain:
  --   space.fixed { reads = { {0}, {0}, {1, 2} } }             nodes 1 to 3 read these; operations are chosen
  --   space.cells { "normal", "reduce", states = 4 }           states sum two operations, sources are chosen
  --   space.free { nodes = { 2, 7 }, edges = { max = 9 } }     any graph from input to output
  --   space.steps { ... }                                      all of these, step by step
  grow = space.chain(6),

  -- Numbers of a network, for constraints and reports. A bound on a sum or a count is held while sampling:
  -- no candidate is drawn that breaks it. depth, nodes and edges are there without being declared.
  measures = {
    macs_M = space.sum(macs_M, 1.5), -- 1.5: what every network has besides
    skips = space.count "skip",
  },

  -- The official string: a pattern with a %s for each operation. Without it blocks are joined by bars.
  format = "%s-%s-%s-%s-%s-%s",

  -- What `ganas-lua check` holds this file to.
  expect = { size = 15625, example = "k3_e2-k5_e4-skip-k3_e4-k3_e2-skip" },
}
