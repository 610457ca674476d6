-- open.lua - how soon and in how much memory a table file is open and finds rows.
--
--   ganas-lua lua tests/bench/open.lua FILE.ganas [COLUMN]
--
-- Opens it and its first index, then finds 1000 rows by their keys and reads a column of each (the last,
-- unless one is named). Prints milliseconds of both, and what the process has in memory before, between and
-- after; pages of the file, which the system may drop, count.

local Table = require "ganas.table"
local fs = require "ganas.fs"
local uv = require "luv"

local FOUND = 1000

local function fail(...)
  io.stderr:write(string.format(...), "\n")
  os.exit(1, true)
end

-- Megabytes of the process that are in memory.
local function resident()
  local pages = fs.read("/proc/self/statm"):match "^%d+ (%d+)"
  return tonumber(pages) * 4096 / 1e6
end

local function timed(fn)
  local began = uv.hrtime()
  local value = fn()
  return value, (uv.hrtime() - began) * 1e-6
end

-- The table, ready to find rows by the column.
local function open(path)
  local t = Table.open(path)
  for column = 0, t.columns - 1 do
    if t:indexed(column) then
      t:index(column)
      return { t, column }
    end
  end
  fail("%s has no index", path)
end

local function find_rows(t, key, column)
  for i = 0, FOUND - 1 do
    local row = math.floor((i * 7919 % FOUND) / FOUND * t.rows)
    if t:find(key, t:text(row, key)) ~= row then fail("row %d was not found", row) end
    if not t:text(row, column) then fail("row %d has no column %d", row, column) end
  end
end

local function main(path, name)
  if not path then fail "no file; expected a table file" end
  collectgarbage()
  local before = resident()
  local opened, ms = timed(function() return open(path) end)
  local t, key = opened[1], opened[2]
  local ready = resident()
  local column = name and t:need(name) or t.columns - 1
  local _, found = timed(function() return find_rows(t, key, column) end)
  print(("%s: %d rows, %.0f MB: open in %.1f ms, %d rows found in %.1f ms"):format(path, t.rows,
    fs.size(path) / 1e6, ms, FOUND, found))
  print(("resident: %.1f MB before, %.1f MB open, %.1f MB after"):format(before, ready, resident()))
end

main(...)
