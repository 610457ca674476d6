-- show - ganas-lua show RUN [best=5]: the best candidates of a run, drawn, and how it ended.

local boxes = require "ganas.boxes"
local fs = require "ganas.fs"
local json = require "ganas.json"
local message = require "ganas.message"
local progress = require "ganas.progress"
local record = require "ganas.record"
local sorted = require "ganas.sorted"

local show = {}

local function number(x) return message.rounded(x, 8) end

-- ---- the run ----

local STATE = {
  finished = "finished", running = "running",
  waiting = "waiting for results; 'ganas-lua ask %s' prints what to evaluate",
  interrupted = "interrupted; 'ganas-lua resume %s' goes on",
  failed = "failed: nothing of the first set got a score; mend what evaluates, then start a new run (resume "
    .. "takes failures from the journal)",
}

local function head_lines(rec)
  local lines = {
    ("%s: %s"):format(rec.dir, STATE[rec.state]:format(rec.dir)),
    ("%s, seed %s: %d evaluated in %s%s"):format(rec.recipe, message.text(rec.seed), rec.queries,
      progress.duration(rec.seconds.total), rec.failed > 0 and (", %d failed"):format(rec.failed) or ""),
  }
  lines[#lines + 1] = rec.reading
  if rec.state == "finished" and not fs.is_file(fs.join(rec.dir, "report.html")) then
    lines[#lines + 1] = ("no report yet; 'ganas-lua report %s' writes it"):format(rec.dir)
  end
  return lines
end

-- ---- candidates ----

local function title(rec, place, entry)
  local columns = rec.columns
  local words = { ("%d  %s %s"):format(place, columns.score, number(entry.score)) }
  if entry.report then words[#words + 1] = ("%s %s"):format(columns.report or "report",
    number(entry.report)) end
  words[#words + 1] = ("query %d"):format(entry.query)
  words[#words + 1] = entry.note
  return table.concat(words, "  ")
end

local function measures_line(measures)
  local words = {}
  for name, value in sorted(measures or {}) do words[#words + 1] = name .. " " .. number(value) end
  return #words > 0 and "   " .. table.concat(words, "  ") or nil
end

-- The graph is in the result; a run without one is not drawn, since that would run its recipe.
local function add_candidate(rec, place, entry, lines)
  lines[#lines + 1] = ""
  lines[#lines + 1] = title(rec, place, entry)
  lines[#lines + 1] = "   " .. entry.arch
  lines[#lines + 1] = measures_line(entry.measures)
  for _, line in ipairs(entry.graph and boxes.lines(entry.graph) or {}) do
    lines[#lines + 1] = "   " .. line
  end
end

local function entry_json(entry)
  return json.object {
    { "arch", entry.arch }, { "score", entry.score }, { "report", entry.report }, { "query", entry.query },
    { "measures", next(entry.measures or {}) and entry.measures or json.object {} }, { "note", entry.note },
  }
end

local function json_line(rec, n)
  local list = {}
  for i = 1, n do list[i] = entry_json(rec.top[i]) end
  return json.encode(json.object {
    { "run", rec.dir }, { "state", rec.state }, { "recipe", rec.recipe }, { "seed", rec.seed },
    { "queries", rec.queries }, { "failed", rec.failed }, { "best", json.array(list) },
  })
end

-- Does what the options ask for; the lines to print.
function show.run(given)
  local rec = record.read(given.operand)
  local n = math.min(given.args.best, #rec.top)
  if given.json then return { json_line(rec, n) } end
  local lines = head_lines(rec)
  for place = 1, n do add_candidate(rec, place, rec.top[place], lines) end
  if n == 0 then lines[#lines + 1] = "nothing has a score yet" end
  return lines
end

return show
