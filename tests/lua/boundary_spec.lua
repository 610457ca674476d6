-- boundary: between Lua and the core. What the header declares is there, a library of another header is
-- refused, and what was freed says so.

local Batch = require "ganas.batch"
local Bayes = require "ganas.bayes"
local Disc = require "ganas.disc"
local Gp = require "ganas.gp"
local Policy = require "ganas.policy"
local Pool = require "ganas.pool"
local Rank = require "ganas.rank"
local Rng = require "ganas.rng"
local Ruleset = require "ganas.ruleset"
local Table = require "ganas.table"
local Threads = require "ganas.threads"
local core = require "ganas.core"
local fs = require "ganas.fs"
local program = require "tests.lua.program"
local sorted = require "ganas.sorted"
local support = require "tests.lua.support"

local HEADER = "core/include/ganas.h"
local LIBRARY = program.path and fs.join(fs.dirname(program.path), "libganas.so")

local save = support.files(teardown)
local header = assert(fs.read(HEADER)):match "/%* cdef: on %*/(.*)/%* cdef: off %*/":gsub("/%*.-%*/", "")

describe("the header", function()
  it("declares nothing that the library lacks", function()
    local n = 0
    for name in header:gmatch "[ *](ganas_[%w_]+)%(" do
      n = n + 1
      assert.is_true(pcall(function() return core.lib[name] end), name)
    end
    assert.is_true(n > 100)
  end)

  it("has no call of more than 8 arguments", function()
    for name, arguments in header:gmatch "(ganas_[%w_]+)(%b())" do
      local _, commas = arguments:gsub(",", "")
      assert.is_true(commas < 8, name)
    end
  end)
end)

describe("a library #host", function()
  if not program.path or not fs.exists(LIBRARY) then return end
  if (os.getenv "GANAS_SANITIZE" or "") ~= "" then return end -- plain LuaJIT can't load that

  -- What plain LuaJIT says that loads the core with a header.
  local function load_with(path)
    local script = save [[
      package.path = "lua/?.lua;" .. package.path
      local ok, err = pcall(require, "ganas.core")
      print(ok and "loaded" or tostring(err))
    ]]
    local line = "GANAS_HEADER='%s' GANAS_LIBRARY='%s' luajit %s 2>&1"
    local pipe = io.popen(line:format(path, LIBRARY, script))
    local said = pipe:read "*a"
    pipe:close()
    return said
  end

  it("of the same header is loaded", function() assert.equal("loaded\n", load_with(HEADER)) end)

  it("of an older header is refused", function()
    local text, n = fs.read(HEADER):gsub("GANAS_ABI = %d+", "GANAS_ABI = 99")
    assert.equal(1, n)
    assert.equal(LIBRARY .. " has ABI 1, the header 99; build both from one source\n", load_with(save(text)))
  end)
end)

describe("what was freed", function()
  local space = support.two_letters()
  local NET = { width = 8, head = 8, layers = 1 }
  local threads, rng = Threads.new(1), Rng.new(1, "x")

  local MAKE = {
    batch = function() return Batch.new(space, 4), Batch end,
    bayes = function() return Bayes.new(3), Bayes end,
    disc = function() return Disc.new(space, NET, threads, rng), Disc end,
    gp = function() return Gp.new(space), Gp end,
    policy = function() return Policy.new(space, nil, NET, threads, rng), Policy end,
    pool = function() return Pool.new(space, "string"), Pool end,
    rank = function() return Rank.new(space, NET, threads, rng), Rank end,
    rng = function() return Rng.new(1, "y"), Rng end,
    rules = function() return Ruleset.new(space), Ruleset end,
    table = function() return Table.open(save "a,b\n1,2\n"), Table end,
    threads = function() return Threads.new(2), Threads end,
  }

  for name, make in sorted(MAKE) do
    it("says so whatever it is asked: " .. name, function()
      local object, class = make()
      object:free()
      local asked = 0
      for method, fn in sorted(class) do
        if type(fn) == "function" and not method:find "^__" and method ~= "new" and method ~= "open" then
          asked = asked + 1
          local ok, err = pcall(function() return object[method](object, 1, 1) end)
          assert.is_false(ok)
          assert.is_truthy(tostring(err):find("of a .* that was freed"), method .. ": " .. tostring(err))
          assert.is_false((pcall(fn, object, 1, 1)), method)
        end
      end
      assert.is_true(asked > 1)
    end)
  end

  it("says so as an argument too", function()
    local disc, batch = Disc.new(space, NET, threads, rng), Batch.new(space, 4)
    local other = Batch.new(space, 4)
    other:random(nil, rng, 4)
    batch:free()
    for _, call in ipairs {
      function() disc:reward(batch, other) end, function() disc:train(other, batch, 1) end,
      function() other:append(batch, { 0 }) end, function() Pool.new(space, "string"):find(batch) end,
    } do
      local ok, err = pcall(call)
      assert.is_false(ok)
      assert.is_truthy(tostring(err):find "asked of a batch that was freed", tostring(err))
    end
  end)

  it("outlives what it was made from", function()
    local batch = MAKE.batch()
    space = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    assert.equal(0, batch:count())
    batch:random(nil, rng, 4)
    assert.equal(4, batch:count())
  end)
end)
