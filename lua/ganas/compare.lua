-- compare - many seeds of several methods on one recipe, side by side.
--
--   ganas-lua compare RECIPE methods=best,evolution,random seeds=100..119 budgets=50,100,150 [name=value ...]
--
-- A method is a preset or a method of `search`. Each pair of method and seed is a search of its own; they are
-- shared among several processes (ganas.team), which changes no figure. After each budget: the reported
-- column of the best candidate by the searched column.

local contrast = require "ganas.contrast"
local document = require "ganas.document"
local figures = require "ganas.figures"
local fs = require "ganas.fs"
local message = require "ganas.message"
local recipe = require "ganas.recipe"
local search = require "ganas.search"
local settings = require "ganas.settings"
local sorted = require "ganas.sorted"
local team = require "ganas.team"
local verdict = require "ganas.verdict"

local compare = {}

local DEFAULTS = { methods = "best,random", seeds = "0..9" }

-- ---- what is asked for ----

local function one_of(word, list)
  for _, name in ipairs(list) do
    if name == word then return true end
  end
  return false
end

-- The names a method may have: presets and methods. "ganas" is both presets' own.
local function names()
  local list = { unpack(settings.presets) }
  for _, name in ipairs(settings.methods) do
    if name ~= "ganas" then list[#list + 1] = name end
  end
  return list
end

local function read_methods(text)
  local list, known = {}, names()
  for word in (text .. ","):gmatch "([^,]*)," do
    if not one_of(word, known) then message.usage("%s", message.unknown("method", word, known)) end
    if one_of(word, list) then message.usage("method %s is named twice", message.quote(word)) end
    list[#list + 1] = word
  end
  return list
end

local function bad_list(name, text, expected)
  message.usage("argument '%s' is %s; expected %s", name, message.quote(text), expected)
end

local function is_count(x) return x and x >= 0 and x % 1 == 0 and x <= 2 ^ 53 end

-- "3", "3,5,8" or "0..9".
local function read_seeds(text)
  local list, expected = {}, "numbers such as 100..119 or 3,5,8"
  local first, last = text:match "^(%d+)%.%.(%d+)$"
  if first then
    first, last = tonumber(first), tonumber(last)
    if not is_count(last) or last < first or last - first >= 10000 then bad_list("seeds", text, expected) end
    for seed = first, last do list[#list + 1] = seed end
    return list
  end
  for word in (text .. ","):gmatch "([^,]*)," do
    local seed = word:match "^%d+$" and tonumber(word)
    if not is_count(seed) or one_of(seed, list) then bad_list("seeds", text, expected) end
    list[#list + 1] = seed
  end
  return list
end

local function read_budgets(text)
  local list = {}
  for word in (text .. ","):gmatch "([^,]*)," do
    local n = word:match "^%d+$" and tonumber(word)
    if not is_count(n) or n == 0 or list[#list] and n <= list[#list] then
      bad_list("budgets", text, "numbers of queries that rise, such as 50,100,150")
    end
    list[#list + 1] = n
  end
  return list
end

-- Takes a word of our own out of the recipe's arguments.
local function take(given, name)
  local text = given[name]
  given[name] = nil
  return text or DEFAULTS[name]
end

-- The arguments of one search.
local function arguments_of(task, method, seed)
  local texts = {}
  for name, text in sorted(task.args) do texts[name] = text end
  texts[one_of(method, settings.presets) and "preset" or "method"] = method
  texts.seed, texts.queries = tostring(seed), tostring(task.budgets[#task.budgets])
  return texts
end

local function load(task, method, seed)
  return recipe.load(task.operand, {
    args = arguments_of(task, method, seed), data = task.data, threads = 1, json = task.json,
  })
end

local function forbid(given)
  for _, name in ipairs { "seed", "queries", "method" } do
    if given[name] then
      message.usage("argument '%s' has no place in a comparison; expected %s", name,
        name == "seed" and "seeds=" or name == "queries" and "budgets=" or "methods=")
    end
  end
end

-- Reads the options into a task, and loads the recipe once for what every search has in common.
local function read(given)
  forbid(given.args)
  local task = { operand = given.operand, args = given.args, data = given.data, json = given.json }
  task.methods = read_methods(take(given.args, "methods"))
  task.seeds = read_seeds(take(given.args, "seeds"))
  local budgets = take(given.args, "budgets")
  if not budgets then budgets = tostring(recipe.read(given.operand, { args = given.args }).queries) end
  task.budgets = read_budgets(budgets)
  task.plan = load(task, task.methods[1], task.seeds[1])
  return task
end

-- ---- one search ----

-- The steps at which the best improves: { query, score, report }.
local function climb(result)
  local steps, best = {}, -math.huge
  for q, entry in ipairs(result.trajectory) do
    if entry.score and entry.score > best then
      best = entry.score
      steps[#steps + 1] = { q, entry.score, entry.report or entry.score }
    end
  end
  return steps
end

-- A job's result as text, one number after another, and back.
local function pack(result)
  local words = { ("%d"):format(result.queries), ("%.3f"):format(result.seconds.total) }
  for _, step in ipairs(climb(result)) do
    words[#words + 1] = ("%d %.17g %.17g"):format(step[1], step[2], step[3])
  end
  return table.concat(words, " ")
end

local function unpack_run(text)
  local numbers, run = {}, { steps = {} }
  for word in text:gmatch "%S+" do numbers[#numbers + 1] = tonumber(word) end
  run.queries, run.seconds = numbers[1], numbers[2]
  for i = 3, #numbers, 3 do
    run.steps[#run.steps + 1] = { query = numbers[i], score = numbers[i + 1], report = numbers[i + 2] }
  end
  return run
end

local function jobs_of(task)
  local jobs = {}
  for _, method in ipairs(task.methods) do
    for _, seed in ipairs(task.seeds) do jobs[#jobs + 1] = { method = method, seed = seed } end
  end
  return jobs
end

-- ---- running ----

-- A process's share of the jobs.
local function work(task, share, host)
  local function interrupted() return host.interrupted() ~= 0 end
  team.work(share, jobs_of(task), function(job)
    return pack(search.run(load(task, job.method, job.seed), { interrupted = interrupted }))
  end)
end

local function run_all(task, given)
  local jobs, runs = jobs_of(task), {}
  local results = team.run("compare", given, #jobs)
  for i, job in ipairs(jobs) do
    runs[job.method] = runs[job.method] or {}
    table.insert(runs[job.method], unpack_run(results[i]))
  end
  return runs
end

-- The same as a page, where we are.
local function write_page(task, rows)
  local path = task.plan.name .. "-compare.html"
  fs.write_atomic(path, document(contrast.methods(task, rows)))
  message.note("the curves are in %s", path)
end

-- Compares what the options ask for; the text to print, as a list of lines.
function compare.run(given, host)
  local share = take(given.args, team.SHARE)
  local words = team.words(given)
  local task = read(given)
  if share then
    work(task, share, host)
    return {}
  end
  given.words = words
  task.runs = run_all(task, given)
  local rows = figures.rows(task.plan.evaluator, task.methods, task.budgets, task.runs)
  if given.html then write_page(task, rows) end
  return given.json and { verdict.json(task, rows) } or verdict.lines(task, rows)
end

return compare
