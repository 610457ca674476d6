-- predictor - a trained network as an evaluator, or as a measure: graph convolutions over a chain of blocks.
--
--   { "predictor", file = "acc.f32", scale = 100, score = "top1" }      blocks = space.blocks(...), if the
--                                                                       space has none
--
-- The tensors (ganas.tensors) are those of such a network, by name; N counts from 0:
--   embed_layer.NAME_embed.weight [n][d], NAME_mlp.weight [1][d], .bias   an input NAME that is one of n
-- kinds
--   embed_layer.NAME_mlp.N.weight, .bias                                 an input NAME that is a number
--   encoder.gnn_layers.N.lin_rel.weight, .bias, lin_root.weight          a graph layer
--   encoder.bns.N.module.weight, .bias, running_mean, running_var        its batch norm
--   post_proj.N.weight, .bias                                            dense layers; a number that is left
--                                                                        out is a ReLU, a leaky one ends them
--   regressor.weight, .bias;  mlp_moments: mean and deviation of the values
-- A block's inputs are the absolute values of the embeddings, in the order of the file. Batch norms
-- are folded into the layers before them; the core does the rest (ganas.h, predictor).

local core = require "ganas.core"
local fs = require "ganas.fs"
local message = require "ganas.message"
local schema = require "ganas.schema"
local tensors = require "ganas.tensors"

local lib = core.lib
local Predictor = core.class("predictor", lib.ganas_predictor_free)
Predictor.kind, Predictor.repeatable = "predictor", true

local EPSILON = 1e-5 -- of batch norms
local LEAKY = 0.01

local FIELDS = {
  { enum = { "predictor" }, required = true },
  file = { type = "string", required = true, expected = "the name of a file of floats, X.f32" },
  scale = { type = "number", default = 1, expected = "what the values are multiplied by" },
  score = { type = "string", expected = "what the value is called" },
  blocks = { type = "table", expected = "space.blocks(function(step, op) ... end)" },
}

-- ---- inputs of a block ----

local function linear(t, name, x)
  local weight, shape = t:numbers(name .. ".weight")
  local bias, y = t:numbers(name .. ".bias", shape[1]), {}
  for o = 1, shape[1] do
    y[o] = bias[o]
    for i = 1, shape[2] do y[o] = y[o] + weight[(o - 1) * shape[2] + i] * x[i] end
  end
  return y
end

-- The values of an input by kind, from 0.
local function kinds(t, prefix)
  local table_, shape = t:numbers(prefix .. "_embed.weight")
  local values = {}
  for k = 0, shape[1] - 1 do
    local row = {}
    for i = 1, shape[2] do row[i] = table_[k * shape[2] + i] end
    values[k] = math.abs(linear(t, prefix .. "_mlp", row)[1])
  end
  return values, shape[1]
end

local function number_through(t, prefix, x)
  local layer, y = 0, { x }
  while t:has(("%s_mlp.%d.weight"):format(prefix, layer)) do
    y = linear(t, ("%s_mlp.%d"):format(prefix, layer), y)
    layer = layer + 1
  end
  return math.abs(y[1])
end

-- The inputs in the order of the file: { name, values, count } or { name, prefix }.
local function inputs_of(t)
  local list, seen = {}, {}
  for _, tensor in ipairs(t.list) do
    local prefix, name = tensor.name:match "^(embed_layer%.(%a+))_"
    if prefix and not seen[name] then
      seen[name] = true
      local values, count
      if t:has(prefix .. "_embed.weight") then values, count = kinds(t, prefix) end
      list[#list + 1] = { name = name, prefix = prefix, values = values, count = count }
    end
  end
  return list
end

local function names_of(inputs)
  local names = {}
  for i, input in ipairs(inputs) do names[i] = input.name end
  return message.names(names, "and")
end

local function value_of(t, input, block, what)
  local x = block[input.name]
  if type(x) ~= "number" or x ~= x then
    message.user("%s has %s as %s; expected a number", what(), message.value(x), message.quote(input.name))
  end
  if not input.values then return number_through(t, input.prefix, x) end
  if input.values[x] then return input.values[x] end
  message.user("%s has %s as %s; expected a whole number from 0 to %d", what(), message.value(x),
    message.quote(input.name), input.count - 1)
end

local function traced(err) return message.is_user(err) and err or message.relocate(tostring(err)) end

-- What the space's function says of a step and an operation: a table of numbers, nil for no block.
local function ask(m, inputs, space, step, op, given)
  local word = space.ops[op + 1]
  local values = m.factors[word] or {}
  local ok, block = xpcall(function()
    if m.by then return m.fn(step, word, given, unpack(values)) end
    return m.fn(step, word, unpack(values))
  end, traced)
  local function what() return ("%s: blocks: step %d, %s"):format(m.where, step, message.quote(word)) end
  if not ok and message.is_user(block) then error(block, 0) end
  if not ok then message.user("%s: %s", what(), block) end
  if block ~= nil and type(block) ~= "table" then
    message.user("%s gives %s; expected a table with %s, or nil", what(), message.value(block),
      names_of(inputs))
  end
  return block, what
end

local function meaning(m, word)
  local values = m.factors[word]
  return values and (#values == 1 and values[1] or values) or word
end

-- Fills the inputs of one table; `given`: what the operation of step m.by stands for.
local function fill_table(t, m, inputs, space, array, at, given)
  for step, node in ipairs(space.steps) do
    for _, op in ipairs(space.sets[node]) do
      local block, what = ask(m, inputs, space, step, op, m.by and step > m.by and given or nil)
      local first = at + (node * #space.ops + op) * #inputs
      for i, input in ipairs(inputs) do
        array[first + i - 1] = block and value_of(t, input, block, what) or 0 / 0
      end
    end
  end
end

-- The core's inputs [tables][nodes * ops][inputs]: nodes that are no step are no blocks.
local function input_array(t, m, inputs, space)
  local by = m.by and space.steps[m.by]
  local cells = space.nodes * #space.ops * #inputs
  local size = (by and #space.ops or 1) * cells
  local array = core.floats(size)
  for i = 0, size - 1 do array[i] = 0 / 0 end
  if not by then
    fill_table(t, m, inputs, space, array, 0)
  else
    for _, op in ipairs(space.sets[by]) do
      fill_table(t, m, inputs, space, array, op * cells, meaning(m, space.ops[op + 1]))
    end
  end
  return array, by
end

-- ---- layers ----

local function append(list, more)
  for _, x in ipairs(more) do list[#list + 1] = x end
end

local function scaled(weight, shape, factor)
  local list = {}
  for o = 1, shape[1] do
    for i = 1, shape[2] do
      local at = (o - 1) * shape[2] + i
      list[at] = weight[at] * factor[o]
    end
  end
  return list
end

-- A graph layer with its batch norm: appends rel, root, bias.
local function add_graph_layer(t, l, weights)
  local prefix, norm = ("encoder.gnn_layers.%d."):format(l), ("encoder.bns.%d.module."):format(l)
  local rel, shape = t:numbers(prefix .. "lin_rel.weight")
  local width = shape[1]
  local gain, var = t:numbers(norm .. "weight", width), t:numbers(norm .. "running_var", width)
  local mean, shift = t:numbers(norm .. "running_mean", width), t:numbers(norm .. "bias", width)
  local bias = t:numbers(prefix .. "lin_rel.bias", width)
  for o = 1, width do
    gain[o] = gain[o] / math.sqrt(var[o] + EPSILON)
    bias[o] = (bias[o] - mean[o]) * gain[o] + shift[o]
  end
  append(weights, scaled(rel, shape, gain))
  append(weights, scaled(t:numbers(prefix .. "lin_root.weight", #rel), shape, gain))
  append(weights, bias)
  return width
end

local function add_graph_layers(t, weights)
  local l, width = 0, nil
  while t:has(("encoder.gnn_layers.%d.lin_rel.weight"):format(l)) do
    width = add_graph_layer(t, l, weights)
    l = l + 1
  end
  if l == 0 then message.user("%s: there is no tensor 'encoder.gnn_layers.0.lin_rel.weight'", t.path) end
  return l, width
end

-- Numbers of the dense layers in the file, ascending.
local function dense_numbers(t)
  local list = {}
  for _, tensor in ipairs(t.list) do
    local n = tensor.name:match "^post_proj%.(%d+)%.weight$"
    if n then list[#list + 1] = tonumber(n) end
  end
  table.sort(list)
  return list
end

local function add_dense(t, name, slope, weights, dense)
  local weight, shape = t:numbers(name .. ".weight")
  append(weights, weight)
  append(weights, t:numbers(name .. ".bias", shape[1]))
  dense[#dense + 1] = { out = shape[1], slope = slope }
end

local function add_dense_layers(t, weights)
  local dense, numbers = {}, dense_numbers(t)
  for i, n in ipairs(numbers) do
    local following = numbers[i + 1]
    local slope = not following and LEAKY or following > n + 1 and 0 or 1
    add_dense(t, "post_proj." .. n, slope, weights, dense)
  end
  add_dense(t, "regressor", 1, weights, dense)
  return dense
end

-- ---- the object ----

local function float_array(list)
  local array = core.floats(#list)
  for i, x in ipairs(list) do array[i - 1] = x end
  return array
end

local function spec_of(t, m, space)
  local inputs, weights = inputs_of(t), {}
  local layers, width = add_graph_layers(t, weights)
  local dense = add_dense_layers(t, weights)
  local outs, slopes = core.int32(#dense), core.doubles(#dense)
  for i, layer in ipairs(dense) do outs[i - 1], slopes[i - 1] = layer.out, layer.slope end
  local input, by = input_array(t, m, inputs, space)
  local numbers = float_array(weights)
  return core.struct("ganas_predictor_spec", nil, {
    inputs = #inputs, width = width, layers = layers, dense = #dense, by = by or -1, slope = LEAKY,
    input = input, weights = numbers, out = outs, dense_slope = slopes,
  }), { input, numbers, outs, slopes }
end

local function blocks_of(fields, space, where)
  local m = fields.blocks or space.blocks
  if not m then
    message.user("%s: space %s doesn't say what its blocks are; expected blocks = "
      .. "space.blocks(function(step, op) ... end) here or there", where, message.quote(space.name))
  end
  if not m.blocks then
    message.user("%s: field 'blocks' is a table of another kind; expected %s", where, FIELDS.blocks.expected)
  end
  if not space.fixed then
    message.user("%s: the blocks of %s choose what they read; a predictor reads chains", where,
      message.quote(space.name))
  end
  m.factors = m.factors or space.factors or {}
  return m
end

-- Opens the predictor that a recipe describes at a place `path...` of it, by default `evaluate`; as
-- ganas.evaluate.open.
function Predictor.open(spec, space, context, _, ...)
  local path = { ... }
  if #path == 0 then path = { "evaluate" } end
  local fields = schema.check(spec, FIELDS, context.where, path)
  local where = context.where(unpack(path))
  local m = blocks_of(fields, space, where)
  local t = tensors.open(fields.file, context, where)
  local moments = t:has "mlp_moments" and t:numbers("mlp_moments", 2) or { 0, 1 }
  local core_spec, alive = spec_of(t, m, space)
  local handle = core.new("ganas_predictor", lib.ganas_predictor_new, lib.ganas_predictor_free, space.handle,
    core_spec)
  return setmetatable({
    handle = handle, space = space, path = t.path, mean = moments[1] * fields.scale,
    deviation = moments[2] * fields.scale, score_name = context.score or fields.score or fs.stem(t.path),
    alive = alive,
  }, Predictor)
end

-- The predicted values of a batch's rows, into an array of doubles.
function Predictor:values(batch, into)
  into = into or core.doubles(batch:count())
  core.check(lib.ganas_predictor_run(self.handle, batch.handle, into))
  for i = 0, batch:count() - 1 do into[i] = into[i] * self.deviation + self.mean end
  return into
end

function Predictor:score(batch, first, n)
  local values, results = self:values(batch), {}
  for i = 1, n do results[i] = { score = values[first + i - 1] } end
  return results
end

function Predictor:describe() return "predictor " .. self.path end

Predictor.FIELDS = FIELDS -- for the stubs of editors

return Predictor
