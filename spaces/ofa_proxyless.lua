-- ofa_proxyless - the networks inside Once-for-all's ProxylessNAS: picture size, depths, kernels, expansions.
--
-- A stem, five stages of 2 to 4 inverted residual blocks and a last block, each with a kernel of 3,
-- 5 or 7 and an expansion of 3, 4 or 6, on pictures of 192, 208 or 224 pixels; width 1.3. Official
-- string: r192:d223441:k3355737753735533:e3363334443466464, the size of the pictures, blocks a
-- stage, kernels and expansions of the blocks that there are. Cai et al., "Once-for-All", ICLR 2020.

local layers = require "ganas.layers"
local space = require "ganas.space"
local stages = require "ganas.stages"

local WIDTH = 1.3
local CLASSES = 1000

local function wide(...)
  local list = {}
  for i, channels in ipairs { ... } do list[i] = layers.round(channels * WIDTH) end
  return unpack(list)
end

local STEM, FIRST, LAST = wide(32, 16, 1280)
local CHANNELS = { wide(24, 40, 80, 96, 192, 320) }

local net = stages.new {
  first = space.product("r%d", { 192, 208, 224 }),
  blocks = space.product("k%d_e%d", { 3, 5, 7 }, { 3, 4, 6 }),
  letters = "ke", depth = "step",
  most = { 4, 4, 4, 4, 4, 1 }, least = { 2, 2, 2, 2, 2, 1 },
  input = FIRST, channels = CHANNELS, strides = { 2, 2, 2, 1, 2, 1 },
}

-- What every network has, on pictures of a size: stem and its block, last convolution, classifier.
local function frame(pixels)
  local side = layers.out(pixels, 2)
  return layers.sum(
    layers.conv { side = pixels, cin = 3, cout = STEM, kernel = 3, stride = 2 },
    layers.mbconv { side = side, cin = STEM, cout = FIRST, kernel = 3, expansion = 1 },
    layers.conv { side = net:side(side), cin = CHANNELS[#CHANNELS], cout = LAST, kernel = 1 },
    layers.dense { cin = LAST, cout = CLASSES })
end

local function block(step, pixels, kernel, expansion)
  local t = net:shape(step, layers.out(pixels, 2))
  t.kernel, t.expansion = kernel, expansion
  return layers.mbconv(t)
end

local params, macs = net:costs(frame, block, 224)

-- A block as trained predictors of this space know it: numbers from 0, the size of the pictures from 0 to 1.
local KIND = { [3] = 0, [4] = 1, [5] = 1, [6] = 2, [7] = 2 }

local function known(step, _, pixels, kernel, expansion)
  if not expansion then return nil end
  local stage, place = net:place(step)
  return { stage = stage - 1, block = place - 1, mbconv = 0, exp = KIND[expansion], kernel = KIND[kernel],
    res = (pixels - 192) / 32 }
end

return {
  name = "ofa_proxyless",
  about = "Once-for-all ProxylessNAS: 5 stages of 2 to 4 blocks and a last one, 3 picture sizes",
  ops = net.ops, grow = net.grow, format = net.format, parse = net.parse,
  measures = {
    params = params,
    macs = macs,
    blocks = space.count(net.blocks),
  },
  blocks = space.blocks(known, { by = 1 }),
  pytorch = "mbconv.py",
  expect = { example = "r192:d223441:k3355737753735533:e3363334443466464" },
}
