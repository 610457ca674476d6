-- outside - the evaluator that evaluates nothing: its results are told.
--
--   { "ask", score = "accuracy", report = "test", budget = 12 }
--
-- `ganas-lua ask RUN` prints the candidates of a run, `ganas-lua tell RUN` takes their results (ganas.ask).

local confirm = require "ganas.confirm"
local schema = require "ganas.schema"

local Outside = { kind = "ask", repeatable = false }
Outside.__index = Outside

local FIELDS = {
  { enum = { "ask" }, required = true },
  score = { type = "string", expected = "what the score is called" },
  report = { type = "string", expected = "the number to show beside it" },
  budget = { type = "number", above = 0, expected = "what a candidate is trained for, such as epochs" },
  confirm = confirm.FIELD,
}

local function open(spec, _, context)
  local fields = schema.check(spec, FIELDS, context.where, { "evaluate" })
  return setmetatable({
    score_name = context.score or fields.score or "score", report_name = context.report or fields.report,
    budget = fields.budget, confirm = fields.confirm,
  }, Outside)
end

-- Nothing is known yet.
function Outside.score() return nil end

function Outside.describe() return "results are told: 'ganas-lua ask' and 'ganas-lua tell'" end

return { open = open, FIELDS = FIELDS }
