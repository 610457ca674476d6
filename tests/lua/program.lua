-- program - what specs need that run the program itself: a folder of its own, exit code, output.

local fs = require "ganas.fs"
local uv = require "luv"

local program = {}

-- The program that runs this spec; nil where that is plain luajit.
program.path = package.loaded["ganas.host"] and uv.exepath()

local folder = os.getenv "GANAS_LUA_DIR"
local lua = folder and folder ~= "" and "GANAS_LUA_DIR=" .. uv.fs_realpath(folder) .. " " or ""

-- A new folder with files (name -> text) in it: folder.path, folder:run(line, before), folder:remove().
local Folder = {}
Folder.__index = Folder

function program.folder(files)
  local self = setmetatable({ path = assert(uv.fs_mkdtemp "/tmp/ganas-spec-XXXXXX") }, Folder)
  for name, text in pairs(files) do self:write(name, text) end -- order can't matter
  return self
end

function Folder:write(name, text) fs.write_atomic(fs.join(self.path, name), text) end

function Folder:read(name) return fs.read(fs.join(self.path, name)) end

function Folder:remove() os.execute("rm -rf '" .. self.path .. "'") end

-- The shell's words for a command line of the program in the folder.
function Folder:command(line, before)
  return ("cd %s && %s %s%s %s"):format(self.path, before or "", lua, program.path, line)
end

-- Exit code, stdout, stderr of a command line.
function Folder:run(line, before)
  os.execute(self:command(line, before) .. " >.out 2>.err; echo $? >.code")
  local err = self:read(".err"):gsub("ganas%-lua: Lua modules come from [^\n]*\n", "")
  return tonumber(self:read ".code"), self:read ".out", err
end

-- Lines of a run's journal with one of the events, without what differs from time to time.
function Folder:events(run, ...)
  local list = {}
  for line in self:read(run .. "/journal.jsonl"):gmatch "[^\n]+" do
    local event = line:match '^{"event":"(%a+)"'
    for _, wanted in ipairs { ... } do
      if event == wanted then
        list[#list + 1] = line:gsub(',"sum":"%x+"', ""):gsub(',"seconds":[^,}]*', ""):gsub(',"at":[^,}]*', "")
      end
    end
  end
  return list
end

local LETTERS = [[
local space = require "ganas.space"
return {
  about = "x", args = { queries = %d },
  search = { method = "random" },
  space = { name = "letters", ops = { "a", "b", "c", "d" }, grow = space.chain(12) },
  evaluate = %s,
}
]]

-- A recipe of a random search over words of letters; `evaluate` is the text of its evaluator.
function program.letters(queries, evaluate) return LETTERS:format(queries, evaluate) end

return program
