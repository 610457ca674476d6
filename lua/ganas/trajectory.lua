-- trajectory - everything that was evaluated, as CSV: a line a query, in the order of proposal.

local message = require "ganas.message"
local sorted = require "ganas.sorted"

local trajectory = {}

local function quoted(value)
  if value == nil then return "" end
  if type(value) == "number" then return message.number(value) end
  if not value:find '[,"\r\n]' then return value end
  return '"' .. value:gsub('"', '""') .. '"'
end

local function objectives_of(steps)
  for _, step in ipairs(steps) do
    if step.objectives then return sorted.keys(step.objectives) end
  end
  return {}
end

-- Columns: query, arch, score, report, best (so far), source, error, then the objectives.
function trajectory.text(steps)
  local objectives = objectives_of(steps)
  local heads, lines = { "query", "arch", "score", "report", "best", "source", "error",
    unpack(objectives) }, {}
  for i, head in ipairs(heads) do heads[i] = quoted(head) end
  lines[1] = table.concat(heads, ",")
  for n, step in ipairs(steps) do
    local cells = {}
    for i = 1, 7 do cells[i] = quoted(step[heads[i]]) end
    for i, name in ipairs(objectives) do cells[7 + i] = quoted((step.objectives or {})[name]) end
    lines[n + 1] = table.concat(cells, ",")
  end
  return table.concat(lines, "\n") .. "\n"
end

return trajectory
