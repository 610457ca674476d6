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
-- `mark` tells the charts of this section from those of others.
local function curves_section(view, title, columns, what, groups, mark)
  local score, report = columns.score, columns.report
  local by_score = groups "score"
  if #by_score == 0 then return nil end
  local parts = {
    el("p", { class = "note" }, ("Means over the %s; the band is a standard deviation to "
      .. "each side."):format(what)),
    curve(view, "means" .. mark, score, by_score, "Mean best so far"),
  }
  if report and report ~= score then
    parts[3] = el("p", { class = "note" }, ("The same candidates by %s:"):format(report))
    parts[4] = curve(view, "reports" .. mark, report, groups "report", "Mean reported number")
  end
  return el("section", nil, el("h2", nil, title), parts, means_table(by_score))
end

-- ---- runs ----

local function method_of(rec)
  local args = rec.args or {}
  local method = rec.method or args.method or "ganas"
  return method == "ganas" and "preset " .. (rec.preset or args.preset or "best") or method
end

local function one_recipe(recs)
  for _, rec in ipairs(recs) do
    if rec.recipe ~= recs[1].recipe then return false end
  end
  return true
end

-- The runs by the columns that they maximised and reported, in the order of their first: { columns =,
-- recs = }.
local function by_columns(recs)
  local by, list = {}, {}
  for _, rec in ipairs(recs) do
    local key = rec.columns.score .. "\n" .. (rec.columns.report or "")
    if not by[key] then
      by[key] = { columns = rec.columns, recs = {} }
      list[#list + 1] = by[key]
    end
    table.insert(by[key].recs, rec)
  end
  return list
end

-- Groups in the order of their first runs; `field`: "score", or "report" for that of the best by score.
local function groups_of(recs, field, same)
  local by, list = {}, {}
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

-- One table for each pair of columns.
local function runs_table(part)
  local rows = {}
  for i, rec in ipairs(part.recs) do rows[i] = run_row(rec) end
  local heads = { "run", "method" }
  for _, name in ipairs { "seed", "queries", part.columns.score, part.columns.report or "report", "found at",
    "time" } do
    heads[#heads + 1] = { name, number = true }
  end
  heads[#heads + 1], heads[#heads + 2] = "state", "best candidate"
  return html.table(heads, rows)
end

-- What the runs of each group reached in the mean, and the best of all: by one column.
local function add_tiles(list, part, same)
  local groups, most = groups_of(part.recs, "score", same), nil
  for _, group in ipairs(groups) do
    local scores = {}
    for i, steps in ipairs(group.climbs) do scores[i] = steps[#steps][2] end
    most = math.max(most or -math.huge, unpack(scores))
    list[#list + 1] = { ((#groups > 1 or not same) and group.label .. ": " or "") .. "mean best "
      .. part.columns.score, ("%.6g"):format(statistics.mean(scores)),
      #scores > 1 and ("± %.2g, a standard deviation"):format(statistics.deviation(scores)) or nil }
  end
  if most and #part.recs > 1 then
    list[#list + 1] = { "best " .. part.columns.score, ("%.6g"):format(most) }
  end
end

local function cells(recs, view)
  local entries = {}
  for _, rec in ipairs(recs) do
    if rec.top[1] and #entries < SHOWN then
      local best = rec.top[1]
      entries[#entries + 1] = best
      view.shown[#entries] = setmetatable({ title = fs.basename(rec.dir), columns = rec.columns },
        { __index = best })
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

-- Whether any run's best was reported with another number than its score.
local function reported(recs)
  for _, rec in ipairs(recs) do
    if rec.best and rec.best.report and rec.best.report ~= rec.best.score then return true end
  end
  return false
end

local function curves(part, view, place, many, same)
  local title = many and "Best so far by " .. part.columns.score or "Best so far"
  local columns = { score = part.columns.score, report = reported(part.recs) and part.columns.report or nil }
  return curves_section(view, title, columns, "runs of a group", function(field)
    return groups_of(part.recs, field, same)
  end, place > 1 and place or "")
end

-- The chart of their means by score; nil, and the scores' names, where they have several.
function contrast.chart(recs)
  local seen, names = {}, {}
  for _, rec in ipairs(recs) do
    local name = rec.columns.score
    if not seen[name] then names[#names + 1] = name end
    seen[name] = true
  end
  if #names > 1 then return nil, names end
  return charts.means("means", names[1], groups_of(recs, "score", one_recipe(recs)))
end

-- The view (ganas.document) of several records. What was maximised by different columns is never in one chart
-- or mean.
function contrast.runs(recs)
  local same, parts = one_recipe(recs), by_columns(recs)
  local view = { charts = {}, shown = {}, title = same and recs[1].recipe or ("%d runs"):format(#recs),
    about = ("%d runs side by side"):format(#recs), foot = FOOT }
  local tiles, tables = { { "runs", ("%d"):format(#recs) } }, {}
  view.parts = { false }
  for i, part in ipairs(parts) do
    add_tiles(tiles, part, same)
    tables[i] = runs_table(part)
    view.parts[#view.parts + 1] = curves(part, view, i, #parts > 1, same)
  end
  view.parts[1] = sections.tile_list(tiles)
  view.parts[#view.parts + 1] = cells(recs, view)
  view.parts[#view.parts + 1] = el("section", { class = "long" }, el("h2", nil, "The runs"), tables)
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
  local columns = { score = task.plan.evaluator.score_name, report = verdict.reported(task) }
  view.parts = { curves_section(view, "Best so far", columns, "seeds",
    function(field) return method_groups(task, field) end, "") }
  for _, budget in ipairs(task.budgets) do view.parts[#view.parts + 1] = budget_section(rows, budget) end
  if #task.methods > 1 then
    view.parts[#view.parts + 1] = el("p", { class = "note" }, verdict.foot(task))
  end
  return view
end

return contrast
