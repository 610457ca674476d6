-- run.lua - broken input and the exact message for it: ganas-lua lua tests/bad/run.lua [--write] [NAME ...]
--
-- A case is GROUP/NAME.expect: a command line after "$ ", variables in front of it, its exit code after
-- "exit ", then all that it says on stderr. It runs in a copy of its group's folder, must leave nothing
-- behind there (but runs/, where the third line is "leaves runs"), and print nothing on stdout unless it
-- is a check.
-- --write puts what the program says into the files, to be read before it is committed.

local fs = require "ganas.fs"
local uv = require "luv"

local ROOT = fs.dirname(arg[0])
local PROGRAM = uv.exepath()
local TOGETHER = 4 -- cases that run at a time

local function fail(...)
  io.stderr:write(string.format(...), "\n")
  os.exit(1, true)
end

local function shell_quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

-- ---- cases ----

local function parse(path)
  local text = fs.read(path)
  local set, command, code, rest = text:match "^%$ ([%w_=. ]-)ganas%-lua([^\n]*)\nexit (%d+)\n(.*)$"
  if not command then fail("%s: expected '$ ganas-lua ...', 'exit N' and the message", path) end
  local runs, message = rest:match "^(leaves runs\n)(.*)$"
  return {
    set = set, command = command, code = tonumber(code), runs = runs ~= nil, message = message or rest,
  }
end

local function format(case, code, message)
  local runs = case.runs and "leaves runs\n" or ""
  return ("$ %sganas-lua%s\nexit %d\n%s%s"):format(case.set, case.command, code, runs, message)
end

-- All cases whose name contains one of the words.
local function find(words)
  local cases = {}
  for _, group in ipairs(fs.list(ROOT)) do
    for _, file in ipairs(fs.list(fs.join(ROOT, group))) do
      local name = file:match "^(.*)%.expect$"
      local wanted = name and #words == 0
      for _, word in ipairs(words) do
        wanted = wanted or name and (group .. "/" .. name):find(word, 1, true) ~= nil
      end
      if wanted then
        local path = fs.join(ROOT, group, file)
        local case = parse(path)
        case.group, case.name, case.path = group, group .. "/" .. name, path
        cases[#cases + 1] = case
      end
    end
  end
  return cases
end

-- ---- running ----

local function environment()
  local lua = os.getenv "GANAS_LUA_DIR"
  local keep = lua and lua ~= "" and " GANAS_LUA_DIR=" .. shell_quote(uv.fs_realpath(lua)) or ""
  return "env -u GANAS_DATA -u GANAS_ISA -u GANAS_GEMM -u XDG_CONFIG_HOME HOME=/nonexistent" .. keep
end

-- Files of a case's group but those that are another case's.
local function files_of(case)
  local group, files = fs.join(ROOT, case.group), {}
  for _, name in ipairs(fs.list(group)) do
    local owner = name:match "^[^.]*"
    local own = case.name == case.group .. "/" .. owner
    if own or not fs.exists(fs.join(group, owner .. ".expect")) then
      files[#files + 1] = shell_quote(fs.join(group, name))
    end
  end
  return table.concat(files, " ")
end

local SCRIPT = [[
(mkdir DIR/work && cp -r FILES DIR/work && cd DIR/work && find . | sort >../before
</dev/null COMMAND >../out 2>../err
echo $? >../code
RUNS
find . | sort >../after) &]]

-- The shell's words that run a case in a folder of its own.
local function prepare(case)
  case.dir = assert(uv.fs_mkdtemp "/tmp/ganas-bad-XXXXXX")
  local words = {
    DIR = case.dir, FILES = files_of(case), RUNS = case.runs and "rm -r runs || touch none" or "",
    COMMAND = environment() .. " " .. case.set .. shell_quote(PROGRAM) .. case.command,
  }
  return (SCRIPT:gsub("%u+", words))
end

-- Exit code, stderr, stdout, and whether nothing was left in the folder.
local function collect(case)
  local function said(name) return assert(fs.read(fs.join(case.dir, name))) end
  local err = said("err"):gsub("ganas%-lua: Lua modules come from [^\n]*\n", "")
  local code, out, clean = tonumber(said "code"), said "out", said "before" == said "after"
  os.execute("rm -r " .. case.dir)
  return code, err, out, clean
end

-- Runs cases from `first` on, a few at a time; returns the last.
local function run_some(cases, first)
  local last, words = math.min(first + TOGETHER - 1, #cases), {}
  for i = first, last do words[#words + 1] = prepare(cases[i]) end
  words[#words + 1] = "wait"
  os.execute(table.concat(words, "\n"))
  return last
end

local function check(case, code, err, out, clean)
  if code ~= case.code then return ("exit code %d, expected %d"):format(code, case.code) end
  if err ~= case.message then return "it says\n" .. err .. "expected\n" .. case.message end
  if not clean then return "files were left behind" end
  if out ~= "" and not case.command:find "^ check " then return "it printed\n" .. out end
end

-- What is wrong with a case, nil if nothing is; with `write` its file is written anew.
local function settle(case, write)
  local code, err, out, clean = collect(case)
  if not write then return check(case, code, err, out, clean) end
  fs.write_atomic(case.path, format(case, code, err))
end

local function main(words)
  local write = words[1] == "--write"
  if write then table.remove(words, 1) end
  local cases, failures, done = find(words), 0, 0
  if #cases == 0 then fail "no cases" end
  for i, case in ipairs(cases) do
    if i > done then done = run_some(cases, i) end
    local wrong = settle(case, write)
    if wrong then
      failures = failures + 1
      io.stdout:write(case.name, ": ", wrong, "\n")
    end
  end
  print(("%d of %d cases as expected"):format(#cases - failures, #cases))
  if failures > 0 then os.exit(1, true) end
end

main { ... }
