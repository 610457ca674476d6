-- diagram - an architecture as a graph to draw, kept with the results so that a run can be drawn without its
-- space: { nodes = { { op =, role =, cell =, dead =, zero = }, ... }, edges = { { from, to }, ... } }, nodes
-- numbered from 0. role: "input", "step", "state" or "output"; cell: its name, where there are several; dead:
-- what lies on no path from input to output; zero: because its operation gives nothing (`dead` of a space).
--
-- diagram.dot writes one for Graphviz.

local sorted = require "ganas.sorted"

local diagram = {}

local COLOURS = { -- fill and line of operations, in light
  "#dbeafe #2563eb", "#dcfce7 #15803d", "#fef3c7 #b45309", "#fce7f3 #be185d", "#ede9fe #6d28d9",
  "#cffafe #0e7490", "#ffe4e6 #be123c", "#ecfccb #4d7c0f",
}

-- ---- the graph ----

local function is_zero(space, op)
  for _, number in ipairs(space.dead) do
    if space.numbers[op] == number then return true end
  end
end

local function node_of(arch, i)
  local space, op = arch.space, arch:op(i)
  local node = space.plan[i + 1]
  local role = node.role
  if space.ends and op == space.output_name then role = "output" end
  return { op = op, role = role, cell = node.cell, dead = not arch:live(i) or nil,
    zero = is_zero(space, op) or nil }
end

-- The graph of an architecture.
function diagram.of(arch)
  local graph = { nodes = {}, edges = arch.graph.edges }
  for i = 0, arch.size - 1 do graph.nodes[i + 1] = node_of(arch, i) end
  return graph
end

-- operation -> its number from 1, the same for all of these graphs.
function diagram.palette(graphs)
  local known, numbers = {}, {}
  for _, graph in ipairs(graphs) do
    for _, node in ipairs(graph.nodes) do
      if node.role == "step" then known[node.op] = true end
    end
  end
  for i, op in ipairs(sorted.keys(known)) do numbers[op] = (i - 1) % #COLOURS + 1 end
  return numbers
end

-- ---- Graphviz ----

local HEAD = [[
  graph [rankdir=TB, bgcolor=transparent, fontname="Helvetica", fontsize=11, nodesep=0.18, ranksep=%s,
    pad=0.05];
  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=11, height=0.28, width=0.3,
    margin="0.10,0.04", fillcolor="#f1f5f9", color="#64748b", fontcolor="#0f172a"];
  edge [color="#64748b", arrowsize=0.55];
]]

local function quoted(text) return '"' .. text:gsub('[\\"]', "\\%0"):gsub("%c", " ") .. '"' end

local function style_of(node, palette)
  if node.role == "state" then return 'label="+", shape=circle, margin=0, width=0.22, class="state"' end
  local label = "label=" .. quoted(node.op)
  if node.dead then return label .. ', style="rounded,dashed", fontcolor="#64748b", class="dead"' end
  if node.role ~= "step" then return label .. (', class="%s"'):format(node.role) end
  local number = palette[node.op]
  local fill, line = COLOURS[number]:match "(%S+) (%S+)"
  return label .. (', fillcolor="%s", color="%s", class="op op%d"'):format(fill, line, number)
end

-- Nodes of one cell after another, each cell in a frame of its own.
local function add_nodes(graph, palette, lines)
  local cell
  for i, node in ipairs(graph.nodes) do
    if node.cell ~= cell then
      if cell then lines[#lines + 1] = "  }" end
      cell = node.cell
      if cell then
        lines[#lines + 1] = ('  subgraph "cluster_%d" { label=%s; color="#94a3b8"; style=rounded;')
          :format(i, quoted(cell))
      end
    end
    lines[#lines + 1] = ("  n%d [%s];"):format(i - 1, style_of(node, palette))
  end
  if cell then lines[#lines + 1] = "  }" end
end

-- Chains have their nodes closer together.
local function distance(graph)
  for _, edge in ipairs(graph.edges) do
    if edge[2] ~= edge[1] + 1 then return "0.26" end
  end
  return "0.14"
end

-- The graph in Graphviz's language. `palette` (optional): colours shared with other graphs.
function diagram.dot(graph, palette)
  local lines = { "digraph architecture {", HEAD:sub(1, -2):format(distance(graph)) }
  add_nodes(graph, palette or diagram.palette { graph }, lines)
  for _, edge in ipairs(graph.edges) do
    local faint = (graph.nodes[edge[1] + 1].dead or graph.nodes[edge[2] + 1].dead) and " [style=dashed]" or ""
    lines[#lines + 1] = ("  n%d -> n%d%s;"):format(edge[1], edge[2], faint)
  end
  lines[#lines + 1] = "}\n"
  return table.concat(lines, "\n")
end

return diagram
