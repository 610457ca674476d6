-- baseline - networks that a search starts from and that its results are compared with.
--
--   start_from = "e1666666:k3353553:l1223341:s1111111"        one official string, or a list of them
--
-- Baselines are the search's first queries. They need not obey the constraints: one that breaks some is
-- evaluated all the same and compared with, but is no candidate and nothing is learnt from it. None is ever
-- the result: that is the best of the others.

local Batch = require "ganas.batch"
local Pool = require "ganas.pool"
local constraints = require "ganas.constraints"
local message = require "ganas.message"

local baseline = {}

-- ---- opening ----

-- The constraints that a candidate breaks, as texts.
local function broken(plan, batch)
  local trial, list = constraints.new(plan.constraint_list, plan.space, plan.where, plan.rules), {}
  local one = Batch.new(plan.space, 1)
  one:append(batch)
  trial:judge(one)
  for _, item in ipairs(trial.items) do
    if item.rejected > 0 then list[#list + 1] = item.text end
  end
  return list
end

local function read(plan, text, where)
  local batch = Batch.new(plan.space, 1)
  if type(text) ~= "string" then
    message.user("%s: field 'start_from' has %s; expected official strings of %s", where, message.value(text),
      plan.space.name)
  end
  local ok, why = plan.space:push(batch, text)
  if not ok then
    message.user("%s: %s is no candidate of %s: %s", where, message.quote(text), plan.space.name, why)
  end
  local arch = batch:arch(0)
  return { arch = arch, text = tostring(arch), batch = batch, where = where, breaks = broken(plan, batch) }
end

-- The baselines of a plan, nil for none. `given`: the field, a string or a list.
function baseline.open(plan, given)
  if given == nil then return nil end
  local many = type(given) == "table"
  local texts, list, known = many and given or { given }, {}, Pool.new(plan.space, plan.identity)
  if #texts == 0 then
    message.user("%s: field 'start_from' is an empty list; expected official strings of %s",
      plan.where "start_from", plan.space.name)
  end
  for i, text in ipairs(texts) do
    list[i] = read(plan, text, many and plan.where("start_from", i) or plan.where "start_from")
    if not known:try(list[i].batch, 0, 0) then
      message.user("%s: %s is there twice; expected each baseline once", list[i].where, message.quote(text))
    end
  end
  return list
end

-- How many candidates a first set of `n` has at least: where a baseline is no candidate, one more.
function baseline.least(plan, n)
  for i, entry in ipairs(plan.baselines or {}) do
    if #entry.breaks > 0 then n = math.max(n, i + 1) end
  end
  return n
end

-- The first set of a search: the baselines, then of `set` what is not among them, `n` in all.
function baseline.lead(plan, set, n)
  local list = plan.baselines
  if not list then return set end
  local all = Batch.new(plan.space, #list + math.max(set:count(), 1))
  for _, entry in ipairs(list) do all:append(entry.batch) end
  all:append(set)
  Pool.new(plan.space, plan.identity):unique(all, false)
  if all:count() > n then all:truncate(n) end
  return all
end

-- ---- comparing ----

-- The numbers to compare by: { name, value, more } of an entry, where `more` says that more is better. Costs
-- are sums and what comes from outside of the space; counts, depth and such are neither good nor bad.
local function quantities(plan, entry)
  local list = not entry.score and {} or { { plan.evaluator.score_name, entry.score, true } }
  if entry.report then list[#list + 1] = { plan.evaluator.report_name, entry.report, true } end
  for _, pair in ipairs(entry.measures) do
    local measure = plan.space.measures[pair[1]]
    if measure and measure.cost then list[#list + 1] = { pair[1], pair[2], false } end
  end
  return list
end

-- What an entry has against a baseline: changes { name, by, the baseline's, whether it is a cost }, names of
-- what is better and of what is worse.
function baseline.compare(plan, base, entry)
  local before, after = quantities(plan, base), quantities(plan, entry)
  local result = { arch = entry.arch, changes = {}, better = {}, worse = {} }
  local known = {}
  for _, q in ipairs(before) do known[q[1]] = q[2] end
  for _, q in ipairs(after) do
    local name, value, old = q[1], q[2], known[q[1]]
    if old and value then
      result.changes[#result.changes + 1] = { name, value - old, old, not q[3] }
      local gain = q[3] and value - old or old - value
      if gain ~= 0 then table.insert(gain > 0 and result.better or result.worse, name) end
    end
  end
  result.dominates = #result.worse == 0 and #result.better > 0
  result.dominated = #result.better == 0 and #result.worse > 0
  return result
end

-- ---- in words ----

-- A cost in per cent of the baseline's, anything else as it is.
local function change_text(change)
  local name, by, old, cost = change[1], change[2], change[3], change[4]
  if cost and old ~= 0 then return ("%s %+.1f %%"):format(name, 100 * by / math.abs(old)) end
  return ("%s %+.4g"):format(name, by)
end

local function verdict(c)
  if c.dominates then return "dominates it" end
  if c.dominated then return "is dominated by it" end
  if #c.better == 0 then return "is as good in everything" end
  local better, worse = table.concat(c.better, " and "), table.concat(c.worse, " and ")
  return ("is better in %s, worse in %s"):format(better, worse)
end

-- One line on a baseline.
function baseline.describe(plan, entry)
  local words = {}
  if not entry.score then return ("the baseline %s has no score"):format(entry.arch) end
  for i, q in ipairs(quantities(plan, entry)) do words[i] = q[1] .. " " .. message.rounded(q[2], 8) end
  local text = ("the baseline %s: %s"):format(entry.arch, table.concat(words, ", "))
  if entry.source then text = text .. ", by " .. entry.source end
  if #entry.breaks == 0 then return text end
  return ("%s; it breaks %s"):format(text, table.concat(entry.breaks, "; "))
end

-- One line on a comparison; place: its rank among the results.
function baseline.line(place, c)
  local words = {}
  for i, change in ipairs(c.changes) do words[i] = change_text(change) end
  return ("%d against the baseline: %s: %s"):format(place, table.concat(words, ", "), verdict(c))
end

return baseline
