-- table - a CSV file in memory, plain or gzip. Rows and columns are numbered from 0.

local core = require "ganas.core"
local message = require "ganas.message"

local lib = core.lib
local Table = core.class("table", lib.ganas_table_free)

local function names(handle, columns)
  local list = {}
  for i = 0, columns - 1 do list[i + 1] = core.text(lib.ganas_table_column_name(handle, i)) end
  return list
end

-- Fields: path, rows, columns (how many), names (list of the columns' names).
function Table.open(path)
  local handle = core.new("ganas_table", lib.ganas_table_open, lib.ganas_table_free, path)
  local columns = lib.ganas_table_columns(handle)
  return setmetatable({
    handle = handle,
    path = path,
    rows = lib.ganas_table_rows(handle),
    columns = columns,
    names = names(handle, columns),
  }, Table)
end

-- The number of a column, nil if there is none of that name.
function Table:column(name)
  local column = lib.ganas_table_column(self.handle, name)
  if column >= 0 then return column end
end

-- The same; a missing one is a user error at `where`.
function Table:need(name, where)
  local column = self:column(name)
  if column then return column end
  message.user("%s%s: %s", where and where .. ": " or "", self.path, message.unknown("column", name,
    self.names))
end

-- The text of a field, nil out of range.
function Table:text(row, column) return core.text(lib.ganas_table_text(self.handle, row, column)) end

-- The line of a row in the file; the header is line 1.
function Table:line(row) return lib.ganas_table_line(self.handle, row) end

-- "path:line" of a row.
function Table:where(row) return self.path .. ":" .. self:line(row) end

-- The numbers of a column; a field that is none is a user error, with `nan_ok` an empty one or nan
-- a NaN.
function Table:numbers(column, nan_ok)
  local values = core.doubles(self.rows)
  core.check(lib.ganas_table_numbers(self.handle, column, nan_ok and 1 or 0, values))
  return values
end

return Table
