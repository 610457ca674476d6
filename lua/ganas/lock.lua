-- lock - keeps two processes off one run.
--
-- RUN/lock names the process that works on the run: host, boot, process, when that process began, and when it
-- was seen last. On one machine the kernel keeps the lock (flock), so that it goes with its process, whatever
-- ends that. Where file systems of a network don't lock, the text decides: a process of this machine that is
-- over is over; one of another machine is over when its lock hasn't been touched for a while.

local core = require "ganas.core"
local fs = require "ganas.fs"
local message = require "ganas.message"
local uv = require "luv"

local lock = {}

local Lock = {}
Lock.__index = Lock

lock.STALE = 600 -- seconds without a sign of life of a process on another machine
lock.PATIENCE = 60 -- seconds that those wait who work on a run for a moment
local BEAT = 10  -- seconds between signs of life
local LOOK = 50  -- milliseconds between looks at a lock that somebody has

local EXCLUSIVE, NONBLOCKING = 2, 4

local lib

local function flock(fd)
  lib = lib or core.foreign({ "libc.so.6" }, "int flock(int fd, int operation);")
  return not lib or lib.flock(fd, EXCLUSIVE + NONBLOCKING) == 0
end

-- ---- who ----

-- When a process of this machine began, in ticks since it booted; nil when there is none.
local function began(pid)
  local stat = fs.read(("/proc/%d/stat"):format(pid))
  local rest = stat and stat:match "^.*%)(.*)$" -- the command in parentheses may have any characters
  local words = {}
  for word in (rest or ""):gmatch "%S+" do words[#words + 1] = word end
  if words[1] == "Z" then return nil end
  return words[20]
end

local function boot() return (fs.read "/proc/sys/kernel/random/boot_id" or "?"):match "%S*" end

local function own_text()
  local pid = uv.os_getpid()
  return ("%s %s %d %s\n"):format(uv.os_gethostname(), boot(), pid, began(pid) or "?")
end

local function read_text(text)
  local host, booted, pid, start = (text or ""):match "^(%S+) (%S+) (%d+) (%S+)\n"
  if host then return { host = host, boot = booted, pid = tonumber(pid), start = start } end
end

local function age(path)
  local stat = uv.fs_stat(path)
  local seconds = uv.gettimeofday()
  return stat and seconds - stat.mtime.sec or math.huge
end

-- Whether the process that a lock names may still be at work.
local function alive(owner, path)
  if owner.host ~= uv.os_gethostname() then return age(path) < lock.STALE end
  return owner.boot == boot() and began(owner.pid) == owner.start
end

local function refuse(dir, path, owner)
  if not owner then
    message.user("%s is in use by another process; expected to be alone", message.quote(dir))
  end
  if owner.host == uv.os_gethostname() then
    message.user("%s is in use by process %d; wait until it is over, or end it", message.quote(dir),
      owner.pid)
  end
  message.user("%s is in use by process %d on %s, seen %d seconds ago; after %d seconds of silence it counts "
    .. "as over; remove %s if you know that it is", message.quote(dir), owner.pid, owner.host,
    math.max(0, age(path)), lock.STALE, message.quote(path))
end

-- ---- taking and giving back ----

-- The lock's file, and whether the kernel gave it to us. One that was removed meanwhile is nobody's.
local function open(path)
  while true do
    local file = fs.append(path)
    local got = flock(file.fd)
    if not got or file:is_at(path) then return file, got end
    file:close()
  end
end

-- The lock's file, whom its text names, and whether that is us; nil and who has it where somebody has.
local function try(path)
  local file, got = open(path)
  local owner = read_text(fs.read(path))
  local mine = owner and owner.host == uv.os_gethostname() and owner.pid == uv.os_getpid()
  if got and not (owner and not mine and alive(owner, path)) then return file, owner, mine end
  file:close()
  return nil, owner
end

-- Takes the lock of a run directory; a user error where somebody has it, and keeps it for `patience` seconds
-- (0).
function lock.take(dir, patience)
  local path, since = fs.join(dir, "lock"), uv.hrtime()
  local file, owner, mine = try(path)
  while not file do
    if uv.hrtime() - since >= (patience or 0) * 1e9 then refuse(dir, path, owner) end
    uv.sleep(LOOK)
    file, owner, mine = try(path)
  end
  if owner and not mine then
    message.note("the lock of %s was left by process %d on %s, which is over; it is taken over",
      message.quote(dir), owner.pid, owner.host)
  end
  file:truncate(0)
  file:write(own_text())
  return setmetatable({ path = path, file = file, last = uv.hrtime() }, Lock)
end

-- The process that works on a run directory, { host, pid, ... }; nil where none does.
function lock.owner(dir)
  local path = fs.join(dir, "lock")
  local owner = read_text(fs.read(path))
  return owner and alive(owner, path) and owner or nil
end

-- A sign of life.
function Lock:beat()
  if uv.hrtime() - self.last < BEAT * 1e9 then return end
  self.last = uv.hrtime()
  local now = uv.gettimeofday()
  uv.fs_futime(self.file.fd, now, now)
end

function Lock:release()
  if not self.file.fd then return end
  uv.fs_unlink(self.path)
  self.file:close()
end

return lock
