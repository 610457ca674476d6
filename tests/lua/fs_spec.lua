-- fs - files that are whole or not there, and the reason when something can't be done.

local fs = require "ganas.fs"
local message = require "ganas.message"
local uv = require "luv"

local function refused(fn, ...)
  local ok, err = pcall(fn, ...)
  assert.is_false(ok)
  assert(message.is_user(err), tostring(err))
  return err.text
end

local function remove(path)
  for _, name in ipairs(fs.list(path)) do
    local inner = fs.join(path, name)
    if fs.is_dir(inner) then remove(inner) else os.remove(inner) end
  end
  uv.fs_rmdir(path)
end

describe("paths", function()
  it("are joined and cut", function()
    assert.equal("a/b/c", fs.join("a", "b/", "c"))
    assert.equal("/b", fs.join("a", "/b"))
    assert.equal("x", fs.join("", "x"))
    assert.equal("b", fs.basename "a/b/")
    assert.equal("b", fs.basename "b")
    assert.equal(".", fs.dirname "a")
    assert.equal("a", fs.dirname "a/b/")
    assert.equal("/", fs.dirname "/a")
    assert.equal("a.b", fs.stem "x/a.b.lua")
    assert.equal(".hidden", fs.stem ".hidden")
    assert.equal("demo", fs.stem "demo")
  end)
end)

describe("files", function()
  local dir

  before_each(function() dir = assert(uv.fs_mkdtemp "/tmp/ganas-fs-XXXXXX") end)
  after_each(function() remove(dir) end)

  it("are written whole and replaced whole", function()
    local path = fs.join(dir, "x")
    local big = ("0123456789"):rep(300000)
    fs.write_atomic(path, big)
    assert.equal(big, fs.read(path))
    fs.write_atomic(path, "")
    assert.equal("", fs.read(path))
    assert.same({ "x" }, fs.list(dir))
  end)

  it("stay as they were when writing fails", function()
    local path = fs.join(dir, "x")
    fs.mkdir(path)
    fs.write_atomic(fs.join(path, "y"), "1")
    assert.equal("can't write '" .. path .. "': illegal operation on a directory",
      refused(fs.write_atomic, path, "2"))
    assert.same({ "x" }, fs.list(dir))
    assert.equal("can't write '" .. dir .. "/no/x': no such file or directory",
      refused(fs.write_atomic, dir .. "/no/x", "2"))
    assert.equal("can't write '" .. path .. "/y/z': not a directory",
      refused(fs.write_atomic, path .. "/y/z", "2"))
  end)

  it("of processes that are over are swept when half-written", function()
    local child = io.popen "echo $$; exit"
    local over = child:read "*n"
    child:close()
    for _, name in ipairs { "a", "a.tmp", "a.tmpx", "a.tmp" .. over, "b.tmp" .. uv.os_getpid() } do
      fs.write(fs.join(dir, name), "x")
    end
    fs.sweep(dir)
    assert.same({ "a", "a.tmp", "a.tmpx", "b.tmp" .. uv.os_getpid() }, fs.list(dir))
  end)

  it("grow at their end", function()
    local path = fs.join(dir, "log")
    for _, line in ipairs { "a\n", "b\n" } do
      local file = fs.append(path)
      file:write(line)
      file:sync()
      file:close()
      file:close()
    end
    assert.equal("a\nb\n", fs.read(path))
    assert.equal("can't open '" .. dir .. "': illegal operation on a directory", refused(fs.append, dir))
  end)

  it("for a while need a place", function()
    local path, before = fs.mkdir_temporary(), os.getenv "TMPDIR"
    assert.is_true(fs.is_dir(path))
    fs.remove_tree(path)
    uv.os_setenv("TMPDIR", "/nowhere/at/all")
    local text = refused(fs.mkdir_temporary)
    if before then uv.os_setenv("TMPDIR", before) else uv.os_unsetenv "TMPDIR" end
    assert.equal("can't make a folder for temporary files in '/nowhere/at/all': no such file or directory",
      text)
  end)

  it("that fill the disk are said to", function()
    if not fs.exists "/dev/full" then return pending "no /dev/full here" end
    local file = fs.append "/dev/full"
    assert.equal("can't write '/dev/full': no space left on device", refused(file.write, file, "x"))
    file:close()
  end)

  it("keep whole lines only when the disk fills up", function()
    local path, whole = fs.join(dir, "x"), uv.fs_write
    local file, room = fs.append(path), 11
    file:write "a\n"
    finally(function() uv.fs_write = whole end)
    uv.fs_write = function(fd, text, at) -- luacheck: ignore 122
      if room == 0 then return nil, "ENOSPC: no space left on device" end
      local part = text:sub(1, math.min(4, room))
      room = room - #part
      return whole(fd, part, at)
    end
    assert.equal("can't write '" .. path .. "': no space left on device",
      refused(file.write, file, "first\nsecond\nthird\n"))
    file:close()
    assert.equal("a\nfirst\n", fs.read(path))
  end)

  it("can't be read with a reason", function()
    local function reason(path)
      local text, why = fs.read(path)
      assert.is_nil(text)
      return why
    end
    assert.equal("no such file or directory", reason(fs.join(dir, "no")))
    assert.equal("it is a folder", reason(dir))
    assert.is_true(#assert(fs.read "/proc/self/status") > 0)
  end)

  it("are told from folders", function()
    local path = fs.join(dir, "x")
    fs.write_atomic(path, "")
    assert.same({ true, true, false }, { fs.exists(path), fs.is_file(path), fs.is_dir(path) })
    assert.same({ true, false, true }, { fs.exists(dir), fs.is_file(dir), fs.is_dir(dir) })
    assert.same({ false, false, false }, { fs.exists "/no", fs.is_file "/no", fs.is_dir "/no" })
    assert.same({}, fs.list "/no")
  end)
end)

describe("folders", function()
  local dir

  before_each(function() dir = assert(uv.fs_mkdtemp "/tmp/ganas-fs-XXXXXX") end)
  after_each(function() remove(dir) end)

  it("are made with those above them, for their owner", function()
    local path = fs.join(dir, "a/b/c")
    fs.mkdir(path)
    fs.mkdir(path)
    assert.is_true(fs.is_dir(path))
    assert.equal(tonumber("700", 8), uv.fs_stat(path).mode % 512)
  end)

  it("are made once", function()
    assert.is_true(fs.mkdir_new(fs.join(dir, "a")))
    assert.is_false(fs.mkdir_new(fs.join(dir, "a")))
    assert.equal("can't make the folder '" .. dir .. "/no/a': no such file or directory",
      refused(fs.mkdir_new, fs.join(dir, "no/a")))
  end)

  it("are not made over files", function()
    fs.write_atomic(fs.join(dir, "x"), "")
    assert.equal("can't make the folder '" .. dir .. "/x': a file has that name",
      refused(fs.mkdir, fs.join(dir, "x")))
  end)
end)
