-- charts - what the charts of a report show, as tables that lua/report/page.js reads:
--
--   { id =, x =, y = titles of the axes, right = that of a second one, low = where y begins, xlow = where x
--     does,
--     xmin =, xmax = that it has whatever its points, series = { ... } }
--   { id =, x =, labels =, values =, stacked =, xmax = }                          bars
--
-- A series is { kind = "points", "marks", "line", "step", "thin", "dashed" or "band", label =, colour = 1
-- to 8, data = { { x, y }, ... } }, of a band { { x, low, high }, ... }; named: the first of its points'
-- names in the page's list; more = { label =, values = } : another number of each point; right: on the
-- second axis.

local json = require "ganas.json"
local sorted = require "ganas.sorted"
local statistics = require "ganas.statistics"

local charts = {}

local POINTS = 400 -- of a mean curve at most

-- Seven digits are more than a chart shows.
local function short(x) return x and x == x and tonumber(("%.7g"):format(x)) or json.null end

local function pair(x, y) return json.array { short(x), short(y) } end

local function series(kind, label, data, more)
  local result = more or {}
  result.kind, result.label, result.data = kind, label, json.array(data)
  return result
end

-- ---- one run ----

-- The steps that have a score, in order: those whose names the page keeps.
function charts.scored(rec)
  local list = {}
  for _, step in ipairs(rec.trajectory) do
    if step.score then list[#list + 1] = step end
  end
  return list
end

-- The names of the points: one a line.
function charts.names(rec)
  local names = {}
  for i, step in ipairs(charts.scored(rec)) do names[i] = step.arch:gsub("%c", " ") end
  return table.concat(names, "\n")
end

-- Where the best so far rises, and where it ends: { query, value } pairs; `field`: of the best by score.
local function climb(rec, field)
  local list, best = {}, nil
  for _, step in ipairs(rec.trajectory) do
    if step.score and (not best or step.score > best.score) then
      best = step
      list[#list + 1] = { step.query, step[field] or step.score }
    end
  end
  if best then list[#list + 1] = { rec.queries, best[field] or best.score } end
  return list
end

charts.climb = climb

local function pairs_of(list)
  local data = {}
  for i, p in ipairs(list) do data[i] = pair(p[1], p[2]) end
  return data
end

-- Where the axis begins so that what counts can be told apart; nil where nothing is squeezed, or there are
-- fewer than `few`.
local function lowest(scores, few)
  if #scores < few then return nil end
  table.sort(scores)
  local least, quarter, best = scores[1], scores[math.ceil(#scores / 4)], scores[#scores]
  local low = quarter - 0.5 * math.max(best - quarter, 0.1 * (best - least))
  return low > least + (best - least) * 0.25 and short(low) or nil
end

-- The reported numbers of steps, where there is another column than the score's.
local function more_of(rec, steps)
  if not rec.columns.report or rec.columns.report == rec.columns.score then return nil end
  local values, any = {}, false
  for i, step in ipairs(steps) do
    values[i], any = short(step.report), any or step.report ~= nil
  end
  return any and { label = rec.columns.report, values = json.array(values) } or nil
end

local function level_line(rec, label, value, colour)
  return series("dashed", label, { pair(1, value), pair(rec.queries, value) }, { colour = colour })
end

-- The best so far against the queries, with every point.
function charts.best(rec)
  local steps, data, scores = charts.scored(rec), {}, {}
  for i, step in ipairs(steps) do data[i], scores[i] = pair(step.query, step.score), step.score end
  local chart = { id = "best", x = "unique queries", y = rec.columns.score, low = lowest(scores, 20),
    xmin = 0, xmax = math.max(1, rec.queries), series = {
    series("step", "best so far", pairs_of(climb(rec, "score")), { colour = 1 }),
    series("points", "evaluated", data, { named = 1, more = more_of(rec, steps) }),
  } }
  local function add(label, value, colour)
    if value then table.insert(chart.series, level_line(rec, label, value, colour)) end
  end
  add("baseline", rec.baseline and rec.baseline.score, 2)
  add("the best there is", rec.optimum, 3)
  return chart
end

-- ---- iterations ----

local function by_iteration(levels, field)
  local data = {}
  for _, level in ipairs(levels) do
    if level[field] then data[#data + 1] = pair(level.iteration, level[field]) end
  end
  return data
end

local function add_lines(chart, levels, lines)
  chart.x, chart.xmin, chart.xmax, chart.series = "iteration", 0, levels[#levels].iteration, {}
  for _, line in ipairs(lines) do
    local data = by_iteration(levels, line[1])
    if #data > 1 then
      table.insert(chart.series, series("line", line[2], data, { colour = line[3], right = line[4] }))
    end
  end
  return #chart.series > 0 and chart or nil
end

-- The levels gamma_t both ways; nil where there is one set only, or a front in place of a best.
function charts.levels(rec)
  if #rec.levels < 2 or rec.front then return nil end
  local least = {}
  for i, level in ipairs(rec.levels) do least[i] = level.truth_min end
  return add_lines({ id = "levels", y = rec.columns.score, low = lowest(least, 20) }, rec.levels, {
      { "truth_min", "least of the truth set", 1 }, { "x_min", "least of the set X_t", 2 },
    })
end

-- What the search was like inside: shares, divergence, entropy; nil where there is one set only.
function charts.inside(rec)
  if #rec.levels < 2 then return nil end
  local chart = add_lines({ id = "inside", y = "share", low = 0 }, rec.levels, {
    { "acceptance", "accepted", 1 }, { "fresh", "fresh", 3 }, { "jsd", "divergence (bits)", 4 },
    { "entropy", "entropy (right)", 2, true },
  })
  local last = chart and chart.series[#chart.series]
  if not (last and last.right) then return chart end
  if #chart.series > 1 then chart.right = "nats a choice"
  else chart.y, last.right, last.label = "nats a choice", nil, "entropy" end
  return chart
end

-- ---- fronts ----

-- The names of the first two objectives, nil for a run without.
local function axes_of(rec)
  local first = rec.front and rec.front[1]
  local names = first and sorted.keys(first.objectives) or {}
  return names[1], names[2]
end

-- All points by two objectives, and the front.
function charts.front(rec)
  local x, y = axes_of(rec)
  if not y then return nil end
  local all, members = {}, {}
  for i, step in ipairs(charts.scored(rec)) do
    local values = step.objectives or {}
    all[i] = pair(values[x], values[y])
  end
  local xs = {}
  for i, entry in ipairs(rec.front) do
    members[i], xs[i] = { entry.objectives[x], entry.objectives[y] }, entry.objectives[x]
  end
  table.sort(members, function(a, b) return a[1] < b[1] end)
  return { id = "front", x = x, y = y, xlow = lowest(xs, 8), series = {
    series("marks", "front", pairs_of(members), { colour = 2 }),
    series("points", "evaluated", all, { named = 1 }),
  } }
end

-- ---- bars ----

-- How much of what was looked at each rule rejected, in per cent.
function charts.rules(rec)
  local labels, values = {}, {}
  for _, rule in ipairs(rec.rules or {}) do
    if not rule.masked and rule.seen > 0 then
      labels[#labels + 1], values[#values + 1] = rule.rule, short(100 * rule.rejected / rule.seen)
    end
  end
  if #labels == 0 then return nil end
  return { id = "rules", x = "% of the candidates that it saw rejected", labels = json.array(labels),
    values = json.array(values), xmax = 100 }
end

charts.PARTS = { "evaluate", "discriminator", "generator", "screen", "other" }

-- Seconds by part.
function charts.time(rec)
  local labels, values = {}, {}
  for _, part in ipairs(charts.PARTS) do
    local value = rec.seconds[part]
    if value then labels[#labels + 1], values[#values + 1] = part, short(math.max(0, value)) end
  end
  if #labels == 0 then return nil end
  return { id = "time", x = "seconds", labels = json.array(labels), values = json.array(values),
    stacked = true }
end

-- ---- several runs ----

-- The value of a climb after a query, nil before the first.
local function at(steps, query)
  local value
  for _, step in ipairs(steps) do
    if step[1] > query then break end
    value = step[2]
  end
  return value
end

-- Mean and standard deviation of the best after a query; nil before all have one.
local function mean_at(climbs, query)
  local values = {}
  for i, steps in ipairs(climbs) do
    values[i] = at(steps, query)
    if not values[i] then return nil end
  end
  return statistics.mean(values), #values > 1 and statistics.deviation(values) or 0
end

charts.mean_at = mean_at

-- Mean, band of a standard deviation and single curves of a group: { label =, queries =, climbs = { { {
-- query, value }, ... }, ... } }.
local function add_group(chart, group, colour)
  local line, band, stride = {}, {}, math.max(1, math.ceil(group.queries / POINTS))
  for query = 1, group.queries, stride do
    local mean, sd = mean_at(group.climbs, query)
    if mean then
      line[#line + 1] = pair(query, mean)
      band[#band + 1] = json.array { short(query), short(mean - sd), short(mean + sd) }
    end
  end
  table.insert(chart.series, series("step", group.label, line, { colour = colour }))
  if #group.climbs > 1 then
    table.insert(chart.series, series("band", group.label .. ", a deviation to each side", band,
      { colour = colour }))
  end
end

-- The mean best so far of groups of runs.
function charts.means(id, title, groups)
  local chart = { id = id, x = "unique queries", y = title, xmin = 0, xmax = 1, series = {} }
  local least, most = math.huge, -math.huge
  for i, group in ipairs(groups) do
    add_group(chart, group, (i - 1) % 8 + 1)
    chart.xmax = math.max(chart.xmax, group.queries)
    local last = mean_at(group.climbs, group.queries)
    local early = mean_at(group.climbs, math.max(1, math.ceil(group.queries / 10)))
    if last and early then least, most = math.min(least, early), math.max(most, last) end
  end
  if least < most then chart.low = short(least - (most - least) * 0.25) end
  return chart
end

return charts
