local layers = require "ganas.layers"
local space = require "ganas.space"

local function params(_, op) return layers.conv { side = 8, cin = 3, cout = 4, kernal = op }.params end

return { ops = { "a", "b" }, grow = space.chain(3), measures = { params = space.sum(params) } }
