-- nasbench101 - the space against the benchmark: all its cells, its strings, parameters, hashes.

local Batch = require "ganas.batch"
local Pool = require "ganas.pool"
local Rng = require "ganas.rng"
local Table = require "ganas.table"
local data = require "ganas.data"
local fs = require "ganas.fs"
local grammar = require "ganas.grammar"
local recipe = require "ganas.recipe"

local s = grammar.load "nasbench101"

local SLOW = os.getenv "GANAS_SLOW_TESTS"
local BITS = "v,adj,ops"

local place = { data = fs.is_dir "../shared/data" and "../shared/data" or nil }

local function find(name)
  local ok, path = pcall(data.find, name, place)
  return ok and path or nil
end

describe("the cells", function()
  it("are written as the benchmark takes them, and read back", function()
    local text = s.expect.example
    local arch = s:arch(text)
    assert.equal(text, tostring(arch))
    assert.same({ 7, 9, 3 }, { arch.nodes, arch.edges, arch.depth })
    local batch = Batch.new(s, 300)
    batch:random(nil, Rng.new(5, "cells"), 300)
    for i = 0, 299 do
      local cell = batch:arch(i)
      local again = s:arch(tostring(cell))
      assert.equal(tostring(cell), tostring(again))
      assert.same({ cell.params, cell.nodes, cell.edges }, { again.params, again.size, again.edges })
    end
  end)

  it("are pruned", function()
    local whole = s:arch "0100/0001/0001/0000:input,maxpool3x3,conv3x3-bn-relu,output"
    assert.is_nil(whole)
    local arch = s:arch "0110/0001/0000/0000:input,maxpool3x3,conv3x3-bn-relu,output"
    assert.equal("010/001/000:input,maxpool3x3,output", tostring(arch))
  end)

  it("that are isomorphic are one", function()
    local pool, batch = Pool.new(s), Batch.new(s, 2)
    s:push(batch, "0110/0001/0001/0000:input,maxpool3x3,conv3x3-bn-relu,output")
    s:push(batch, "0110/0001/0001/0000:input,conv3x3-bn-relu,maxpool3x3,output")
    assert.is_true(pool:try(batch, 0, 0))
    assert.is_false(pool:try(batch, 1, 0))
    local hash = s.key_notations.hash
    assert.equal(hash:write(batch:arch(0)), hash:write(batch:arch(1)))
  end)

  it("that are none are refused with a reason", function()
    local function why(text) return select(2, s:arch(text)) end
    assert.equal("expected the rows of the matrix, ':' and the labels", why "01/00")
    assert.equal("2 rows and 3 labels; expected as many", why "01/00:input,maxpool3x3,output")
    assert.equal("expected the labels 'input' first and 'output' last", why "01/00:output,input")
    assert.equal("row 2 of the matrix is '0'; expected 2 digits 0 or 1", why "01/0:input,output")
    assert.equal("row 1 of the matrix is '0x'; expected 2 digits 0 or 1", why "0x/00:input,output")
    assert.equal("the matrix has an edge from vertex 1 to 0; expected edges forward only",
      why "01/10:input,output")
    assert.equal("unknown operation 'maxpool3'; did you mean 'maxpool3x3'?",
      why "010/001/000:input,maxpool3,output")
    assert.equal("a graph of 8 nodes; expected 2 to 7", why("01000000/00100000/00010000/00001000/00000100/"
      .. "00000010/00000001/00000000:input," .. ("maxpool3x3,"):rep(6) .. "output"))
    assert.truthy(why("0111111/0011111/0001111/0000111/0000011/0000001/0000000:input,"
      .. ("maxpool3x3,"):rep(5) .. "output"):find "edges")
    assert.truthy(why "000/001/000:input,maxpool3x3,output")
  end)

  it("have a compact form", function()
    local reader = s.key_notations[BITS]
    local batch = Batch.new(s, 1)
    assert.is_true(s:push(batch, "3,5,2", reader))
    assert.equal("010/001/000:input,maxpool3x3,output", s:format(batch, 0))
    assert.equal("3,5,2", reader:write(batch:arch(0)))
    batch:clear()
    assert.is_nil((s:push(batch, "3,5,", reader)))
    assert.is_nil((s:push(batch, "8,5,000000", reader)))
  end)
end)

describe("the whole space", function()
  it("is 423624 cells", function()
    if not jit.status() then return end -- it is the core that counts
    local pool, graphs = Pool.new(s), 0
    for batch in Batch.blocks(s, nil, 65536) do
      graphs = graphs + batch:count()
      pool:unique(batch, true)
      for i = 0, batch:count() - 1 do pool:add(batch, i, 0) end
    end
    assert.same({ 18766576, 423624 }, { graphs, pool:count() })
  end)
end)

describe("random cells", function()
  it("are as large as those of the whole space", function()
    local batch, sizes = Batch.new(s, 20000), {}
    batch:random(nil, Rng.new(5, "uniform"), 20000)
    for i = 0, 19999 do
      local nodes = batch:arch(i).nodes
      sizes[nodes] = (sizes[nodes] or 0) + 1
    end
    for nodes, known in pairs { [5] = 2441, [6] = 62010, [7] = 359082 } do -- order can't matter
      local share = known / 423624
      local off = math.abs(sizes[nodes] / 20000 - share)
      assert.is_true(off < 5 * math.sqrt(share * (1 - share) / 20000), nodes .. " nodes")
    end
  end)
end)

describe("the table", function()
  local cells, hashes = find "nb101_test108.csv.gz", find "nb101_hash64.u64"
  local NEEDS = "needs nb101_test108.csv.gz and nb101_hash64.u64: set GANAS_DATA to their folder"

  -- Batch of the rows from `first` on in steps.
  local function read(t, first, step, n)
    local batch, columns, rows = Batch.new(s, n), {}, {}
    for i, name in ipairs { "v", "adj", "ops" } do columns[i] = t:need(name) end
    for row = first, t.rows - 1, step do
      if #rows == n then break end
      local words = {}
      for i, column in ipairs(columns) do words[i] = t:text(row, column) end
      assert(s:push(batch, table.concat(words, ","), s.key_notations[BITS]))
      rows[#rows + 1] = row
    end
    return batch, rows
  end

  local function hold_costs(t, batch, rows)
    for _, name in ipairs { "params", "macs" } do
      local values, known = batch:measure(name), t:numbers(t:need(name))
      for i, row in ipairs(rows) do assert(values[i - 1] == known[row], name .. " of row " .. row) end
    end
  end

  it("has the same parameters and multiply-adds", function()
    if not cells then return pending(NEEDS) end
    local t = Table.open(cells)
    local step = SLOW and 1 or 7
    assert.equal(423624, t.rows)
    hold_costs(t, read(t, 0, step, math.ceil(t.rows / step)))
  end)

  it("has the same hashes", function()
    if not cells or not hashes then return pending(NEEDS) end
    local t, h, key = Table.open(cells), Table.open(hashes), s.key_notations.hash64
    assert.equal(423624, h.rows)
    local step = SLOW and 1 or 53
    local batch, rows = read(t, 0, step, math.ceil(t.rows / step))
    for i, row in ipairs(rows) do
      assert(key:write(batch:arch(i - 1)) == h:text(row, 0), "hash of row " .. row)
    end
  end)

  it("has the two cells that the paper compares with", function()
    if not cells then return pending(NEEDS) end
    local t = Table.open(cells)
    assert.equal(20346506, read(t, 300793, 1, 1):arch(0).params)
    assert.equal(2694282, read(t, 67206, 1, 1):arch(0).params)
  end)
end)

describe("the recipe", function()
  local there = find "nb101_test108.csv.gz" and find "nb101_hash64.u64" and find "nb101_val_subset.csv.gz"
  local NEEDS = "needs the files nb101_*: set GANAS_DATA to their folder"

  local function open(score)
    return recipe.load("recipes/nb101.lua", { data = place.data, args = { score = score } }).evaluator
  end

  it("knows every cell's test accuracy", function()
    if not there then return pending(NEEDS) end
    local e = open()
    local batch = Batch.new(e.space, 500)
    batch:random(nil, Rng.new(9, "cells"), 500)
    for _, r in ipairs(e:score(batch, 0, 500)) do
      assert(r.score > 9 and r.score < 95 and r.report == r.score)
    end
    assert.same({ "94.3176", 1, 2 }, { ("%.4f"):format(e:optimum()), e:rank(e:optimum()), e:rank(94.3) })
    assert.is_nil(e.known)
  end)

  it("finds a cell whatever the order of its vertices", function()
    if not there then return pending(NEEDS) end
    local e = open()
    local batch, c1, c3 = Batch.new(e.space, 2), "conv1x1-bn-relu", "conv3x3-bn-relu"
    local function push(matrix, ...)
      assert(e.space:push(batch, matrix .. ":input," .. table.concat({ ... }, ",") .. ",output"))
    end
    push("01100/00010/00001/00001/00000", c1, c3, "maxpool3x3")
    push("01100/00001/00010/00001/00000", c3, c1, "maxpool3x3")
    local r = e:score(batch, 0, 2)
    assert.equal(r[1].score, r[2].score)
    assert.is_not_nil(r[1].score)
  end)

  it("searches by validation accuracy where there is one", function()
    if not there then return pending(NEEDS) end
    local e = open "val108"
    assert.truthy(e.known.text
      :find "^val108 is known %(30001 of 423624 rows, from .*nb101_val_subset.csv.gz%)$")
    local t = Table.open(find "nb101_test108.csv.gz")
    local batch = Batch.new(e.space, 2)
    for _, row in ipairs { 0, 30000 } do
      local text = ("%s,%s,%s"):format(t:text(row, 1), t:text(row, 2), t:text(row, 3))
      assert(e.space:push(batch, text, e.space.key_notations[BITS]))
    end
    local r = e:score(batch, 0, 2)
    assert.same({ 9290 / 99.84, 27574 / 299.52 }, { r[1].score, r[1].report })
    assert.is_nil(r[2].score)
    assert.truthy(r[2].error:find "^no val108 for it in ")
    assert.same({ true, false }, { e.known.predicate(batch:arch(0)), e.known.predicate(batch:arch(1)) })
  end)
end)
