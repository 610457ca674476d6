-- layers - what layers of convolutional networks cost: parameters and multiply-adds, exactly.
--
--   layers.conv { side = 112, cin = 3, cout = 32, kernel = 3 }
--   layers.mbconv { side = 112, cin = 16, cout = 24, kernel = 5, expansion = 6, stride = 2, squeeze = 4 }
--   layers.dense { cin = 1280, cout = 1000 }
--   layers.sum(a, b, ...)
--
-- A cost is { params, macs, normed, pooled, side }: parameters (batch norms have two a channel; their
-- running statistics are none), multiply-adds on one picture (of convolutions and dense layers, the
-- squeeze's too; biases and norms count nothing), outputs of batch norms, inputs and outputs of
-- global pooling, and the side of the picture that comes out. Pictures are square; a stride of 2
-- halves them, rounding up. What is missing or no number is an error of the file that asks.

local message = require "ganas.message"

local layers = {}

local function is_size(value) return type(value) == "number" and value > 0 and value < math.huge end

-- The sizes that a layer can't do without, and those that it may have.
local function check(t, layer, needed, free)
  if type(t) ~= "table" then
    message.here("layers.%s of %s; expected a table { %s = number, ... }", layer, message.value(t), needed[1])
  end
  for _, name in ipairs(needed) do
    if not is_size(t[name]) then
      message.here("field '%s' of layers.%s is %s; expected a number above 0", name, layer,
        message.value(t[name]))
    end
  end
  for _, name in ipairs(free or {}) do
    if t[name] then check(t, layer, { name }) end
  end
end

local function check_number(value, what, layer)
  if not is_size(value) then
    message.here("%s of layers.%s is %s; expected a number above 0", what, layer, message.value(value))
  end
end

-- The multiple of `divisor` nearest to a number of channels, never less than 0.9 of it: what
-- MobileNets round to.
function layers.round(channels, divisor)
  divisor = divisor or 8
  check_number(channels, "the first argument", "round")
  check_number(divisor, "the second argument", "round")
  local rounded = math.max(divisor, math.floor((channels + divisor / 2) / divisor) * divisor)
  return rounded < 0.9 * channels and rounded + divisor or rounded
end

-- The side of a picture after a stride.
function layers.out(side, stride)
  check_number(side, "the first argument", "out")
  if stride then check_number(stride, "the second argument", "out") end
  return math.ceil(side / (stride or 1))
end

local function cost(side) return { params = 0, macs = 0, normed = 0, pooled = 0, side = side } end

-- Adds a convolution of `weights` weights onto pictures of `side` pixels, with its batch norm.
local function add(c, weights, cout, side, norm)
  c.params = c.params + weights + (norm and 2 * cout or 0)
  c.macs = c.macs + weights * side ^ 2
  c.normed = c.normed + (norm and cout * side ^ 2 or 0)
end

local CONV, STRIDE = { "side", "cin", "cout", "kernel" }, { "stride" }

-- A convolution with its batch norm (norm = false: without): side of the input, cin, cout, kernel,
-- stride.
function layers.conv(t)
  check(t, "conv", CONV, STRIDE)
  local c = cost(layers.out(t.side, t.stride))
  add(c, t.kernel ^ 2 * t.cin * t.cout, t.cout, c.side, t.norm ~= false)
  return c
end

-- The squeeze-and-excitation of `channels` through `inner`, both layers with biases.
local function add_squeeze(c, channels, inner, side)
  c.params = c.params + 2 * channels * inner + inner + channels
  c.macs = c.macs + 2 * channels * inner
  c.pooled = c.pooled + (side ^ 2 + 1) * channels
end

local BLOCK = { "stride", "inner", "expansion", "squeeze" }

-- An inverted residual block: 1 x 1 to `expansion` times cin (none for an expansion of 1), kernel x
-- kernel by channel, squeeze-and-excitation through `squeeze` channels (nil: none), 1 x 1 to cout.
-- `inner`: channels inside, where they are not expansion * cin.
function layers.mbconv(t)
  check(t, "mbconv", CONV, BLOCK)
  if not t.inner then check(t, "mbconv", { "expansion" }) end
  local c, inner = cost(layers.out(t.side, t.stride)), t.inner or t.expansion * t.cin
  if t.expansion ~= 1 then add(c, t.cin * inner, inner, t.side, true) end
  add(c, t.kernel ^ 2 * inner, inner, c.side, true)
  if t.squeeze then add_squeeze(c, inner, t.squeeze, c.side) end
  add(c, inner * t.cout, t.cout, c.side, true)
  return c
end

-- A dense layer; bias = false: without.
function layers.dense(t)
  check(t, "dense", { "cin", "cout" })
  local c = cost(1)
  c.params, c.macs = t.cin * t.cout + (t.bias == false and 0 or t.cout), t.cin * t.cout
  return c
end

-- Global average pooling.
function layers.pool(t)
  check(t, "pool", { "side", "cin" })
  local c = cost(1)
  c.pooled = (t.side ^ 2 + 1) * t.cin
  return c
end

-- Layers one after another.
function layers.sum(...)
  local c = cost()
  for i = 1, select("#", ...) do
    local one = select(i, ...)
    if type(one) ~= "table" or not (one.params and one.macs and one.normed and one.pooled) then
      message.here("argument %d of layers.sum is %s; expected what a layer costs, as layers.conv gives it", i,
        message.value(one))
    end
    c.params, c.macs, c.side = c.params + one.params, c.macs + one.macs, one.side
    c.normed, c.pooled = c.normed + one.normed, c.pooled + one.pooled
  end
  return c
end

return layers
