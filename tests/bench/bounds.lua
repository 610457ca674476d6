-- bounds.lua - searches under the 27 bounds of HW-NAS-Bench on NAS-Bench-201: how often is the best feasible
-- cell found? The costs of nine columns on CIFAR-10, each at the 5th, 20th and 50th percentile of its values.
--
--   ganas-lua lua tests/bench/bounds.lua seeds=0..4 queries=150 data=DIR preset=best [columns=fpga_]
--     [rejected=no] [held=no]
--
-- Prints for each bound the runs that found the cell with the best validation accuracy among the feasible
-- ones, and the median number of queries to it; beside it the same with rejection after the fact, where the
-- search knows nothing of the bound and a candidate that breaks it costs its query and has no score.
-- `columns` is a part of their names; rejected=no and held=no leave one of the two out.

local Batch = require "ganas.batch"
local message = require "ganas.message"
local recipe = require "ganas.recipe"
local search = require "ganas.search"

local COLUMNS = { "edgegpu_latency_ms", "edgegpu_energy_mj", "raspi4_latency_ms", "edgetpu_latency_ms",
  "pixel3_latency_ms", "eyeriss_latency_ms", "eyeriss_energy_mj", "fpga_latency_ms", "fpga_energy_mj" }
local SHARES = { 0.05, 0.2, 0.5 }

local own = { seeds = "0..4", queries = "150", preset = "best", columns = "", rejected = "yes",
  held = "yes" }
for _, word in ipairs { ... } do
  local name, value = word:match "^(%w+)=(.*)$"
  own[name] = value
end
local first, last = own.seeds:match "^(%d+)%.%.(%d+)$"

local function load(seed, rules)
  return recipe.load("nb201_cifar10", { args = { seed = tostring(seed), queries = own.queries,
    preset = own.preset }, where = rules, data = own.data, threads = 1 })
end

-- ---- the bounds ----

local function known_values(batch, column)
  local values, list = batch:measure(column), {}
  for i = 0, batch:count() - 1 do
    if values[i] == values[i] then list[#list + 1] = values[i] end
  end
  table.sort(list)
  return values, list
end

-- The best validation accuracy of a feasible cell.
local function optimum(batch, results, values, bound)
  local best = -math.huge
  for i = 0, batch:count() - 1 do
    if values[i] <= bound then best = math.max(best, results[i + 1].score) end
  end
  return best
end

-- ---- searching ----

-- The query that reached the best, nil if none did; how many queries broke the bound.
local function run(plan, best, column, bound)
  local at, broken = nil, 0
  local ok, result = pcall(search.run, plan)
  if not ok and message.is_user(result) then return nil, 0 end -- nothing in the first set obeyed
  assert(ok, result)
  for _, step in ipairs(result.trajectory) do
    local cost = plan.space:arch(step.arch)[column]
    if cost ~= cost or cost > bound then broken = broken + 1
    elseif step.score and step.score >= best and not at then at = step.query end
  end
  return at, broken
end

-- The same evaluator, to which a candidate that breaks the bound is a failure.
local function rejecting(plan, column, bound)
  local inner = plan.evaluator
  plan.evaluator = setmetatable({ score = function(_, batch, from, n)
    local results, values = inner:score(batch, from, n), batch:measure(column)
    for i, result in ipairs(results) do
      local value = values[from + i - 1]
      if value ~= value or value > bound then
        results[i] = { error = "infeasible", source = result.source }
      end
    end
    return results
  end }, { __index = inner })
  return plan
end

local function median(list)
  table.sort(list)
  return #list == 0 and "-" or tostring(list[math.ceil(#list / 2)])
end

local function many(make, best, column, bound)
  local hits, broken, at = 0, 0, {}
  for seed = first, last do
    local found, bad = run(make(seed), best, column, bound)
    broken = broken + bad
    if found then hits, at[#at + 1] = hits + 1, found end
  end
  return hits, at, broken
end

-- ---- the table ----

local plan = load(0, {})
local batch = Batch.new(plan.space, 15625)
batch:enumerate(nil, 0)
local results = plan.evaluator:score(batch, 0, 15625)
local runs, sum, rejected_sum, bounds, least = last - first + 1, 0, 0, 0, math.huge

print(("| bound | at | held: found of %d | queries to it | infeasible | rejected: found | queries to it |")
  :format(runs))
print "|---|---|---|---|---|---|---|"
for _, column in ipairs(COLUMNS) do if column:find(own.columns, 1, true) then
  local values, list = known_values(batch, column)
  for _, share in ipairs(SHARES) do
    local bound = list[math.ceil(share * #list)]
    local best = optimum(batch, results, values, bound)
    local rule = ("%s <= %.17g"):format(column, bound)
    local hits, at, broken = 0, {}, 0
    if own.held == "yes" then
      hits, at, broken = many(function(seed) return load(seed, { rule }) end, best, column, bound)
    end
    local others, other_at = 0, {}
    if own.rejected == "yes" then
      others, other_at = many(function(seed)
        return rejecting(load(seed, {}), column, bound)
      end, best, column, bound)
    end
    sum, rejected_sum, bounds, least = sum + hits, rejected_sum + others, bounds + 1, math.min(least, hits)
    print(("| %s <= %.6g | %d %% | %d | %s | %d | %d | %s |"):format(column, bound, 100 * share, hits,
      median(at),
      broken, others, median(other_at)))
    io.stdout:flush()
  end
end end
print(("| all | | %.1f %%, least %d | | | %.1f %% | |"):format(100 * sum / runs / bounds, least,
  100 * rejected_sum / runs / bounds))
