-- train.lua - how fast networks are trained, beside PyTorch:
--
--     ganas-lua lua tests/bench/train.lua [STEPS [SEEDS]]
--
-- The five networks made by hand of recipes/quickstart.lua, batches of 64, on Fashion-MNIST; ours and
-- PyTorch's (${PYTHON:-/usr/bin/python3} tests/bench/peer_train.py) in turn, with 1 and 2 threads: images a
-- second and their ratio. Then, with SEEDS, test accuracies of the first network over so many seeds after 780
-- steps, mean and standard deviation.

local Convnet = require "ganas.convnet"
local Images = require "ganas.images"
local Threads = require "ganas.threads"
local Trainer = require "ganas.trainer"
local fs = require "ganas.fs"
local grammar = require "ganas.grammar"
local json = require "ganas.json"
local uv = require "luv"

local STEPS, SEEDS = tonumber(arg[1]) or 300, tonumber(arg[2]) or 0
local BATCH, TRAIN = 64, 50000
local OPS = { conv = 0, depthwise = 1, max = 2, mean = 3, sum = 4, concat = 5, zero = 6, classify = 7 }

local space = grammar.load "tinycell"
local folder = Images.find("fashion-mnist", {}, "train.lua")
local images, tests = Images.open_part(folder, "train"), Images.open_part(folder, "test")
local list = {}
for i = 1, TRAIN do list[i] = i - 1 end

local function networks()
  local found = {}
  for text in fs.read("recipes/quickstart.lua"):match("local HAND = {(.-)\n}"):gmatch '"(.-)"' do
    found[#found + 1] = Convnet.build(space.network, space:arch(text), images.shape, images.classes)
  end
  return found
end

local function layer_json(layer)
  local inputs, norm = {}, layer.norm and 1 or 0
  for i, x in ipairs(layer.inputs) do inputs[i] = x.number end
  return json.object { { "op", OPS[layer.op] }, { "channels", layer.channels }, { "kernel", layer.kernel },
    { "stride", layer.stride }, { "norm", norm }, { "relu", norm }, { "input", json.array(inputs) } }
end

local function peer(net, steps, threads, seed)
  local layers, path = {}, os.tmpname()
  for i, layer in ipairs(net.layers) do layers[i] = layer_json(layer) end
  fs.write(path, json.encode(json.object {
    { "layers", json.array(layers) }, { "train_files", json.array(images.paths) },
    { "test_files", json.array(tests.paths) }, { "train", TRAIN }, { "batch", BATCH }, { "steps", steps },
    { "warm", math.floor(steps / 20) }, { "rate", 0.1 }, { "momentum", 0.9 }, { "decay", 5e-4 },
    { "threads", threads }, { "seed", seed },
  }) .. "\n")
  local pipe = io.popen(("%s tests/bench/peer_train.py < %s"):format(os.getenv "PYTHON" or "/usr/bin/python3",
    path))
  local line = pipe:read "*a"
  pipe:close()
  os.remove(path)
  return tonumber(line:match '"speed": ([%d.]+)'), 100 * tonumber(line:match '"accuracy": ([%d.]+)')
end

local function ours(net, steps, threads, seed)
  local trainer = Trainer.new(net, BATCH, Threads.new(threads), seed)
  local began = uv.hrtime()
  trainer:train(images, list, { epochs = steps * BATCH / TRAIN, rate = 0.1, momentum = 0.9, decay = 5e-4,
    seed = seed })
  local seconds = (uv.hrtime() - began) * 1e-9
  return steps * BATCH / seconds, trainer:accuracy(tests)
end

local function spread(values)
  local sum, square = 0, 0
  for _, x in ipairs(values) do sum = sum + x end
  for _, x in ipairs(values) do square = square + (x - sum / #values) ^ 2 end
  return sum / #values, math.sqrt(square / math.max(#values - 1, 1))
end

print(("%-8s %8s %12s %12s %6s"):format("network", "threads", "images/s", "PyTorch", "ratio"))
local all = networks()
for threads = 1, 2 do
  for i, net in ipairs(all) do
    local mine, other = ours(net, STEPS, threads, 1), peer(net, STEPS, threads, 1)
    print(("%-8d %8d %12.0f %12.0f %6.2f"):format(i, threads, mine, other, mine / other))
  end
end
local a, b = {}, {}
for seed = 1, SEEDS do
  a[seed] = select(2, ours(all[1], 780, 2, seed))
  b[seed] = select(2, peer(all[1], 780, 2, seed))
end
if SEEDS > 0 then
  local mean, off = spread(a)
  local other, off_other = spread(b)
  print(("test accuracy over %d seeds: %.2f +- %.2f, PyTorch %.2f +- %.2f"):format(SEEDS, mean, off, other,
    off_other))
end
