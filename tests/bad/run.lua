-- run.lua - broken input and the exact message for it: ganas-lua lua tests/bad/run.lua [--write] [NAME ...]
--
-- A case is GROUP/NAME.expect: a command line after "$ ", its exit code after "exit ", then all that
-- it says on stderr. It runs in a copy of its group's folder, must leave nothing behind there (but
-- runs/, where the third line is "leaves runs"), and print nothing on stdout unless it is a check.
-- --write puts what the program says into the files, to be read before it is committed.

local fs = require "ganas.fs"
local uv = require "luv"

local ROOT = fs.dirname(arg[0])
local PROGRAM = uv.exepath()

local function fail(...)
  io.stderr:write(string.format(...), "\n")
  os.exit(1)
end

local function shell_quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

-- ---- cases ----

local function parse(path)
  local text = fs.read(path)
  local command, code, rest = text:match "^%$ ganas%-lua([^\n]*)\nexit (%d+)\n(.*)$"
  if not command then fail("%s: expected '$ ganas-lua ...', 'exit N' and the message", path) end
  local runs, message = rest:match "^(leaves runs\n)(.*)$"
  return { command = command, code = tonumber(code), runs = runs ~= nil, message = message or rest }
end

local function format(case, code, message)
  return ("$ ganas-lua%s\nexit %d\n%s%s"):format(case.command, code, case.runs and "leaves runs\n" or "", message)
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

-- Names of all files below a folder.
local function tree(path, prefix, list)
  list, prefix = list or {}, prefix or ""
  for _, name in ipairs(fs.list(path)) do
    list[#list + 1] = prefix .. name
    if fs.is_dir(fs.join(path, name)) then tree(fs.join(path, name), prefix .. name .. "/", list) end
  end
  return list
end

local function environment()
  local lua = os.getenv "GANAS_LUA_DIR"
  local keep = lua and lua ~= "" and " GANAS_LUA_DIR=" .. shell_quote(uv.fs_realpath(lua)) or ""
  return "env -u GANAS_DATA -u XDG_CONFIG_HOME HOME=/nonexistent" .. keep
end

-- Exit code, stderr, stdout and what is new in the folder.
local function run(case)
  local dir = assert(uv.fs_mkdtemp "/tmp/ganas-bad-XXXXXX")
  os.execute(("cp -r %s %s/work"):format(shell_quote(fs.join(ROOT, case.group)), dir))
  local before = table.concat(tree(dir .. "/work"), "\n")
  os.execute(("cd %s/work && %s %s%s >../out 2>../err </dev/null; echo $? >../code"):format(dir, environment(),
    shell_quote(PROGRAM), case.command))
  if case.runs then os.execute("rm -r " .. dir .. "/work/runs") end
  local after = table.concat(tree(dir .. "/work"), "\n")
  local err = fs.read(dir .. "/err"):gsub("ganas%-lua: Lua modules come from [^\n]*\n", "")
  local code, out = tonumber(fs.read(dir .. "/code")), fs.read(dir .. "/out")
  os.execute("rm -r " .. dir)
  return code, err, out, before == after
end

local function check(case, code, err, out, clean)
  if code ~= case.code then return ("exit code %d, expected %d"):format(code, case.code) end
  if err ~= case.message then return "it says\n" .. err .. "expected\n" .. case.message end
  if not clean then return "files were left behind" end
  if out ~= "" and not case.command:find "^ check " then return "it printed\n" .. out end
end

local function main(words)
  local write = words[1] == "--write"
  if write then table.remove(words, 1) end
  local cases, failures = find(words), 0
  if #cases == 0 then fail "no cases" end
  for _, case in ipairs(cases) do
    local code, err, out, clean = run(case)
    local wrong = not write and check(case, code, err, out, clean)
    if write then fs.write_atomic(case.path, format(case, code, err)) end
    if wrong then
      failures = failures + 1
      io.stdout:write(case.name, ": ", wrong, "\n")
    end
  end
  print(("%d of %d cases as expected"):format(#cases - failures, #cases))
  if failures > 0 then os.exit(1) end
end

main { ... }
