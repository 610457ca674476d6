-- proxylessnas - ProxylessNAS's own space: 21 blocks of six stages, each of six kinds or skipped.
--
-- Kernels of 3, 5 or 7, expansions of 3 or 6, width 1.0, pictures of 224 pixels. The first block of a
-- stage changes the size of the pictures or their channels and is always there; blocks that are skipped
-- are the last of their stage, so that every network is written in one way. Official string:
-- d244441:k5373557555555577777:e3333336333633366336, blocks a stage, kernels and expansions of the blocks
-- that there are. pixel1_latency_ms is the sum of the latencies of a Pixel 1's layers, measured one by
-- one. Cai, Zhu, Han, "ProxylessNAS", ICLR 2019.

local layers = require "ganas.layers"
local space = require "ganas.space"
local stages = require "ganas.stages"

local PIXELS, CLASSES = 224, 1000
local STEM, FIRST, LAST = 32, 16, 1280

local net = stages.new {
  blocks = space.product("k%d_e%d", { 3, 5, 7 }, { 3, 6 }),
  letters = "ke", depth = "skip",
  most = { 4, 4, 4, 4, 4, 1 }, least = { 1, 1, 1, 1, 1, 1 },
  input = FIRST, channels = { 24, 40, 80, 96, 192, 320 }, strides = { 2, 2, 2, 1, 2, 1 },
}

local SIDE = layers.out(PIXELS, 2)

-- What every network has: stem and its block, last convolution, classifier.
local FRAME = layers.sum(
  layers.conv { side = PIXELS, cin = 3, cout = STEM, kernel = 3, stride = 2 },
  layers.mbconv { side = SIDE, cin = STEM, cout = FIRST, kernel = 3, expansion = 1 },
  layers.conv { side = net:side(SIDE), cin = 320, cout = LAST, kernel = 1 },
  layers.dense { cin = LAST, cout = CLASSES })

local function block(step, kernel, expansion)
  local t = net:shape(step, SIDE)
  t.kernel, t.expansion = kernel, expansion
  return layers.mbconv(t)
end

local function params(step, _, kernel, expansion)
  return kernel and block(step, kernel, expansion).params or 0
end

local function macs(step, _, kernel, expansion)
  return kernel and block(step, kernel, expansion).macs or 0
end

-- A block as the latency table calls it.
local function layer(step, _, kernel, expansion)
  if not kernel then return nil end
  local t = net:shape(step, SIDE)
  local out = layers.out(t.side, t.stride)
  local same = t.stride == 1 and t.cin == t.cout
  return ("expanded_conv-input:%dx%dx%d-output:%dx%dx%d-expand:%d-kernel:%d-stride:%d-idskip:%d"):format(
    t.side, t.side, t.cin, out, out, t.cout, expansion, kernel, t.stride, same and 1 or 0)
end

-- A block as predictors know it that were trained on Once-for-all's ProxylessNAS (ofa_proxyless): the same
-- blocks, but of width 1.3, on the largest of its pictures, and never less than two in a stage.
local KIND = { [3] = 0, [5] = 1, [7] = 2 }

local function known(step, _, kernel, expansion)
  if not kernel then return nil end
  local stage, place = net:place(step)
  return { stage = stage - 1, block = place - 1, mbconv = 0, exp = expansion == 6 and 2 or 0,
    kernel = KIND[kernel], res = 1 }
end

return {
  name = "proxylessnas",
  about = "ProxylessNAS: 21 blocks of 6 stages, 6 kinds of block or skipped, for a Pixel 1",
  ops = net.ops, grow = net.grow, format = net.format, parse = net.parse,
  measures = {
    params = space.sum(params, FRAME.params),
    macs = space.sum(macs, FRAME.macs),
    blocks = space.count(net.blocks),
    pixel1_latency_ms = space.prices {
      file = "proxyless_pixel1_latency_lut.csv", key = "key", value = "mean_ms", row = layer,
      once = {
        "Conv-input:224x224x3-output:112x112x32",
        "expanded_conv-input:112x112x32-output:112x112x16-expand:1-kernel:3-stride:1-idskip:0",
        "Conv_1-input:7x7x320-output:7x7x1280", "Logits-input:7x7x1280-output:1000",
      },
    },
  },
  blocks = space.blocks(known),
  pytorch = "mbconv.py",
  expect = { example = "d244441:k5373557555555577777:e3333336333633366336" },
}
