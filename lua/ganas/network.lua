-- network - an architecture without what does not lie between its inputs and its output.
--
--   network.size        nodes that are left, numbered from 0 in the order of the graph
--   network.op[i]       operation of node i
--   network.sources[i]  list of the nodes that node i reads, ascending

local bit = require "bit"

local band, rshift = bit.band, bit.rshift
local network = {}

function network.new() return { size = 0, op = {}, sources = {}, number = {} } end

local function member(low, high, j) return band(rshift(j < 32 and low or high, j), 1) ~= 0 end

local function fill_sources(net, arch, i, low, high)
  local at = 2 * (arch.at + i)
  local from, to, list, n = arch.words[at], arch.words[at + 1], net.sources[net.number[i]], 0
  for j = 0, i - 1 do
    if member(low, high, j) and member(from, to, j) then
      n = n + 1
      list[n] = net.number[j]
    end
  end
  for k = n + 1, #list do list[k] = nil end
end

-- Fills a network, whose tables are used again, from an architecture and the two words of the set of
-- its nodes that are live.
function network.fill(net, arch, low, high)
  local size = 0
  for i = 0, arch.size - 1 do
    if member(low, high, i) then
      net.number[i], net.op[size] = size, arch.space.ops[arch.code[arch.at + i] + 1]
      net.sources[size] = net.sources[size] or {}
      size = size + 1
      fill_sources(net, arch, i, low, high)
    end
  end
  for i = size, net.size - 1 do net.op[i], net.sources[i] = nil, nil end
  net.size = size
  return net
end

return network
