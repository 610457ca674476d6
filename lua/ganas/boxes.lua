-- boxes - a graph (ganas.diagram) for a terminal, as a list of lines.
--
-- Chains are boxes in a row; other graphs are a list of nodes, each with what it reads. Operations that only
-- one sum reads stand in it, with what they read in parentheses. What leads nowhere is left out.

local boxes = {}

local WIDE = 100 -- columns

-- Sources of the live nodes, and how many live nodes read each; by number, from 0.
local function links(graph)
  local sources, readers = {}, {}
  for i = 0, #graph.nodes - 1 do sources[i], readers[i] = {}, 0 end
  for _, edge in ipairs(graph.edges) do
    local from, to = edge[1], edge[2]
    if not graph.nodes[from + 1].dead and not graph.nodes[to + 1].dead then
      table.insert(sources[to], from)
      readers[from] = readers[from] + 1
    end
  end
  return sources, readers
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

-- Which operations stand in the sum that reads them.
local function inlined(graph, live, sources, readers)
  local inside = {}
  for _, i in ipairs(live) do
    for _, j in ipairs(graph.nodes[i + 1].role == "state" and sources[i] or {}) do
      inside[j] = graph.nodes[j + 1].role == "step" and readers[j] == 1 or nil
    end
  end
  return inside
end

local function list_lines(graph, live, sources, readers)
  local inside, number, rows = inlined(graph, live, sources, readers), {}, {}
  local function names(list)
    local words = {}
    for k, j in ipairs(list) do
      words[k] = inside[j] and ("%s(%s)"):format(graph.nodes[j + 1].op, names(sources[j])) or number[j]
    end
    return table.concat(words, inside[list[1]] and " + " or ", ")
  end
  local cell, n, widest = nil, 0, 0
  for _, i in ipairs(live) do
    local node = graph.nodes[i + 1]
    if node.cell ~= cell then cell, n, rows[#rows + 1] = node.cell, 0, { title = node.cell } end
    if not inside[i] then
      number[i], n = ("%d"):format(n), n + 1
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

-- The lines of a graph.
function boxes.lines(graph)
  local sources, readers = links(graph)
  local live = live_nodes(graph)
  if #live == 0 then return { "nothing lies between input and output" } end
  if is_chain(live, sources) then return chain_lines(graph, live) end
  local rows, widest = list_lines(graph, live, sources, readers)
  local lines = {}
  for i, row in ipairs(rows) do lines[i] = row_line(row, widest) end
  return lines
end

return boxes
