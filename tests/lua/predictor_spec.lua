-- predictor - a network from a file whose weights stay until the core has read them.

local Batch = require "ganas.batch"
local Predictor = require "ganas.predictor"
local Rng = require "ganas.rng"
local core = require "ganas.core"
local fs = require "ganas.fs"
local grammar = require "ganas.grammar"
local space = require "ganas.space"

local context = { where = function() return "here" end }

-- One input of three kinds, a graph layer of width 4, no dense layer but the last.
local TENSORS = {
  { "embed_layer.kind_embed.weight", 3, 2 }, { "embed_layer.kind_mlp.weight", 1, 2 },
  { "embed_layer.kind_mlp.bias", 1 },
  { "encoder.gnn_layers.0.lin_rel.weight", 4, 1 }, { "encoder.gnn_layers.0.lin_rel.bias", 4 },
  { "encoder.gnn_layers.0.lin_root.weight", 4, 1 }, { "encoder.bns.0.module.weight", 4 },
  { "encoder.bns.0.module.bias", 4 }, { "encoder.bns.0.module.running_mean", 4 },
  { "encoder.bns.0.module.running_var", 4 }, { "regressor.weight", 1, 4 }, { "regressor.bias", 1 },
}

-- X.f32 and X.manifest.txt in a folder; the path of the first.
local function write_network(folder)
  local lines, n, path = {}, 0, fs.join(folder, "x.f32")
  for i, tensor in ipairs(TENSORS) do
    local name, rows, columns = unpack(tensor)
    lines[i] = ("%s %s %d\n"):format(name, columns and rows .. "x" .. columns or rows, n)
    n = n + rows * (columns or 1)
  end
  local floats = core.floats(n)
  for i = 0, n - 1 do floats[i] = 0.25 + (7 * i) % 5 end
  fs.write(path, core.text(core.cast_text(floats), 4 * n))
  fs.write(fs.join(folder, "x.manifest.txt"), table.concat(lines))
  return path
end

-- All garbage goes, and its places are taken by other numbers.
local function collect_and_fill()
  collectgarbage()
  collectgarbage()
  local others = {}
  for i = 1, 2000 do
    others[i] = core.floats(i % 40 + 1)
    for k = 0, i % 40 do others[i][k] = 1e6 end
  end
  return others
end

describe("a predictor", function()
  local folder = fs.mkdir_temporary()
  local path = write_network(folder)
  local chain = grammar.load { ops = { "a", "b", "c" }, grow = space.chain(4),
    blocks = space.blocks(function(_, op) return { kind = ("abc"):find(op) - 1 } end) }
  teardown(function() fs.remove_tree(folder) end)

  local function values()
    local batch, list = Batch.new(chain, 20), {}
    batch:random(nil, Rng.new(1, "predictor"), 20)
    local got = Predictor.open({ "predictor", file = path }, chain, context):values(batch)
    for i = 0, 19 do list[i + 1] = got[i] end
    return list
  end

  it("says the same however soon garbage is collected", function()
    local plain, new = values(), core.new
    core.new = function(...)
      collect_and_fill()
      return new(...)
    end
    local results = {}
    for i = 1, 10 do results[i] = { pcall(values) } end -- what is free isn't always taken
    core.new = new
    assert.is_true(plain[1] == plain[1] and plain[1] ~= plain[2])
    for i = 1, 10 do assert.same({ true, plain }, results[i]) end
  end)
end)
