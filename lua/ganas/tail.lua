-- tail - a file that keeps the end of what a process says.
--
-- It is open only while something is written, so that thousands of processes need no descriptors, and never
-- has more than twice LIMIT bytes. It is there to be read by people: a disk that is full, or a folder that
-- somebody has removed, stops nothing.

local fs = require "ganas.fs"
local uv = require "luv"

local Tail = {}
Tail.__index = Tail

Tail.LIMIT = 65536 -- bytes that are there at least, where so much was said

local FILE, FOLDER = tonumber("600", 8), tonumber("700", 8)

-- What is written to `path`, behind what is there; the last folder of it is made when it is needed.
function Tail.new(path) return setmetatable({ path = path, size = fs.size(path) or 0 }, Tail) end

local function open(path, how)
  local fd, _, code = uv.fs_open(path, how, FILE)
  if fd or code ~= "ENOENT" then return fd end
  uv.fs_mkdir(fs.dirname(path), FOLDER)
  return (uv.fs_open(path, how, FILE))
end

local function put(self, text, how)
  local fd = open(self.path, how)
  if not fd then return end
  self.size = self.size + (uv.fs_write(fd, text, -1) or 0)
  uv.fs_close(fd)
end

-- Leaves the last LIMIT bytes, from the beginning of a line.
local function shorten(self)
  local text = (fs.read(self.path) or ""):sub(-Tail.LIMIT)
  local stop = text:find("\n", 1, true)
  self.size = 0
  put(self, "...\n" .. text:sub(stop and stop + 1 or 1), "w")
end

function Tail:write(text)
  put(self, text, "a")
  if self.size > 2 * Tail.LIMIT then shorten(self) end
end

return Tail
