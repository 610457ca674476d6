local space = require "ganas.space"
local function network(_, net) return net:conv(net.image, 4, 3, 2) end
return {
  name = "toy", ops = { "a", "b" }, grow = space.chain(3), network = network,
  measures = { ram_kb = space.ram_kb("network", { 1, 28, 28 }, 10) },
}
