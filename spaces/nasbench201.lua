-- nasbench201 - four states, one of five operations on each of the six edges between them.
--
-- Node 0 is the cell's input, nodes 1 to 6 are the edges 1<-0, 2<-0, 2<-1, 3<-0, 3<-1, 3<-2: an
-- edge reads the edges that end where it starts. The network: three stages of five cells with 16,
-- 32 and 64 channels, on images of 32 x 32 (ImageNet16: 16 x 16) pixels that each stage halves;
-- only convolutions (with batch norm) have parameters. Dong and Yang, "NAS-Bench-201", ICLR 2020.
-- The formulas are those of the table's columns, cell by cell.

local space = require "ganas.space"

local KERNEL = { nor_conv_1x1 = 1, nor_conv_3x3 = 9 } -- weights of a kernel
local CHANNELS = { 16, 32, 64 }                       -- of the stages
local CELLS = 5                                       -- in a stage

local function params(_, op)
  local kernel, sum = KERNEL[op] or 0, 0
  if kernel == 0 then return 0 end
  for _, c in ipairs(CHANNELS) do sum = sum + CELLS * (kernel * c * c + 2 * c) end
  return sum
end

-- Stem, residual blocks between the stages, classifier.
local function params_for(classes) return space.sum(params, 72656 + 65 * classes) end

-- Multiply-adds on images of `side` pixels; the images shrink as the channels grow, so every stage
-- costs the same.
local function macs_for(side, classes)
  return space.sum(function(_, op)
    return #CHANNELS * CELLS * (KERNEL[op] or 0) * (CHANNELS[1] * side) ^ 2
  end, 7600 * side ^ 2 + 64 * classes)
end

return {
  name = "nasbench201",
  about = "cell of 4 states, 5 operations on 6 edges (NAS-Bench-201, 15625 cells)",
  ops = { "none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3" },
  dead = "none",
  grow = space.fixed { inputs = 1, reads = { {0}, {0}, {1}, {0}, {1}, {2, 3} }, output = { 4, 5, 6 } },
  measures = {
    convs = space.count { "nor_conv_1x1", "nor_conv_3x3" },
    depth = space.longest_path { broken_by = "none" },
    params_c10 = params_for(10), params_c100 = params_for(100), params_in16 = params_for(120),
    macs_c10 = macs_for(32, 10), macs_c100 = macs_for(32, 100), macs_in16 = macs_for(16, 120),
  },
  format = "|%s~0|+|%s~0|%s~1|+|%s~0|%s~1|%s~2|",
  pytorch = "nasbench201.py",
  keys = { ops = "%d%d%d%d%d%d" },
  identity = "string", -- published query counts take the strings for the cells
  expect = { size = 15625,
    example = "|nor_conv_3x3~0|+|skip_connect~0|none~1|+|none~0|nor_conv_3x3~1|avg_pool_3x3~2|" },
}
