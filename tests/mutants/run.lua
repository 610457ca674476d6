-- run.lua - lines of the core, changed one at a time: is that caught?
-- ganas-lua lua tests/mutants/run.lua FOLDER [FIRST [LAST]]
--
-- FOLDER gets a copy of the sources and a build of its own, at -O1. A change is caught when the tests that
-- list.txt names for it, or else the others of the core, no longer build or pass. Ends with 0 when all
-- but three in fifty are. What was found is kept in FOLDER/found, so that a run that was stopped goes on, as
-- long as no source, test or line of the list is another. `check` in place of FOLDER: only whether each line
-- of the list is still there.

local fs = require "ganas.fs"
local uv = require "luv"

local ROOT = uv.fs_realpath(fs.dirname(arg[0]) .. "/../..")
local LIST = fs.join(ROOT, "tests/mutants/list.txt")
local MEMORY = 8 * 1024 * 1024 -- KiB of addresses that a changed program may use
local folder = arg[1] or error "expected a folder for the copy"
local source, build = fs.join(folder, "source"), fs.join(folder, "build")

local function quiet(command) return os.execute(command .. " >/dev/null 2>&1") == 0 end

local function must(command)
  local log = fs.join(folder, "log")
  local done = os.execute(("{ %s; } >%s 2>&1"):format(command, log)) == 0
  if not done then error(command .. " failed, see " .. log) end
end

-- ---- the list ----

local function trimmed(text) return (text:gsub("^ +", ""):gsub(" +$", ""):gsub("\1", "|")) end

local function read_list()
  local list = {}
  for line in assert(fs.read(LIST)):gsub("\\|", "\1"):gmatch "[^\n]+" do
    local file, tests, text, changed = line:match "^([^|#]+)|([^|]+)|([^|]+)|([^|]+)$"
    if file then
      list[#list + 1] = { file = trimmed(file), tests = trimmed(tests), text = trimmed(text),
        changed = trimmed(changed) }
    end
  end
  return list
end

-- The file with the line changed; or nil and why not.
local function changed(mutant, original)
  local from, to = original:find(mutant.text, 1, true)
  if not from or original:find(mutant.text, to, true) then
    return nil, ("%s: %s: %s"):format(mutant.file, from and "more than once" or "no such text", mutant.text)
  end
  return original:sub(1, from - 1) .. mutant.changed .. original:sub(to + 1)
end

local function check(list)
  local wrong = 0
  for _, mutant in ipairs(list) do
    local text, why = changed(mutant, assert(fs.read(fs.join(ROOT, mutant.file))))
    if not text then
      print(why)
      wrong = wrong + 1
    end
  end
  if wrong > 0 then os.exit(1, true) end
end

-- ---- building and testing ----

-- Only what is new is built again: files keep their times, but for those that a run may have left changed.
local function set_up(list)
  fs.mkdir(folder)
  must(("rm -rf %s && mkdir -p %s"):format(source, source))
  must(("cd %s && git ls-files -z | xargs -0 cp -p --parents -t %s"):format(ROOT, source))
  for _, mutant in ipairs(list) do must("touch " .. fs.join(source, mutant.file)) end
  must(("cmake -S %s -B %s -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG=-O1"):format(source, build))
end

-- Whether the tests of these names build and pass; for nil all of the core's but test_golden, which takes
-- many minutes at -O1.
local function passes(names)
  local targets, pattern = {}, {}
  for name in (names or ""):gmatch "%S+" do
    targets[#targets + 1], pattern[#pattern + 1] = "test_" .. name, "^test_" .. name .. "$"
  end
  local made = names and " --target " .. table.concat(targets, " ") or ""
  local run = names and "-R '" .. table.concat(pattern, "|") .. "'" or "-L '^c$' -E '^test_golden$'"
  return quiet(("cmake --build %s -j $(nproc)%s"):format(build, made))
    and quiet(("ulimit -v %d; cd %s && ctest --stop-on-failure --timeout 120 %s"):format(MEMORY, build, run))
end

local function is_caught(mutant)
  local path = fs.join(source, mutant.file)
  local original = assert(fs.read(path))
  fs.write(path, assert(changed(mutant, original)))
  local caught = not passes(mutant.tests) or not passes()
  fs.write(path, original)
  return caught
end

-- ---- what was found ----

local FOUND = fs.join(folder, "found")

-- A sum over all that the answers depend on.
local function stamp()
  local parts = "core tests/c tests/mutants/list.txt"
  local all = io.popen(("cd %s && find %s -type f | sort | xargs cat | sha256sum"):format(source, parts))
  local sum = all:read "*l"
  all:close()
  return sum
end

-- [number of the line]: "caught" or "MISSED", of an earlier run.
local function earlier(sum)
  local found, text = {}, fs.exists(FOUND) and assert(fs.read(FOUND)) or ""
  if text:match "^[^\n]*" ~= sum then
    fs.write(FOUND, sum .. "\n")
    return found
  end
  for number, what in text:gmatch "\n(%d+) (%S+)" do found[tonumber(number)] = what end
  return found
end

local function keep(number, what)
  local file = assert(io.open(FOUND, "a"))
  file:write(number, " ", what, "\n")
  file:close()
end

-- ---- all of them ----

local list = read_list()
check(list)
if folder == "check" then
  print(("%d lines to change, each in its file once"):format(#list))
  os.exit(0, true)
end
set_up(list)
local found = earlier(stamp())
if not next(found) and not passes() then error "the tests fail without a change" end
local first, last, missed = tonumber(arg[2]) or 1, math.min(tonumber(arg[3]) or #list, #list), 0
for i = first, last do
  local known = found[i]
  local what = known or (is_caught(list[i]) and "caught" or "MISSED")
  if not known then keep(i, what) end
  missed = missed + (what == "caught" and 0 or 1)
  print(("%2d %s %s: %s"):format(i, what, list[i].file, list[i].changed))
  io.stdout:flush()
end
print(("%d of %d caught"):format(last - first + 1 - missed, last - first + 1))
os.exit(missed <= 3 * (last - first + 1) / 50 and 0 or 1, true)
