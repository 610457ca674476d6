-- page - ganas-lua report RUN... [-o FILE] [--png]: a page of HTML that shows runs, in one file.
--
-- trajectory.csv goes beside that of one run, and with --png the curve as a picture (ganas.plot).

local charts = require "ganas.charts"
local document = require "ganas.document"
local fs = require "ganas.fs"
local message = require "ganas.message"
local pictures = require "ganas.pictures"
local record = require "ganas.record"
local sections = require "ganas.sections"
local trajectory = require "ganas.trajectory"

local page = {}

local SHOWN = 6 -- candidates that are drawn

-- ---- one run ----

local function subtitle(rec)
  local words = {}
  if rec.about and rec.about ~= "" then words[1] = rec.about end
  words[#words + 1] = rec.space and "space " .. rec.space or nil
  words[#words + 1] = "seed " .. message.text(rec.seed)
  return table.concat(words, " · ")
end

local function foot_text(rec)
  return ("%s, %s; last written %s. Everything that was evaluated is in trajectory.csv."):format(rec.dir,
    rec.state, os.date("%Y-%m-%d %H:%M", rec.ended))
end

local ORDER = { "best", "front", "cells", "levels", "baseline", "rules", "failures", "time", "repeating" }

local function one_run(rec)
  local view = { title = rec.recipe, about = subtitle(rec), charts = {}, shown = {}, foot = foot_text(rec),
    names = charts.names(rec) }
  local entries = {}
  for i = 1, math.min(SHOWN, #rec.top) do
    view.shown[i], entries[i] = rec.top[i], rec.top[i]
  end
  local drawn, note = pictures(entries)
  view.picture_note = note
  view.parts = { sections.tiles(rec) }
  for _, name in ipairs(ORDER) do view.parts[#view.parts + 1] = sections[name](rec, view, drawn) end
  return view
end

-- The page of a record as a text.
function page.of(rec)
  rec.source = rec.source or fs.read(fs.join(rec.dir, "recipe.lua"))
  return document(one_run(rec))
end

-- ---- files ----

local function write_one(rec, path)
  fs.write_atomic(path, page.of(rec))
  fs.write_atomic(fs.join(fs.dirname(path), "trajectory.csv"), trajectory.text(rec.trajectory))
end

-- Writes report.html and trajectory.csv into a run directory.
function page.keep(dir) write_one(record.read(dir), fs.join(dir, "report.html")) end

-- Does what the options ask for; the lines to print: the files.
function page.run(given)
  local recs = {}
  for i, dir in ipairs(given.words) do recs[i] = record.read(dir) end
  local path = given.target or #recs > 1 and "report.html" or fs.join(recs[1].dir, "report.html")
  local plot = given.png and require "ganas.plot"
  local chart = plot and plot.chart(recs)
  if #recs == 1 then write_one(recs[1], path)
  else fs.write_atomic(path, document(require("ganas.contrast").runs(recs))) end
  return { path, plot and plot.write(chart, path) or nil }
end

return page
