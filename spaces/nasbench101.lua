-- nasbench101 - any directed acyclic graph of at most 7 vertices and 9 edges, three operations.
--
-- Vertex 0 is the cell's input, the last one its output. The official string is what the benchmark's
-- ModelSpec(matrix, ops) takes: the rows of the adjacency matrix, then the labels,
--   011/001/000:input,maxpool3x3,output
-- without the vertices on no path from input to output, which change nothing. Cells that are
-- isomorphic are one candidate; tables name it by `hash`, the benchmark's own (graph_util.hash_module),
-- or by `hash64`, the first 16 digits of it as a number. Ying et al., "NAS-Bench-101", ICML 2019.

local space = require "ganas.space"

local OPS = { "conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3" }
local INPUT, OUTPUT = "input", "output"
local LABEL = { [INPUT] = -1, [OUTPUT] = -2 }
for i, op in ipairs(OPS) do LABEL[op] = i - 1 end

local KERNEL = { [OPS[1]] = 9, [OPS[2]] = 1, [OPS[3]] = 0 } -- weights of a kernel
local STEM, STACKS, CELLS, SIDE, CLASSES = 128, 3, 3, 32, 10

-- ---- channels and what they cost ----

local channels = {} -- of every vertex, by share

-- Channels of every vertex of a cell with `width` at its output: it concatenates its predecessors, so
-- these share the width, the first ones get what can't be shared; any other vertex has as many as the
-- widest that reads it.
local function share(net, width)
  local last, inner = net.size - 1, 0
  for i = 1, last - 1 do channels[i] = 0 end
  for _, j in ipairs(net.sources[last]) do inner = inner + (j > 0 and 1 or 0) end
  local more = inner > 0 and width % inner or 0
  for _, j in ipairs(net.sources[last]) do
    if j > 0 then
      channels[j] = math.floor(width / inner) + (more > 0 and 1 or 0)
      more = more - 1
    end
  end
  for i = last - 1, 1, -1 do
    for _, j in ipairs(net.sources[i]) do channels[j] = math.max(channels[j] or 0, channels[i]) end
  end
end

-- Adds up a cell's convolutions, cost(weights of a kernel, channels in, channels out, side of the
-- image): the operations, and the projections of the input by which vertices read it.
local function cell_cost(net, from, width, side, cost)
  local last, sum = net.size - 1, 0
  share(net, width)
  channels[last] = width
  for i = 1, last do
    local kernel = i < last and KERNEL[net.op[i]] or 0
    if kernel > 0 then sum = sum + cost(kernel, channels[i], channels[i], side) end
    if net.sources[i][1] == 0 then sum = sum + cost(1, from, channels[i], side) end
  end
  return sum
end

-- The whole network: stem, three stacks of three cells, each stack twice as wide and half as large,
-- classifier.
local function network_cost(net, cost)
  local sum, from, width, side = cost(9, 3, STEM, SIDE), STEM, STEM, SIDE
  for _ = 1, STACKS do
    sum = sum + cell_cost(net, from, width, side, cost)
      + (CELLS - 1) * cell_cost(net, width, width, side, cost)
    from, width, side = width, 2 * width, side / 2
  end
  return sum + from * CLASSES
end

-- Of a convolution with its batch norm; the classifier has biases besides.
local function weights(kernel, from, to) return kernel * from * to + 2 * to end
local function params(a) return network_cost(a.network, weights) + CLASSES end

-- Multiply-adds.
local function multiplies(kernel, from, to, side) return kernel * from * to * side * side end
local function macs(a) return network_cost(a.network, multiplies) end

-- ---- the benchmark's hash ----

-- Successors of each vertex, and a text with both degrees and the label.
local function start(net)
  local readers, hashes = {}, {}
  for i = 0, net.size - 1 do readers[i] = {} end
  for i = 1, net.size - 1 do
    for _, j in ipairs(net.sources[i]) do table.insert(readers[j], i) end
  end
  for i = 0, net.size - 1 do
    hashes[i] = space.md5(("(%d, %d, %d)"):format(#readers[i], #net.sources[i], LABEL[net.op[i]]))
  end
  return readers, hashes
end

-- The hashes of a list of vertices, sorted: by insertion, since there are few.
local function sorted(hashes, list)
  local words = {}
  for k, i in ipairs(list) do
    while k > 1 and words[k - 1] > hashes[i] do
      words[k] = words[k - 1]
      k = k - 1
    end
    words[k] = hashes[i]
  end
  return words
end

local function joined(hashes, list) return table.concat(sorted(hashes, list)) end

-- As many rounds as there are vertices; in each, every vertex learns of its neighbours.
local function hash(a)
  local net = a.network
  local readers, hashes = start(net)
  for _ = 1, net.size do
    local new = {}
    for i = 0, net.size - 1 do
      local before, after = joined(hashes, net.sources[i]), joined(hashes, readers[i])
      new[i] = space.md5(before .. "|" .. after .. "|" .. hashes[i])
    end
    hashes = new
  end
  local all = {}
  for i = 0, net.size - 1 do all[i + 1] = i end
  return space.md5("['" .. table.concat(sorted(hashes, all), "', '") .. "']")
end

local function hash64(a)
  local text = hash(a)
  local high, low = tonumber(text:sub(1, 8), 16), tonumber(text:sub(9, 16), 16)
  return (tostring(high * 0x100000000ULL + low):gsub("ULL$", ""))
end

-- ---- the official string ----

local function format(a)
  local net, rows, labels = a.network, {}, {}
  for i = 0, net.size - 1 do
    local row = {}
    for j = 1, net.size do row[j] = 0 end
    rows[i + 1], labels[i + 1] = row, net.op[i]
  end
  for i = 1, net.size - 1 do
    for _, j in ipairs(net.sources[i]) do rows[j + 1][i + 1] = 1 end
  end
  for i, row in ipairs(rows) do rows[i] = table.concat(row) end
  return table.concat(rows, "/") .. ":" .. table.concat(labels, ",")
end

local function split(text, separator)
  local list = {}
  for word in (text .. separator):gmatch("([^" .. separator .. "]*)" .. separator) do
    list[#list + 1] = word
  end
  return list
end

-- The sources of every vertex but the input; nil and why for what is no upper triangle.
local function read_rows(rows)
  local reads = {}
  for i = 2, #rows do reads[i - 1] = {} end
  for i, row in ipairs(rows) do
    if #row ~= #rows or row:find "[^01]" then
      return nil, ("row %d of the matrix is '%s'; expected %d digits 0 or 1"):format(i, row, #rows)
    end
    for j = 1, #rows do
      local edge = row:sub(j, j) == "1"
      if edge and j <= i then
        return nil, ("the matrix has an edge from vertex %d to %d; expected edges forward only"):format(i - 1,
          j - 1)
      end
      if edge then table.insert(reads[j - 1], i - 1) end
    end
  end
  return reads
end

local function parse(text)
  local matrix, names = text:match "^([^:]*):([^:]*)$"
  if not matrix then return nil, "expected the rows of the matrix, ':' and the labels" end
  local rows, labels = split(matrix, "/"), split(names, ",")
  if #rows ~= #labels then return nil, ("%d rows and %d labels; expected as many"):format(#rows, #labels) end
  if labels[1] ~= INPUT or labels[#labels] ~= OUTPUT then
    return nil, ("expected the labels '%s' first and '%s' last"):format(INPUT, OUTPUT)
  end
  local reads, why = read_rows(rows)
  if not reads then return nil, why end
  return { ops = { unpack(labels, 2, #labels - 1) }, reads = reads }
end

-- ---- a compact form: vertices, bits of the matrix's upper triangle, digits of the operations ----

local function bit_at(source, reader) return 2 ^ (source + reader * (reader - 1) / 2) end

local function format_bits(a)
  local net, bits, digits = a.network, 0, {}
  for i = 1, net.size - 1 do
    for _, j in ipairs(net.sources[i]) do bits = bits + bit_at(j, i) end
    if i < net.size - 1 then digits[i] = LABEL[net.op[i]] end
  end
  return ("%d,%d,%s"):format(net.size, bits, table.concat(digits))
end

local function parse_bits(text)
  local v, bits, digits = text:match "^([2-7]),(%d+),([012]*)$"
  if not v or #digits ~= v - 2 then
    return nil, "expected vertices, bits of the matrix and a digit 0 to 2 for each operation"
  end
  local ops, reads = {}, {}
  for i = 1, v - 1 do
    reads[i] = {}
    for j = 0, i - 1 do
      if math.floor(bits / bit_at(j, i)) % 2 == 1 then table.insert(reads[i], j) end
    end
    if i < v - 1 then ops[i] = OPS[digits:sub(i, i) + 1] end
  end
  return { ops = ops, reads = reads }
end

return {
  name = "nasbench101",
  about = "cell of at most 7 vertices and 9 edges, 3 operations (NAS-Bench-101, 423624 cells)",
  ops = OPS,
  grow = space.free { nodes = { 2, 7 }, edges = { max = 9 }, input = INPUT, output = OUTPUT },
  measures = { params = params, macs = macs },
  format = format, parse = parse,
  keys = { hash = hash, hash64 = hash64, ["v,adj,ops"] = { format = format_bits, parse = parse_bits } },
  identity = "network",
  pytorch = "nasbench101.py",
  expect = { size = 423624,
    example = "0111000/0001100/0000010/0000001/0000010/0000001/0000000:"
      .. "input,conv3x3-bn-relu,maxpool3x3,conv1x1-bn-relu,conv3x3-bn-relu,maxpool3x3,output" },
}
