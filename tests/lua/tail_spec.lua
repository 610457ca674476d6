-- tail - a file that keeps the end of what a process says: never much of it, no descriptor, no failure.

local Tail = require "ganas.tail"
local fs = require "ganas.fs"

local function descriptors() return #fs.list "/proc/self/fd" end

describe("the tail of what is said", function()
  local dir = fs.mkdir_temporary()
  local path = fs.join(dir, "trials", "worker-1.err")
  teardown(function() fs.remove_tree(dir) end)

  it("is there at once, its folder too, and goes on in what is there", function()
    Tail.new(path):write "one\n"
    Tail.new(path):write "two\n"
    assert.equal("one\ntwo\n", fs.read(path))
  end)

  it("has whole lines, the last ones, and an end", function()
    local tail, before = Tail.new(path), descriptors()
    for i = 1, 40000 do tail:write(("line %d\n"):format(i)) end
    local text = fs.read(path)
    assert.is_true(#text >= Tail.LIMIT / 2 and #text <= 2 * Tail.LIMIT)
    assert.truthy(text:find "^%.%.%.\nline %d+\n")
    assert.truthy(text:find "\nline 39999\nline 40000\n$")
    assert.equal(before, descriptors())
    tail:write(("x"):rep(5 * Tail.LIMIT))
    assert.equal("...\n" .. ("x"):rep(Tail.LIMIT), fs.read(path))
  end)

  it("stops nothing where its folder is gone, and makes none anew but the last", function()
    local tail = Tail.new(path)
    fs.remove_tree(dir)
    tail:write "three\n"
    assert.is_false(fs.exists(dir))
    Tail.new("/dev/full"):write "four\n"
  end)
end)
