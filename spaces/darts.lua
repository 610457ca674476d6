-- darts - a normal and a reduction cell of four states, each the sum of two operations on two different
-- earlier states; seven operations. The space of DARTS without `none`, as NAS-Bench-301 has it.
--
-- Sources 0 and 1 are the two previous cells' outputs, 2 to 5 the states. The official string is the
-- genotype as Python prints it:
--   Genotype(normal=[('sep_conv_3x3', 0), ('skip_connect', 1), ...], normal_concat=[2, 3, 4, 5],
--   reduce=[...], reduce_concat=[2, 3, 4, 5])
-- A key of tables is, for each cell, source and operation of each pick: `04.15.13.21...`. Liu et al.,
-- "DARTS", ICLR 2019; Zela et al., "Surrogate NAS Benchmarks", ICLR 2022.

local space = require "ganas.space"

local STATES, PICKS = 4, 2
local OPS = {
  "max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3",
  "dil_conv_5x5",
}

-- A text for each pick of a cell, with a separator between them.
local function each(text, separator) return text .. (separator .. text):rep(STATES * PICKS - 1) end

local picks = each("('%s', %r)", ", ")
local GENOTYPE = ("Genotype(normal=[%s], normal_concat=[2, 3, 4, 5], reduce=[%s], "
  .. "reduce_concat=[2, 3, 4, 5])"):gsub("%%s", function() return picks end)
local PAIRS = each("%r%d", ".")

-- ---- a cell as numbers ----

-- NAS-Bench-301's names of the operations sort so; 0 is for an edge that is not there.
local ID = {
  avg_pool_3x3 = 1, dil_conv_3x3 = 2, dil_conv_5x5 = 3, max_pool_3x3 = 4, sep_conv_3x3 = 5, sep_conv_5x5 = 6,
  skip_connect = 7,
}
-- Edges in the order of their names as texts: edge_normal_0, 1, 10, 11, 12, 13, 2, ..., 9.
local EDGES = { 0, 1, 10, 11, 12, 13, 2, 3, 4, 5, 6, 7, 8, 9 }
local FIRST_EDGE = { 0, 2, 5, 9 } -- of each state

-- The picks of both cells in order, each a list of { source, op }.
local function picks_of(arch)
  local all, cells = {}, { {}, {} }
  for op, source in tostring(arch):gmatch "%('([%w_]+)', (%d)%)" do
    all[#all + 1] = { source = tonumber(source), op = op }
  end
  for i, pick in ipairs(all) do table.insert(cells[i <= STATES * PICKS and 1 or 2], pick) end
  return cells
end

-- The number of a state's two sources among all pairs of its sources, from 1.
local function pair_number(state, a, b)
  local n = 0
  for i = 0, state do
    for j = i + 1, state do
      n = n + 1
      if i == a and j == b then return n end
    end
  end
end

local function put_one_hot(features, size, value)
  for v = 0, size - 1 do features[#features + 1] = v == value and 1 or 0 end
end

local function put_edges(features, cell)
  local id = {}
  for i, pick in ipairs(cell) do id[FIRST_EDGE[math.ceil(i / PICKS)] + pick.source] = ID[pick.op] end
  for _, edge in ipairs(EDGES) do put_one_hot(features, #OPS + 1, id[edge] or 0) end
end

local function put_sources(features, cell)
  for state = 2, STATES do
    local pair = pair_number(state, cell[2 * state - 1].source, cell[2 * state].source)
    put_one_hot(features, state * (state + 1) / 2 + 1, pair)
  end
end

local function put_counts(features, cell)
  local first = #features
  for i = 1, #OPS do features[first + i] = 0 end
  for _, pick in ipairs(cell) do features[first + ID[pick.op]] = features[first + ID[pick.op]] + 1 end
end

-- 282 numbers: one-hot the operation of each of the 2 x 14 edges (8 each) and the pair of sources of the
-- last three states of both cells (4, 7, 11 each), then how often each operation occurs, by cell.
local function one_hot(arch)
  local features, cells = {}, picks_of(arch)
  for _, put in ipairs { put_edges, put_sources, put_counts } do
    for _, cell in ipairs(cells) do put(features, cell) end
  end
  return features
end

-- The cells that DARTS itself found (second order).
local EXAMPLE = "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), "
  .. "('sep_conv_3x3', 1), ('skip_connect', 0), ('sep_conv_3x3', 1), ('skip_connect', 0), "
  .. "('dil_conv_3x3', 2)], normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), "
  .. "('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 0), ('skip_connect', 2), "
  .. "('max_pool_3x3', 1), ('skip_connect', 2)], reduce_concat=[2, 3, 4, 5])"

return {
  name = "darts",
  about = "normal and reduction cell, two operations for each of four states (DARTS, NAS-Bench-301)",
  ops = OPS,
  grow = space.cells { "normal", "reduce", states = STATES, inputs = 2, reads = PICKS, distinct = true },
  format = GENOTYPE,
  keys = { ["normal,reduce"] = PAIRS .. "," .. PAIRS },
  features = { one_hot = one_hot },
  pytorch = "darts.py",
  expect = { size = (180 * 7 ^ 8) ^ 2, example = EXAMPLE },
}
