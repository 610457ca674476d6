-- fs - files, through libuv.
--
-- Reading answers nil and a reason; what changes the disk raises a user error that names the path
-- and the reason. Nobody ever sees a half-written file: a file is written beside its name, synced
-- and renamed.

local uv = require "luv"
local message = require "ganas.message"

local fs = {}

local PRIVATE, PUBLIC = tonumber("700", 8), tonumber("644", 8)

-- "no such file or directory" out of "ENOENT: no such file or directory: path -> path".
local function reason(err)
  return (tostring(err):gsub("^%u+[%u%d]*: ", ""):gsub(":.*$", ""))
end

local function must(ok, err, verb, path)
  if ok == nil then message.user("can't %s %s: %s", verb, message.quote(path), reason(err)) end
  return ok
end

-- ---- paths ----

function fs.join(...)
  local path = ""
  for i = 1, select("#", ...) do
    local part = select(i, ...)
    if part:sub(1, 1) == "/" or path == "" or path == "." then path = part
    else path = path:gsub("/$", "") .. "/" .. part end
  end
  return path
end

function fs.basename(path) return path:match "([^/]*)/*$" end

-- The folder that holds a path: "." for a bare name.
function fs.dirname(path)
  local dir = path:gsub("/+$", ""):match "^(.*)/[^/]*$"
  if dir == "" then return "/" end
  return dir or "."
end

-- The file with the same ending, in the folder of a path, whose name is nearest to the path's own, or nil.
function fs.near(path)
  local folder, names = fs.dirname(path), {}
  local ending = path:match "%.[^./]*$" or ""
  for _, name in ipairs(fs.list(folder)) do
    if name:sub(1, 1) ~= "." and name:sub(-#ending) == ending and fs.is_file(fs.join(folder, name)) then
      names[#names + 1] = name
    end
  end
  local near = message.nearest(fs.basename(path), names)
  return near and fs.join(folder, near)
end

-- The base name without its last ending.
function fs.stem(path)
  local base = fs.basename(path)
  return base:match "^(.+)%.[^.]*$" or base
end

-- "~/x" with the home folder put in; nil without one.
function fs.home(path)
  local home = os.getenv "HOME"
  if home and home ~= "" then return fs.join(home, path) end
end

-- ---- looking ----

local function kind(path)
  local stat = uv.fs_stat(path)
  return stat and stat.type
end

function fs.exists(path) return kind(path) ~= nil end

function fs.is_dir(path) return kind(path) == "directory" end

function fs.is_file(path)
  local found = kind(path)
  return found ~= nil and found ~= "directory"
end

function fs.is_program(path) return fs.is_file(path) and uv.fs_access(path, "X") == true end

-- Whether a program of that name is in $PATH.
function fs.in_path(name)
  for folder in (os.getenv "PATH" or "/usr/bin:/bin"):gmatch "[^:]+" do
    if fs.is_program(fs.join(folder, name)) then return true end
  end
  return false
end

-- Bytes of a file, nil where there is none.
function fs.size(path)
  local stat = uv.fs_stat(path)
  return stat and stat.size
end

-- Names in a folder, sorted; empty when it can't be read.
function fs.list(path)
  local names = {}
  local scan = uv.fs_scandir(path)
  while scan do
    local name = uv.fs_scandir_next(scan)
    if not name then break end
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

-- ---- reading ----

local function slurp(fd)
  local parts = {}
  while true do
    local part, err = uv.fs_read(fd, 1048576, -1) -- -1: from where the last one ended
    if not part then return nil, err end
    if part == "" then return table.concat(parts) end
    parts[#parts + 1] = part
  end
end

-- The whole of a file, or nil and the reason.
function fs.read(path)
  if fs.is_dir(path) then return nil, "it is a folder" end
  local fd, err = uv.fs_open(path, "r", 0)
  if not fd then return nil, reason(err) end
  local text, failed = slurp(fd)
  uv.fs_close(fd)
  if not text then return nil, reason(failed) end
  return text
end

-- ---- writing ----

-- True, or nil, the error and how much was written before it.
local function write_all(fd, text)
  local done = 0
  while done < #text do
    local n, err = uv.fs_write(fd, done == 0 and text or text:sub(done + 1), -1)
    if not n then return nil, err, done end
    done = done + n
  end
  return true
end

local function sync_dir(path)
  local fd = uv.fs_open(path, "r", 0)
  if not fd then return end
  uv.fs_fsync(fd)
  uv.fs_close(fd)
end

local function fill(path, text)
  local fd, err = uv.fs_open(path, "w", PUBLIC)
  if not fd then return nil, err end
  local ok, failed = write_all(fd, text)
  if ok then ok, failed = uv.fs_fsync(fd) end
  local closed, late = uv.fs_close(fd)
  if not ok then return nil, failed end
  return closed, late
end

-- Writes a file so that its name holds the old content or the new, whatever happens.
function fs.write_atomic(path, text)
  local beside = path .. ".tmp" .. uv.os_getpid()
  local ok, err = fill(beside, text)
  if ok then ok, err = uv.fs_rename(beside, path) end
  if not ok then uv.fs_unlink(beside) end
  must(ok, err, "write", path)
  sync_dir(fs.dirname(path))
end

-- Removes what processes that are over left half-written in a folder (see fs.write_atomic).
function fs.sweep(dir)
  for _, name in ipairs(fs.list(dir)) do
    local pid = tonumber(name:match "%.tmp(%d+)$")
    if pid and select(3, uv.kill(pid, 0)) == "ESRCH" then uv.fs_unlink(fs.join(dir, name)) end
  end
end

-- Writes a file that nothing depends on when the machine fails.
function fs.write(path, text)
  local fd, err = uv.fs_open(path, "w", PUBLIC)
  must(fd, err, "write", path)
  local ok, failed = write_all(fd, text)
  uv.fs_close(fd)
  must(ok, failed, "write", path)
end

-- Removes a folder with all that is in it, as far as that can be done; links are not followed.
function fs.remove_tree(path)
  for _, name in ipairs(fs.list(path)) do
    local inside = fs.join(path, name)
    local stat = uv.fs_lstat(inside)
    if stat and stat.type == "directory" then fs.remove_tree(inside) else uv.fs_unlink(inside) end
  end
  uv.fs_rmdir(path)
end

local Append = {}
Append.__index = Append

-- A file of lines that grows at its end: handle:write(text), handle:sync(), handle:close().
function fs.append(path)
  local fd, err = uv.fs_open(path, "a", PUBLIC)
  return setmetatable({ fd = must(fd, err, "open", path), path = path }, Append)
end

-- Takes back the line that was torn after `done` bytes of `text`; whole lines stay.
local function mend(fd, text, done)
  local torn = #text:sub(1, done):match "[^\n]*$"
  local stat = torn > 0 and uv.fs_fstat(fd)
  if stat then uv.fs_ftruncate(fd, stat.size - torn) end
end

-- Appends whole lines. When the disk is full, those that fit are kept, and no part of one.
function Append:write(text)
  local ok, err, done = write_all(self.fd, text)
  if not ok then mend(self.fd, text, done) end
  must(ok, err, "write", self.path)
end

function Append:sync()
  local ok, err = uv.fs_fsync(self.fd)
  must(ok, err, "write", self.path)
end

-- Cuts the file off after `size` bytes.
function Append:truncate(size)
  local ok, err = uv.fs_ftruncate(self.fd, size)
  must(ok, err, "write", self.path)
end

-- Brings what was written to the disk without waiting for it; `done`(reason or nil) hears of it in the loop.
function Append:sync_soon(done) uv.fs_fsync(self.fd, done) end

-- Whether the file is the one that has this name now.
function Append:is_at(path)
  local named, own = uv.fs_stat(path), uv.fs_fstat(self.fd)
  return named ~= nil and own ~= nil and named.ino == own.ino and named.dev == own.dev
end

function Append:close()
  if self.fd then uv.fs_close(self.fd) end
  self.fd = nil
end

-- Makes one folder, for its owner alone; false when the name is taken.
function fs.mkdir_new(path)
  local ok, err, code = uv.fs_mkdir(path, PRIVATE)
  if not ok and (code == "EEXIST" or tostring(err):find("^EEXIST")) then return false end
  return must(ok, err, "make the folder", path)
end

-- A new folder for what is needed for a while, where the system wants such (TMPDIR); its path.
function fs.mkdir_temporary()
  local place = uv.os_tmpdir()
  local path, err = uv.fs_mkdtemp(fs.join(place, "ganas-XXXXXX"))
  return must(path, err, "make a folder for temporary files in", place)
end

-- Makes a folder and those above it.
function fs.mkdir(path)
  if fs.is_dir(path) then return end
  local above = fs.dirname(path)
  if above ~= "." and above ~= path then fs.mkdir(above) end
  if not fs.mkdir_new(path) and not fs.is_dir(path) then
    message.user("can't make the folder %s: a file has that name", message.quote(path))
  end
end

return fs
