-- contrast - several runs on one page, or several methods (ganas.compare): means, spread, a table.
--
-- Runs of one recipe and method are a group: { label =, queries = what all of them have done, climbs = for
-- each run where its best rises }.

local charts = require "ganas.charts"
local fs = require "ganas.fs"
local html = require "ganas.html"
local message = require "ganas.message"
local pictures = require "ganas.pictures"
local progress = require "ganas.progress"
local sections = require "ganas.sections"
local statistics = require "ganas.statistics"
local verdict = require "ganas.verdict"

local contrast = {}

local FOOT = "Made by ganas-lua."
local SHOWN = 6 -- runs whose best is drawn

local el = html.el

local function number(x) return x and message.rounded(x, 8) or "–" end

local function curve(view, id, title, groups, about)
  local chart = charts.means(id, title, groups)
  view.charts[#view.charts + 1] = chart
  return el("div", { class = "chart" }, el("canvas", { id = id, role = "img", ["aria-label"] = about }))
end

-- Means and deviations at a few numbers of queries: what a chart of means shows.
local function means_table(groups)
  local rows = {}
  for _, group in ipairs(groups) do
    for tenth = 1, 10 do
      local query = math.max(1, math.floor(group.queries * tenth / 10))
      local mean, sd = charts.mean_at(group.climbs, query)
      if mean then
        rows[#rows + 1] = { group.label, ("%d"):format(query), number(mean), ("%.3g"):format(sd) }
      end
    end
  end
  return html.folded("Means as a table", html.table({ "group", { "queries", number = true },
    { "mean best", number = true }, { "deviation", number = true } }, rows))
end

-- Both columns, the reported one being that of the best by the other; groups(field) are the groups for one.
local function curves_section(view, score, report, what, groups)
  local by_score = groups "score"
  if #by_score == 0 then return nil end
  local parts = {
    el("p", { class = "note" }, ("Means over the %s; the band is a standard deviation to "
      .. "each side."):format(what)),
    curve(view, "means", score, by_score, "Mean best so far"),
  }
  if report and report ~= score then
    parts[3] = el("p", { class = "note" }, ("The same candidates by %s:"):format(report))
    parts[4] = curve(view, "reports", report, groups "report", "Mean reported number")
  end
  return el("section", nil, el("h2", nil, "Best so far"), parts, means_table(by_score))
end

-- ---- runs ----

local function method_of(rec)
  local args = rec.args or {}
  local method = rec.method or args.method or "ganas"
  return method == "ganas" and (rec.preset or args.preset or "best") or method
end

local function one_recipe(recs)
  for _, rec in ipairs(recs) do
    if rec.recipe ~= recs[1].recipe then return false end
  end
  return true
end

-- Groups in the order of their first runs; `field`: "score", or "report" for that of the best by score.
local function groups_of(recs, field)
  local by, list, same = {}, {}, one_recipe(recs)
  for _, rec in ipairs(recs) do
    local label = same and method_of(rec) or ("%s, %s"):format(rec.recipe, method_of(rec))
    if rec.best then
      if not by[label] then
        by[label] = { label = label, queries = math.huge, climbs = {} }
        list[#list + 1] = by[label]
      end
      by[label].queries = math.min(by[label].queries, rec.queries)
      table.insert(by[label].climbs, charts.climb(rec, field))
    end
  end
  for _, group in ipairs(list) do group.label = ("%s (%d)"):format(group.label, #group.climbs) end
  return list
end

local function run_row(rec)
  local best = rec.best or {}
  return { rec.dir, method_of(rec), message.text(rec.seed), ("%d"):format(rec.queries), number(best.score),
    number(best.report), number(rec.to_best), progress.duration(rec.seconds.total), rec.state,
    best.arch and sections.arch(best) or "" }
end

local function runs_table(recs)
  local rows = {}
  for i, rec in ipairs(recs) do rows[i] = run_row(rec) end
  local heads = { "run", "method" }
  local columns = recs[1].columns
  for _, name in ipairs { "seed", "queries", columns.score, columns.report or "report", "found at",
    "time" } do
    heads[#heads + 1] = { name, number = true }
  end
  heads[#heads + 1], heads[#heads + 2] = "state", "best candidate"
  return el("section", { class = "long" }, el("h2", nil, "The runs"), html.table(heads, rows))
end

-- What the runs of each group reached in the mean, and the best of all.
local function tiles(recs)
  local groups, most = groups_of(recs, "score"), nil
  local list = { { "runs", ("%d"):format(#recs) } }
  for _, group in ipairs(groups) do
    local scores = {}
    for i, steps in ipairs(group.climbs) do scores[i] = steps[#steps][2] end
    most = math.max(most or -math.huge, unpack(scores))
    list[#list + 1] = { (#groups > 1 and group.label .. ": " or "") .. "mean best " .. recs[1].columns.score,
      ("%.6g"):format(statistics.mean(scores)),
      #scores > 1 and ("± %.2g, a standard deviation"):format(statistics.deviation(scores)) or nil }
  end
  if most then list[#list + 1] = { "best " .. recs[1].columns.score, ("%.6g"):format(most) } end
  return sections.tile_list(list)
end

local function cells(recs, view)
  local entries = {}
  for _, rec in ipairs(recs) do
    if rec.top[1] and #entries < SHOWN then
      local best = rec.top[1]
      entries[#entries + 1] = best
      view.shown[#entries] = setmetatable({ title = fs.basename(rec.dir) }, { __index = best })
    end
  end
  local elements
  elements, view.picture_note = pictures(entries)
  view.shown_title = "The best of each run"
  return sections.cells(recs[1], view, elements)
end

local function commands(recs)
  local lines = {}
  for i, rec in ipairs(recs) do lines[i] = sections.command(rec.origin) end
  return el("section", { class = "long" }, el("h2", nil, "To repeat them"),
    el("pre", { class = "wrap" }, table.concat(lines, "\n")))
end

local function curves(recs, view)
  local columns = recs[1].columns
  return curves_section(view, columns.score, columns.report, "runs of a group", function(field)
    return groups_of(recs, field)
  end)
end

-- The chart of their means by score.
function contrast.chart(recs) return charts.means("means", recs[1].columns.score, groups_of(recs,
  "score")) end

-- The view (ganas.document) of several records.
function contrast.runs(recs)
  local same = one_recipe(recs)
  local view = { charts = {}, shown = {}, title = same and recs[1].recipe or ("%d runs"):format(#recs),
    about = ("%d runs side by side"):format(#recs), foot = FOOT }
  view.parts = { tiles(recs) }
  for _, part in ipairs { curves, cells } do view.parts[#view.parts + 1] = part(recs, view) end
  view.parts[#view.parts + 1] = runs_table(recs)
  view.parts[#view.parts + 1] = commands(recs)
  return view
end

-- ---- methods ----

local function climbs_of(runs, field)
  local climbs, least = {}, math.huge
  for i, run in ipairs(runs) do
    climbs[i] = {}
    for k, step in ipairs(run.steps) do climbs[i][k] = { step.query, step[field] } end
    least = math.min(least, run.queries)
  end
  return climbs, least
end

local function method_groups(task, field)
  local list = {}
  for i, method in ipairs(task.methods) do
    local climbs, least = climbs_of(task.runs[method], field)
    list[i] = { label = method, queries = least, climbs = climbs }
  end
  return list
end

-- The table for a budget, as a section.
local function budget_section(rows, budget)
  local heads, lines = verdict.cells(rows, budget)
  for i = 2, #heads do heads[i] = { heads[i], number = true } end
  return el("section", nil, el("h2", nil, ("After %d queries"):format(budget)), html.table(heads, lines))
end

-- The view of a comparison: `rows` are those of ganas.figures.
function contrast.methods(task, rows)
  local view = { charts = {}, title = task.plan.name, about = verdict.head(task), foot = FOOT }
  view.parts = { curves_section(view, task.plan.evaluator.score_name, verdict.reported(task), "seeds",
    function(field) return method_groups(task, field) end) }
  for _, budget in ipairs(task.budgets) do view.parts[#view.parts + 1] = budget_section(rows, budget) end
  if #task.methods > 1 then
    view.parts[#view.parts + 1] = el("p", { class = "note" }, verdict.foot(task))
  end
  return view
end

return contrast
