-- summary - a space in words, for `check`: a list of { what, text }.

local message = require "ganas.message"

local function size_text(space)
  local size, exact = space:size()
  if size == math.huge then return "more graphs than a number can say" end
  local number = size < 1e15 and string.format("%.0f", size) or string.format("%.3g", size)
  local unit = space.identity == "network" and "graphs, isomorphic ones are one candidate" or "candidates"
  return (exact and "" or "at most ") .. number .. " " .. unit
end

local function plural(n, word) return n .. " " .. word .. (n == 1 and "" or "s") end

local function edges_text(space)
  local most = space.plan.edges
  return most > 0 and ", at most " .. plural(most, "edge") or ""
end

local function choices_text(space)
  local steps = plural(#space.steps, "operation")
  if space.ends then
    local least = space.least < space.nodes and space.least .. " to " or ""
    return string.format("%s%d nodes with input and output, any edges forward%s", least, space.nodes,
      edges_text(space))
  elseif space.varies then return steps .. " and what they read" .. edges_text(space)
  elseif space.picks > 0 then return steps .. ", " .. plural(space.picks, "source") .. edges_text(space) end
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
  return string.format("%s to %s; %s", message.number(entry.least), message.number(entry.greatest), how)
end

local function names_text(names)
  local shown = table.concat(names, ", ", 1, math.min(#names, 12))
  return #names .. ": " .. shown .. (#names > 12 and ", ..." or "")
end

return function(space)
  local list = {
    { "space", space.name .. (space.about ~= "" and ": " .. space.about or "") },
    { "size", size_text(space) },
    { "operations", names_text(space.own) },
    { "choices", choices_text(space) },
    { "sample", space:write(require("ganas.grammar").samples(space, 1):arch(0)) },
  }
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
