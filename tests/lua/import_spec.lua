-- import - the command line of `ganas-lua import`, and real files: the samples give the figures that
-- their README states, a table file gives what its CSV file gives.

local Batch = require "ganas.batch"
local Table = require "ganas.table"
local columns = require "ganas.columns"
local evaluate = require "ganas.evaluate"
local fs = require "ganas.fs"
local grammar = require "ganas.grammar"
local import = require "ganas.import"
local space = require "ganas.space"
local support = require "tests.lua.support"

local folder = assert(require("luv").fs_mkdtemp "/tmp/import_spec_XXXXXX")

local function path(name) return fs.join(folder, name) end

local function file(name, text)
  fs.write_atomic(path(name), text)
  return path(name)
end

teardown(function() os.execute("rm -r " .. folder) end)

-- Imports at once; the path of the table.
local function made(format, source, name)
  local task = import.new(format, source, path(name))
  repeat local _, done = task:step() until done
  task:free()
  return path(name)
end

local text_of = support.refused

-- name -> value of a row: numbers where the column has numbers, else texts.
local function row_of(t, row)
  local fields = {}
  for i, name in ipairs(t.names) do
    local text = t:text(row, i - 1)
    fields[name] = t:numeric(i - 1) and tonumber(text) or text
  end
  return fields
end

describe("the command line", function()
  it("reads format, source and options", function()
    assert.same({ command = "import", format = "csv", source = "a/b.csv.gz", target = "b.ganas" },
      import.options { "csv", "a/b.csv.gz" })
    local given = import.options { "nats-bench", "x/NATS-tss-v1_0-3ffb9-simple/", "-o", "n.ganas", "--json" }
    assert.same({ "n.ganas", true }, { given.target, given.json })
    assert.equal("nasbench_only108.ganas",
      import.options({ "nasbench101", "/d/nasbench_only108.tfrecord" }).target)
    assert.equal("NATS-tss-v1_0-3ffb9-simple.ganas",
      import.options({ "nats-bench", "x/NATS-tss-v1_0-3ffb9-simple/" }).target)
  end)

  it("says what is missing or too much", function()
    assert.equal("no format; expected 'ganas-lua import FORMAT SOURCE', the format being 'nasbench101', "
      .. "'nats-bench' or 'csv'", text_of(import.options, {}))
    assert.equal("unknown format 'nasbench10'; did you mean 'nasbench101'?", text_of(import.options,
      { "nasbench10", "x" }))
    assert.equal("nothing to import; expected 'ganas-lua import csv SOURCE'", text_of(import.options,
      { "csv" }))
    assert.equal("too many arguments, 'y'; expected one file or folder", text_of(import.options,
      { "csv", "x", "y" }))
    assert.equal("no name for the table of '..'; expected -o FILE", text_of(import.options,
      { "nats-bench", ".." }))
    assert.equal("option '-o' is ''; expected a file", text_of(import.options, { "csv", "x", "-o", "" }))
  end)
end)

describe("a table file", function()
  local csv = file("t.csv", "arch,acc,test,code\na-a,1,10,00\na-b,2.5,20,01\nb-a,3,30,10\nb-b,4,,11\n")
  local chain = grammar.load { name = "ab", ops = { "a", "b" }, grow = space.chain(2), format = { "-" },
    keys = { code = "%d%d" } }

  local function context()
    return { where = function(...) return "r.lua:" .. table.concat({ ... }, ".") end }
  end

  local function open(name, extra)
    local spec = { "table", file = name, score = "acc" }
    for key, value in pairs(extra or {}) do spec[key] = value end -- order can't matter: a copy
    return evaluate.open(spec, chain, context())
  end

  local function batch_of(...)
    local batch = Batch.new(chain, 8)
    for _, text in ipairs { ... } do assert(chain:push(batch, text)) end
    return batch
  end

  it("has rows instead of lines", function()
    local t = Table.open(made("csv", csv, "t.ganas"))
    assert.same({ 4, 4, true }, { t.rows, t.columns, t.mapped })
    assert.equal(t.path .. ": row 2", t:where(1))
    assert.equal("in row 2", t:place(1))
    assert.same({ "a-b", "2.5", "01" }, { t:text(1, 0), t:text(1, 1), t:text(1, 3) })
    assert.is_nil(t:text(4, 0))
    assert.same({ true, false, true }, { t:indexed(0), t:indexed(1), t:indexed(3) })
    t:index(0)
    assert.same({ 2, nil }, { t:find(0, "b-a"), t:find(0, "c") })
    assert.equal(t.path .. ": row 4: '' in column 'test' is no finite number", text_of(t.numbers, t, 2))
    local plain = Table.open(csv)
    assert.same({ false, "on line 3" }, { plain.mapped, plain:place(1) })
  end)

  it("is an evaluator like the CSV file", function()
    local e = open(made("csv", csv, "t.ganas"))
    assert.same({ { score = 4 }, { score = 2.5 } }, e:score(batch_of("a-a", "b-b", "a-b"), 1, 2))
    assert.truthy(e:describe():find "t%.ganas: 4 rows by column arch$")
    assert.same({ { score = 3 } }, open("" .. path "t.ganas", { key = "code" }):score(batch_of "b-a", 0, 1))
  end)

  it("is joined where its spelling is not ours", function()
    local spelled = file("s.csv", "key,acc\nA-A,1\na-b,2\nb-a,3\nb-b,4\n")
    local loose = grammar.load { name = "ab", ops = { "a", "b" }, grow = space.chain(2),
      format = function(a) return table.concat(a.ops, "-") end,
      parse = function(text) return { ops = { text:lower():match "^(.)%-(.)$" } } end }
    local e = evaluate.open({ "table", file = made("csv", spelled, "s.ganas"), score = "acc", key = "key" },
      loose, context())
    local batch = Batch.new(loose, 1)
    assert(loose:push(batch, "a-a"))
    assert.same({ { score = 1 } }, e:score(batch, 0, 1))
  end)

  it("is joined where the same candidate may have several texts", function()
    local nets = grammar.load { name = "ab", ops = { "a", "b" }, grow = space.chain(2), format = { "-" },
      identity = "network" }
    local e = evaluate.open({ "table", file = made("csv", csv, "t.ganas"), score = "acc", partial = true },
      nets, context())
    assert.truthy(e.pool)
    assert.is_nil(open(path "t.ganas").pool)
  end)

  it("says which row is wrong", function()
    local function why(text)
      local target = made("csv", file("w.csv", text), "w.ganas")
      return (text_of(open, target):gsub(folder .. "/", ""))
    end
    assert.equal("w.ganas: row 2: arch 'a-c' is no candidate of ab: character 3: unknown operation 'c'; "
      .. "expected 'a' or 'b'", why "arch,acc\na-a,1\na-c,2\n")
    assert.equal("w.ganas: row 2: 3 of 4 candidates are missing, first 'a-b'; expected a row for each, or "
      .. "partial = true to count those as failed", (why "arch,acc\na-a,1\n":gsub("row 1", "row 2")))
    assert.equal("w.ganas: row 3: 'a-a' is the same candidate as in row 1; expected each once",
      why "arch,acc\na-a,1\na-b,2\na-a,3\n")
  end)

  it("is refused with the place of the damage, at once or where it is used", function()
    local whole = assert(fs.read(made("csv", csv, "t.ganas")))
    local cut = file("c.ganas", whole:sub(1, -2))
    assert.equal(("%s: byte %d: the file ends here, not at byte %d; it is incomplete"):format(cut, #whole - 1,
      #whole), text_of(Table.open, cut))
    local at = whole:find("a-a", 1, true)
    local damaged = file("d.ganas", whole:sub(1, at - 1) .. "x" .. whole:sub(at + 1))
    local t = Table.open(damaged)
    assert.truthy(text_of(t.text, t, 0, 0):find(damaged .. ": byte %d+: the checksum of the %d+ bytes from "
      .. "here on is wrong; the file is damaged"))
    assert.equal("10", t:text(2, 3)) -- another column is sound
    assert.truthy(text_of(columns.describe, damaged):find "checksum")
  end)

  it("is described", function()
    assert.same({
      { "table", path "t.ganas" }, { "rows", "4" }, { "columns", "4" },
      { "  arch", "texts, the first 'a-a', all different" }, { "  acc", "1 to 4" },
      { "  test", "10 to 30, 1 missing" }, { "  code", "texts, the first '00', all different" },
    }, columns.describe(made("csv", csv, "t.ganas")))
    assert.same({ "  a", "0.5; mean of 2 runs; each run: a_1 a_2" }, columns.describe(file("r.csv",
      "a,a_runs,a_1,a_2\n0.5,2,0,1\n"))[4])
  end)
end)

-- ---- real files ----

describe("the sample of NAS-Bench-101's format", function()
  local source = support.sample "ecnas_4v.tfrecord"
  if not source then return pending "needs formats/ecnas_4v.tfrecord: set GANAS_DATA" end
  local t = Table.open(made("nasbench101", source, "e.ganas"))

  it("has its 91 cells, three runs of each", function()
    assert.equal(91, t.rows)
    for _, epochs in ipairs { 4, 12, 36, 108 } do
      local runs = t:numbers(t:need("val" .. epochs .. "_runs"))
      for row = 0, 90 do assert.equal(3, runs[row]) end
    end
  end)

  it("has the first record's numbers", function()
    local first = row_of(t, 0)
    assert.equal("5529e1779433733d1145e20de5d8604e", first.hash)
    assert.equal("0110001100010000", first.adjacency)
    assert.equal("input,conv1x1-bn-relu,conv3x3-bn-relu,output", first.ops)
    assert.equal(3468426, first.params)
    assert.equal(0.9174679517745972, first.val36_1)
    assert.equal(0.9093549847602844, first.test36_1)
  end)

  it("has the highest validation accuracy where the README says", function()
    local best, at, column = 0, nil, nil
    for i, name in ipairs(t.names) do
      if name:find "^val%d+_%d$" then
        local values = t:numbers(i - 1)
        for row = 0, 90 do
          if values[row] > best then best, at, column = values[row], row, name end
        end
      end
    end
    local fields = row_of(t, at)
    assert.same({ "ea9270f536a1f1094f446246dad4fe89", 0.9433093070983887 }, { fields.hash, best })
    assert.truthy(column:find "^val108_")
    assert.equal(0.932692289352417, fields[(column:gsub("val", "test"))])
  end)

  it("is found by its hash", function()
    local column = t:need "hash"
    assert.is_true(t:indexed(column))
    t:index(column)
    assert.equal(0, t:find(column, "5529e1779433733d1145e20de5d8604e"))
    assert.is_nil(t:find(column, "5529e1779433733d1145e20de5d8604f"))
  end)

  it("scores the cells of the space nasbench101, found by the hash that the space computes", function()
    local cells = grammar.load "nasbench101"
    local e = evaluate.open({ "table", file = t.path, score = "val108", report = "test108", partial = true },
      cells, { where = function() return "r.lua:1" end })
    local batch, scores, params = Batch.new(cells, 91), t:numbers(t:need "val108"), t:numbers(t:need "params")
    for row = 0, 90 do
      local fields = row_of(t, row)
      local n = math.sqrt(#fields.adjacency)
      local rows = fields.adjacency:gsub(("."):rep(n), "%0/"):gsub("/$", "")
      assert(cells:push(batch, rows .. ":" .. fields.ops))
    end
    local ours = batch:measure "params"
    for i, result in ipairs(e:score(batch, 0, 91)) do
      assert.same({ scores[i - 1], params[i - 1] }, { result.score, ours[i - 1] })
    end
    assert.is_nil(e.pool)
  end)
end)

describe("the sample of NATS-Bench", function()
  local source = support.sample "NATS-tss-v1_0-3ffb9-simple"
  if not source then return pending "needs formats/NATS-tss-v1_0-3ffb9-simple: set GANAS_DATA" end
  local t = Table.open(made("nats-bench", source, "n.ganas"))
  local rows = { [0] = row_of(t, 0), [11] = row_of(t, 1), [284] = row_of(t, 2) }

  local function seeds(index, name)
    local fields = rows[index]
    local list = {}
    for i, seed in ipairs { 777, 888, 999 } do list[i] = ("%.4f"):format(fields[name .. "_s" .. seed]) end
    return list
  end

  it("has the accuracies that the README states", function()
    assert.same({ "82.0920", "81.6160", "82.2400" }, seeds(0, "c10_val200"))
    assert.same({ "85.6200", "86.1800", "85.7900" }, seeds(0, "c10_test200"))
    assert.same({ "66.8600", "67.6800", "68.2800" }, seeds(11, "c100_test200"))
    assert.same({ "33.9333", "33.0667", "33.2000" }, seeds(284, "in16_val200"))
  end)

  it("has the means of the NAS-Bench-201 table", function()
    local other = support.sample "../nasbench201/nb201.csv.gz"
    if not other then return pending "needs nb201.csv.gz" end
    local csv, compared = Table.open(other), 0
    for index, fields in pairs(rows) do -- order can't matter: each is compared by itself
      for _, name in ipairs(csv.names) do
        if fields[name] and name:find "_val%d" or name:find "_test%d+$" or name:find "^params" then
          local expected = tonumber(csv:text(index, csv:need(name)))
          local digits = name:find "12$" and 5e-5 or 1e-6 -- as many as the table has
          assert.is_true(math.abs(fields[name] - expected) < digits, name .. " of " .. index)
          compared = compared + 1
        end
      end
    end
    assert.equal(3 * 15, compared)
  end)

  it("has one row a file, in order", function()
    assert.equal(3, t.rows)
    for index, fields in pairs(rows) do assert.equal(index, fields.index) end -- order can't matter
  end)
end)

describe("the NAS-Bench-201 table", function()
  local source = support.sample "../nasbench201/nb201.csv.gz"
  if not source then return pending "needs nb201.csv.gz: set GANAS_DATA" end

  it("is the same as a table file, number for number", function()
    local csv, t = Table.open(source), Table.open(made("csv", source, "nb201.ganas"))
    assert.same(csv.names, t.names)
    assert.equal(csv.rows, t.rows)
    for i, name in ipairs(csv.names) do
      local a, b = csv:numbers(i - 1, true), t:numbers(i - 1, true)
      for row = 0, csv.rows - 1 do
        if a[row] ~= b[row] then assert.equal(a[row], b[row], name .. " of row " .. row) end
      end
    end
    assert.equal(csv:text(7, 1), t:text(7, 1))
  end)

  it("opens in milliseconds as a table file, and scores every candidate alike", function()
    local cells = grammar.load "nasbench201"
    local context = { where = function() return "r.lua:1" end }
    local batch = Batch.new(cells, 15625)
    batch:enumerate(nil, 0)
    local function open(name)
      local began = os.clock()
      local e = evaluate.open({ "table", file = name, score = "c10_val200", report = "c10_test200" }, cells,
        context)
      return e, os.clock() - began
    end
    local slow = open(source)
    local quick, seconds = open(path "nb201.ganas")
    assert.is_nil(quick.pool)
    assert.same(slow:score(batch, 0, 15625), quick:score(batch, 0, 15625))
    if jit.status() and not os.getenv "GANAS_GC" then
      assert.is_true(seconds < 0.2, "opening took " .. seconds .. " s")
    end
  end)
end)
