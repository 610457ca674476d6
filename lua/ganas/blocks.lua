-- blocks - a measure that is the sum of a table by step and operation: { blocks = "file.csv", name = "ms" }.
--
--   step,op,latency_ms        one line a step and operation; more columns are more measures
--   base,,3.2                 what every candidate costs, once
--   *,skip,0                  an operation at every step that has no line of its own
--   1,k3_e3,5.1
--
-- Every operation that a step can be has to be there. `ganas-lua fit` writes such tables.

local Table = require "ganas.table"
local data = require "ganas.data"
local message = require "ganas.message"

local blocks = {}

local BASE, EVERY = "base", "*"

-- The step of a line: its number, "base" or "*".
local function read_step(self, row)
  local text, most = self.table:text(row, self.step), #self.space.steps
  if text == BASE or text == EVERY then return text end
  local step = tonumber(text)
  if step and step >= 1 and step <= most and step % 1 == 0 then return step end
  message.user("%s: step %s; expected 1 to %d, '*' for every step, or 'base'", self.table:where(row),
    message.quote(text), most)
end

local function read_op(self, row, step)
  local op = self.table:text(row, self.op)
  if step == BASE and op == "" then return "" end
  if step == BASE then
    message.user("%s: operation %s of the base; expected none", self.table:where(row), message.quote(op))
  end
  local number = self.space.numbers[op]
  if number and number < #self.space.own then return op end
  message.user("%s: %s", self.table:where(row), message.unknown("operation", op, self.space.own))
end

-- Rows by step and operation.
local function read_rows(self)
  self.rows = {}
  for row = 0, self.table.rows - 1 do
    local step = read_step(self, row)
    local op = read_op(self, row, step)
    local of_step = self.rows[step] or {}
    if of_step[op] then
      message.user("%s: step %s, %s is there on line %d already; expected it once", self.table:where(row),
        tostring(step), message.quote(op), self.table:line(of_step[op]))
    end
    self.rows[step], of_step[op] = of_step, row
  end
end

local function open_file(self)
  if self.rows then return end
  self.path = data.find(self.file, self.plan, self.where "blocks")
  self.table = Table.open(self.path)
  self.step = self.table:need("step", self.where "blocks")
  self.op = self.table:need("op", self.where "blocks")
  read_rows(self)
end

-- The row for a step and an operation, nil if there is none.
local function row_of(self, step, op)
  local own, every = self.rows[step], self.rows[EVERY]
  return own and own[op] or every and every[op]
end

-- The first operation that a step can be and that the table doesn't have.
local function check_complete(self)
  for step, node in ipairs(self.space.steps) do
    for _, op in ipairs(self.space.sets[node]) do
      local name = self.space.ops[op + 1]
      if op < #self.space.own and not row_of(self, step, name) then
        message.user("%s: %s has no line for step %d, %s; expected one for each operation of each step",
          self.where "blocks", self.path, step, message.quote(name))
      end
    end
  end
end

local function open_column(self, name, where)
  open_file(self)
  local values = self.table:numbers(self.table:need(name, where))
  check_complete(self)
  local base = self.rows[BASE] and self.rows[BASE][""]
  return {
    measure = "sum", where = where, base = base and values[base] or 0,
    fn = function(step, op) return values[row_of(self, step, op)] end,
  }
end

-- Measures from the table that `fields.blocks` names: open(name of a column, where) -> description of a sum.
-- `where(field)` -> "file:line".
function blocks.source(fields, space, plan, where)
  local self = { file = fields.blocks, space = space, plan = plan, where = where }
  return function(name, place) return open_column(self, name, place) end
end

return blocks
