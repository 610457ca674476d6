-- gloss - what a recipe will do, in plain words, for `check`.

local confirm = require "ganas.confirm"
local message = require "ganas.message"
local progress = require "ganas.progress"
local schedule = require "ganas.schedule"
local uv = require "luv"

-- The number or numbers that the search is after.
local function goal_text(plan)
  local goals = plan.objectives
  if not goals then return "a higher " .. plan.evaluator.score_name .. " is better" end
  local words = {}
  for _, side in ipairs { "max", "min" } do
    local names = goals[side]
    for _, name in ipairs(type(names) == "table" and names or { names }) do
      words[#words + 1] = (side == "max" and "high " or "low ") .. name
    end
  end
  return "it looks for the front of " .. table.concat(words, " and ")
end

local function evaluation_text(plan, size)
  local most = math.min(plan.queries, tonumber(size:match "^(%d+) cand") or math.huge)
  return ("it will evaluate at most %s of the %s of %s, by %s; %s"):format(message.number(most),
    size:gsub(" %(.*", ""), plan.space.name, plan.evaluator:describe():gsub(": .*", ""), goal_text(plan))
end

-- Rules by what is done about them: those that no draw breaks, those that drawn candidates are held to.
local function rule_lines(rules, lines)
  local held, asked = {}, {}
  for _, rule in ipairs(rules) do
    local list = rule.masked and held or asked
    list[#list + 1] = rule.rule:gsub("^function at ", "the %0")
  end
  if #held > 0 then
    lines[#lines + 1] = ("only candidates with %s are drawn at all"):format(table.concat(held, " and "))
  end
  if #asked > 0 then
    lines[#lines + 1] = ("drawn candidates that break %s are thrown away, at no cost"):format(
      table.concat(asked, " or "))
  end
end

local BY = {
  random = "at random", evolution = "by evolution", ["local"] = "by local search",
  gp = "by a Gaussian process",
}

local function search_text(plan)
  local s = plan.settings
  if BY[s.method] then return "candidates are chosen " .. BY[s.method] end
  local sets = type(s.batch) == "function" and "sets of growing size"
    or schedule.describe(s.batch) .. " at a time"
  return ("%d random ones come first, then %s, chosen by what was learnt so far"):format(
    math.min(s.initial, plan.queries), sets)
end

local function baselines_text(plan)
  local n = #(plan.baselines or {})
  if n == 0 then return nil end
  return ("the first %s from start_from; what is found is compared with %s"):format(
    n == 1 and "is the network" or ("%d are the networks"):format(n), n == 1 and "it" or "them")
end

local function end_text(plan)
  local n = plan.queries
  local words = { ("after %s quer%s"):format(message.number(n), n == 1 and "y" or "ies") }
  if plan.seconds then words[#words + 1] = ("%s s"):format(message.number(plan.seconds)) end
  if plan.cost then words[#words + 1] = ("a cost of %s"):format(message.number(plan.cost)) end
  if plan.settings.stop then words[#words + 1] = "when its stop rule says so" end
  return ("it ends %s; the run is kept in %s and can be resumed"):format(table.concat(words, ", or "),
    plan.out or ("runs/%s-%s-N"):format(plan.name, message.number(plan.seed)))
end

local function confirm_text(plan)
  local wanted = plan.ledger.confirm
  if not wanted then return nil end
  local n = wanted.best
  return ("then the best %s evaluated again, at %s, to say which is the best"):format(
    n == 1 and "one is" or ("%d are"):format(n), confirm.words(plan.evaluator, wanted.budget))
end

-- Sentences about a plan; `size`: how many candidates there are, in words; `rules`: constraints:report().
local function gloss(plan, size, rules)
  local lines = { evaluation_text(plan, size) }
  rule_lines(rules, lines)
  lines[#lines + 1] = baselines_text(plan)
  lines[#lines + 1] = search_text(plan)
  lines[#lines + 1] = confirm_text(plan)
  lines[#lines + 1] = end_text(plan)
  return lines
end

-- How long all evaluations of a search take, from one that took so many seconds: a fact, where that is
-- worth one. Of files only the first takes long.
local function time_text(plan, seconds)
  if plan.ledger.kind ~= "function" or seconds * plan.queries < 1 then return nil end
  return { "its time", ("%s s here; %d such evaluations take about %s"):format(message.rounded(seconds, 2),
    plan.queries, progress.duration(seconds * plan.queries)) }
end

local function now() return uv.hrtime() * 1e-9 end

return { lines = gloss, time = time_text, now = now }
