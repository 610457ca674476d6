-- confirm - the end of a search that asks at a low budget: the best are asked for again at the full one.
--
--   evaluate = { "worker", ..., budget = 3, confirm = { budget = 30, best = 5 } }
--
-- What was confirmed is a set of its own in the journal, whose results have that budget; the search has
-- learnt nothing from it. result.confirmed lists them by their score at the full budget, best first, each
-- with what it had before as `screened`; the first of them is the result, and of run:best.

local Batch = require "ganas.batch"
local message = require "ganas.message"

local confirm = {}

confirm.FIELD = {
  type = "table", expected = "{ budget = 30, best = 5 }",
  fields = {
    budget = { type = "number", above = 0, required = true, expected = "what the best are trained for" },
    best = { type = "number", integer = true, min = 1, default = 5 },
  },
}

-- A budget in words; some evaluators have a name for what it is.
function confirm.words(evaluator, budget)
  local name = evaluator.budget_name
  return name and ("%s %s"):format(message.number(budget), name) or "budget " .. message.number(budget)
end

-- The best of a search as a batch, and as the entries of its result.
local function best_of(plan, result, n)
  local batch, entries = Batch.new(plan.space, n), {}
  for i, entry in ipairs(result.top) do
    if i > n then break end
    assert(plan.space:push(batch, entry.arch))
    entries[i] = entry
  end
  return batch, entries
end

local function confirmed_of(entry, found)
  local new = setmetatable({ screened = entry.score, score = found.score, report = found.report,
    error = found.error }, { __index = entry })
  return new
end

local function order(list)
  local place = {}
  for i, entry in ipairs(list) do place[entry] = i end
  table.sort(list, function(a, b)
    local x, y = a.score or -math.huge, b.score or -math.huge
    if x ~= y then return x > y end
    return place[a] < place[b]
  end)
end

-- Asks for the best of a search that is over, where the recipe wants that; false after an interrupt.
function confirm.run(plan, result)
  local wanted = plan.ledger.confirm
  if not wanted or result.reason == "interrupted" or #result.top == 0 then return true end
  local batch, entries = best_of(plan, result, wanted.best)
  if plan.display then plan.display:enter("confirming the best " .. batch:count()) end
  local found = plan.ledger:at(wanted.budget, function()
    return plan.evaluator:score(batch, 0, batch:count())
  end)
  if not found then return false end
  for i, entry in ipairs(entries) do entries[i] = confirmed_of(entry, found[i]) end
  order(entries)
  result.confirmed, result.confirmed_at, result.run.confirmed = entries, wanted.budget, entries
  if entries[1].score then result.best, result.to_best = entries[1], entries[1].query end
  return true
end

return confirm
