-- lookup - the evaluator that looks candidates up in a table.
--
--   { "table", file =, score =, report =, key =, partial =, join =, columns = }
--
-- The rows of a table are tied to the space by a key column: `arch` (the official string), one of the
-- space's `keys`, or the column that `key` names. `join` adds the columns of other files, `columns`
-- computed ones (ganas.frame). Every row has to be a candidate of the space, each once, with a number
-- in the score column. Where the number of candidates is known every one needs a row, unless
-- partial = true: then those without one are failed evaluations.
--
-- A key that can be read back is read for every row, unless a table file brings an index of it. One that
-- can't, a hash, is only written: for the candidate that is looked up. A score from a joined file that
-- lacks some rows restricts the search to the candidates that have it (Lookup.known).

local Batch = require "ganas.batch"
local Frame = require "ganas.frame"
local Pool = require "ganas.pool"
local core = require "ganas.core"
local message = require "ganas.message"
local schema = require "ganas.schema"

local Lookup = { kind = "table", repeatable = true }
Lookup.__index = Lookup

local BLOCK = 4096      -- rows joined at a time
local COUNTABLE = 1e6   -- spaces up to this size must be complete
local OFFICIAL = "arch" -- the column of official strings
local TRIED = 8         -- rows all over a table whose spelling is tried

local FIELDS = {
  { enum = { "table" }, required = true },
  file = { type = "string", required = true, expected = "the name of a CSV or table file" },
  score = { type = "string", required = true, expected = "the column to search by" },
  report = { type = "string" },
  key = { type = "string" },
  partial = { type = "boolean", default = false },
  join = { type = "list", default = {}, expected = "a list of files, { 'more.csv', by = 'column' }" },
  columns = { type = "table", default = {}, expected = "a table: name = function(row)" },
}

-- ---- the key ----

-- The columns of a key, each { table, number }, nil if one is missing.
local function all_columns(self, name)
  local list = {}
  for part in (name .. ","):gmatch "([^,]*)," do
    local t, column = self.columns:aligned(part)
    if not t then return nil end
    list[#list + 1] = { table = t, column = column }
  end
  return list
end

-- Takes a column, or several with commas between them, for the key; false when the table doesn't
-- have it.
local function use_key(self, name)
  local columns = all_columns(self, name)
  if not columns then return false end
  self.key, self.key_columns = name, columns
  self.reader = self.space.key_notations[name] or self.space.notation
  return true
end

local function find_key(self, wanted, where)
  if wanted then
    if use_key(self, wanted) then return end
    self.table:need(wanted, where)
  end
  local names = { OFFICIAL, unpack(self.space.keys) }
  for _, name in ipairs(names) do
    if use_key(self, name) then return end
  end
  local place = where == self.table.path and where or where .. ": " .. self.table.path
  message.user("%s has no column that names the candidates of %s; looked for %s; expected one of these, "
    .. "or key = 'column' with the official string", place, self.space.name, message.names(names))
end

local function key_text(self, row)
  local texts = {}
  for i, part in ipairs(self.key_columns) do texts[i] = part.table:text(row, part.column) end
  return table.concat(texts, ",")
end

-- ---- keys that can be read back: every row joins a pool ----

local function read_row(self, batch, row)
  local text = key_text(self, row)
  local ok, why = self.space:push(batch, text, self.reader)
  if ok then return end
  message.user("%s: %s %s is no candidate of %s: %s", self.table:where(row), self.key, message.quote(text),
    self.space.name, why)
end

-- Adds the rows of a block to the pool, whose rows become those of the table.
local function add_block(self, batch, first)
  for i = 0, batch:count() - 1 do
    if not self.pool:try(batch, i, 0) then
      local row, same = first + i, self.pool:find(batch)[i]
      message.user("%s: %s is the same candidate as %s; expected each once", self.table:where(row),
        message.quote(key_text(self, row)), self.table:place(same))
    end
  end
end

local function join(self)
  local batch, rows = Batch.new(self.space, BLOCK), self.table.rows
  self.pool = Pool.new(self.space, self.space.identity)
  for first = 0, rows - 1, BLOCK do
    batch:clear()
    for row = first, math.min(first + BLOCK, rows) - 1 do read_row(self, batch, row) end
    add_block(self, batch, first)
  end
  batch:free()
end

-- ---- keys that are written, for the candidate that is looked up ----

-- Whether rows all over the table are spelled as candidates are.
local function spelled_alike(self)
  local batch, rows = Batch.new(self.space, 1), self.table.rows
  for row = 0, rows - 1, math.max(math.floor(rows / TRIED), 1) do
    batch:clear()
    read_row(self, batch, row)
    if self.reader:write(batch:arch(0)) ~= key_text(self, row) then return false end
  end
  return true
end

-- Whether one look-up in the table's own index finds a candidate.
local function has_index(self)
  local part = self.key_columns[1]
  return #self.key_columns == 1 and part.table:indexed(part.column) and self.space.identity == "string"
    and spelled_alike(self)
end

local function check_digest(self)
  if #self.key_columns == 1 then return end
  message.user("%s: the key %s is a function; expected the name of one column",
    self.space.where("keys", self.key), message.quote(self.key))
end

-- Joins the rows to the space, or prepares to find them.
local function connect(self)
  if self.reader.is_digest then check_digest(self)
  elseif not has_index(self) then return join(self) end
  local part = self.key_columns[1]
  part.table:index(part.column)
end

local function find_written(self, arch)
  local part = self.key_columns[1]
  return part.table:find(part.column, self.reader:write(arch))
end

-- The rows of candidates as a list with false where there is none: rows `first` .. `first + n - 1` of a
-- batch.
local function rows_of(self, batch, first, n)
  local list, rows = {}, {}
  for i = 1, n do list[i] = first + i - 1 end
  if not self.pool then
    for i, at in ipairs(list) do rows[i] = find_written(self, batch:arch(at)) or false end
    return rows
  end
  local asked = Batch.new(self.space, math.max(n, 1))
  asked:append(batch, list)
  local found = self.pool:find(asked)
  for i = 1, n do rows[i] = found[i - 1] >= 0 and found[i - 1] end
  asked:free()
  return rows
end

-- The row of one architecture, nil where there is none.
function Lookup:row(arch)
  if not self.pool then return find_written(self, arch) end
  return rows_of(self, self.space:put(arch), 0, 1)[1] or nil
end

-- ---- completeness ----

-- The first candidate without a row, as its official string.
local function first_missing(self)
  for batch in Batch.blocks(self.space, nil, BLOCK) do
    for i, row in ipairs(rows_of(self, batch, 0, batch:count())) do
      if not row then return self.space:format(batch, i - 1) end
    end
  end
end

local function check_complete(self)
  local size, exact = self.space:size()
  local rows = self.table.rows
  if not exact or size > COUNTABLE or self.space.identity ~= "string" or rows >= size then return end
  message.user("%s: %d of %d candidates are missing, first %s; expected a row for each, or partial = true "
    .. "to count those as failed", self.table:where(rows - 1), size - rows, size,
    message.quote(first_missing(self)))
end

-- What the space says of its size is all that is known of the candidates.
local function check_size(self)
  local size, rows = self.space.expect.size, self.table.rows
  if not size or self.space.identity ~= "network" or rows >= size then return end
  message.user("%s: %d of %d candidates are missing; expected a row for each, or partial = true to count "
    .. "those as failed", self.table:where(rows - 1), size - rows, size)
end

-- ---- tables for other uses ----

-- The columns of one table, as a frame's.
local function columns_of(table)
  return { aligned = function(_, name)
    local column = table:column(name)
    if column then return table, column end
  end }
end

-- Whether the table has one of the columns that name candidates of the space, to be read.
local function has_key(self)
  for _, name in ipairs { OFFICIAL, unpack(self.space.keys) } do
    local notation = self.space.key_notations[name]
    if all_columns(self, name) and not (notation and notation.is_digest) then return true end
  end
  return false
end

local function open_table(path, space, where)
  local table = Frame.open_table(path, where)
  return setmetatable({ space = space, path = path, table = table, columns = columns_of(table) }, Lookup)
end

-- A file joined to a space: { pool (its rows are those of the table), table, path, key }. `key`: the columns
-- that name a candidate, nil to find them; nil and the table when there are none.
function Lookup.join(path, space, key, where)
  local self = open_table(path, space, where)
  if not key and not has_key(self) then return nil, self.table end
  find_key(self, key, where)
  join(self)
  return self
end

-- All rows of a file as candidates of a space, each as often as it is there: the table, the batch, and the
-- columns of the key by name.
function Lookup.rows(path, space, key, where)
  local self, keys = open_table(path, space, where), {}
  find_key(self, key, where)
  local batch = Batch.new(space, self.table.rows)
  for row = 0, self.table.rows - 1 do read_row(self, batch, row) end
  for _, part in ipairs(self.key_columns) do keys[self.table.names[part.column + 1]] = true end
  return self.table, batch, keys
end

-- ---- the evaluator ----

-- Where a score is known for some candidates only: the constraint to be one of them.
local function restrict(self, where)
  local gaps = self.columns:gaps_of(self.score_name)
  if not gaps then return end
  self.known = {
    where = where,
    text = ("%s is known (%d of %d rows, from %s)"):format(self.score_name, gaps.known, self.rows, gaps.path),
    predicate = function(arch)
      local row = self:row(arch)
      return row ~= nil and self.score_of(row) ~= nil
    end,
  }
end

local function open_readers(self, where)
  self.score_of = self.columns:reader(self.score_name, where("evaluate", "score"))
  if self.report_name then
    self.report_of = self.columns:reader(self.report_name, where("evaluate", "report"))
  end
end

-- Opens the table that a recipe names; as ganas.evaluate.open.
function Lookup.open(spec, space, context)
  local where = context.where
  local fields = schema.check(spec, FIELDS, where, { "evaluate" })
  local columns = Frame.open(fields, context)
  local self = setmetatable({
    space = space, columns = columns, table = columns.table, path = columns.table.path,
    rows = columns.table.rows,
    score_name = context.score or fields.score, report_name = context.report or fields.report,
  }, Lookup)
  open_readers(self, where)
  find_key(self, fields.key, where("evaluate", fields.key and "key" or "file"))
  connect(self)
  if not fields.partial then (self.reader.is_digest and check_size or check_complete)(self) end
  columns:close(not self.pool)
  restrict(self, where("evaluate", "score"))
  return self
end

local function result_of(self, row)
  if not row then return { error = "no row for it in " .. self.path } end
  local score = self.score_of(row)
  if not score then
    local path = self.columns:gaps_of(self.score_name).path
    return { error = ("no %s for it in %s"):format(self.score_name, path) }
  end
  return { score = score, report = self.report_of and self.report_of(row) or nil }
end

function Lookup:score(batch, first, n)
  local results = {}
  for i, row in ipairs(rows_of(self, batch, first, n)) do results[i] = result_of(self, row) end
  return results
end

-- All scores, a NaN where there is none.
local function all_scores(self)
  if not self.scores then
    self.scores = core.doubles(self.rows)
    for row = 0, self.rows - 1 do self.scores[row] = self.score_of(row) or 0 / 0 end
  end
  return self.scores
end

-- The greatest score there is.
function Lookup:optimum()
  if self.best then return self.best end
  local best, scores = -math.huge, all_scores(self)
  for row = 0, self.rows - 1 do
    if scores[row] > best then best = scores[row] end
  end
  self.best = best
  return best
end

-- 1 + the number of rows with a greater score.
function Lookup:rank(score)
  local rank, scores = 1, all_scores(self)
  for row = 0, self.rows - 1 do
    if scores[row] > score then rank = rank + 1 end
  end
  return rank
end

function Lookup:describe()
  return string.format("table %s: %d rows by column %s", self.path, self.rows, self.key)
end

Lookup.FIELDS = FIELDS -- for the stubs of editors

return Lookup
