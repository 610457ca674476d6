-- damage - the real samples of the benchmarks' files, cut and with single bits turned at many places: each
-- is refused with the place, and leaves nothing behind.

local fs = require "ganas.fs"
local import = require "ganas.import"
local message = require "ganas.message"
local support = require "tests.lua.support"
local uv = require "luv"

local folder = assert(uv.fs_mkdtemp "/tmp/damage_spec_XXXXXX")

teardown(function() os.execute("rm -r " .. folder) end)

local function write(path, text)
  local out = assert(io.open(path, "wb"))
  out:write(text)
  out:close()
end

local function turned(text, at)
  local byte = text:byte(at + 1)
  return text:sub(1, at) .. string.char((byte + 2 ^ (at % 8)) % 256) .. text:sub(at + 2)
end

-- The sentence with which an import fails, nil when it doesn't.
local function try(format, source, target)
  local ok, err = pcall(function()
    local task = import.new(format, source, target)
    local ran, problem = pcall(function()
      repeat local _, done = task:step() until done
    end)
    task:free()
    if not ran then error(problem, 0) end
  end)
  if ok then return nil end
  assert(message.is_user(err), tostring(err))
  return err.text
end

-- Damages a file at n places from its first byte to that before its last, of which bzip2 leaves bits unused.
-- Each time it is refused with the place, and the table's folder stays as it was.
local function check_damage(format, source, file, text, damage, n)
  local target = fs.join(folder, "t.ganas")
  for i = 0, n - 1 do
    local at = math.floor((#text - 2) * i / (n - 1))
    write(file, damage(text, at))
    local before = #fs.list(folder)
    local why = try(format, source, target)
    assert.is_not_nil(why, ("damage at byte %d went unseen"):format(at))
    assert.truthy(why:find(fs.basename(file), 1, true), why)
    assert.truthy(why:find "byte %d" or why:find "block %d" or why:find "empty" or why:find "no records", why)
    assert.equal(before, #fs.list(folder))
    assert.is_false(fs.exists(target))
  end
end

local function cut(text, at) return text:sub(1, at) end

describe("a damaged TFRecord file", function()
  local source = support.sample "ecnas_4v.tfrecord"
  if not source then return pending "needs formats/ecnas_4v.tfrecord: set GANAS_DATA" end
  local text, copy = fs.read(source), fs.join(folder, "e.tfrecord")

  it("is refused where a bit is turned", function()
    check_damage("nasbench101", copy, copy, text, turned, 60)
  end)
  it("is refused where it ends", function() check_damage("nasbench101", copy, copy, text, cut, 60) end)
end)

describe("a damaged folder of NATS-Bench", function()
  local source = support.sample "NATS-tss-v1_0-3ffb9-simple"
  if not source then return pending "needs formats/NATS-tss-v1_0-3ffb9-simple: set GANAS_DATA" end
  local copy = fs.join(folder, "nats")
  fs.mkdir(copy)
  for _, name in ipairs(fs.list(source)) do
    write(fs.join(copy, name), fs.read(fs.join(source, name)))
  end

  for _, name in ipairs { "000011.pickle.pbz2", "meta.pickle.pbz2" } do
    local text, path = fs.read(fs.join(copy, name)), fs.join(copy, name)
    local function restored(damage)
      check_damage("nats-bench", copy, path, text, damage, 15)
      write(path, text)
    end
    it("is refused where a bit is turned: " .. name, function() restored(turned) end)
    it("is refused where a file ends: " .. name, function() restored(cut) end)
  end
end)
