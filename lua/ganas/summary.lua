-- summary - a space in words, for `check`: a list of { what, text }.

local Arch = require "ganas.arch"
local message = require "ganas.message"

local LOOKED = 1000 -- random candidates that say how often a step leads nowhere
local WIDE = 90 -- columns of a drawing

local function grammar() return require "ganas.grammar" end -- which requires this

local function number_text(size) return string.format(size < 1e15 and "%.0f" or "%.3g", size) end

-- Where isomorphic graphs are one: counted, estimated, or at least bounded.
local function networks_text(space, size)
  local graphs = number_text(size) .. " graphs, isomorphic ones being one"
  local exact = grammar().distinct(space)
  if exact then return ("%s candidates (%s)"):format(number_text(exact), graphs) end
  local count, off = space:networks()
  if not count then return ("at most %s candidates (%s)"):format(number_text(size), graphs) end
  local rounded = number_text(tonumber(("%.3g"):format(count)))
  return ("about %s candidates (estimated, to %.0f %%; %s)"):format(rounded, math.ceil(100 * off), graphs)
end

local function size_text(space)
  local size, exact = space:size()
  if size == math.huge then return "more than a number can say" end
  if space.identity == "network" then return networks_text(space, size) end
  return ("%s%s candidate%s"):format(exact and "" or "at most ", number_text(size), size == 1 and "" or "s")
end

local function plural(n, word) return n .. " " .. word .. (n == 1 and "" or "s") end

-- `what`: which edges the most is of.
local function edges_text(space, what)
  local most = space.plan.edges
  return most > 0 and ", at most " .. plural(most, what or "edge") or ""
end

local function choices_text(space)
  local steps = plural(#space.steps, "operation")
  if space.ends then
    local least = space.least < space.nodes and space.least .. " to " or ""
    return string.format("%s%d nodes with input and output, any edges forward%s", least, space.nodes,
      edges_text(space))
  end
  local most = edges_text(space, "chosen edge")
  if space.varies then return steps .. " and what they read" .. most end
  if space.picks > 0 then return steps .. ", " .. plural(space.picks, "source") .. most end
  return steps .. ", sources fixed"
end

local function measure_text(entry)
  if entry.source and entry.source.about then
    return entry.source.about .. "; a bound is checked afterwards"
  end
  if math.abs(entry.least) == math.huge then
    return "looked up or predicted; a bound is checked afterwards"
  end
  local how = entry.maskable and "a bound is held while sampling" or "a bound is checked afterwards"
  return string.format("%s to %s; %s", message.rounded(entry.least, 10),
    message.rounded(entry.greatest, 10), how)
end

local function names_text(names)
  local shown = table.concat(names, ", ", 1, math.min(#names, 12))
  return #names .. ": " .. shown .. (#names > 12 and ", ..." or "")
end

-- ---- a candidate ----

local function node_text(arch, i)
  local from = table.concat(arch:sources(i), ",")
  return i .. " " .. arch:op(i) .. (from ~= "" and "(" .. from .. ")" or "")
end

-- Its graph as lines: each node with its number, its operation and the nodes that it reads.
local function drawing(arch)
  local lines, line = {}, nil
  for i = 0, arch.size - 1 do
    local text = node_text(arch, i)
    if line and #line + 2 + #text <= WIDE then line = line .. "; " .. text
    else
      lines[#lines + 1], line = line, text
    end
  end
  lines[#lines + 1] = line
  return lines
end

local function add_sample(list, space)
  local arch = grammar().samples(space, 1):arch(0)
  list[#list + 1] = { "sample", space:write(arch) }
  for k, line in ipairs(drawing(arch)) do list[#list + 1] = { k == 1 and "its graph" or "", line } end
end

-- ---- steps that lead nowhere ----

local function has_idle(view, steps)
  for _, i in ipairs(steps) do
    if not view:live(i) then return true end
  end
  return false
end

-- The share of random candidates with a step that nothing reads, as a fact; nil where there are none. Graphs
-- that end early have none: what doesn't lead to their output is no part of them.
local function idle(space)
  if space.ends or not space.varies and space.picks == 0 then return nil end
  local batch, n = grammar().samples(space, LOOKED), 0
  local view, count = Arch.view(batch), batch:count()
  for row = 0, count - 1 do
    Arch.point(view, row)
    if has_idle(view, space.steps) then n = n + 1 end
  end
  if n == 0 then return nil end
  return { "idle steps", ("in %.3g %% of random candidates, steps that lead to no output; sums and counts "
    .. "have them in, depth, nodes and edges don't"):format(100 * n / count) }
end

-- ---- all of it ----

return function(space)
  local list = {
    { "space", space.name .. (space.about ~= "" and ": " .. space.about or "") },
    { "size", size_text(space) },
    { "operations", names_text(space.own) },
    { "choices", choices_text(space) },
  }
  add_sample(list, space)
  list[#list + 1] = idle(space)
  if #space.keys > 0 then list[#list + 1] = { "key columns", table.concat(space.keys, "; ") } end
  for _, entry in ipairs(space.measure_list) do
    list[#list + 1] = { "measure " .. entry.name, measure_text(entry) }
  end
  for _, name in ipairs(space.outside_names) do
    if not space.measures[name] then
      list[#list + 1] = { "measure " .. name, "from a file or a function, opened when it is used" }
    end
  end
  return list
end
