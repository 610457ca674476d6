-- readings - measures that are looked up: { file =, key =, index =, missing =, name = "column", ... }.
--
-- The rows are joined to the space by `key`, the column (or columns) that name a candidate: by default
-- `arch` or one of the space's keys. A table without such a column is joined to the evaluator's, or to the
-- file that `index` names, by a column that both have. A field that is empty, nan or `missing` (-1 by
-- default, false for none) has no value: no rule on that measure accepts the candidate.
--
-- A column that is a sum over (step, operation) says so: source.additive is the table of that sum, .miss by
-- how much at most it is not. It is one when least squares over all rows leave nothing but the rounding of
-- six digits. source.partial: some candidates of the space have no value, so that the sum can't decide.

local Batch = require "ganas.batch"
local Lookup = require "ganas.lookup"
local Table = require "ganas.table"
local core = require "ganas.core"
local data = require "ganas.data"
local message = require "ganas.message"

local readings = {}

local ROUNDING = 5e-6 -- half a unit in the last of six digits, as a share of the greatest value
local MOST_FITTED = 200000 -- rows

-- ---- joining ----

-- The first column that two tables have both, each text in it once in `base`: its name, and text -> row of
-- base.
local function shared_column(base, other)
  for column, name in ipairs(base.names) do
    if other:column(name) then
      local rows, unique = {}, true
      for row = 0, base.rows - 1 do
        local text = base:text(row, column - 1)
        unique = unique and not rows[text]
        rows[text] = row
      end
      if unique then return name, rows end
    end
  end
end

-- What the rows of a table without a key are joined to: { pool, path }.
local function base_of(self)
  if self.index then
    local path = data.find(self.index, self.plan, self.where "index")
    return assert(Lookup.join(path, self.space, nil, self.where "index"))
  end
  local evaluator = self.plan.evaluator
  evaluator = evaluator and evaluator.inner or evaluator -- under an objective
  if evaluator and evaluator.kind == "table" then
    local joined = evaluator
    if not evaluator.pool then joined = Lookup.join(evaluator.path, self.space, nil, self.where "file") end
    if joined then return joined end
  end
  message.user("%s: %s has no column that names the candidates of %s; expected key = 'column', or index = "
    .. "'a file that has both'", self.where "file", self.path, self.space.name)
end

-- at[row of the base] = row of this table, -1 for none.
local function join_by_column(self, table)
  local base = base_of(self)
  local texts = Table.open(base.path)
  local name, rows = shared_column(texts, table)
  if not name then
    message.user("%s: %s has no column in common with %s whose fields are all different; expected one, or "
      .. "key = 'column'", self.where "file", self.path, base.path)
  end
  local at, column, taken = core.int32(texts.rows), table:column(name), {}
  for row = 0, texts.rows - 1 do at[row] = -1 end
  for row = 0, table.rows - 1 do
    local to = rows[table:text(row, column)]
    if to and taken[to] then
      message.user("%s: %s is there on line %d already; expected each once", table:where(row),
        message.quote(table:text(row, column)), table:line(taken[to]))
    end
    if to then at[to], taken[to] = row, row end
  end
  self.pool, self.at, self.table = base.pool, at, table
  texts:free()
end

local function open_file(self)
  if self.table then return end
  self.path = data.find(self.file, self.plan, self.where "file")
  local joined, table = Lookup.join(self.path, self.space, self.key, self.where(self.key and "key" or "file"))
  if not joined then return join_by_column(self, table) end
  self.pool, self.table = joined.pool, joined.table
end

-- ---- a column ----

local Column = {}
Column.__index = Column

function Column:values(batch, into) self.pool:values(batch, self.by_row, into) end

-- The numbers of a column by the pool's rows; NaN where there is no value. Also how many there are.
local function read_column(self, name, where)
  local from = self.table:numbers(self.table:need(name, where), true)
  local n, known = self.pool:count(), 0
  local values = core.doubles(n)
  for row = 0, n - 1 do
    local at = self.at and self.at[row] or row
    local value = at >= 0 and from[at] or 0 / 0
    if value == self.missing then value = 0 / 0 end
    values[row], known = value, known + (value == value and 1 or 0)
  end
  return values, known, n
end

local function set_range(column, n)
  local least, greatest = math.huge, -math.huge
  for row = 0, n - 1 do
    local value = column.by_row[row]
    if value < least then least = value end
    if value > greatest then greatest = value end
  end
  column.least, column.greatest = least, greatest
end

-- Tests whether a column is a sum; candidates without a value can't be known by one.
local function fit_column(self, column, known, n)
  if self.space.ends or known < n or n > MOST_FITTED then return end
  local batch, rows = Batch.new(self.space, n), core.int32(n)
  for row = 0, n - 1 do rows[row] = row end
  self.pool:rows(rows, batch, n)
  local ok, table, residual = pcall(batch.fit, batch, column.by_row)
  batch:free()
  if not ok then return end
  local miss = 0
  for row = 0, n - 1 do miss = math.max(miss, math.abs(residual[row])) end
  local size = math.max(math.abs(column.least), math.abs(column.greatest))
  if miss <= ROUNDING * size then column.additive, column.miss = table, miss + 1e-12 * size end
end

-- A column as the source of a measure.
local function open_column(self, name, where)
  open_file(self)
  local values, known, n = read_column(self, name, where)
  if known == 0 then
    message.user("%s: column %s of %s has no value for any candidate", where, message.quote(name), self.path)
  end
  local column = setmetatable({ by_row = values, pool = self.pool, partial = known < self.space:size() },
    Column)
  set_range(column, n)
  fit_column(self, column, known, n)
  return column
end

-- Measures from the table that `fields` (file, key, index, missing) describe: open(name of a column, where)
-- -> source. The file is opened with the first of them. `where(field)` -> "file:line".
function readings.source(fields, space, plan, where)
  local self = { file = fields.file, key = fields.key, index = fields.index, space = space, plan = plan,
    where = where, missing = fields.missing }
  if self.missing == nil then self.missing = -1 end
  return function(name, place) return open_column(self, name, place) end
end

return readings
