-- plot - the best so far as a picture for a paper: PNG by gnuplot.

local charts = require "ganas.charts"
local contrast = require "ganas.contrast"
local message = require "ganas.message"
local tool = require "ganas.tool"

local plot = {}

local MISSING = "there is no 'gnuplot' here; Debian has it in the package gnuplot-nox"

local HEAD = [[
set terminal pngcairo size 1400,900 font "sans,22" linewidth 2
set output %s
set xlabel "unique queries"
set ylabel %s noenhanced
set key bottom right noenhanced
set grid linecolor rgb "#d4d4d8"
set border 3
set tics nomirror
set style fill transparent solid 0.18 noborder
]]

local COLOURS = { "#1d4ed8", "#c2410c", "#15803d", "#a21caf", "#0e7490", "#a16207", "#be123c", "#4d7c0f" }

local function quoted(text) return '"' .. text:gsub('[\\"]', "\\%0"):gsub("%c", " ") .. '"' end

-- A block of numbers as gnuplot reads them in its script.
local function block(name, rows)
  local lines = { ("$%s << END"):format(name) }
  for i, row in ipairs(rows) do
    local words = {}
    for k, x in ipairs(row) do words[k] = type(x) == "number" and ("%.9g"):format(x) or "NaN" end
    lines[i + 1] = table.concat(words, " ")
  end
  lines[#lines + 1] = "END"
  return table.concat(lines, "\n")
end

-- The corners of a band that rises in steps.
local function corners(rows)
  local list = {}
  for i, row in ipairs(rows) do
    local before = rows[i - 1]
    if before then list[#list + 1] = { row[1], before[2], before[3] } end
    list[#list + 1] = row
  end
  return list
end

local STYLES = {
  points = 'with points pointtype 7 pointsize 0.5 linecolor rgb "#a1a1aa" title %s',
  step = 'with steps linewidth 2 linecolor rgb "%s" title %s',
  dashed = 'with lines dashtype 2 linecolor rgb "%s" title %s',
  band = 'using 1:2:3 with filledcurves linecolor rgb "%s" notitle',
}

local function style(series, i)
  local colour = COLOURS[((series.colour or i) - 1) % #COLOURS + 1]
  if series.kind == "points" then return STYLES.points:format(quoted(series.label)) end
  return STYLES[series.kind]:format(colour, quoted(series.label))
end

-- gnuplot's script for a chart (ganas.charts).
function plot.script(chart, path)
  local lines, plots = { HEAD:format(quoted(path), quoted(chart.y)) }, {}
  lines[2] = ("set xrange [%g:%g]"):format(chart.xmin, chart.xmax)
  if type(chart.low) == "number" then lines[3] = ("set yrange [%.9g:]"):format(chart.low) end
  for i, series in ipairs(chart.series) do
    lines[#lines + 1] = block("data" .. i,
      series.kind == "band" and corners(series.data) or series.data)
    plots[i] = ("$data%d %s"):format(i, style(series, i))
  end
  lines[#lines + 1] = "plot " .. table.concat(plots, ", \\\n  ") .. "\n"
  return table.concat(lines, "\n")
end

-- The chart of records; an error of usage where they have no scale in common.
function plot.chart(recs)
  if #recs == 1 then return charts.best(recs[1]) end
  local chart, names = contrast.chart(recs)
  if chart then return chart end
  message.usage("--png draws one scale, these runs have %s; expected runs of one score",
    message.names(names, "and"))
end

-- Writes the picture of a chart beside a page; returns its path.
function plot.write(chart, page_path)
  local path = page_path:gsub("%.html?$", "") .. ".png"
  local beside = path .. ".tmp"
  local ok, why = tool.run({ "gnuplot", "-" }, plot.script(chart, beside), MISSING)
  if ok then ok, why = os.rename(beside, path) end
  if ok then return path end
  os.remove(beside)
  message.user("can't write %s: %s", message.quote(path), why)
end

return plot
