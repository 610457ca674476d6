-- core - statuses become errors of the right kind, handles are freed once, structures check their
-- fields.

local Rng = require "ganas.rng"
local Table = require "ganas.table"
local Threads = require "ganas.threads"
local core = require "ganas.core"
local message = require "ganas.message"

local lib = core.lib

describe("core.check", function()
  it("lets success pass", function() core.check(lib.GANAS_OK) end)

  it("raises a user error with the core's sentence for a file that isn't there", function()
    local ok, err = pcall(Table.open, "no/such/file.csv")
    assert.is_false(ok)
    assert.is_true(message.is_user(err))
    assert.truthy(err.text:find("no/such/file.csv", 1, true), err.text)
  end)

  it("raises a fault for a wrong argument", function()
    local ok, err = pcall(Threads.new, 0)
    assert.is_false(ok)
    assert.is_false(message.is_user(err))
    assert.truthy(err:find("GANAS_E_ARGUMENT", 1, true), err)
  end)

  it("keeps percent signs of the core's sentence", function()
    local ok, err = pcall(Table.open, "no/100%s.csv")
    assert.is_false(ok)
    assert.truthy(err.text:find("100%s", 1, true), err.text)
  end)
end)

describe("a handle", function()
  it("says what was freed when it is used afterwards", function()
    local threads = Threads.new(2)
    assert.equal(2, threads:count())
    threads:free()
    local ok, err = pcall(function() return threads:count() end)
    assert.is_false(ok)
    assert.truthy(err:find("'count' asked of a thread pool that was freed", 1, true), err)
    assert.equal("freed thread pool", tostring(threads))
  end)

  it("is freed by the collector", function()
    for i = 1, 50 do Rng.new(i, "x") end
    collectgarbage()
    collectgarbage()
  end)
end)

describe("arrays", function()
  it("start with zeros and take lists", function()
    local zeros, n = core.int32(3)
    assert.same({ 0, 0, 0, 3 }, { zeros[0], zeros[1], zeros[2], n })
    local list, count = core.int32 { 7, -8 }
    assert.same({ 7, -8, 2 }, { list[0], list[1], count })
    assert.equal(0, core.doubles(1)[0])
  end)

  it("make sets up to the last bit", function()
    assert.equal("9223372036854775809ULL", tostring(core.set { 0, 63 }))
    assert.equal("0ULL", tostring(core.set {}))
  end)
end)

describe("core.struct", function()
  it("puts settings over defaults, booleans as 0 and 1", function()
    local net = core.struct("ganas_net", lib.ganas_net_defaults, { width = 16, bidirectional = true })
    local plain = core.struct("ganas_net", lib.ganas_net_defaults)
    assert.equal(16, net.width)
    assert.equal(1, net.bidirectional)
    assert.equal(plain.layers, net.layers)
    assert.equal(plain.rate, net.rate)
  end)

  it("refuses fields that there are not", function()
    local ok, err = pcall(core.struct, "ganas_net", lib.ganas_net_defaults, { widht = 16 })
    assert.is_false(ok)
    assert.truthy(err:find("ganas_net has no field 'widht' that could be 16", 1, true), err)
  end)
end)

describe("random streams", function()
  local function first(seed, purpose, n)
    local rng, list = Rng.new(seed, purpose), {}
    for i = 1, n do list[i] = rng:uniform() end
    return list
  end

  it("repeat for the same name and differ for others", function()
    assert.same(first(3, "a", 5), first(3, "a", 5))
    assert.are_not.same(first(3, "a", 5), first(4, "a", 5))
    assert.are_not.same(first(3, "a", 5), first(3, "b", 5))
  end)

  it("stay in their range and reach all of it", function()
    local rng, seen = Rng.new(1, "below"), {}
    for _ = 1, 200 do seen[rng:below(4)] = true end
    assert.same({ [0] = true, true, true, true }, seen)
    for _, u in ipairs(first(1, "u", 100)) do assert.is_true(u >= 0 and u < 1) end
  end)

  it("know large seeds apart", function()
    assert.are_not.same(first(2 ^ 52, "a", 2), first(2 ^ 52 + 1, "a", 2))
  end)
end)
