-- How well can a chain of blocks be made for a small processor? A search that needs no data.
--   ganas-lua demo                      a few seconds
--   ganas-lua demo budget=25 seed=7     less time for each picture
--
-- Twelve blocks in three stages; each is skipped or has a kernel and an expansion. The accuracy is a
-- model of our own: every block adds a part of what is still wrong, wide kernels help where pictures
-- are large, expansions where there are many channels, and changes of kernel from block to block cost
-- a little. Nothing was trained: the numbers are good for trying things out, and for nothing else.

local rule = require "ganas.rule"
local space = require "ganas.space"

local STAGES = 3
local BLOCKS = 12
local SIDE = { 32, 16, 8 }      -- pixels of the picture, by stage
local CHANNELS = { 16, 32, 64 } -- by stage

local function stage_of(block) return math.ceil(block * STAGES / BLOCKS) end

-- Milliseconds of a block on an imaginary processor of 0.4 G multiply-adds a second.
local function latency(block, op, kernel, expansion)
  if op == "skip" then return 0 end
  local s = stage_of(block)
  local c, pixels = CHANNELS[s], SIDE[s] ^ 2
  local macs = pixels * expansion * c * (2 * c + kernel ^ 2)
  return macs / 0.4e6
end

-- What a block takes away of the error that is left, 0..1.
local function gain(block, kernel, expansion)
  local s = stage_of(block)
  local kernel_part = 0.02 * (kernel - 3) * (2 - s) / 2
  local width_part = 0.03 * math.log(expansion) / math.log(2) * s / STAGES
  return 0.10 + 0.002 * block + kernel_part + width_part
end

local function accuracy(arch)
  local wrong, last = 60, nil
  for block, op in ipairs(arch.ops) do
    local kernel, expansion = op:match "^k(%d)_e(%d)$"
    if kernel then
      wrong = wrong * (1 - gain(block, tonumber(kernel), tonumber(expansion)))
      if last and last ~= kernel then wrong = wrong + 0.3 end
      last = kernel
    end
  end
  return 100 - wrong
end

return {
  about = "a chain of 12 blocks for a small processor, scored by a formula: needs no data",
  args = { budget = 40, queries = 300 },

  space = {
    name = "demo",
    ops = space.product("k%d_e%d", { 3, 5, 7 }, { 1, 2, 4 }, "skip"),
    grow = space.chain(BLOCKS),
    measures = { latency_ms = space.sum(latency) },
  },

  evaluate = accuracy,

  constraints = function(args) return {
    rule.sum("latency_ms", "<=", args.budget),            -- held while sampling: never broken
    function(arch) return arch.ops[1] ~= "skip" end,      -- anything else is plain Lua
  } end,

  done = function(run)
    for i, arch in ipairs(run:best(3)) do
      print(("%d: accuracy %.2f %%, %.1f ms"):format(i, arch.score, arch.latency_ms))
    end
  end,
}
