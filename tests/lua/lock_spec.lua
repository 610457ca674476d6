-- lock - one process a run; what dead processes leave is recognised.

local fs = require "ganas.fs"
local lock = require "ganas.lock"
local message = require "ganas.message"
local support = require "tests.lua.support"
local uv = require "luv"

describe("a lock", function()
  local dir, notes

  before_each(function()
    dir, notes = assert(uv.fs_mkdtemp "/tmp/ganas-lock-XXXXXX"), {}
    message.listener = function(text) notes[#notes + 1] = text:gsub(dir:gsub("%p", "%%%0"), "RUN") end
  end)
  after_each(function()
    message.listener = nil
    os.execute("rm -r " .. dir)
  end)

  local function left_by(text, age)
    fs.write_atomic(dir .. "/lock", text)
    local now = uv.gettimeofday()
    uv.fs_utime(dir .. "/lock", now - (age or 0), now - (age or 0))
  end

  local function refused() return (support.refused(lock.take, dir):gsub(dir:gsub("%p", "%%%0"), "RUN")) end

  it("is taken once, and leaves nothing", function()
    local held = lock.take(dir)
    assert.matches("^%S+ %S+ " .. uv.os_getpid() .. " %d+\n$", fs.read(dir .. "/lock"))
    assert.equal(("'RUN' is in use by process %d; wait until it is over, or end it"):format(uv.os_getpid()),
      refused())
    held:release()
    assert.same({}, fs.list(dir))
    lock.take(dir):release()
    assert.same({}, notes)
  end)

  it("of a process that is over is taken over", function()
    local host = uv.os_gethostname()
    local boot = fs.read("/proc/sys/kernel/random/boot_id"):match "%S+"
    for _, text in ipairs {
      ("%s %s 4194300 77\n"):format(host, boot),            -- no such process
      ("%s %s %d 1\n"):format(host, boot, uv.os_getppid()), -- another process has its number now
      ("%s an-earlier-boot %d 1\n"):format(host, uv.os_getppid()),
    } do
      left_by(text)
      lock.take(dir):release()
    end
    assert.equal(3, #notes)
    assert.matches("^the lock of 'RUN' was left by process 4194300 on " .. host:gsub("%p", "%%%0")
      .. ", which is over; it is taken over$", notes[1])
  end)

  it("of another machine counts as long as it is touched", function()
    left_by("elsewhere x 12 34\n", 30)
    assert.matches("^'RUN' is in use by process 12 on elsewhere, seen %d+ seconds ago; after 600 seconds of "
      .. "silence it counts as over; remove 'RUN/lock' if you know that it is$", refused())
    left_by("elsewhere x 12 34\n", lock.STALE + 30)
    lock.take(dir):release()
    assert.equal(1, #notes)
  end)

  it("that is empty or torn is nobody's", function()
    for _, text in ipairs { "", "torn", "\0\0\0" } do
      left_by(text)
      lock.take(dir):release()
    end
    assert.same({}, notes)
  end)
end)
