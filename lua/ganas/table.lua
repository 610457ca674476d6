-- table - a CSV file in memory, plain or gzip, or a table file of ganas-lua, mapped. Rows and columns
-- are numbered from 0.

local core = require "ganas.core"
local message = require "ganas.message"

local lib = core.lib
local Table = core.class("table", lib.ganas_table_free)

local function names(handle, columns)
  local list = {}
  for i = 0, columns - 1 do list[i + 1] = core.text(lib.ganas_table_column_name(handle, i)) end
  return list
end

-- Fields: path, rows, columns (how many), names (list of the columns' names), mapped (a table file).
function Table.open(path)
  local handle = core.new("ganas_table", lib.ganas_table_open, lib.ganas_table_free, path)
  local columns = lib.ganas_table_columns(handle)
  return setmetatable({
    handle = handle,
    path = path,
    rows = lib.ganas_table_rows(handle),
    columns = columns,
    names = names(handle, columns),
    mapped = lib.ganas_table_line(handle, -1) == 0,
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

local function inside(self, row, column)
  return row >= 0 and row < self.rows and column >= 0 and column < self.columns
end

-- The text of a field, nil out of range; a damaged file is a user error.
function Table:text(row, column)
  local text = core.text(lib.ganas_table_text(self.handle, row, column))
  if not text and inside(self, row, column) then core.check(tonumber(lib.GANAS_E_PARSE)) end
  return text
end

-- The line of a row in the file; the header is line 1. 0 in a table file.
function Table:line(row) return lib.ganas_table_line(self.handle, row) end

-- Where a row is, in words: "on line 2", or in a table file "in row 1".
function Table:place(row)
  local line = self:line(row)
  return line > 0 and "on line " .. line or "in row " .. row + 1
end

-- "path:line" of a row, or "path: row 1".
function Table:where(row)
  local line = self:line(row)
  return line > 0 and self.path .. ":" .. line or self.path .. ": row " .. row + 1
end

-- Whether a table file has the fields of a column as numbers.
function Table:numeric(column) return lib.ganas_table_numeric(self.handle, column) ~= 0 end

-- Whether a table file brings an index of a column's texts, which are then all different.
function Table:indexed(column) return lib.ganas_table_indexed(self.handle, column) ~= 0 end

-- Makes the texts of a column findable; one that is there twice is a user error.
function Table:index(column) core.check(lib.ganas_table_index(self.handle, column)) end

local found = core.int32(1)

-- The row of a text in a column that was made findable, nil if there is none.
function Table:find(column, text)
  core.check(lib.ganas_table_find(self.handle, column, text, found))
  if found[0] >= 0 then return found[0] end
end

-- Reads a table file to its end; damage is a user error.
function Table:check() core.check(lib.ganas_table_check(self.handle)) end

-- The numbers of a column; a field that is none is a user error, with `nan_ok` an empty one or nan
-- a NaN.
function Table:numbers(column, nan_ok)
  local values = core.doubles(self.rows)
  core.check(lib.ganas_table_numbers(self.handle, column, nan_ok and 1 or 0, values))
  return values
end

return Table
