-- table.lua - one row of a table of docs/RESULTS.md: many seeds of a recipe, one after another.
--
--   ganas-lua lua tests/bench/table.lua RECIPE seeds=200..219 at=50,192 optimum=94.373 data=DIR name=value ...
--
-- Prints the mean, over the seeds, of the reported column of the best candidate by the searched column
-- after so many queries; in brackets the runs whose best score is the optimum by then; the mean number
-- of queries to it (a run that never finds it counts with all of its queries); seconds a run.

local message = require "ganas.message"
local recipe = require "ganas.recipe"
local search = require "ganas.search"

local OWN = { seeds = "200..219", at = "50,100,150,192", optimum = false, data = false, threads = "1" }

-- Splits the arguments: ours, and the recipe's.
local function read_arguments(words)
  local own, given = {}, {}
  for name, default in pairs(OWN) do own[name] = default end
  for _, word in ipairs(words) do
    local name, value = word:match "^([%w_]+)=(.*)$"
    if not name then message.usage("'%s'; expected name=value", word) end
    if OWN[name] ~= nil then own[name] = value else given[name] = value end
  end
  return own, given
end

local function numbers(text)
  local list = {}
  for word in text:gmatch "[^,]+" do list[#list + 1] = tonumber(word) end
  return list
end

local function run_seed(name, own, given, seed)
  local args = { seed = tostring(seed) }
  for key, value in pairs(given) do args[key] = value end
  local options = { args = args, data = own.data or nil, threads = tonumber(own.threads) }
  return search.run(recipe.load(name, options))
end

-- Of one run: value[q] = reported column of the best so far, and the query that reached the optimum.
local function follow(result, optimum)
  local best, shown, values, found = -math.huge, nil, {}, nil
  for q, entry in ipairs(result.trajectory) do
    if entry.score and entry.score > best then best, shown = entry.score, entry.report or entry.score end
    values[q] = shown
    if optimum and best >= optimum - 1e-3 and not found then found = q end
  end
  return values, found
end

local function main(name, ...)
  local own, given = read_arguments { ... }
  local at, optimum = numbers(own.at), tonumber(own.optimum)
  local first, last = own.seeds:match "^(%d+)%.%.(%d+)$"
  given.queries = given.queries or tostring(at[#at])
  local sums, hits, queries, seconds, runs = {}, {}, 0, 0, 0
  for seed = tonumber(first), tonumber(last) do
    local result = run_seed(name, own, given, seed)
    local values, found = follow(result, optimum)
    runs, seconds = runs + 1, seconds + result.seconds.total
    queries = queries + (found or result.queries)
    for i, q in ipairs(at) do
      sums[i] = (sums[i] or 0) + (values[q] or values[#values])
      hits[i] = (hits[i] or 0) + ((found or math.huge) <= q and 1 or 0)
    end
  end
  local cells = {}
  for i in ipairs(at) do
    cells[i] = ("%.3f"):format(sums[i] / runs) .. (optimum and (" [%d]"):format(hits[i]) or "")
  end
  local to_optimum = optimum and ("%.0f"):format(queries / runs) or "-"
  print(("| %s | %s | %.2f s"):format(table.concat(cells, " | "), to_optimum, seconds / runs))
end

main(...)
