-- convnet - small convolutional networks as lists of layers: built step by step, counted, laid out in memory.
--
--   net.image                            the input: { channels =, height =, width = }, as every layer is
--   net:conv(x, channels, kernel, stride)       convolution, batch norm, ReLU
--   net:depthwise(x, kernel, stride)            the same, each channel by itself
--   net:max(x, kernel, stride)  net:mean(x, kernel, stride)   pooling
--   net:sum(x, y, ...)  net:concat(x, y, ...)  net:zero(x)
--   net:classify(x)                             means over positions, a linear layer: the last one
--
-- Windows are odd and centred. After classify: net.params (of training, batch norm's included), net.macs (of
-- convolutions and the last layer), net.floats (numbers that prediction needs to keep at a time, by
-- net:plan()).

local core = require "ganas.core"
local message = require "ganas.message"
local sandbox = require "ganas.sandbox"

local lib = core.lib
local Convnet = {}
Convnet.__index = Convnet

local OPS = { conv = lib.GANAS_LAYER_CONV, depthwise = lib.GANAS_LAYER_DEPTHWISE, max = lib.GANAS_LAYER_MAX,
  mean = lib.GANAS_LAYER_MEAN, sum = lib.GANAS_LAYER_SUM, concat = lib.GANAS_LAYER_CONCAT,
  zero = lib.GANAS_LAYER_ZERO, classify = lib.GANAS_LAYER_CLASSIFY }
local MOST = tonumber(lib.GANAS_MAX_LAYERS)

-- A network without layers for images of that shape, { channels, height, width }, and so many classes.
function Convnet.new(shape, classes)
  local image = { number = 0, op = "image", inputs = {}, channels = shape[1], height = shape[2],
    width = shape[3] }
  return setmetatable({ image = image, layers = {}, params = 0, macs = 0, classes = classes }, Convnet)
end

local function check_input(self, x, what)
  local known = type(x) == "table" and (x == self.image or self.layers[x.number] == x)
  if not known then
    message.here("the input of %s is %s; expected a layer of this network", what, message.value(x))
  end
end

local function check_number(value, what, list)
  for _, good in ipairs(list) do if value == good then return end end
  message.here("the %s is %s; expected one of %s", what, message.value(value), table.concat(list, ", "))
end

local function add(self, op, inputs, fields)
  for i = 1, math.max(1, #inputs) do check_input(self, inputs[i], op) end
  if #self.layers == MOST then message.here("more than %d layers", MOST) end
  local first = inputs[1]
  local layer = { number = #self.layers + 1, op = op, inputs = inputs, kernel = fields.kernel or 0,
    stride = fields.stride or 0, channels = fields.channels or first.channels, norm = fields.norm or false }
  layer.height = fields.flat and 1 or math.ceil(first.height / (fields.stride or 1))
  layer.width = fields.flat and 1 or math.ceil(first.width / (fields.stride or 1))
  self.layers[layer.number] = layer
  return layer
end

local function window(self, op, x, kernel, stride, channels)
  check_number(kernel, "kernel of " .. op, { 1, 3, 5 })
  check_number(stride or 1, "stride of " .. op, { 1, 2 })
  return add(self, op, { x }, { kernel = kernel, stride = stride or 1, channels = channels,
    norm = op == "conv" or op == "depthwise" })
end

-- Counts a convolution's weights and batch norm.
local function count(self, layer, weights)
  self.params = self.params + weights + 2 * layer.channels
  self.macs = self.macs + weights * layer.height * layer.width
  return layer
end

function Convnet:conv(x, channels, kernel, stride)
  if type(channels) ~= "number" or channels < 1 or channels % 1 ~= 0 then
    message.here("the channels of conv are %s; expected a whole number", message.value(channels))
  end
  local layer = window(self, "conv", x, kernel, stride, channels)
  return count(self, layer, x.channels * channels * kernel ^ 2)
end

function Convnet:depthwise(x, kernel, stride)
  return count(self, window(self, "depthwise", x, kernel, stride), x.channels * kernel ^ 2)
end

function Convnet:max(x, kernel, stride) return window(self, "max", x, kernel, stride) end
function Convnet:mean(x, kernel, stride) return window(self, "mean", x, kernel, stride) end
function Convnet:zero(x) return add(self, "zero", { x }, {}) end

local function check_same(what, inputs, channels)
  local a = inputs[1]
  for _, b in ipairs(inputs) do
    local same = a.height == b.height and a.width == b.width and (not channels or a.channels == b.channels)
    if not same then
      message.here("%s of %d x %d x %d and %d x %d x %d; expected one shape", what, a.channels, a.height,
        a.width, b.channels, b.height, b.width)
    end
  end
end

function Convnet:sum(...)
  local layer = add(self, "sum", { ... }, {})
  check_same("a sum", layer.inputs, true)
  return layer
end

function Convnet:concat(...)
  local inputs, channels = { ... }, 0
  for _, x in ipairs(inputs) do channels = channels + (type(x) == "table" and x.channels or 0) end
  local layer = add(self, "concat", inputs, { channels = channels })
  check_same("a concatenation", inputs)
  return layer
end

function Convnet:classify(x)
  local layer = add(self, "classify", { x }, { channels = self.classes, flat = true })
  self.params = self.params + (x.channels + 1) * self.classes
  self.macs = self.macs + x.channels * self.classes
  return layer
end

-- The network that a function(arch, net) builds for a candidate.
function Convnet.build(fn, arch, shape, classes)
  local net = Convnet.new(shape, classes)
  local last = fn(arch, net)
  check_input(net, last, "the classifier")
  net:classify(last)
  net.floats = net:plan().floats
  return net
end

-- The layers as the core has them, and how many.
function Convnet:spec()
  local list = core.layers(#self.layers)
  for i, layer in ipairs(self.layers) do
    local to, norm = list[i - 1], layer.norm and 1 or 0
    to.op, to.channels, to.kernel, to.stride = OPS[layer.op], layer.channels, layer.kernel, layer.stride
    to.norm, to.relu, to.inputs = norm, norm, #layer.inputs
    for k, x in ipairs(layer.inputs) do to.input[k - 1] = x.number end
  end
  return list, #self.layers
end

-- ---- memory of a prediction ----

local function size_of(layer) return layer.channels * layer.height * layer.width end

-- By number, the last layer that reads a layer; only of those that lead to the classifier.
local function last_uses(self)
  local last, live = {}, { [#self.layers] = true }
  for number = #self.layers, 1, -1 do
    for _, x in ipairs(live[number] and self.layers[number].inputs or {}) do
      last[x.number], live[x.number] = last[x.number] or number, true
    end
  end
  return last, live
end

-- What is kept, from when to when: each layer's output in a place of its own, but a sum in that of an input
-- which nobody reads afterwards. The classifier keeps nothing.
local function find_spans(self, last, live)
  local spans, span_of = {}, {}
  local function open(layer)
    local span = { first = layer.number, last = last[layer.number], size = size_of(layer), order = #spans }
    spans[#spans + 1], span_of[layer.number] = span, span
  end
  open(self.image)
  for number = 1, #self.layers - 1 do
    local layer, own = self.layers[number], nil
    for _, x in ipairs(layer.op == "sum" and layer.inputs or {}) do
      if not own and x ~= self.image and last[x.number] == number then own = span_of[x.number] end
    end
    if own and live[number] then own.last, span_of[number] = last[number], own
    elseif live[number] then open(layer) end
  end
  return spans, span_of
end

-- The lowest place where a span meets none of those that were placed before.
local function place(span, placed)
  local at, moved = 0, true
  while moved do
    moved = false
    for _, other in ipairs(placed) do
      local together = span.first <= other.last and other.first <= span.last
      if together and at < other.at + other.size and other.at < at + span.size then
        at, moved = other.at + other.size, true
      end
    end
  end
  span.at = at
end

-- Where each layer's output is while a prediction is made: { at[number] = first float, floats = all of them,
-- live[number] }. The greatest are placed first.
function Convnet:plan()
  local last, live = last_uses(self)
  local spans, span_of = find_spans(self, last, live)
  table.sort(spans, function(a, b)
    if a.size ~= b.size then return a.size > b.size end
    return a.order < b.order
  end)
  local plan, placed = { at = {}, floats = 0, live = live, last = last }, {}
  for i, span in ipairs(spans) do
    span.last = span.last or span.first
    place(span, placed)
    placed[i] = span
    plan.floats = math.max(plan.floats, span.at + span.size)
  end
  for number = 0, #self.layers - 1 do plan.at[number] = span_of[number] and span_of[number].at end
  return plan
end

local BUILDERS = { "conv", "depthwise", "max", "mean", "zero", "sum", "concat" }

sandbox.face(Convnet, { methods = BUILDERS, fields = { "image" }, opaque = { "image", unpack(BUILDERS) } })

return Convnet
