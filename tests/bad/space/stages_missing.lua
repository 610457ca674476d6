local space = require "ganas.space"
local stages = require "ganas.stages"
local net = stages.new {
  blocks = space.product("k%d_e%d", { 3, 5 }, { 3, 6 }),
  most = { 3, 3 }, least = { 1, 1 },
  input = 16, channels = { 24, 40 }, strides = { 2, 2 },
}
return { ops = net.ops, grow = net.grow, format = net.format, parse = net.parse }
