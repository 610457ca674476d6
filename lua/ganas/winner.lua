-- winner - a trained network as files: what it is, its weights, and C that predicts with it.

local csource = require "ganas.csource"
local fs = require "ganas.fs"
local json = require "ganas.json"
local npy = require "ganas.npy"

local winner = {}

local function shape_of(layer, part, n)
  if part > 0 then return { n } end
  local inputs = layer.inputs[1].channels
  if layer.op == "classify" then return { layer.channels, inputs } end
  return { layer.channels, layer.op == "depthwise" and 1 or inputs, layer.kernel, layer.kernel }
end

local PARTS = { [0] = "weight", "factor", "shift", "mean", "variance" }

local function write_weights(trainer, folder)
  fs.mkdir(folder)
  for _, layer in ipairs(trainer.net.layers) do
    for part = 0, 4 do
      local values, n = trainer:part(layer.number, part)
      local name = layer.op == "classify" and part == 1 and "bias" or PARTS[part]
      if values then
        npy.write(fs.join(folder, ("%02d_%s_%s.npy"):format(layer.number, layer.op, name)), values, n,
          shape_of(layer, part, n))
      end
    end
  end
end

local function layer_json(layer)
  local inputs = {}
  for i, x in ipairs(layer.inputs) do inputs[i] = x.number end
  return json.object {
    { "layer", layer.number }, { "op", layer.op }, { "inputs", json.array(inputs) },
    { "channels", layer.channels }, { "height", layer.height }, { "width", layer.width },
    layer.kernel > 0 and { "kernel", layer.kernel } or nil,
    layer.kernel > 0 and { "stride", layer.stride } or nil,
  }
end

local function network_json(who)
  local layers, net = {}, who.net
  for i, layer in ipairs(net.layers) do layers[i] = layer_json(layer) end
  return json.encode(json.object {
    { "arch", tostring(who.arch) }, { "params", net.params }, { "macs", net.macs },
    { "ram_kb", net.floats * 4 / 1024 }, { "val_acc", who.valid }, { "test_acc", who.test },
    { "layers", json.array(layers) },
  }) .. "\n"
end

local function network_dot(net)
  local lines = { "digraph network {", "  node [shape=box];",
    ('  0 [label="image\\n%d x %d x %d"];'):format(net.image.channels, net.image.height, net.image.width) }
  for _, layer in ipairs(net.layers) do
    local window = layer.kernel > 0 and (" %dx%d"):format(layer.kernel, layer.kernel) or ""
    lines[#lines + 1] = ('  %d [label="%s%s%s\\n%d x %d x %d"];'):format(layer.number, layer.op, window,
      layer.stride > 1 and " /" .. layer.stride or "", layer.channels, layer.height, layer.width)
    for _, x in ipairs(layer.inputs) do
      lines[#lines + 1] = ("  %d -> %d;"):format(x.number, layer.number)
    end
  end
  lines[#lines + 1] = "}\n"
  return table.concat(lines, "\n")
end

-- Writes the files of a trained network into a folder: arch.txt, network.json, network.dot, network.h,
-- weights.
function winner.write(who, folder, about)
  fs.mkdir(folder)
  fs.write_atomic(fs.join(folder, "arch.txt"), tostring(who.arch) .. "\n")
  fs.write_atomic(fs.join(folder, "network.json"), network_json(who))
  fs.write_atomic(fs.join(folder, "network.dot"), network_dot(who.net))
  fs.write_atomic(fs.join(folder, "network.h"), csource.text(who.trainer, "network", about))
  write_weights(who.trainer, fs.join(folder, "weights"))
end

return winner
