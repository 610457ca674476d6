-- prices - a sum whose entries are rows of a file: a latency table of a device, say.
--
-- A description is what space.prices makes: { measure = "prices", file, key, value, row, once, where }.
-- The file is looked for and read when the measure is first asked for, so that a space can be used
-- without it.

local Table = require "ganas.table"
local data = require "ganas.data"
local message = require "ganas.message"

local prices = {}

-- The values of a file by key.
local function read(m, context)
  local path = data.find(m.file, context, m.where)
  local file = Table.open(path)
  local key, numbers = file:need(m.key, m.where), file:numbers(file:need(m.value, m.where))
  local values = {}
  for row = 0, file.rows - 1 do
    local name = file:text(row, key)
    if values[name] then
      message.user("%s: %s is there twice; expected each once", file:where(row), message.quote(name))
    end
    values[name] = numbers[row]
  end
  file:free()
  return values, path
end

local function price(values, path, key, m, what)
  local value = values[key]
  if value then return value end
  local known = {}
  for name in pairs(values) do known[#known + 1] = name end -- order can't matter: sorted below
  table.sort(known)
  local near = type(key) == "string" and message.nearest(key, known)
  message.user("%s: %s asks %s for %s, which has no such row%s", m.where, what, path, message.value(key),
    near and "; did you mean " .. message.quote(near) .. "?" or "")
end

-- The same measure as a sum over steps.
function prices.sum(m, context)
  local values, path = read(m, context)
  local base = 0
  for _, key in ipairs(m.once) do base = base + price(values, path, key, m, "'once'") end
  local function fn(step, op, ...)
    local key = m.row(step, op, ...)
    if key == nil then return 0 end
    return price(values, path, key, m, ("step %d, %s"):format(step, message.quote(op)))
  end
  return { measure = "sum", fn = fn, base = base, factors = m.factors, where = m.where }
end

return prices
