-- lookup - the evaluator that looks candidates up in a table.
--
--   { "table", file =, score =, report =, key =, partial = }
--
-- The rows of a file are joined to the space by a key column: `arch` (the official string), one of
-- the space's `keys`, or the column that `key` names. Every row has to be a candidate of the space,
-- each once, with a number in the score column. Where the space can be counted every candidate
-- needs a row, unless partial = true: then those without one are failed evaluations.
--
-- A table file that has an index of the key is not read for that: its rows are found by the text
-- of a candidate when it is asked for.

local Batch = require "ganas.batch"
local Pool = require "ganas.pool"
local Table = require "ganas.table"
local data = require "ganas.data"
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
}

-- ---- the key ----

-- The columns of a key, nil if one is missing.
local function all_columns(self, name)
  local list = {}
  for part in (name .. ","):gmatch "([^,]*)," do
    local column = self.table:column(part)
    if not column then return nil end
    list[#list + 1] = column
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

-- Whether the table has one of the columns that name candidates of the space.
local function has_key(self)
  for _, name in ipairs { OFFICIAL, unpack(self.space.keys) } do
    if all_columns(self, name) then return true end
  end
  return false
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
  message.user("%s: %s has no column that names the candidates of %s; looked for %s; expected one of these, "
    .. "or key = 'column' with the official string", where, self.table.path, self.space.name,
      message.names(names))
end

local function key_text(self, row)
  local columns, texts = self.key_columns, {}
  if #columns == 1 then return self.table:text(row, columns[1]) end
  for i, column in ipairs(columns) do texts[i] = self.table:text(row, column) end
  return table.concat(texts, ",")
end

-- ---- joining ----

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
  self.pool = Pool.new(self.space, self.space.identity)
  local batch, rows = Batch.new(self.space, BLOCK), self.table.rows
  for first = 0, rows - 1, BLOCK do
    batch:clear()
    for row = first, math.min(first + BLOCK, rows) - 1 do read_row(self, batch, row) end
    add_block(self, batch, first)
  end
  batch:free()
end

-- ---- finding rows by the text of their key ----

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
  return #self.key_columns == 1 and self.table:indexed(self.key_columns[1])
    and self.space.identity == "string" and spelled_alike(self)
end

-- The row of each candidate of a batch, from 0; -1 where there is none.
local function find_rows(self, batch)
  if self.pool then return self.pool:find(batch) end
  local rows, column = {}, self.key_columns[1]
  for i = 0, batch:count() - 1 do
    rows[i] = self.table:find(column, self.reader:write(batch:arch(i))) or -1
  end
  return rows
end

-- Joins the rows to the space, or prepares to find them; the table stays open for that.
local function connect(self)
  if has_index(self) then
    self.table:index(self.key_columns[1])
    return
  end
  join(self)
end

-- ---- completeness ----

-- The first candidate without a row, as its official string.
local function first_missing(self)
  local batch, skip, more = Batch.new(self.space, BLOCK), 0, true
  while more do
    batch:clear()
    more = batch:enumerate(nil, skip)
    skip = skip + batch:count()
    local rows = find_rows(self, batch)
    for i = 0, batch:count() - 1 do
      if rows[i] < 0 then return self.space:format(batch, i) end
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

-- A file joined to a space: { pool (its rows are those of the table), table, path, key }. `key`: the columns
-- that name a candidate, nil to find them; nil, when that is wanted and there are none.
function Lookup.join(path, space, key, where)
  local self = setmetatable({ space = space, path = path, table = open_table(path, where) }, Lookup)
  if key or has_key(self) then
    find_key(self, key, where)
    join(self)
    return self
  end
  return nil, self.table
end

-- All rows of a file as candidates of a space, each as often as it is there: the table, the batch, and the
-- columns of the key by name.
function Lookup.rows(path, space, key, where)
  local self, keys = setmetatable({ space = space, table = open_table(path, where) }, Lookup), {}
  find_key(self, key, where)
  local batch = Batch.new(space, self.table.rows)
  for row = 0, self.table.rows - 1 do read_row(self, batch, row) end
  for _, column in ipairs(self.key_columns) do keys[self.table.names[column + 1]] = true end
  return self.table, batch, keys
end

-- ---- the evaluator ----

local function numbers(self, name, field, where)
  return self.table:numbers(self.table:need(name, where("evaluate", field)))
end

-- Opens the table that a recipe names; as ganas.evaluate.open.
function Lookup.open(spec, space, context)
  local where = context.where
  local fields = schema.check(spec, FIELDS, where, { "evaluate" })
  local path = data.find(fields.file, context, where("evaluate", "file"))
  local self = setmetatable({
    space = space, table = open_table(path, where("evaluate", "file")),
    score_name = context.score or fields.score, report_name = context.report or fields.report,
  }, Lookup)
  self.scores = numbers(self, self.score_name, "score", where)
  self.reports = self.report_name and numbers(self, self.report_name, "report", where)
  find_key(self, fields.key, where("evaluate", fields.key and "key" or "file"))
  connect(self)
  if not fields.partial then check_complete(self) end
  self.path, self.rows = path, self.table.rows
  if self.pool then self.table:free() end
  return self
end

function Lookup:score(batch, first, n)
  local asked, list, results = Batch.new(self.space, math.max(n, 1)), {}, {}
  for i = 1, n do list[i] = first + i - 1 end
  asked:append(batch, list)
  local rows = find_rows(self, asked)
  for i = 1, n do
    local row = rows[i - 1]
    results[i] = row < 0 and { error = "no row for it in " .. self.path }
      or { score = self.scores[row], report = self.reports and self.reports[row] or nil }
  end
  asked:free()
  return results
end

-- The greatest score there is.
function Lookup:optimum()
  if self.best then return self.best end
  local best = -math.huge
  for row = 0, self.rows - 1 do best = math.max(best, self.scores[row]) end
  self.best = best
  return best
end

-- 1 + the number of rows with a greater score.
function Lookup:rank(score)
  local rank = 1
  for row = 0, self.rows - 1 do
    if self.scores[row] > score then rank = rank + 1 end
  end
  return rank
end

function Lookup:describe()
  return string.format("table %s: %d rows by column %s", self.path, self.rows, self.key)
end

return Lookup
