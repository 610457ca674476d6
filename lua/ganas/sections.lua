-- sections - the parts of a report's page, as HTML. Each function takes a record (ganas.record) and the page,
-- to which it adds its charts; it answers nil where there is nothing to show.

local charts = require "ganas.charts"
local convergence = require "ganas.convergence"
local html = require "ganas.html"
local message = require "ganas.message"
local progress = require "ganas.progress"
local sorted = require "ganas.sorted"

local sections = {}

local el = html.el

local function number(x) return type(x) == "number" and message.rounded(x, 8) or "–" end

local function percent(x) return x and ("%.3g %%"):format(100 * x) or "–" end

local function count(x) return ("%.0f"):format(x) end

-- The name of a candidate, in one type everywhere.
local function arch_of(entry) return el("span", { class = "arch" }, entry.arch) end

sections.arch = arch_of

local function heads(...)
  local list = {}
  for i = 1, select("#", ...) do
    local name = select(i, ...)
    list[i] = name:sub(1, 1) == "#" and { name:sub(2), number = true } or name
  end
  return list
end

-- A chart as an element, added to the page; `kind`: "low" or "strip" for lower ones.
local function canvas(page, chart, about, kind)
  page.charts[#page.charts + 1] = chart
  return el("div", { class = kind and "chart " .. kind or "chart" },
    el("canvas", { id = chart.id, role = "img", ["aria-label"] = about }))
end

local function note(text) return el("p", { class = "note" }, text) end

local function section(title, ...) return el("section", nil, el("h2", nil, title), ...) end

-- ---- the best so far ----

local function improvements(rec)
  local rows, best = {}, nil
  for _, step in ipairs(rec.trajectory) do
    if step.score and (not best or step.score > best) then
      best = step.score
      rows[#rows + 1] = { count(step.query), number(step.score), number(step.report), arch_of(step) }
    end
  end
  return html.folded("Each improvement as a table",
    html.table(heads("#query", "#" .. rec.columns.score, "#" .. (rec.columns.report or "report"),
      "candidate"), rows))
end

local function below_axis(rec, low)
  local n = 0
  for _, step in ipairs(rec.trajectory) do n = n + (step.score and step.score < low and 1 or 0) end
  return n
end

local function whole_option(rec, chart)
  local n = type(chart.low) == "number" and below_axis(rec, chart.low) or 0
  if n == 0 then return nil end
  return el("label", { class = "option" }, el("input", { type = "checkbox", ["data-whole"] = chart.id }),
    ("show the %d point%s below the axis too"):format(n, n == 1 and "" or "s"))
end

function sections.best(rec, page)
  local chart = charts.best(rec)
  local about = ("Best %s so far against unique queries: %s after %d."):format(rec.columns.score,
    number(rec.best and rec.best.score), rec.queries)
  return section("Best so far", note("Each point is a candidate: its name shows under the pointer, "
    .. "and stays below the chart when it is picked."), canvas(page, chart, about),
    whole_option(rec, chart), el("output", { class = "picked", ["data-picked"] = "best" }), improvements(rec))
end

-- ---- the cells ----

-- Names with their values: a line breaks between them only.
local function values(list)
  local items = {}
  for i, item in ipairs(list) do
    items[i] = { el("span", nil, item[1], " ", el("b", nil, number(item[2]))), " " }
  end
  return #items > 0 and el("p", { class = "values" }, items) or nil
end

-- What a candidate is good for besides its score: the other objectives, the reported number.
local function worth(columns, entry)
  local list = {}
  for name, value in sorted(entry.objectives or {}) do
    if name ~= columns.score then list[#list + 1] = { name, value } end
  end
  if entry.report and columns.report ~= columns.score then
    list[#list + 1] = { columns.report or "report", entry.report }
  end
  return values(list)
end

local function measures_of(entry)
  local list = { { "query", entry.query } }
  for name, value in sorted(entry.measures or {}) do
    if not (entry.objectives and entry.objectives[name]) then list[#list + 1] = { name, value } end
  end
  return values(list)
end

local function cell_card(rec, place, entry, picture)
  local columns = entry.columns or rec.columns
  return el("article", { class = "cell" },
    el("h3", nil, ("%d. "):format(place), entry.title and entry.title .. ": " or "", columns.score, " ",
      el("strong", nil, number(entry.score))),
    worth(columns, entry), picture, el("div", { class = "arch" }, entry.arch),
    entry.note and el("p", { class = "values" }, entry.note) or nil, measures_of(entry))
end

-- An entry with what the front says of it.
local function of_front(rec, entry)
  for _, member in ipairs(rec.front or {}) do
    if member.arch == entry.arch then
      return setmetatable({ objectives = member.objectives }, { __index = entry })
    end
  end
  return entry
end

-- The best candidates, drawn; `pictures`: an element for each.
function sections.cells(rec, page, pictures)
  if #page.shown == 0 then return nil end
  local cards = {}
  for i, entry in ipairs(page.shown) do cards[i] = cell_card(rec, i, of_front(rec, entry), pictures[i]) end
  local title = rec.front and "The front, its knee first" or page.shown_title
    or rec.confirmed and "The best, confirmed" or "The best of the truth set"
  return el("section", { class = "long" }, el("h2", nil, title),
    el("p", { class = "note" }, page.picture_note), el("div", { class = "cells" }, cards))
end

-- ---- iterations ----

local function levels_table(rec)
  local rows = {}
  for i, l in ipairs(rec.levels) do
    rows[i] = { count(l.iteration), number(l.queries), number(l.truth_min), number(l.delta_truth),
      number(l.x_min),
      number(l.delta), number(l.changed), number(l.entropy and tonumber(("%.4g"):format(l.entropy))),
        percent(l.acceptance),
      percent(l.fresh), number(l.jsd and tonumber(("%.3g"):format(l.jsd))) }
  end
  return html.folded("All iterations as a table", html.table(heads("#iteration", "#queries", "#truth set",
    "#delta",
    "#X_t", "#delta", "#new in the truth set", "#entropy", "#accepted", "#fresh", "#divergence"), rows))
end

local function sentence(text) return text and text:gsub("^%l", string.upper) .. "." end

-- The theorem is about one score: a front has no levels.
function sections.levels(rec, page)
  local chart, inside = charts.levels(rec), charts.inside(rec)
  if not (chart or inside) then return nil end
  local reading = sentence(rec.reading or convergence.reading(rec.levels))
  return section("Convergence", reading and el("p", nil, el("strong", nil, reading)) or nil,
    chart and rec.premise and note(sentence(rec.premise)) or nil,
    chart and canvas(page, chart, "The least score of the truth set and of each set, by iteration", "low")
      or nil,
    inside and canvas(page, inside, "Shares, divergence and entropy by iteration", "low") or nil,
    levels_table(rec))
end

-- ---- the front ----

function sections.front(rec, page)
  local chart = charts.front(rec)
  if not chart then return nil end
  local names, rows = sorted.keys(rec.front[1].objectives), {}
  local titles = { "candidate", "#query" }
  for _, name in ipairs(names) do titles[#titles + 1] = "#" .. name end
  for i, entry in ipairs(rec.front) do
    rows[i] = { arch_of(entry), number(entry.query) }
    for _, name in ipairs(names) do table.insert(rows[i], number(entry.objectives[name])) end
  end
  return section("The front", el("p", { class = "note" },
    ("%d candidates of which none is better than another in everything; hypervolume %s."):format(#rec.front,
      number(rec.hypervolume))), canvas(page, chart, "Candidates by two objectives, and the front"),
    el("output", { class = "picked", ["data-picked"] = "front" }),
    chart.xlow and el("label", { class = "option" }, el("input", { type = "checkbox",
      ["data-whole"] = chart.id }),
      "show the points left of the axis too") or nil, html.folded("The front as a table",
        html.table(heads(unpack(titles)), rows)))
end

-- ---- the baseline ----

local function change_cells(winner, names)
  local by, cells = {}, { arch_of(winner) }
  for name, change in sorted(winner.changes) do by[name] = change end
  for _, name in ipairs(names) do cells[#cells + 1] = by[name] and ("%+.5g"):format(by[name]) or "–" end
  cells[#cells + 1] = winner.dominates and "dominates it" or winner.dominated and "is dominated"
    or #winner.better == 0 and "as good" or "better in " .. table.concat(winner.better, " and ")
  return cells
end

local function baseline_part(rec, entry)
  local first, rows = entry.winners and entry.winners[1], {}
  if not first then return el("p", { class = "note" }, entry.arch, ": nothing to compare it with") end
  local names = sorted.keys(first.changes)
  local titles = { "against it" }
  for _, name in ipairs(names) do titles[#titles + 1] = "#" .. name end
  titles[#titles + 1] = "verdict"
  for i, winner in ipairs(entry.winners) do rows[i] = change_cells(winner, names) end
  return { el("p", nil, el("span", { class = "arch" }, entry.arch),
      (" — %s %s, query %s"):format(rec.columns.score, number(entry.score), number(entry.query))),
    entry.breaks and #entry.breaks > 0
      and el("p", { class = "note warn" }, "It breaks " .. table.concat(entry.breaks, "; ")) or nil,
    html.table(heads(unpack(titles)), rows) }
end

function sections.baseline(rec)
  local list, parts = rec.baselines or { rec.baseline }, {}
  for i, entry in ipairs(list) do parts[i] = baseline_part(rec, entry) end
  if #parts == 0 then return nil end
  return section(#parts == 1 and "Against the baseline" or "Against the baselines", parts)
end

-- ---- rules and failures ----

function sections.rules(rec, page)
  local rows = {}
  for i, rule in ipairs(rec.rules or {}) do
    rows[i] = { rule.rule, rule.masked and "held while sampling" or "checked", count(rule.seen),
      count(rule.rejected),
      percent(rule.share) }
  end
  if #rows == 0 then return nil end
  local chart = charts.rules(rec)
  return section("Constraints", chart and canvas(page, chart, "Share of candidates that each rule rejected",
    "strip") or nil, html.table(heads("rule", "how", "#seen", "#rejected", "#accepts of random ones"), rows))
end

-- Failures by their message, most frequent first, with the first candidate of each.
local function failures_of(rec)
  local by, list = {}, {}
  for _, step in ipairs(rec.trajectory) do
    if not step.score then
      local text = step.error or "no score"
      if not by[text] then
        by[text] = { text = text, n = 0, first = step }
        list[#list + 1] = by[text]
      end
      by[text].n = by[text].n + 1
    end
  end
  table.sort(list, function(a, b)
    if a.n ~= b.n then return a.n > b.n end
    return a.first.query < b.first.query
  end)
  return list
end

function sections.failures(rec)
  local rows = {}
  for i, failure in ipairs(failures_of(rec)) do
    rows[i] = { count(failure.n), failure.text, count(failure.first.query), arch_of(failure.first) }
  end
  if #rows == 0 then return nil end
  return section("Failures", html.table(heads("#times", "what was said", "#first at query", "candidate"),
    rows))
end

-- ---- time ----

function sections.time(rec, page)
  local chart, rows = charts.time(rec), {}
  if not chart then return nil end
  for i, part in ipairs(chart.labels) do
    rows[i] = { part, ("%.3g s"):format(chart.values[i]), percent(chart.values[i] / rec.seconds.total) }
  end
  local idle = rec.idle and note(("%d workers, idle %s of the time that sets took"):format(rec.workers,
    percent(rec.idle)))
  return section("Where the time went", canvas(page, chart, "Seconds by part of the search", "strip"),
    idle or nil, html.folded("As a table", html.table(heads("part", "#time", "#share"), rows)))
end

-- ---- how to repeat it ----

local function quoted(word)
  if word:find "^[%w_./,:=+-]+$" then return word end
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

-- The command line that starts the same search.
function sections.command(origin)
  local words = { "ganas-lua", quoted(origin.embedded and origin.recipe or origin.path) }
  for name, text in sorted(origin.args or {}) do words[#words + 1] = quoted(name .. "=" .. text) end
  if not (origin.args or {}).seed then words[#words + 1] = "seed=" .. message.text(origin.seed) end
  for _, rule in ipairs(origin.where or {}) do words[#words + 1] = "--where " .. quoted(rule) end
  if origin.data then words[#words + 1] = "--data " .. quoted(origin.data) end
  return table.concat(words, " ")
end

local function facts(list)
  local items = {}
  for _, fact in ipairs(list) do
    if fact[2] ~= nil and fact[2] ~= "" then
      items[#items + 1] = { el("dt", nil, fact[1]), el("dd", nil, fact[2]) }
    end
  end
  return el("dl", { class = "facts" }, items)
end

local function files_table(origin)
  local rows = {}
  for path, digest in sorted(origin.files or {}) do
    local size, md5 = tostring(digest):match "^(%d+):(%x+)$"
    rows[#rows + 1] = { path, size or "–", md5 or tostring(digest) }
  end
  if #rows == 0 then return nil end
  return { note("Files that it read; of one above 2 MiB the digest is of the first and the last MiB, of a "
      .. "folder of images of their pixels and labels."),
    html.table(heads("file", "#bytes", "MD5"), rows) }
end

-- What was run, and on what.
local function all_facts(origin, system)
  local list = { { "version", ("ganas-lua %s, algorithm %s"):format(origin.version,
      message.text(origin.algorithm)) },
    { "recipe", origin.path }, { "MD5 of the recipe", origin.md5 }, { "seed", message.text(origin.seed) },
    { "started in", origin.cwd } }
  if system.cpu then
    list[#list + 1] = { "processor", ("%s, %s cores, %s threads used"):format(system.cpu,
      number(system.cores), number(system.threads)) }
  end
  if system.kernels then
    list[#list + 1] = { "kernels", ("%s; matrix products: %s"):format(system.kernels, system.products) }
  end
  list[#list + 1], list[#list + 2] = { "system", system.system }, { "LuaJIT", system.luajit }
  return facts(list)
end

function sections.repeating(rec)
  local origin = rec.origin
  return el("section", { class = "long" }, el("h2", nil, "To repeat it"),
    el("pre", { class = "wrap" }, sections.command(origin)), all_facts(origin, rec.system or {}),
    files_table(origin),
    rec.source and html.folded("The recipe as it ran", el("pre", nil, rec.source)) or nil)
end

-- ---- the head ----

local function tile(title, value, small)
  return el("div", { class = "tile" }, el("dt", nil, title), el("dd", nil, value, small and el("small",
    nil, small) or nil))
end

local ENDED = {
  budget = "the budget", seconds = "its time", cost = "its cost", infeasible = "infeasible candidates",
  exhausted = "no new candidates", stop = "the recipe's stop rule",
}

-- Tiles of { title, value, small text or nil }.
function sections.tile_list(list)
  local tiles = {}
  for i, item in ipairs(list) do tiles[i] = tile(item[1], item[2], item[3]) end
  return el("dl", { class = "tiles" }, tiles)
end

function sections.tiles(rec)
  local best, tiles = rec.best, {}
  if best and best.score then
    tiles[1] = { (rec.front and "knee: " or "best ") .. rec.columns.score, ("%.6g"):format(best.score),
      (best.query or rec.to_best) and ("found at query %d"):format(best.query or rec.to_best) }
    if best.report and rec.columns.report ~= rec.columns.score then
      tiles[2] = { rec.columns.report or "report", ("%.6g"):format(best.report), "of the same candidate" }
    end
  end
  tiles[#tiles + 1] = { "evaluated", count(rec.queries),
    rec.iterations and ("in %d iterations"):format(rec.iterations) }
  tiles[#tiles + 1] = { "time", progress.duration(rec.seconds.total),
    rec.reason and ENDED[rec.reason] and "ended by " .. ENDED[rec.reason] or rec.state }
  if rec.failed > 0 then tiles[#tiles + 1] = { "failed", count(rec.failed) } end
  if (rec.infeasible or 0) > 0 then tiles[#tiles + 1] = { "infeasible", count(rec.infeasible) } end
  tiles[#tiles + 1] = { "seed", message.text(rec.seed),
    rec.preset and rec.method == "ganas" and "preset " .. rec.preset or rec.method }
  return sections.tile_list(tiles)
end

return sections
