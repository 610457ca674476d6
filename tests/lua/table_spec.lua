-- table - CSV files as rows and columns, and the whole NAS-Bench-201 table against the space's
-- formulas.

local Batch = require "ganas.batch"
local Table = require "ganas.table"
local data = require "ganas.data"
local fs = require "ganas.fs"
local grammar = require "ganas.grammar"
local support = require "tests.lua.support"

local file = support.files(teardown)

local text_of = support.refused

describe("a table", function()
  it("has rows, columns, lines and numbers", function()
    local t = Table.open(file "arch,score\na,1\n\"b,c\",2.5\n")
    assert.same({ 2, 2, "arch", "score" }, { t.rows, t.columns, unpack(t.names) })
    assert.same({ 1, "b,c", 3 }, { t:column "score", t:text(1, 0), t:line(1) })
    assert.is_nil(t:column "x")
    assert.is_nil(t:text(2, 0))
    local values = t:numbers(1)
    assert.same({ 1, 2.5 }, { values[0], values[1] })
    assert.equal(t.path .. ":3", t:where(1))
  end)

  it("names the nearest column", function()
    local path = file "arch,c10_val200\na,1\n"
    assert.equal("r.lua:3: " .. path .. ": unknown column 'c10_val20'; did you mean 'c10_val200'?",
      text_of(Table.need, Table.open(path), "c10_val20", "r.lua:3"))
  end)

  it("names the line of a field that is no number", function()
    local path = file "arch,score\na,1\nb,oops\n"
    local t = Table.open(path)
    local text = text_of(t.numbers, t, 1)
    assert.truthy(text:find(path .. ":3: ", 1, true), text)
    assert.truthy(text:find("oops", 1, true), text)
    local partial = Table.open(file "arch,score\na,nan\nb,\n"):numbers(1, true)
    assert.is_true(partial[0] ~= partial[0] and partial[1] ~= partial[1])
  end)

  it("names the line that is too short", function()
    local path = file "arch,score\na,1\nb\n"
    assert.truthy(text_of(Table.open, path):find(path .. ":3: ", 1, true))
  end)
end)

describe("the NAS-Bench-201 table", function()
  local ok, path = pcall(data.find, "nb201.csv.gz",
    { data = fs.is_dir "../shared/data" and "../shared/data" or nil })
  if not ok then
    pending("needs nb201.csv.gz: set GANAS_DATA to the folder that holds it")
    return
  end

  local s, t = grammar.load "nasbench201", Table.open(path)
  local batch = Batch.new(s, t.rows)
  local column = t:column "ops"
  for row = 0, t.rows - 1 do assert(s:push(batch, t:text(row, column), s.key_notations.ops)) end

  it("has every cell of the space, each once", function()
    local keys, seen = batch:keys "string", {}
    for i = 0, t.rows - 1 do
      local key = tostring(keys[2 * i]) .. tostring(keys[2 * i + 1])
      assert.is_nil(seen[key])
      seen[key] = true
    end
    assert.equal(15625, t.rows)
  end)

  it("has the parameters and multiply-adds of the space's formulas", function()
    for _, name in ipairs { "params_c10", "params_c100", "params_in16", "macs_c10", "macs_c100",
      "macs_in16" } do
      local ours, theirs = batch:measure(name), t:numbers(t:need(name))
      for i = 0, t.rows - 1 do
        if ours[i] ~= theirs[i] then assert.equal(theirs[i], ours[i], name .. " of row " .. i) end
      end
    end
  end)

  it("is written and read back as itself in the official notation", function()
    local back = Batch.new(s, t.rows)
    for i = 0, t.rows - 1 do assert(s:push(back, s:format(batch, i))) end
    local a, b = batch:keys "string", back:keys "string"
    for i = 0, 2 * t.rows - 1 do
      if a[i] ~= b[i] then assert.equal(a[i], b[i]) end
    end
  end)

  it("has the key back from the candidate", function()
    for i = 0, t.rows - 1, 97 do
      assert.equal(t:text(i, column), s.key_notations.ops:write(batch:arch(i)))
    end
  end)
end)
