-- frame - the columns of a table, of tables joined to it, and those that are computed from them.
--
--   file = "cells.csv.gz"
--   join = { "hashes.u64",                              the same rows in the same order
--            { "hashes.u64", as = "hash" },             a name for the column of a file with one
--            { "part.csv", by = "id" } }                rows with the same `id`, where there are any
--   columns = { name = function(row) return row.sum / 3 end }
--
-- A joined file is opened when a column is asked for that isn't in the files before it. A reader is a
-- function(row of the table) -> number, nil where a joined table has no such row.

local Table = require "ganas.table"
local chunk = require "ganas.chunk"
local core = require "ganas.core"
local data = require "ganas.data"
local message = require "ganas.message"
local schema = require "ganas.schema"
local sorted = require "ganas.sorted"

local Frame = {}
Frame.__index = Frame

local MISSING = {} -- raised where a computed column meets a row that isn't there

local JOINED = {
  { type = "string", required = true, expected = "the name of a file" },
  by = "string",
  as = "string",
}

-- ---- files ----

-- Opens a file; a message that names no line of the file gets that of the recipe.
local function open_table(path, where)
  local ok, result = pcall(Table.open, path)
  if not ok and message.is_user(result) and not message.located(result.text) then
    error(message.prefixed(where .. ": ", result), 0)
  elseif not ok then
    error(result, 0)
  end
  if result.rows == 0 then
    message.user("%s:1: there are no rows; expected one for each candidate", path)
  end
  return result
end

Frame.open_table = open_table

local function check_join(self, i, item, where)
  if type(item) == "string" then item = { item } end
  if type(item) ~= "table" then
    message.user("%s: join %d is %s; expected the name of a file, or { file, by = 'column' }",
      where("evaluate", "join", i), i, message.value(item))
  end
  local fields = schema.check(item, JOINED, where, { "evaluate", "join", i })
  self.parts[#self.parts + 1] = { file = fields[1], by = fields.by, as = fields.as,
    where = where("evaluate", "join", i) }
end

-- Rows of the table in the joined one: by number, or by the text of a column that both have.
local function tie(self, part)
  local main, other = self.parts[1].table, part.table
  if part.by then
    part.mine, part.theirs = main:need(part.by, part.where), other:need(part.by, part.where)
    other:index(part.theirs)
  elseif main.rows ~= other.rows then
    message.user("%s: %s has %d rows, %s has %d; expected as many, or by = 'column' with the same text in "
      .. "both", part.where, other.path, other.rows, main.path, main.rows)
  end
  if part.as and other.columns > 1 then
    message.user("%s: as = %s, but %s has %d columns; expected one", part.where, message.quote(part.as),
      other.path, other.columns)
  end
end

local function open_part(self, part)
  if part.table then return end
  part.table = open_table(data.find(part.file, self.context, part.where), part.where)
  tie(self, part)
end

-- The number of a part's column, nil if it has none of that name.
local function column_of(self, part, name)
  open_part(self, part)
  if part.as then return part.as == name and 0 or nil end
  return part.table:column(name)
end

-- The part and the number of a column; `aligned`: only of parts with the same rows.
local function locate(self, name, aligned)
  for _, part in ipairs(self.parts) do
    local column = not (aligned and part.by) and column_of(self, part, name)
    if column then return part, column end
  end
end

local function names(self)
  local list = sorted.keys(self.computed)
  for _, part in ipairs(self.parts) do
    for _, name in ipairs(part.as and { part.as } or part.table.names) do list[#list + 1] = name end
  end
  return list
end

-- The columns of a checked table evaluator. `context`: data, path, where.
function Frame.open(fields, context)
  local where = context.where
  local self = setmetatable({ context = context, computed = fields.columns, cache = {} }, Frame)
  for name, fn in sorted(fields.columns) do
    if type(name) ~= "string" or type(fn) ~= "function" then
      message.user("%s: column %s is %s; expected name = function(row) ... end",
        where("evaluate", "columns", name), message.value(name), message.value(fn))
    end
  end
  self.parts = { { file = fields.file, where = where("evaluate", "file") } }
  for i, item in ipairs(fields.join) do check_join(self, i, item, where) end
  open_part(self, self.parts[1])
  self.table = self.parts[1].table
  return self
end

-- The table and the number of a column with the same rows, nil if there is none.
function Frame:aligned(name)
  local part, column = locate(self, name, true)
  if part then return part.table, column end
end

-- ---- numbers ----

-- The numbers of a column of a file by rows of the table; a NaN where there is no such row.
local function spread(self, part, column)
  local numbers = part.table:numbers(column)
  if not part.by then return numbers end
  local values, known = core.doubles(self.table.rows), 0
  for row = 0, self.table.rows - 1 do
    local other = part.table:find(part.theirs, self.table:text(row, part.mine))
    values[row], known = other and numbers[other] or 0 / 0, known + (other and 1 or 0)
  end
  if known < self.table.rows then self.gaps = self.gaps or { path = part.table.path, known = known } end
  return values
end

-- The header of a file whose fields stand between other characters than commas is one name.
local function refuse(self, name, where)
  local list = names(self)
  local mark = #list == 1 and list[1]:match "[;\t]"
  if mark then
    message.user("%s: %s: no column %s: its fields stand between %s; expected commas", where, self.table.path,
      message.quote(name), mark == ";" and "semicolons" or "tabs")
  end
  message.user("%s: %s: %s", where, self.table.path, message.unknown("column", name, list))
end

local function stored(self, name, where)
  local part, column = locate(self, name)
  if not part then refuse(self, name, where) end
  return spread(self, part, column)
end

-- What a computed column sees of a row: the columns of the files by name.
local function proxy(self, where)
  local arrays, at = {}, { row = 0 }
  local function number(_, name)
    arrays[name] = arrays[name] or stored(self, name, where)
    local value = arrays[name][at.row]
    if value ~= value then error(MISSING) end
    return value
  end
  return setmetatable({}, { __index = number }), at
end

local function finite(x) return type(x) == "number" and x == x and math.abs(x) ~= math.huge end

local function computed(self, name, where)
  local fn = self.computed[name]
  local place = message.defined(fn)
  local row_seen, at = proxy(self, where)
  local function call(row)
    at.row = row
    local ok, value = pcall(fn, row_seen)
    if not ok and value == MISSING then return nil end
    if not ok then chunk.raise(value, place) end
    if not finite(value) then
      message.user("%s: column %s is %s for %s; expected a finite number", place, message.quote(name),
        message.value(value), self.table:where(row))
    end
    return value
  end
  return call
end

local function plain(self, name, where)
  local values = stored(self, name, where)
  return function(row)
    local value = values[row]
    if value == value then return value end
  end
end

-- The reader of a column; a missing one is a user error at `where`. Gaps: see Frame:gaps_of.
function Frame:reader(name, where)
  local known = self.cache[name]
  if known then return known.read end
  self.gaps = nil
  local read = (self.computed[name] and computed or plain)(self, name, where)
  read(0) -- so that what a computed one needs is open
  self.cache[name] = { read = read, gaps = self.gaps }
  return read
end

-- Where a column with a reader has no number for some rows: { path of the joined file that lacks them,
-- known = for how many there is one }, else nil.
function Frame:gaps_of(name) return self.cache[name].gaps end

-- Frees the table when nobody will ask for its texts again: `find` says that somebody looks rows up.
function Frame:close(find)
  if not find and #self.parts == 1 and next(self.computed) == nil then self.table:free() end
end

Frame.JOINED = JOINED -- for the stubs of editors

return Frame
