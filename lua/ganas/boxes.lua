-- boxes - a graph (ganas.diagram) for a terminal, as a list of lines.
--
-- Chains are boxes in a row; other graphs are a list of nodes, each with what it reads. Operations that only
-- one sum reads stand in it, with what they read in parentheses. What leads nowhere is left out, which a line
-- says of steps; the others keep their numbers.

local boxes = {}

local WIDE = 100 -- columns

-- Sources of the live nodes, and which nodes stand in the one sum that reads them; by number, from 0.
local function links(graph)
  local sources, readers, inside = {}, {}, {}
  for i = 0, #graph.nodes - 1 do sources[i], readers[i] = {}, 0 end
  for _, edge in ipairs(graph.edges) do
    local from, to = graph.nodes[edge[1] + 1], graph.nodes[edge[2] + 1]
    if not from.dead and not to.dead then table.insert(sources[edge[2]], edge[1]) end
    readers[edge[1]] = readers[edge[1]] + 1
    inside[edge[1]] = from.role == "step" and to.role == "state" and readers[edge[1]] == 1 or nil
  end
  return sources, inside
end

-- Numbers of the nodes that stand for themselves: as the official string counts them, from 0 in each cell.
local function numbers(graph, inside)
  local number, cell, n = {}, nil, 0
  for i, node in ipairs(graph.nodes) do
    if node.cell ~= cell then cell, n = node.cell, 0 end
    if not inside[i - 1] then number[i - 1], n = ("%d"):format(n), n + 1 end
  end
  return number
end

-- "left out: 5 mlp, 6 pool", nil where no step is.
local function left_out(graph, number)
  local words = {}
  for i, node in ipairs(graph.nodes) do
    if node.dead and not node.zero and node.role == "step" and number[i - 1] then
      words[#words + 1] = number[i - 1] .. " " .. node.op
    end
  end
  return #words > 0 and "left out: " .. table.concat(words, ", ") or nil
end

local function live_nodes(graph)
  local list = {}
  for i, node in ipairs(graph.nodes) do
    if not node.dead then list[#list + 1] = i - 1 end
  end
  return list
end

-- ---- chains ----

local function is_chain(live, sources)
  for k, i in ipairs(live) do
    if #sources[i] ~= (k == 1 and 0 or 1) or k > 1 and sources[i][1] ~= live[k - 1] then return false end
  end
  return #live > 2
end

-- One row of boxes; `more`: others follow.
local function row_of(words, first, more)
  local top, middle, bottom = {}, {}, {}
  for k, word in ipairs(words) do
    local line = ("─"):rep(#word + 2)
    local leads, last = k > 1 or not first, k == #words and not more
    top[k] = "┌" .. line .. "┐"
    middle[k] = (leads and "▶" or "│") .. " " .. word .. " " .. (last and "│" or "├")
    bottom[k] = "└" .. line .. "┘"
  end
  return { table.concat(top, "  "), table.concat(middle, "──") .. (more and "──" or ""),
    table.concat(bottom, "  ") }
end

local function chain_lines(graph, live)
  local lines, words, width, first = {}, {}, 0, true
  local function flush(more)
    for _, line in ipairs(row_of(words, first, more)) do lines[#lines + 1] = line end
    words, width, first = {}, 0, false
  end
  for _, i in ipairs(live) do
    local word = graph.nodes[i + 1].op
    if width > 0 and width + #word + 6 > WIDE then flush(true) end
    words[#words + 1], width = word, width + #word + 6
  end
  flush(false)
  return lines
end

-- ---- other graphs ----

local function list_rows(graph, live, sources, inside, number)
  local rows = {}
  local function names(list)
    local words = {}
    for k, j in ipairs(list) do
      words[k] = inside[j] and ("%s(%s)"):format(graph.nodes[j + 1].op, names(sources[j])) or number[j]
    end
    return table.concat(words, inside[list[1]] and " + " or ", ")
  end
  local cell, widest = nil, 0
  for _, i in ipairs(live) do
    local node = graph.nodes[i + 1]
    if node.cell ~= cell then cell, rows[#rows + 1] = node.cell, { title = node.cell } end
    if not inside[i] then
      local what = node.role == "state" and "sum" or node.op
      rows[#rows + 1] = { number = number[i], what = what, reads = names(sources[i]) }
      widest = math.max(widest, #what)
    end
  end
  return rows, widest
end

-- A number to the left, the operation in the middle, what it reads to the right.
local function row_line(row, widest)
  if row.title then return row.title end
  local left = ("%3s  %-" .. widest .. "s"):format(row.number, row.what)
  if row.reads == "" then return (left:gsub("%s+$", "")) end
  return ("%s  ◀─ %s"):format(left, row.reads)
end

local function list_lines(...)
  local rows, widest = list_rows(...)
  local lines = {}
  for i, row in ipairs(rows) do lines[i] = row_line(row, widest) end
  return lines
end

-- The lines of a graph.
function boxes.lines(graph)
  local sources, inside = links(graph)
  local live, number = live_nodes(graph), numbers(graph, inside)
  if #live == 0 then return { "nothing lies between input and output" } end
  local lines = is_chain(live, sources) and chain_lines(graph, live)
    or list_lines(graph, live, sources, inside, number)
  lines[#lines + 1] = left_out(graph, number)
  return lines
end

return boxes
