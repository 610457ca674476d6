-- tinycell - small networks for small images on small processors: three cells, at a half, a quarter and an
-- eighth of the image's side.
--
-- Step 1 sets the channels of all three stages: w8_x1.5 means 8, 12 and 18. Step 2 is the first convolution,
-- which halves the image. Each cell has an input, and
--     state 1 = e1(input)        state 2 = e2(input) + e3(state 1)
-- and is left by its last state or by both of them; then pooling and a 1x1 convolution, or a 3x3 one, halve
-- the image, and after the third cell comes the classifier. Every convolution has batch norm and ReLU; sep3
-- and sep5 are a depthwise one and a 1x1 one. `network` says it exactly.
--
-- Parameters and multiply-adds are sums over steps, so that bounds on them are held while sampling, for
-- images of 28 x 28 and 10 classes. Parameters are those of training, batch norm's included.

local space = require "ganas.space"

local SIDE, CLASSES = 28, 10
local SIDES = { math.ceil(SIDE / 2), math.ceil(SIDE / 4), math.ceil(SIDE / 8) } -- of the stages

local SCALES = space.product("w%d_x%s", { 4, 6, 8, 10, 12, 16 }, { "1", "1.5", "2" })
local STEMS = space.product("stem%d", { 3, 5 })
local EDGES = { "none", "skip", "conv1", "conv3", "sep3", "sep5", "max", "mean" }
local EXITS = space.product("%s_%s", { "last", "both" }, { "max", "mean", "conv" })
local LAST = { "last", "both" }

-- Which stage the edges and the exit of a step belong to: steps 3..6, 7..10, 11..14.
local function stage_of(step) return math.ceil((step - 2) / 4) end

-- Channels of the three stages.
local function channels_of(width, growth)
  local list = { width }
  for i = 2, 3 do list[i] = math.floor(width * tonumber(growth) ^ (i - 1) + 0.5) end
  return list
end

-- ---- what a step costs: parameters, multiply-adds ----

local function conv(inputs, outputs, kernel, side)
  local weights = inputs * outputs * kernel ^ 2
  return weights + 2 * outputs, weights * side ^ 2
end

local function edge(op, c, side)
  local kernel = tonumber(op:match "%d")
  if op:find "^conv" then return conv(c, c, kernel, side) end
  if not kernel then return 0, 0 end
  local params, macs = conv(1, c, kernel, side)
  local more, work = conv(c, c, 1, side)
  return params + more, macs + work
end

local function exit(op, channels, stage)
  local inputs = (op:find "^both" and 2 or 1) * channels[stage]
  if stage == 3 then return (inputs + 1) * CLASSES, inputs * CLASSES end
  return conv(inputs, channels[stage + 1], op:find "conv$" and 3 or 1, SIDES[stage + 1])
end

local function cost(step, op, scale)
  if step == 1 then return 0, 0 end
  local channels = channels_of(unpack(scale))
  if step == 2 then return conv(1, channels[1], tonumber(op:match "%d"), SIDES[1]) end
  local stage = stage_of(step)
  if (step - 2) % 4 == 0 then return exit(op, channels, stage) end
  return edge(op, channels[stage], SIDES[stage])
end

-- ---- the network of a candidate ----

local function build_edge(net, op, x)
  local kernel = tonumber(op:match "%d")
  if op == "skip" then return x end
  if op == "none" then return net:zero(x) end
  if not kernel then return net[op](net, x, 3, 1) end
  if op:find "^sep" then return net:conv(net:depthwise(x, kernel, 1), x.channels, 1, 1) end
  return net:conv(x, x.channels, kernel, 1)
end

local function build_exit(net, op, one, two, outputs)
  local x = op:find "^both" and net:concat(one, two) or two
  if not outputs then return x end
  local kind = op:match "_(%a+)$"
  if kind == "conv" then return net:conv(x, outputs, 3, 2) end
  return net:conv(net[kind](net, x, 3, 2), outputs, 1, 1)
end

local function network(arch, net)
  local ops = arch.ops
  local width, growth = ops[1]:match "^w(%d+)_x(.+)$"
  local channels = channels_of(tonumber(width), growth)
  local x = net:conv(net.image, channels[1], tonumber(ops[2]:match "%d"), 2)
  for stage = 1, 3 do
    local at = 4 * stage - 2
    local one = build_edge(net, ops[at + 1], x)
    local two = net:sum(build_edge(net, ops[at + 2], x), build_edge(net, ops[at + 3], one))
    x = build_exit(net, ops[at + 4], one, two, channels[stage + 1])
  end
  return x
end

-- ---- the graph: node 1 is step 1, and so on ----

local function cell(reads, input, last)
  local first = #reads + 1
  for _, from in ipairs { input, input, first } do reads[#reads + 1] = { from, ops = EDGES } end
  reads[#reads + 1] = { first, first + 1, first + 2, ops = last and LAST or EXITS }
end

local function reads()
  local list = { { 0, ops = SCALES }, { 1, ops = STEMS } }
  cell(list, 2)
  cell(list, 6)
  cell(list, 10, true)
  return list
end

return {
  name = "tinycell",
  about = "three cells of three edges each, and their channels: networks for 28 x 28 images (3.5e11 of them)",
  ops = space.ops(SCALES, STEMS, EDGES, EXITS, LAST),
  dead = "none",
  grow = space.fixed { inputs = 1, reads = reads() },
  network = network,
  measures = {
    params = space.sum(function(step, op, scale) return (cost(step, op, scale)) end, { by = 1 }),
    ram_kb = space.ram_kb(network, { 1, SIDE, SIDE }, CLASSES),
    macs = space.sum(function(step, op, scale) return (select(2, cost(step, op, scale))) end, { by = 1 }),
  },
  format = "%s:%s:%s|%s+%s:%s:%s|%s+%s:%s:%s|%s+%s:%s",
  expect = { size = 18 * 2 * 8 ^ 9 * 6 ^ 2 * 2,
    example = "w8_x1.5:stem3:sep3|skip+sep5:last_max:conv1|skip+sep3:last_max:sep3|skip+sep3:last" },
}
