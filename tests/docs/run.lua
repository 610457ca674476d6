-- run.lua - does what the documents say: ganas-lua lua tests/docs/run.lua [FILE.md ...]
--
-- Fenced blocks are done in order, in a folder that each document has for itself, where `ganas-lua` is this
-- program. What follows the language in a fence says how:
--
--   lua FILE.lua       is written to that file and checked; a recipe is also searched, for a few queries
--   lua in FILE.lua    fields that are put into FILE.lua, in place of those of these names; then the same
--   lua                a script of its own
--   csv FILE.csv       is written to that file; so is what follows `c FILE.c`, `py FILE.py`
--   c                  is a part of ganas.h, which tests/docs/boundary.lua holds to it
--   luajit FILE.lua    is run by plain luajit
--   sh                 commands, with a shell that stops at the first that fails
--   sh exit N          the last of them ends with that code
--   text               what the commands before it say: these lines in this order, maybe among others
--   text only          is nothing to be held
--
-- With one more word, `data`, a block needs the benchmark files in GANAS_DATA and is left out without.

local fs = require "ganas.fs"
local uv = require "luv"

local PROGRAM = uv.exepath()
local ROOT = fs.dirname(fs.dirname(fs.dirname(uv.fs_realpath(arg[0]))))
local DATA = os.getenv "GANAS_DATA"
local QUERIES = 12

-- ---- blocks ----

-- { language, words = { after the language }, line, text } of a document.
local function read_blocks(path)
  local blocks, open, number = {}, nil, 0
  for line in (assert(fs.read(path)):gsub("\n$", "") .. "\n"):gmatch "(.-)\n" do
    number = number + 1
    local info = line:match "^```%s*(.-)%s*$"
    if info and open then
      open.text, open = table.concat(open.lines, "\n") .. "\n", nil
    elseif info then
      open = { language = info:match "^%S*", words = {}, has = {}, line = number, lines = {} }
      for word in info:sub(#open.language + 1):gmatch "%S+" do
        open.has[word] = true
        if word ~= "data" then open.words[#open.words + 1] = word end
      end
      blocks[#blocks + 1] = open
    elseif open then
      open.lines[#open.lines + 1] = line
    end
  end
  if open then error(("%s:%d: this block doesn't end"):format(path, open.line), 0) end
  return blocks
end

-- ---- running ----

local function shell_quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

local COMMAND = [[cd DIR && PATH=BIN:"$PATH" TERM=dumb sh -e -c SCRIPT >SAID 2>&1 </dev/null; echo $? >CODE]]

-- Runs a script of the shell in the document's folder: exit code, all that it said.
local function run(self, script)
  local said = fs.join(self.dir, "said")
  local words = { DIR = fs.join(self.dir, "work"), BIN = fs.dirname(PROGRAM), SCRIPT = script, SAID = said,
    CODE = said .. ".code" }
  os.execute((COMMAND:gsub("%u%u%u+", function(word) return words[word] and shell_quote(words[word]) end)))
  return tonumber(fs.read(said .. ".code")), fs.read(said)
end

local function must(self, script, code)
  local got, said = run(self, script)
  self.said = said
  if got ~= (code or 0) then
    local text = script:gsub("%s+$", "")
    return ("%s: exit code %d, expected %d; it says\n%s"):format(text, got, code or 0, said)
  end
end

local function write(self, name, text)
  local file = assert(io.open(fs.join(self.dir, "work", name), "w"))
  file:write(text)
  file:close()
end

local function read(self, name) return fs.read(fs.join(self.dir, "work", name)) end

-- ---- what is done with a block ----

-- A recipe or a space with that text.
local function try_file(self, name, text)
  write(self, name, text)
  local wrong = must(self, "ganas-lua check " .. shell_quote(name))
  if wrong or not text:find "evaluate%s*=" then return wrong end
  return must(self, ("ganas-lua %s queries=%d --quiet"):format(shell_quote(name), QUERIES))
end

-- Fields before the brace that closes the table of a file: what is written last is what counts.
local function put_in(text, fields)
  local head = text:match "^(.*)}%s*$"
  if not head then return nil end
  local comma = head:gsub("%-%-[^\n]*%s*$", ""):find "[{,;]%s*$" and "" or ","
  return ("%s\n%s%s\n}\n"):format(head, comma, fields)
end

local act = {}

function act.lua(self, block)
  local first, second = block.words[1], block.words[2]
  if not first then
    write(self, "script.lua", block.text)
    return must(self, "ganas-lua lua script.lua")
  end
  if first ~= "in" then return try_file(self, first, block.text) end
  local text = put_in(read(self, second) or "", block.text)
  if not text then return ("there is no file %s, or it ends with no table"):format(tostring(second)) end
  return try_file(self, second:gsub("%.lua$", "") .. "_with.lua", text)
end

function act.csv(self, block) write(self, block.words[1], block.text) end

function act.c(self, block)
  if block.words[1] then write(self, block.words[1], block.text) end
end

function act.py(self, block) write(self, block.words[1], block.text) end

function act.luajit(self, block)
  write(self, block.words[1], block.text)
  return must(self, "luajit " .. shell_quote(block.words[1]))
end

function act.sh(self, block)
  return must(self, block.text, block.has.exit and tonumber(block.words[2]) or 0)
end

function act.text(self, block)
  if block.has.only then return nil end
  if not self.said then return "there is no output to compare it with" end
  local at = 1
  for _, line in ipairs(block.lines) do
    if line ~= "..." and line:find "%S" then
      local _, to = self.said:find(line, at, true)
      if not to then return ("this line was not said: %s\nit said\n%s"):format(line, self.said) end
      at = to + 1
    end
  end
end

-- ---- documents ----

-- Problems of a document as a list, and how many blocks were done and left out.
local function check(path)
  local self, problems, done, left = { dir = assert(uv.fs_mkdtemp "/tmp/ganas-docs-XXXXXX") }, {}, 0, 0
  assert(uv.fs_mkdir(fs.join(self.dir, "work"), 448))
  for _, block in ipairs(read_blocks(path)) do
    if block.has.data and (not DATA or DATA == "") then
      left = left + 1
    else
      local does = act[block.language]
      local wrong = does and does(self, block) or not does and ("nothing is done with a block of %q")
        :format(block.language) or nil
      done = done + 1
      if wrong then problems[#problems + 1] = ("%s:%d: %s"):format(path, block.line, wrong) end
    end
  end
  os.execute("rm -r " .. self.dir)
  return problems, done, left
end

local function documents(given)
  if #given > 0 then return given end
  given[1] = fs.join(ROOT, "README.md")
  for _, name in ipairs(fs.list(fs.join(ROOT, "docs"))) do
    if name:find "%.md$" then given[#given + 1] = fs.join(ROOT, "docs", name) end
  end
  return given
end

local function main(given)
  local failed = false
  for _, path in ipairs(documents(given)) do
    local problems, done, left = check(path)
    failed = failed or #problems > 0
    print(("%s: %d blocks, %d left out, %d wrong"):format(path, done, left, #problems))
    for _, problem in ipairs(problems) do print(problem) end
  end
  if failed then os.exit(1, true) end
end

main { ... }
