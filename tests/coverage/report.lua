-- report.lua - what gcovr counted, as tables: ganas-lua lua tests/coverage/report.lua SUMMARY.json
--
-- A row a folder of core/, all of them, and the ten files with the most branches that no test takes. Ends
-- with 1 where less than LINES or BRANCHES of a hundred ran.

local fs = require "ganas.fs"
local parse = require "ganas.parse"

local LINES, BRANCHES = 95, 85
local WORST = 10

local summary = assert(parse(assert(fs.read(arg[1]))))

local function new_row(name)
  return { name = name, lines = 0, lines_run = 0, branches = 0, branches_run = 0 }
end

local function add(row, file)
  row.lines, row.lines_run = row.lines + file.line_total, row.lines_run + file.line_covered
  row.branches, row.branches_run = row.branches + file.branch_total, row.branches_run + file.branch_covered
end

local function percent(part, whole) return whole == 0 and 100 or 100 * part / whole end

local function show(row)
  print(("%-28s %6d %7.1f %%  %6d %7.1f %%"):format(row.name, row.lines, percent(row.lines_run, row.lines),
    row.branches, percent(row.branches_run, row.branches)))
end

local function title(name)
  print(("%-28s %6s %9s  %6s %9s"):format(name, "lines", "run", "branches", "taken"))
end

-- ---- reading ----

local folders, files, total = {}, {}, new_row "core"
for _, file in ipairs(summary.files) do
  local name = fs.dirname(file.filename)
  local folder = folders[name] or new_row(name)
  if not folders[name] then
    folders[name] = folder
    folders[#folders + 1] = folder
  end
  local row = new_row(file.filename)
  for _, sum in ipairs { row, folder, total } do add(sum, file) end
  files[#files + 1] = row
end

table.sort(files, function(a, b)
  local x, y = a.branches - a.branches_run, b.branches - b.branches_run
  if x ~= y then return x > y end
  return a.name < b.name
end)

-- ---- telling ----

title "folder"
for _, folder in ipairs(folders) do show(folder) end
show(total)
title "\nmost branches not taken"
for i = 1, math.min(WORST, #files) do show(files[i]) end

local enough = percent(total.lines_run, total.lines) >= LINES
  and percent(total.branches_run, total.branches) >= BRANCHES
if not enough then
  print(("expected at least %d %% of lines and %d %% of branches"):format(LINES, BRANCHES))
end
os.exit(enough and 0 or 1, true)
