-- run.lua - golden trajectories: ganas-lua lua tests/golden/run.lua [--write|--one] [NAME ...]
--
-- A case is NAME.golden: a command line after "$ ", then every candidate of its search in the order of
-- queries, as "query arch score". The same seed must give the same lines on every machine, by every
-- compiler, kernel and number of threads; a case with "needs data" as its second line is left out where
-- GANAS_DATA names no folder.
-- Searches without data are made with each instruction set that the CPU has, the others with the best.
-- --one tries the best alone.
-- --write puts what the searches do into the files: only for a change that is meant to alter them.

local fs = require "ganas.fs"
local uv = require "luv"

local ROOT = fs.dirname(arg[0])
local PROGRAM = uv.exepath()

local function shell_quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

local function parse(path)
  local text = assert(fs.read(path))
  local command, rest = text:match "^%$ ganas%-lua([^\n]*)\n(.*)$"
  assert(command, path .. ": expected '$ ganas-lua ...' on its first line")
  local data, lines = rest:match "^(needs data\n)(.*)$"
  return { path = path, command = command, data = data or "", lines = lines or rest }
end

local function find(words)
  local cases = {}
  for _, file in ipairs(fs.list(ROOT)) do
    local name = file:match "^(.*)%.golden$"
    local wanted = name and #words == 0
    for _, word in ipairs(words) do wanted = wanted or name == word end
    if wanted then
      local case = parse(fs.join(ROOT, file))
      case.name = name
      cases[#cases + 1] = case
    end
  end
  return cases
end

-- The lines of a search with an instruction set, and nil; or nil and what went wrong.
local function search(case, isa)
  local dir = assert(uv.fs_mkdtemp "/tmp/ganas-golden-XXXXXX")
  local pipe = assert(io.popen(("GANAS_ISA=%s %s%s --threads 1 --json --quiet --out %s/run 2>%s/err"):format(
    isa, shell_quote(PROGRAM), case.command, dir, dir)))
  local text = pipe:read "*a"
  pipe:close()
  local err = fs.read(dir .. "/err")
  os.execute("rm -r " .. dir)
  local trajectory = text:match "\"trajectory\":(%b[])"
  if not trajectory then return nil, "the search failed:\n" .. err end
  local lines = {}
  for query, arch, score in trajectory:gmatch "{\"query\":(%d+),\"arch\":\"([^\"]*)\",\"score\":([^,]*)," do
    lines[#lines + 1] = ("%s %s %s\n"):format(query, arch, score)
  end
  return table.concat(lines)
end

-- The first line in which two texts differ.
local function difference(expected, got)
  local next_got = got:gmatch "[^\n]*\n"
  for line in expected:gmatch "[^\n]*\n" do
    local other = next_got() or "(nothing)\n"
    if line ~= other then return ("expected %sgot      %s"):format(line, other) end
  end
  return "more lines than expected, from " .. (next_got() or "")
end

-- Values of GANAS_ISA that this CPU has.
local function list_sets()
  local sets = {}
  for _, isa in ipairs { "avx512", "avx2", "portable" } do
    local try = ("GANAS_ISA=%s %s check demo >/dev/null 2>&1"):format(isa, shell_quote(PROGRAM))
    if os.execute(try) == 0 then sets[#sets + 1] = isa end
  end
  return sets
end

-- What is wrong with a case, nil if nothing is; with `write` its file is written anew first.
local function settle(case, sets, write)
  local lines, wrong = search(case, sets[1])
  if wrong then return wrong end
  if write then
    fs.write_atomic(case.path, ("$ ganas-lua%s\n%s%s"):format(case.command, case.data, lines))
    case.lines = lines
  end
  for i, isa in ipairs(case.data == "" and sets or { sets[1] }) do
    if i > 1 then lines, wrong = search(case, isa) end
    if lines ~= case.lines then return wrong or isa .. ": " .. difference(case.lines, lines) end
  end
end

local function main(words)
  local write, one = words[1] == "--write", words[1] == "--one"
  if write or one then table.remove(words, 1) end
  local cases, sets, failures, left_out = find(words), one and { "" } or list_sets(), 0, 0
  assert(#cases > 0 and #sets > 0, "no cases")
  for _, case in ipairs(cases) do
    if case.data ~= "" and not fs.exists(os.getenv "GANAS_DATA" or "") then
      left_out = left_out + 1
    else
      local wrong = settle(case, sets, write)
      if wrong then
        failures = failures + 1
        io.stdout:write(case.name, ": another trajectory\n", wrong)
      end
    end
  end
  print(("%d of %d searches as ever, by %d sets of instructions, %d left out for want of data"):format(
    #cases - failures - left_out, #cases, #sets, left_out))
  if failures > 0 then os.exit(1, true) end
end

main { ... }
