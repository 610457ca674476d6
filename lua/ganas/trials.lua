-- trials - the evaluator that looks candidates up in a table of single trainings: several rows may be of one
-- candidate, which then has their mean.
--
--   { "trials", file = "trained.csv.gz", score = "val_top1", report =, key = "e,k,l,se" }
--
-- The key is the official string in a column `arch`, one of the space's `keys`, or a column of official
-- strings that `key` names. A candidate without a row has failed. metrics.trials is the number of its rows.

local Batch = require "ganas.batch"
local Pool = require "ganas.pool"
local Table = require "ganas.table"
local data = require "ganas.data"
local message = require "ganas.message"
local schema = require "ganas.schema"

local Trials = { kind = "trials", repeatable = true }
Trials.__index = Trials

local BLOCK = 4096 -- rows read at a time

local FIELDS = {
  { enum = { "trials" }, required = true },
  file = { type = "string", required = true, expected = "the name of a CSV file, plain or .gz" },
  score = { type = "string", required = true, expected = "the column to search by" },
  report = { type = "string" },
  key = { type = "string" },
}

-- ---- the key ----

local function columns_of(t, name)
  local list = {}
  for part in (name .. ","):gmatch "([^,]*)," do
    list[#list + 1] = t:column(part)
    if not list[#list] then return nil end
  end
  return list
end

-- The columns of the key and what reads their text.
local function find_key(self, t, wanted, where)
  local names = wanted and { wanted } or { "arch", unpack(self.space.keys) }
  for _, name in ipairs(names) do
    local columns = columns_of(t, name)
    if columns then return name, columns, self.space.key_notations[name] or self.space.notation end
  end
  message.user("%s: %s has no column that names the candidates of %s; looked for %s", where, t.path,
    self.space.name, message.names(names, "and"))
end

-- ---- reading ----

local function text_of(t, row, columns)
  local texts = {}
  for i, column in ipairs(columns) do texts[i] = t:text(row, column) end
  return table.concat(texts, ",")
end

-- Adds row `at` of the table, row i of the batch, to its candidate's sums.
local function add_row(self, batch, i, at, scores, reports)
  local new = self.pool:try(batch, i, 0)
  local k = new and self.pool:count() - 1 or self.pool:find(batch)[i]
  local sums = self.sums[k] or { n = 0, score = 0, report = 0 }
  sums.n, sums.score = sums.n + 1, sums.score + scores[at]
  sums.report = reports and sums.report + reports[at]
  self.sums[k] = sums
end

local function read(self, t, wanted, where, scores, reports)
  local name, columns, reader = find_key(self, t, wanted, where)
  local batch = Batch.new(self.space, BLOCK)
  for first = 0, t.rows - 1, BLOCK do
    batch:clear()
    for row = first, math.min(first + BLOCK, t.rows) - 1 do
      local text = text_of(t, row, columns)
      local ok, why = self.space:push(batch, text, reader)
      if not ok then
        message.user("%s: %s %s is no candidate of %s: %s", t:where(row), name, message.quote(text),
          self.space.name, why)
      end
    end
    for i = 0, batch:count() - 1 do add_row(self, batch, i, first + i, scores, reports) end
  end
  batch:free()
  return name
end

-- ---- the evaluator ----

-- Opens the table that a recipe names; as ganas.evaluate.open.
function Trials.open(spec, space, context)
  local where = context.where
  local fields = schema.check(spec, FIELDS, where, { "evaluate" })
  local self = setmetatable({
    space = space, pool = Pool.new(space, space.identity), sums = {},
    path = data.find(fields.file, context, where("evaluate", "file")),
    score_name = context.score or fields.score, report_name = context.report or fields.report,
  }, Trials)
  local t = Table.open(self.path)
  local scores = t:numbers(t:need(self.score_name, where("evaluate", "score")))
  local reports = self.report_name and t:numbers(t:need(self.report_name, where("evaluate", "report")))
  self.rows = t.rows
  self.key = read(self, t, fields.key, where("evaluate", fields.key and "key" or "file"), scores, reports)
  t:free()
  return self
end

local function result_of(self, k)
  local sums = self.sums[k]
  if not sums then return { error = "no row for it in " .. self.path } end
  return { score = sums.score / sums.n, report = sums.report and sums.report / sums.n or nil,
    metrics = { trials = sums.n } }
end

function Trials:score(batch, first, n)
  local asked, list, results = Batch.new(self.space, math.max(n, 1)), {}, {}
  for i = 1, n do list[i] = first + i - 1 end
  asked:append(batch, list)
  local found = self.pool:find(asked)
  for i = 1, n do results[i] = result_of(self, found[i - 1]) end
  asked:free()
  return results
end

function Trials:describe()
  return ("table %s: %d trainings of %d candidates by column %s"):format(self.path, self.rows,
    self.pool:count(), self.key)
end

Trials.FIELDS = FIELDS -- for the stubs of editors

return Trials
