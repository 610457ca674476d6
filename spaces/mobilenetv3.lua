-- mobilenetv3 - the networks inside Once-for-all's MobileNetV3: picture size, depths, kernels, expansions.
--
-- Five stages of 2 to 4 inverted residual blocks, each with a kernel of 3, 5 or 7 and an expansion of
-- 3, 4 or 6, on pictures of 192, 208 or 224 pixels; width 1.2; the blocks of stages 2, 4 and 5 squeeze
-- and excite. Official string: r224:d23344:k3355355355333373:e3336343364446663, the size of the
-- pictures, blocks a stage, kernels and expansions of the blocks that there are. Cai et al.,
-- "Once-for-All", ICLR 2020.

local layers = require "ganas.layers"
local space = require "ganas.space"
local stages = require "ganas.stages"

local WIDTH = 1.2
local CLASSES = 1000
local SQUEEZED = { false, true, false, true, true } -- by stage
local SQUEEZE = 4                                   -- channels inside a block to those of its squeeze

local function wide(...)
  local list = {}
  for i, channels in ipairs { ... } do list[i] = layers.round(channels * WIDTH) end
  return unpack(list)
end

local STEM, FIRST, LAST, HEAD = wide(16, 16, 960, 1280)
local CHANNELS = { wide(24, 40, 80, 112, 160) }

local net = stages.new {
  first = space.product("r%d", { 192, 208, 224 }),
  blocks = space.product("k%d_e%d", { 3, 5, 7 }, { 3, 4, 6 }),
  letters = "ke", depth = "step",
  most = { 4, 4, 4, 4, 4 }, least = { 2, 2, 2, 2, 2 },
  input = FIRST, channels = CHANNELS, strides = { 2, 2, 2, 1, 2 },
}

-- What every network has, on pictures of a size: stem and its block, last convolution, two dense layers.
local function frame(pixels)
  local side = layers.out(pixels, 2)
  return layers.sum(
    layers.conv { side = pixels, cin = 3, cout = STEM, kernel = 3, stride = 2 },
    layers.mbconv { side = side, cin = STEM, cout = FIRST, kernel = 3, expansion = 1 },
    layers.conv { side = net:side(side), cin = CHANNELS[#CHANNELS], cout = LAST, kernel = 1 },
    layers.dense { cin = LAST, cout = HEAD, bias = false },
    layers.dense { cin = HEAD, cout = CLASSES })
end

local function block(step, pixels, kernel, expansion)
  local t = net:shape(step, layers.out(pixels, 2))
  t.kernel, t.inner = kernel, layers.round(t.cin * expansion)
  if SQUEEZED[net:place(step)] then t.squeeze = layers.round(math.floor(t.inner / SQUEEZE)) end
  return layers.mbconv(t)
end

local params, macs = net:costs(frame, block, 224)

-- A block as trained predictors of this space know it: numbers from 0, the size of the pictures from 0 to 1.
local KIND = { [3] = 0, [4] = 1, [5] = 1, [6] = 2, [7] = 2 }

local function known(step, _, pixels, kernel, expansion)
  if not expansion then return nil end
  local stage, place = net:place(step)
  return { stage = stage - 1, block = place - 1, mbconv = 1, exp = KIND[expansion], kernel = KIND[kernel],
    res = (pixels - 192) / 32 }
end

return {
  name = "mobilenetv3",
  about = "Once-for-all MobileNetV3: 5 stages of 2 to 4 blocks, 3 picture sizes",
  ops = net.ops, grow = net.grow, format = net.format, parse = net.parse,
  measures = {
    params = params,
    macs = macs,
    blocks = space.count(net.blocks),
  },
  blocks = space.blocks(known, { by = 1 }),
  pytorch = "mbconv.py",
  expect = { example = "r224:d23344:k3355355355333373:e3336343364446663" },
}
