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

local OWN = { "query", "arch", "score", "report", "best", "source", "error" }

-- The names that any step has in a field (objectives, metrics), sorted.
local function names_in(steps, field)
  local found = {}
  for _, step in ipairs(steps) do
    for name in pairs(step[field] or {}) do found[name] = true end -- order can't matter
  end
  return sorted.keys(found)
end

-- Columns after a step's own: { field, name, head }. A name that is taken has its field before it.
local function others_of(steps)
  local list, taken = {}, {}
  for _, name in ipairs(OWN) do taken[name] = true end
  for _, field in ipairs { "objectives", "metrics" } do
    for _, name in ipairs(names_in(steps, field)) do
      list[#list + 1] = { field, name, taken[name] and field .. "." .. name or name }
      taken[name] = true
    end
  end
  return list
end

-- Columns: query, arch, score, report, best (so far), source, error, then objectives and what else the
-- evaluator gave, each by its name.
function trajectory.text(steps)
  local others, heads, lines = others_of(steps), {}, {}
  for i, name in ipairs(OWN) do heads[i] = name end
  for i, other in ipairs(others) do heads[#OWN + i] = quoted(other[3]) end
  lines[1] = table.concat(heads, ",")
  for n, step in ipairs(steps) do
    local cells = {}
    for i, name in ipairs(OWN) do cells[i] = quoted(step[name]) end
    for i, other in ipairs(others) do cells[#OWN + i] = quoted((step[other[1]] or {})[other[2]]) end
    lines[n + 1] = table.concat(cells, ",")
  end
  return table.concat(lines, "\n") .. "\n"
end

return trajectory
