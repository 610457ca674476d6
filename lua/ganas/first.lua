-- first - the evaluator that asks several others in turn: each candidate gets the answer of the first that
-- has one, and the result says whose it was.
--
--   { "first", { "table", file = "trained.csv", ..., partial = true }, { "predictor", file = "acc.f32" } }
--
-- The score is called as the first one calls it. result.source is "table trained.csv" or such.

local Batch = require "ganas.batch"
local fs = require "ganas.fs"
local message = require "ganas.message"

local First = { kind = "first" }
First.__index = First

-- What a result says of where it is from.
local function source_of(evaluator)
  return evaluator.kind .. (evaluator.path and " " .. fs.basename(evaluator.path) or "")
end

-- The plan as the i-th evaluator sees it: its fields are one level down, and names of columns from the
-- command line are for the first alone.
local function inner(context, i)
  local where = context.where
  local own = i == 1 and {} or { score = false, report = false }
  own.where = function(field, ...)
    if field == "evaluate" then return where("evaluate", i + 1, ...) end
    return where(field, ...)
  end
  return setmetatable(own, { __index = context })
end

local function check(spec, context)
  for name in pairs(spec) do -- order can't matter: the first that is wrong is named, whichever it is
    if type(name) ~= "number" then
      message.user("%s: unknown field %s in 'evaluate'; 'first' has a list of evaluators and nothing else",
        context.where("evaluate", name), message.quote(tostring(name)))
    end
  end
  if #spec < 3 then
    message.user("%s: 'first' of %d evaluator%s; expected at least two, { 'first', { ... }, { ... } }",
      context.where "evaluate", #spec - 1, #spec == 2 and "" or "s")
  end
end

-- What candidates are trained for is one for all: the journal says it of each result.
local function take_budget(self, evaluator, where)
  if self.budget and evaluator.budget and self.budget ~= evaluator.budget then
    message.user("%s: its evaluators have the budgets %s and %s; expected one budget for all",
      where "evaluate", message.number(self.budget), message.number(evaluator.budget))
  end
  self.budget, self.confirm = self.budget or evaluator.budget, self.confirm or evaluator.confirm
end

-- Opens them all; as ganas.evaluate.open, which is `open`.
function First.open(spec, space, context, open)
  check(spec, context)
  local self = setmetatable({ space = space, list = {}, repeatable = true }, First)
  for i = 2, #spec do
    local evaluator = open(spec[i], space, inner(context, i - 1))
    if evaluator.kind == "ask" then
      message.user("%s: 'ask' is told its results later, and can't be asked in turn; expected it alone, "
        .. "evaluate = { 'ask' }", context.where("evaluate", i))
    end
    self.list[i - 1] = evaluator
    self.repeatable = self.repeatable and evaluator.repeatable
    self.report_name = self.report_name or evaluator.report_name
    take_budget(self, evaluator, context.where)
  end
  self.score_name = self.list[1].score_name
  return self
end

-- Rows (from 0) of `batch` that have no answer yet, as a batch.
local function open_rows(self, batch, rows)
  local part = Batch.new(self.space, math.max(#rows, 1))
  part:append(batch, rows)
  return part
end

-- What the ledger says of some rows. It hears at once of a result that no other evaluator is asked about, so
-- that none is lost when the search ends in the middle of a set.
local function call_of(call, first, rows, evaluator, last)
  if not call then return nil end
  local jobs = {}
  for i, row in ipairs(rows) do jobs[i] = call.jobs[row - first + 1] end
  return { jobs = jobs, log = call.log, heard = function(i, result)
    if not (result.score or last) then return end
    result.source = result.source or source_of(evaluator)
    call.heard(rows[i] - first + 1, result)
  end }
end

-- Asks one evaluator about rows; fills results by row and gives the rows that it failed on, nil after an
-- interrupt.
local function ask(self, evaluator, batch, rows, results, call)
  local part, left = open_rows(self, batch, rows), {}
  local found = evaluator:score(part, 0, #rows, call)
  if not found then return nil end
  for i, result in ipairs(found) do
    local row = rows[i]
    result.source = result.source or source_of(evaluator)
    results[row] = result
    if not result.score then left[#left + 1] = row end
  end
  part:free()
  return left
end

function First:score(batch, first, n, call)
  local rows, results, list = {}, {}, {}
  for i = 1, n do rows[i] = first + i - 1 end
  for i, evaluator in ipairs(self.list) do
    local own = call_of(call, first, rows, evaluator, i == #self.list)
    if #rows > 0 then rows = ask(self, evaluator, batch, rows, results, own) end
    if not rows then return nil end
  end
  for i = 1, n do list[i] = results[first + i - 1] end
  return list
end

-- The results are in the journal; the search is over.
function First:settle()
  for _, evaluator in ipairs(self.list) do
    if evaluator.settle then evaluator:settle() end
  end
end

-- Where the last that is asked has left what it said.
function First:said(log)
  local last = self.list[#self.list]
  return last.said and last:said(log) or nil
end

function First:close()
  for _, evaluator in ipairs(self.list) do
    if evaluator.close then evaluator:close() end
  end
end

function First:describe()
  local words = {}
  for i, evaluator in ipairs(self.list) do words[i] = evaluator:describe() end
  return "the first that answers of: " .. table.concat(words, "; ")
end

return First
