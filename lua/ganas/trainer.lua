-- trainer - a network in the core that is trained on images: thin.

local core = require "ganas.core"
local Rng = require "ganas.rng"

local lib = core.lib
local Trainer = core.class("network", lib.ganas_convnet_free)

local CHUNK = 40 -- steps between looks at whether the user wants to stop

-- A network (ganas.convnet) with weights drawn from a seed, for batches of that size.
function Trainer.new(net, batch, threads, seed)
  local layers, count = net:spec()
  local rng = Rng.new(seed, "network")
  local shape = core.int32 { net.image.channels, net.image.height, net.image.width }
  local handle = core.new("ganas_convnet", lib.ganas_convnet_new, lib.ganas_convnet_free, layers, count,
    shape, batch, threads.handle, rng.handle)
  return setmetatable({ handle = handle, net = net, batch = batch, threads = threads }, Trainer)
end

-- Trains on the images of a list of numbers. `options`: epochs, rate, momentum, decay, flip, seed. Returns
-- true; false where `interrupted` says so, and false with a sentence where the loss is not finite any more.
function Trainer:train(images, list, options, interrupted)
  local index, n = core.int32(list)
  local steps = math.max(1, math.floor(options.epochs * n / self.batch))
  local descent = core.struct("ganas_descent", lib.ganas_descent_defaults, {
    steps = steps, warm = math.floor(steps / 20), rate = options.rate, momentum = options.momentum,
    decay = options.decay, flip = options.flip, seed = options.seed,
  })
  local done = core.struct "ganas_descended"
  for first = 0, steps - 1, CHUNK do
    if interrupted and interrupted() then return false end
    local count = math.min(CHUNK, steps - first)
    local status = lib.ganas_convnet_train(self.handle, images.handle, index, n, descent, first, count, done)
    if status == lib.GANAS_E_NUMBER then return false, core.last_message() end
    core.check(status)
  end
  return true
end

-- The logits of images, [n][classes], and n; by a list of numbers, or of all.
function Trainer:logits(images, list)
  local index, n = nil, images.count
  if list then index, n = core.int32(list) end
  local logits = core.floats(n * self.net.classes)
  core.check(lib.ganas_convnet_predict(self.handle, images.handle, index, n, logits))
  return logits, n
end

local function best_class(logits, at, classes)
  local best = 0
  for k = 1, classes - 1 do
    if logits[at + k] > logits[at + best] then best = k end
  end
  return best
end

-- The share of images whose class is found, in percent.
function Trainer:accuracy(images, list)
  local logits, n = self:logits(images, list)
  local right, classes = 0, self.net.classes
  for i = 0, n - 1 do
    local label = images.label[list and list[i + 1] or i]
    if best_class(logits, i * classes, classes) == label then right = right + 1 end
  end
  return 100 * right / n
end

-- A part of a layer's numbers (from 0: weights, factor, shift or bias, mean, variance), and how many; nil
-- where it has no such part.
function Trainer:part(layer, part)
  local count = core.int32(1)
  core.check(lib.ganas_convnet_weights(self.handle, layer - 1, part, nil, count))
  if count[0] == 0 then return nil end
  local values = core.floats(count[0])
  core.check(lib.ganas_convnet_weights(self.handle, layer - 1, part, values, count))
  return values, count[0]
end

return Trainer
