-- columns - says what is in a table: `ganas-lua check FILE.ganas` or FILE.csv.
--
-- The answer is a list of { what, text }. A table file is read to its end, so that its checksums
-- are held.

local Table = require "ganas.table"
local message = require "ganas.message"

local columns = {}

local SHOWN = 60 -- characters of a text

-- Whether a path looks like a table's.
function columns.is_table(path)
  return path:find "%.ganas$" ~= nil or path:find "%.csv$" ~= nil or path:find "%.csv%.gz$" ~= nil
end

-- The numbers of a column, nil where it holds texts.
local function numbers(self, column)
  if self.mapped and not self:numeric(column) then return nil end
  local ok, values = pcall(self.numbers, self, column, true)
  if ok then return values end
  if not message.is_user(values) then error(values, 0) end
end

-- Least, greatest and number of missing ones.
local function range(values, n)
  local least, greatest, missing = math.huge, -math.huge, 0
  for i = 0, n - 1 do
    local x = values[i]
    if x ~= x then missing = missing + 1
    else least, greatest = math.min(least, x), math.max(greatest, x) end
  end
  return least, greatest, missing
end

local function range_text(values, n)
  local least, greatest, missing = range(values, n)
  if missing == n then return "no numbers, all are missing" end
  local text = least == greatest and ("%.9g"):format(least) or ("%.9g to %.9g"):format(least, greatest)
  return missing == 0 and text or ("%s, %d missing"):format(text, missing)
end

local function short(text)
  return message.quote(#text > SHOWN and text:sub(1, SHOWN - 3) .. "..." or text)
end

local function text_text(self, column)
  return ("texts, the first %s%s"):format(short(self:text(0, column)),
    self:indexed(column) and ", all different" or "")
end

-- ---- columns of single runs ----

-- The column of means that a column of one run belongs to: val108 of val108_1 or val108_s777; also
-- of the count val108_runs.
local function base_of(self, name)
  local base = name:match "^(.+)_s?%d+$" or name:match "^(.+)_runs$"
  return base and self:column(base) and base
end

-- base -> names of its runs' columns; base -> number of its column of counts.
local function group(self)
  local runs, counts = {}, {}
  for i, name in ipairs(self.names) do
    local base = base_of(self, name)
    if base and name:find "_runs$" then counts[base] = i - 1
    elseif base then
      runs[base] = runs[base] or {}
      table.insert(runs[base], name)
    end
  end
  return runs, counts
end

local function runs_text(self, name, runs, counts)
  local parts = {}
  if counts[name] then
    parts[1] = ("; mean of %s runs"):format(range_text(self:numbers(counts[name], true), self.rows))
  end
  if runs[name] then
    parts[#parts + 1] = ("; each run: %s"):format(table.concat(runs[name], " "))
  end
  return table.concat(parts)
end

-- ---- the whole ----

local function column_text(self, i)
  if self.rows == 0 then return "nothing" end
  local values = numbers(self, i)
  return values and range_text(values, self.rows) or text_text(self, i)
end

-- What is in the table of that path.
function columns.describe(path)
  local self = Table.open(path)
  self:check()
  local facts = { { "table", path }, { "rows", tostring(self.rows) }, { "columns", tostring(self.columns) } }
  local runs, counts = group(self)
  for i, name in ipairs(self.names) do
    if not base_of(self, name) then
      facts[#facts + 1] = { "  " .. name, column_text(self, i - 1) .. runs_text(self, name, runs, counts) }
    end
  end
  self:free()
  return facts
end

return columns
