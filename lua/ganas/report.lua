-- report - the result of a search, as text and as JSON.

local baseline = require "ganas.baseline"
local confirm = require "ganas.confirm"
local constraints = require "ganas.constraints"
local fs = require "ganas.fs"
local json = require "ganas.json"
local progress = require "ganas.progress"
local sorted = require "ganas.sorted"
local system = require "ganas.system"

local report = {}

local SHOWN = 3 -- best architectures in the text

-- ---- JSON ----

-- { name, value } pairs or a table by name, as an object.
local function named(values)
  if not values then return nil end
  if type(rawget(values, 1)) == "table" then return json.object(values) end
  local fields = {}
  for name, value in sorted(values) do fields[#fields + 1] = { name, value } end
  return json.object(fields)
end

local function map(list, fn) return json.map(list or {}, fn) end

local function node_json(node)
  local fields = { { "op", node.op }, { "role", node.role } }
  if node.cell then fields[3] = { "cell", node.cell } end
  if node.dead then fields[#fields + 1] = { "dead", true } end
  if node.zero then fields[#fields + 1] = { "zero", true } end
  return json.object(fields)
end

local function graph_json(graph)
  if not graph then return nil end
  return json.object {
    { "nodes", map(graph.nodes, node_json) },
    { "edges", map(graph.edges, function(edge) return json.array { edge[1], edge[2] } end) },
  }
end

local function best_json(entry)
  if not entry then return json.null end
  return json.object {
    { "arch", entry.arch }, { "score", entry.score }, { "report", entry.report }, { "query", entry.query },
    { "measures", named(entry.measures) or json.object {} },
    entry.source and { "source", entry.source } or nil,
  }
end

-- The same with the graph, to draw it.
local function top_json(entry)
  local object = best_json(entry)
  if entry.graph then object[#object + 1] = { "graph", graph_json(entry.graph) } end
  return object
end

local function winner_json(c)
  local changes = {}
  for i, change in ipairs(c.changes) do changes[i] = { change[1], change[2] } end
  return json.object {
    { "arch", c.arch }, { "changes", json.object(changes) }, { "better", json.array(c.better) },
    { "worse", json.array(c.worse) }, { "dominates", c.dominates }, { "dominated", c.dominated },
  }
end

local function baseline_json(entry)
  if not entry then return nil end
  return json.object {
    { "arch", entry.arch }, { "score", entry.score }, { "report", entry.report }, { "query", entry.query },
    { "measures", named(entry.measures) }, { "source", entry.source }, { "breaks", json.array(entry.breaks) },
    { "winners", map(entry.winners, winner_json) },
  }
end

local function step_json(step)
  local fields = {
    { "query", step.query }, { "arch", step.arch }, { "score", step.score }, { "best", step.best },
    { "report", step.report },
    step.error and { "error", step.error } or step.source and { "source", step.source } or nil,
  }
  if step.objectives then fields[#fields + 1] = { "objectives", named(step.objectives) } end
  if step.metrics and next(step.metrics) then fields[#fields + 1] = { "metrics", named(step.metrics) } end
  return json.object(fields)
end

local function level_json(level)
  return json.object {
    { "iteration", level.iteration }, { "x_min", level.x_min }, { "truth_min", level.truth_min },
    { "delta", level.delta }, { "delta_truth", level.delta_truth }, { "queries", level.queries },
    { "changed", level.changed }, { "entropy", level.entropy }, { "acceptance", level.acceptance },
    { "fresh", level.fresh }, { "loss", level.loss }, { "jsd", level.jsd },
  }
end

local function rule_json(rule)
  return json.object {
    { "rule", rule.rule }, { "masked", rule.masked }, { "seen", rule.seen }, { "rejected", rule.rejected },
    { "share", rule.share },
  }
end

local function point_json(entry)
  return json.object {
    { "arch", entry.arch }, { "objectives", named(entry.values) }, { "score", entry.score },
    { "report", entry.report }, { "query", entry.query }, { "measures", named(entry.measures) },
  }
end

local function front_fields(front)
  return {
    { "front", map(front, point_json) }, { "hypervolume", front.volume },
    { "reference", named(front.reference) }, { "knee", front.knee.arch },
  }
end

local function columns_json(plan)
  return json.object {
    { "score", plan.evaluator.score_name }, { "report", plan.evaluator.report_name },
  }
end

local function confirmed_json(entry)
  return json.object {
    { "arch", entry.arch }, { "score", entry.score }, { "report", entry.report }, { "screened",
      entry.screened },
    { "query", entry.query }, { "error", entry.error }, { "measures", named(entry.measures) },
  }
end

-- What there is to say of evaluators that start processes.
local function process_fields(plan, result)
  local idle = plan.ledger and plan.ledger.idle and plan.ledger:idle()
  local fields = {}
  if (result.infeasible or 0) > 0 then fields[1] = { "infeasible", result.infeasible } end
  if result.cost then fields[#fields + 1] = { "cost", result.cost } end
  if result.confirmed then
    fields[#fields + 1] = { "budget", result.confirmed_at }
    fields[#fields + 1] = { "confirmed", map(result.confirmed, confirmed_json) }
  end
  if idle then
    fields[#fields + 1] = { "workers", plan.ledger.workers }
    fields[#fields + 1] = { "idle", idle }
  end
  return fields
end

-- The result as JSON on one line. `dir` is the run directory.
function report.json(plan, result, dir)
  local baselines = result.baselines or {}
  local fields = {
    { "recipe", plan.name }, { "space", plan.space.name }, { "seed", result.seed },
    { "preset", result.preset }, { "method", result.method }, { "args", named(plan.args) },
    { "columns", columns_json(plan) },
    { "queries", result.queries }, { "to_best", result.to_best }, { "failed", result.failed },
    { "iterations", result.iterations }, { "reason", result.reason },
    { "best", best_json(result.best) }, { "top", map(result.top, top_json) },
    { "baseline", baseline_json(baselines[1]) },
    { "trajectory", map(result.trajectory, step_json) }, { "levels", map(result.levels, level_json) },
    { "premise", result.premise }, { "reading", result.reading },
    { "acceptance", result.acceptance }, { "entropy", result.entropy },
    { "rules", map(result.rules, rule_json) }, { "dropped", result.dropped },
    { "seconds", named(result.seconds) }, { "run", dir },
    { "about", plan.about }, { "system", json.object(system(plan)) },
    #baselines > 1 and { "baselines", map(baselines, baseline_json) } or nil,
  }
  for _, field in ipairs(process_fields(plan, result)) do fields[#fields + 1] = field end
  for _, field in ipairs(result.front and front_fields(result.front) or {}) do fields[#fields + 1] = field end
  return json.encode(json.object(fields))
end

-- ---- text ----

local function number(x) return ("%.8g"):format(x) end

local WHY = {
  seconds = "; its time is over",
  cost = "; what it may cost is spent",
  infeasible = "; nearly all candidates turned out infeasible",
  exhausted = "; no new candidates are left",
  stop = "; the recipe's stop rule ended it",
  interrupted = "; interrupted",
}

local function headline(plan, result)
  local text = ("%s: %d candidate%s evaluated in %s"):format(plan.name, result.queries,
    result.queries == 1 and "" or "s", progress.duration(result.seconds.total))
  if result.to_best then
    text = text .. (result.front and ", the last of the front was number %d" or ", the best was number %d")
      :format(result.to_best)
  end
  return text .. (WHY[result.reason] or "")
end

-- The measures of a candidate that the constraints speak of, in words, but those that are said already.
local function bounded(result, entry, said)
  local words, text = {}, {}
  for i, rule in ipairs(result.rules or {}) do text[i] = rule.rule end
  text = " " .. table.concat(text, " ") .. " "
  local function add(name, value)
    if not (said and said[name]) and text:find("[^%w_.]" .. name:gsub("%p", "%%%0") .. "[^%w_.]") then
      words[#words + 1] = "  " .. name .. " " .. number(value)
    end
  end
  local pairs_of = entry.measures or {}
  if rawget(pairs_of, 1) then for _, pair in ipairs(pairs_of) do add(pair[1], pair[2]) end
  else for name, value in sorted(pairs_of) do add(name, value) end end
  return table.concat(words)
end

local function ranked(plan, place, entry)
  local evaluator = plan.evaluator
  local words = { ("%d  %s %s"):format(place, evaluator.score_name, number(entry.score)) }
  if entry.report then words[2] = ("%s %s"):format(evaluator.report_name, number(entry.report)) end
  words[#words + 1] = entry.arch
  if entry.source then words[#words + 1] = "by " .. entry.source end
  return table.concat(words, "  ")
end

-- The first failure, and the first with another reason.
local function first_failures(trajectory)
  local first
  for _, step in ipairs(trajectory) do
    if not step.score and not first then first = step
    elseif not step.score and step.error ~= first.error then return first, step end
  end
  return first
end

local function failures(result)
  if not result.failed or result.failed == 0 then return nil end
  local step, other = first_failures(result.trajectory)
  if not step then return nil end
  local text = ("%d of %d failed; the first, %s: %s"):format(result.failed, result.queries, step.arch,
    step.error or "no score")
  return other and ("%s; another, %s: %s"):format(text, other.arch, other.error or "no score") or text
end

-- Lines on evaluators that start processes.
local function add_processes(plan, result, lines)
  local idle = plan.ledger and plan.ledger.idle and plan.ledger:idle()
  if (result.infeasible or 0) > 0 then
    lines[#lines + 1] = ("%d more turned out infeasible"):format(result.infeasible)
  end
  if result.cost then lines[#lines + 1] = ("cost %s"):format(number(result.cost)) end
  if idle then
    lines[#lines + 1] = ("%d workers, idle %.0f %% of the time that sets took"):format(plan.ledger.workers,
      100 * idle)
  end
end

local function rule_text(rule)
  local share = rule.share and "; " .. constraints.share_words(rule.share) or ""
  local held = rule.masked and "held while sampling" or nil
  local lost = ("rejected %d of %d"):format(rule.rejected, rule.seen)
  if held and rule.rejected > 0 then held = held .. ", " .. lost .. " at the bound" end
  return rule.rule .. ": " .. (held or lost) .. share .. constraints.time_words(rule)
end

-- Walks that no choice was left to, under masks of bounds that can't both be held.
local function dead_ends(result)
  local n = result.dropped or 0
  if n == 0 then return nil end
  return ("%d %s begun met a dead end between the rules and %s drawn anew"):format(n,
    n == 1 and "graph" or "graphs", n == 1 and "was" or "were")
end

-- The best of a search at the budget at which they were confirmed.
local function add_confirmed(plan, result, lines)
  lines[#lines + 1] = ("confirmed at %s:"):format(confirm.words(plan.evaluator, result.confirmed_at))
  for place, entry in ipairs(result.confirmed) do
    local was = ("  (%s before)"):format(number(entry.screened))
    lines[#lines + 1] = entry.score and ranked(plan, place, entry) .. bounded(result, entry) .. was
      or ("%d  %s  %s"):format(place, entry.arch, entry.error or "no score")
  end
end

-- Lines on the baselines, and on what the best shown have against each.
local function add_baselines(plan, result, lines)
  for _, entry in ipairs(result.baselines or {}) do
    lines[#lines + 1] = baseline.describe(plan, entry)
    for place = 1, math.min(SHOWN, #entry.winners) do
      lines[#lines + 1] = baseline.line(place, entry.winners[place])
    end
  end
end

local function values_text(values)
  local words = {}
  for i, pair in ipairs(values) do words[i] = pair[1] .. " " .. number(pair[2]) end
  return table.concat(words, "  ")
end

-- The front of several objectives, its knee marked, and what it is worth.
local function add_front(result, lines)
  local front, said = result.front, {}
  for _, pair in ipairs(front[1].values) do said[pair[1]] = true end
  for _, entry in ipairs(front) do
    local mark = entry == front.knee and "*" or " "
    lines[#lines + 1] = ("%s  %s  %s%s"):format(mark, values_text(entry.values), entry.arch,
      bounded(result, entry, said))
  end
  lines[#lines + 1] = ("* is the knee of the front; hypervolume %s above %s"):format(number(front.volume),
    values_text(front.reference))
end

-- The result as a list of lines. `dir` is the run directory. The theorem's sentence is for those who follow
-- the paper; it is in the page and in the JSON of any run.
function report.lines(plan, result, dir)
  local lines = { headline(plan, result) }
  if result.front then add_front(result, lines) end
  if result.confirmed then add_confirmed(plan, result, lines) end
  for place = 1, (result.front or result.confirmed) and 0 or math.min(SHOWN, #result.top) do
    lines[#lines + 1] = ranked(plan, place, result.top[place]) .. bounded(result, result.top[place])
  end
  add_baselines(plan, result, lines)
  for _, rule in ipairs(result.rules or {}) do lines[#lines + 1] = rule_text(rule) end
  lines[#lines + 1] = dead_ends(result)
  lines[#lines + 1] = failures(result)
  add_processes(plan, result, lines)
  if result.preset == "paper" then lines[#lines + 1] = result.premise end
  lines[#lines + 1] = result.reading
  local page = fs.join(dir, "report.html")
  if fs.is_file(page) then lines[#lines + 1] = page .. " shows it" end
  lines[#lines + 1] = "the run is in " .. dir
  return lines
end

-- Prints the result: `text`, its JSON, with --json, else the lines for people.
function report.show(plan, result, text, dir)
  local lines = plan.json and { text } or report.lines(plan, result, dir)
  io.stdout:write(table.concat(lines, "\n"), "\n")
  io.stdout:flush()
end

return report
