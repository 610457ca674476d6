-- runs - ganas-lua runs [DIR]: the runs in a folder, with their state, queries and best.

local fs = require "ganas.fs"
local journal = require "ganas.journal"
local json = require "ganas.json"
local message = require "ganas.message"
local record = require "ganas.record"

local runs = {}

-- ---- finding ----

local function paths_in(dir)
  if journal.is_run(dir) then return { dir } end
  local list = {}
  for _, name in ipairs(fs.list(dir)) do
    local path = fs.join(dir, name)
    if journal.is_run(path) then list[#list + 1] = path end
  end
  return list
end

-- A run that can't be read is in the list all the same.
local function read(path)
  local ok, rec = pcall(record.summary, path)
  if ok then return rec end
  if not message.is_user(rec) then error(rec, 0) end
  return { dir = path, state = "damaged", problem = rec.text }
end

-- ---- lines ----

local function rounded(x) return x and ("%.6g"):format(x) or "-" end

local function cells_of(rec)
  local best = rec.best or {}
  return {
    rec.dir, rec.state, rec.queries and ("%d"):format(rec.queries) or "-", rounded(best.score),
    rounded(best.report), rec.ended and os.date("%Y-%m-%d %H:%M", rec.ended) or "-",
      best.arch or rec.problem or "",
  }
end

local HEADS = { "run", "state", "queries", "best", "report", "last written", "candidate" }
local RIGHT = { [3] = true, [4] = true, [5] = true }

local function lines_of(rows)
  local widths, lines = {}, {}
  for _, row in ipairs(rows) do
    for i, text in ipairs(row) do widths[i] = math.max(widths[i] or 0, #text) end
  end
  for n, row in ipairs(rows) do
    local words = {}
    for i, text in ipairs(row) do
      words[i] = i == #row and text or ("%" .. (RIGHT[i] and "" or "-") .. widths[i] .. "s"):format(text)
    end
    lines[n] = table.concat(words, "  "):gsub("%s+$", "")
  end
  return lines
end

local function json_line(rec)
  local best = rec.best
  return json.encode(json.object {
    { "run", rec.dir }, { "state", rec.state }, { "recipe", rec.recipe }, { "seed", rec.seed },
    { "queries", rec.queries }, { "score", best and best.score }, { "report", best and best.report },
    { "arch", best and best.arch }, { "written", rec.ended }, { "problem", rec.problem },
  })
end

-- Does what the options ask for; the lines to print.
function runs.run(given)
  local dir, rows, lines = given.operand or "runs", { HEADS }, {}
  if not fs.is_dir(dir) then
    message.user("there is no folder %s; expected one that holds runs", message.quote(dir))
  end
  for i, path in ipairs(paths_in(dir)) do
    local rec = read(path)
    rows[i + 1], lines[i] = cells_of(rec), given.json and json_line(rec) or nil
  end
  if given.json then return lines end
  if #rows == 1 then return { ("no runs in %s"):format(dir) } end
  return lines_of(rows)
end

return runs
