-- efficientnet - EfficientNet's seven stages of inverted residual blocks, on pictures of 224 pixels.
--
-- Of each stage an expansion (1, 4 or 6), a kernel (3 or 5), 1 to 4 layers, and squeeze-and-excitation
-- or none; widths are EfficientNet-B0's. The space of Accel-NASBench (Peringattu et al. 2023; the
-- blocks are those of MnasNet and EfficientNet). Official string: one digit a stage,
-- e1666666:k3353553:l1223341:s1111111 is EfficientNet-B0.
--
-- Two counts of multiply-adds: macs_M are the true ones, in millions; profiler_macs_M counts besides
-- them 4 a batch norm's output and (h w + 1) C a global pooling, as the published table does.

local layers = require "ganas.layers"
local space = require "ganas.space"

local PIXELS, CLASSES, STEM, LAST = 224, 1000, 32, 1280
local CHANNELS, STRIDES = { 16, 24, 40, 80, 112, 192, 320 }, { 1, 2, 2, 2, 1, 2, 1 }

local EXPANSIONS, KERNELS, LAYERS, SQUEEZED = { 1, 4, 6 }, { 3, 5 }, { 1, 2, 3, 4 }, { 0, 1 }
local LETTERS = { "e", "k", "l", "s" }
local ops = space.product("e%d_k%d_l%d_s%d", EXPANSIONS, KERNELS, LAYERS, SQUEEZED)
local VALUES = getmetatable(ops).values

-- ---- costs ----

-- Side of the pictures that a stage reads.
local function side_before(stage)
  local side = layers.out(PIXELS, 2)
  for i = 1, stage - 1 do side = layers.out(side, STRIDES[i]) end
  return side
end

local FRAME = layers.sum(
  layers.conv { side = PIXELS, cin = 3, cout = STEM, kernel = 3, stride = 2 },
  layers.conv { side = side_before(8), cin = CHANNELS[7], cout = LAST, kernel = 1 },
  layers.pool { side = side_before(8), cin = LAST },
  layers.dense { cin = LAST, cout = CLASSES })

local function cost(stage, expansion, kernel, depth, squeezed)
  local sum, side, cin = layers.sum(), side_before(stage), CHANNELS[stage - 1] or STEM
  for layer = 1, depth do
    local block = layers.mbconv { side = side, cin = cin, cout = CHANNELS[stage], kernel = kernel,
      expansion = expansion, stride = layer == 1 and STRIDES[stage] or 1,
      squeeze = squeezed == 1 and math.max(1, math.floor(cin / 4)) or nil }
    sum, side, cin = layers.sum(sum, block), block.side, CHANNELS[stage]
  end
  return sum
end

local function params_of(c) return c.params end
local function macs_of(c) return c.macs / 1e6 end
local function profiler_macs_of(c) return (c.macs + 4 * c.normed + c.pooled) / 1e6 end

local function sum(of)
  return space.sum(function(stage, _, ...) return of(cost(stage, ...)) end, of(FRAME))
end

-- ---- strings ----

-- The values of one letter, a digit a stage.
local function digits(arch, letter)
  local text = ""
  for _, op in ipairs(arch.ops) do text = text .. VALUES[op][letter] end
  return text
end

local function write(arch, separator, letters)
  local parts = {}
  for i, letter in ipairs(LETTERS) do parts[i] = (letters and letter or "") .. digits(arch, i) end
  return table.concat(parts, separator)
end

local NAMED = {}
for name, values in pairs(VALUES) do NAMED[table.concat(values)] = name end -- order can't matter

-- Expansions, kernels, layers and squeezes as strings of seven digits.
local function graph_of(e, k, l, s)
  local graph = { ops = {} }
  for i = 1, 7 do
    local key = e:sub(i, i) .. k:sub(i, i) .. l:sub(i, i) .. s:sub(i, i)
    if not NAMED[key] then
      return nil, ("stage %d has e%s k%s l%s s%s; expected e 1, 4 or 6, k 3 or 5, l 1 to 4, s 0 or 1")
        :format(i, key:match "(.)(.)(.)(.)")
    end
    graph.ops[i] = NAMED[key]
  end
  return graph
end

-- An inverse of write: between its parts are the texts of a list.
local function reader(before)
  local seven, pattern = "(" .. ("%d"):rep(7) .. ")", "^"
  for _, text in ipairs(before) do pattern = pattern .. text .. seven end
  return function(text)
    local e, k, l, s = text:match(pattern .. "$")
    if e then return graph_of(e, k, l, s) end
    return nil, "it is not seven digits each for e, k, l and s, as in e1666666:k3353553:l1223341:s1111111"
  end
end

-- Of each stage whether its expansion is 1, 4, 6, its kernel 3, 5, its layers 1, 2, 3, 4, and whether it
-- squeezes: ten numbers.
local function one_hot(arch)
  local list = {}
  for _, op in ipairs(arch.ops) do
    local values = VALUES[op]
    for i, choices in ipairs { EXPANSIONS, KERNELS, LAYERS, { 1 } } do
      for _, choice in ipairs(choices) do list[#list + 1] = values[i] == choice and 1 or 0 end
    end
  end
  return list
end

return {
  name = "efficientnet",
  about = "EfficientNet's 7 stages: expansion, kernel, layers, squeeze-and-excitation of each",
  ops = ops,
  grow = space.chain(7),
  measures = {
    params = sum(params_of), macs_M = sum(macs_of), profiler_macs_M = sum(profiler_macs_of),
  },
  format = function(arch) return write(arch, ":", true) end,
  parse = reader { "e", ":k", ":l", ":s" },
  keys = {
    ["e,k,l,se"] = {
      format = function(arch) return write(arch, ",", false) end,
      parse = reader { "", ",", ",", "," },
    },
  },
  pytorch = "mbconv.py",
  features = { one_hot = one_hot },
  expect = { size = 48 ^ 7, example = "e1666666:k3353553:l1223341:s1111111" },
}
