-- darts - the space of two cells: genotypes, the key of tables, the encoding that a surrogate is given.

local Batch = require "ganas.batch"
local Rng = require "ganas.rng"
local Table = require "ganas.table"
local data = require "ganas.data"
local fs = require "ganas.fs"
local grammar = require "ganas.grammar"

local s = grammar.load "darts"
local KEY = "normal,reduce"

local function find(name)
  local ok, path = pcall(data.find, name, { data = fs.is_dir "../shared/data" and "../shared/data" or nil })
  return ok and path or nil
end

local function read(text)
  local batch = Batch.new(s, 1)
  assert(s:push(batch, text, s.key_notations[KEY]))
  return batch:arch(0)
end

describe("genotypes", function()
  it("are read and written", function()
    assert.same({}, grammar.check_expect(s))
    local arch = s:arch(s.expect.example)
    assert.equal(s.expect.example, tostring(arch))
    assert.same({ 16, 3 }, { #arch.ops, arch:count "skip_connect" - 2 })
  end)

  it("may have the two picks of a state in any order", function()
    local text = s.expect.example:gsub("%('skip_connect', 0%), %('sep_conv_3x3', 1%)",
      "('sep_conv_3x3', 1), ('skip_connect', 0)")
    assert.are_not.equal(text, s.expect.example)
    assert.equal(s.expect.example, tostring(s:arch(text)))
  end)

  it("are refused with a reason", function()
    local function why(from, to) return select(2, s:arch((s.expect.example:gsub(from, to, 1)))) end
    assert.truthy(why("sep_conv_3x3", "sep_conv_3x4")
      :find "character 20: unknown operation 'sep_conv_3x4'; did you mean 'sep_conv_3x3'%?")
    assert.truthy(why("', 0", "', 2"):find "2 is no source here; expected 0 or 1")
    assert.truthy(why("', 1", "', 0"):find "two operations of one state read 0; expected different sources")
  end)

  it("have a key with sources and operations in digits", function()
    local text = "04.15.13.21.04.10.25.40,00.13.02.15.02.21.14.31"
    assert.is_nil((s:push(Batch.new(s, 1), "04.15", s.key_notations[KEY])))
    local arch = read "03.14.03.25.16.20.02.31,00.11.02.13.02.21.14.31"
    assert.equal("03.14.03.25.16.20.02.31,00.11.02.13.02.21.14.31", s.key_notations[KEY]:write(arch))
    assert.truthy(tostring(arch):find("normal=[('sep_conv_3x3', 0), ('sep_conv_5x5', 1), ", 1, true))
    assert.truthy(tostring(read(text)):find("('skip_connect', 0), ('sep_conv_3x3', 1)", 1, true) == nil)
  end)
end)

-- ---- the encoding ----

-- Ones of a list from a place on, as numbers from 0.
local function ones(list, first, size)
  local found = {}
  for i = 0, size - 1 do
    if list[first + i] == 1 then found[#found + 1] = i end
  end
  return found
end

describe("the encoding", function()
  it("has one choice of each variable, and counts", function()
    local batch = Batch.new(s, 200)
    batch:random(nil, Rng.new(3, "encoding"), 200)
    for i = 0, 199 do
      local arch = batch:arch(i)
      local x, at, edges = s.features.one_hot(arch), 1, 0
      assert.equal(282, #x)
      for k, size in ipairs { 28, 4, 7, 11, 4, 7, 11 } do
        for _ = 1, k == 1 and size or 1 do
          local width = k == 1 and 8 or size
          local chosen = ones(x, at, width)
          assert.equal(1, #chosen)
          if k == 1 and chosen[1] > 0 then edges = edges + 1 end
          if k > 1 then assert.is_true(chosen[1] > 0) end
          at = at + width
        end
      end
      assert.equal(16, edges)
      local sum = 0
      for k = at, 282 do sum = sum + x[k] end
      assert.same({ 269, 16 }, { at, sum })
      assert.equal(arch:count "skip_connect", x[275] + x[282])
    end
  end)
end)

describe("the labelled cells", function()
  it("are all candidates", function()
    local path = find "nb301_10k_xgb09.csv.gz"
    if not path then return pending "needs nb301_10k_xgb09.csv.gz: set GANAS_DATA to its folder" end
    local t, batch = Table.open(path), Batch.new(s, 10000)
    for row = 0, t.rows - 1 do
      assert(s:push(batch, t:text(row, 0) .. "," .. t:text(row, 1), s.key_notations[KEY]))
    end
    assert.equal(10000, batch:count())
  end)
end)
