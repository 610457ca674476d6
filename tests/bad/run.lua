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

local CLEAN = "unset GANAS_DATA GANAS_ISA GANAS_GEMM XDG_CONFIG_HOME; export HOME=/nonexistent"

local function environment()
  local lua = os.getenv "GANAS_LUA_DIR"
  return CLEAN .. (lua and lua ~= "" and " GANAS_LUA_DIR=" .. shell_quote(uv.fs_realpath(lua)) or "")
end

-- Files of a case's group but those that are another case's.
local function files_of(case)
  local group, files = fs.join(ROOT, case.group), {}
  for _, name in ipairs(fs.list(group)) do
    local owner = name:match "^[^.]*"
    local own = case.name == case.group .. "/" .. owner
    if own or not fs.exists(fs.join(group, owner .. ".expect")) then files[#files + 1] = name end
  end
  return files
end

local function copy(from, to)
  if not fs.is_dir(from) then return assert(uv.fs_copyfile(from, to)) end
  fs.mkdir(to)
  for _, name in ipairs(fs.list(from)) do copy(fs.join(from, name), fs.join(to, name)) end
end

-- All that is in a folder, in an order that is always the same.
local function inventory(dir, list)
  list = list or {}
  for _, name in ipairs(fs.list(dir)) do
    local path = fs.join(dir, name)
    list[#list + 1] = path
    if fs.is_dir(path) then inventory(path, list) end
  end
  return list
end

-- Starts a case in a folder of its own: out and err beside it are what it says.
local function start(case)
  case.dir = fs.mkdir_temporary()
  case.work = fs.join(case.dir, "work")
  fs.mkdir(case.work)
  for _, name in ipairs(files_of(case)) do
    copy(fs.join(ROOT, case.group, name), fs.join(case.work, name))
  end
  case.before = table.concat(inventory(case.work), "\n")
  local set = case.set ~= "" and "export " .. case.set .. ";" or ""
  local script = ("exec </dev/null; %s; %s exec %s%s >../out 2>../err"):format(environment(), set,
    shell_quote(PROGRAM), case.command)
  assert(uv.spawn("/bin/sh", { args = { "-c", script }, cwd = case.work },
    function(code, signal) case.ended = signal > 0 and 128 + signal or code end))
end

-- Exit code, stderr, stdout, and whether nothing was left in the folder.
local function collect(case)
  local function said(name) return assert(fs.read(fs.join(case.dir, name))) end
  local err = said("err"):gsub("ganas%-lua: Lua modules come from [^\n]*\n", "")
    :gsub("iteration %d+  [^\n]*\n", "") -- progress, which a slow machine has time for
  local runs = fs.join(case.work, "runs")
  local clean = not case.runs or fs.is_dir(runs)
  if case.runs then fs.remove_tree(runs) end
  clean = clean and case.before == table.concat(inventory(case.work), "\n")
  local out = said "out"
  fs.remove_tree(case.dir)
  return case.ended, err, out, clean
end

-- Starts the cases in order, a few at a time, until one of them has ended.
local function await(cases, wanted, started)
  while not wanted.ended do
    while cases[started + 1] and started + 1 < wanted.place + TOGETHER do
      started = started + 1
      start(cases[started])
    end
    uv.run "once"
  end
  return started
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
  local cases, failures, started = find(words), 0, 0
  if #cases == 0 then fail "no cases" end
  for i, case in ipairs(cases) do case.place = i end
  for _, case in ipairs(cases) do
    started = await(cases, case, started)
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
