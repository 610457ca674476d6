-- frame - tables with others beside them: joined by rows and by a column, computed columns, rows found
-- by a digest, and each message.

local Batch = require "ganas.batch"
local constraints = require "ganas.constraints"
local evaluate = require "ganas.evaluate"
local grammar = require "ganas.grammar"
local space = require "ganas.space"
local support = require "tests.lua.support"

local function code(arch) return space.md5(table.concat(arch.ops, "-")) end

local chain = grammar.load {
  name = "ab", ops = { "a", "b" }, grow = space.chain(2), format = { "-" }, keys = { code = code },
}

local files, folder = {}, os.tmpname() .. ".d"
os.execute("mkdir " .. folder)

local function file(name, text)
  local path = folder .. "/" .. name
  local out = assert(io.open(path, "wb"))
  out:write(text)
  out:close()
  files[#files + 1] = path
  return path
end

teardown(function()
  for _, path in ipairs(files) do os.remove(path) end
  os.remove(folder)
end)

local function where(...)
  local words = { ... }
  for i, word in ipairs(words) do words[i] = tostring(word) end
  return "r.lua:" .. table.concat(words, ".")
end

local function open(spec, more)
  spec[1] = "table"
  local context = { where = where }
  for k, v in pairs(more or {}) do context[k] = v end -- order can't matter: a copy
  return evaluate.open(spec, context.space or chain, context)
end

local function text_of(fn, ...)
  return (support.refused(fn, ...):gsub(folder:gsub("%p", "%%%0") .. "/", ""))
end

local function batch_of(...)
  local batch = Batch.new(chain, 8)
  for _, text in ipairs { ... } do assert(chain:push(batch, text)) end
  return batch
end

local function scores(e, ...)
  local list = {}
  for i, r in ipairs(e:score(batch_of(...), 0, select("#", ...))) do list[i] = r.score or r.error end
  return list
end

local MAIN = file("main.csv", "arch,acc,id\na-a,1,p\na-b,2,q\nb-a,3,r\nb-b,4,s\n")
local BESIDE = file("beside.csv", "flops,acc\n10,0\n20,0\n30,0\n40,0\n")
local PART = file("part.csv", "id,val\ns,44\nq,22\nx,99\n")
local RAW = file("raw.u16", "\1\0\2\0\3\0\0\1")

describe("joined files", function()
  it("may have the same rows in the same order", function()
    local e = open { file = MAIN, join = { BESIDE }, score = "flops", report = "acc" }
    assert.same({ 40, 20 }, scores(e, "b-b", "a-b"))
    assert.equal(2, e:score(batch_of "a-b", 0, 1)[1].report)
    assert.is_nil(e.known)
  end)

  it("may be one column of numbers, with a name", function()
    assert.same({ 256, 2 }, scores(open { file = MAIN, join = { RAW }, score = "raw" }, "b-b", "a-b"))
    assert.same({ 3 }, scores(open { file = MAIN, join = { { RAW, as = "x" } }, score = "x" }, "b-a"))
  end)

  it("may have a part of the rows", function()
    local e = open { file = MAIN, join = { { PART, by = "id" } }, score = "val", report = "acc" }
    assert.same({ 44, "no val for it in " .. PART, 22 }, scores(e, "b-b", "b-a", "a-b"))
    assert.same({ 44, 1, 2, 3 }, { e:optimum(), e:rank(44), e:rank(22), e:rank(1) })
    e = open { file = MAIN, join = { { PART, by = "id" } }, score = "acc", report = "val" }
    assert.same({ { score = 3 }, { score = 4, report = 44 } }, e:score(batch_of("b-a", "b-b"), 0, 2))
    assert.is_nil(e.known)
  end)

  it("are opened when they are needed", function()
    assert.same({ 4 }, scores(open { file = MAIN, join = { folder .. "/none.csv" }, score = "acc" }, "b-b"))
    assert.truthy(text_of(open, { file = MAIN, join = { folder .. "/none.csv" }, score = "val" })
      :find "^r.lua:evaluate.join.1: no file 'none.csv'$")
  end)

  it("say what is wrong with them", function()
    local short = file("short.csv", "val\n1\n")
    local twice = file("twice.csv", "id,val\np,1\nq,1\np,1\n")
    local function why(join) return text_of(open, { file = MAIN, join = join, score = "val" }) end
    assert.equal("r.lua:evaluate.join.1: short.csv has 1 rows, main.csv has 4; expected as many, or "
      .. "by = 'column' with the same text in both", why { short })
    assert.equal("r.lua:evaluate.join.1: short.csv: unknown column 'id'; expected 'val'",
      why { { short, by = "id" } })
    assert.equal("r.lua:evaluate.join.1: main.csv: unknown column 'val'; expected 'arch', 'acc' or 'id'",
      why { { short, by = "val" } })
    assert.equal("twice.csv:4: 'p' in column 'id' is on line 2 already; expected each once",
      why { { twice, by = "id" } })
    assert.equal("r.lua:evaluate.join.1: as = 'val', but beside.csv has 2 columns; expected one",
      why { { BESIDE, as = "val" } })
    assert.equal("r.lua:evaluate.join.1: join 1 is 5; expected the name of a file, or "
      .. "{ file, by = 'column' }", why { 5 })
    assert.equal("r.lua:evaluate.join.1.on: unknown field 'on' in 'evaluate.join[1]'; expected 'as' or 'by'",
      why { { short, on = "id" } })
    assert.equal("r.lua:evaluate.score: main.csv: unknown column 'val'; expected 'arch', 'acc', 'id', "
      .. "'flops', 'acc' or 'x'", why { BESIDE, { RAW, as = "x" } })
  end)
end)

describe("computed columns", function()
  it("see the columns of all files", function()
    local e = open { file = MAIN, join = { BESIDE, { PART, by = "id" } }, score = "ratio", report = "acc",
      columns = {
        ratio = function(row) return row.flops / row.acc end, acc = function(row) return -row.acc end,
      } }
    assert.same({ { score = 10, report = -4 } }, e:score(batch_of "b-b", 0, 1))
    assert.same({ 10, 1 }, { e:optimum(), e:rank(10) })
  end)

  it("are missing where a row is missing", function()
    local e = open { file = MAIN, join = { { PART, by = "id" } }, score = "half",
      columns = { half = function(row) return row.val / 2 end } }
    assert.same({ 22, "no half for it in " .. PART }, scores(e, "b-b", "b-a"))
  end)

  it("say where they go wrong", function()
    local function why(fn) return text_of(open, { file = MAIN, score = "x", columns = { x = fn } }) end
    assert.equal("here: column 'x' is nothing for main.csv:2; expected a finite number", why(function() end))
    assert.equal("here: column 'x' is inf for main.csv:2; expected a finite number",
      why(function(row) return row.acc / 0 end))
    assert.truthy(why(function(row) return row.ac end)
      :find "main.csv: unknown column 'ac'; did you mean 'acc'%?$")
    assert.equal("here: attempt to perform arithmetic on a nil value", why(function() return nil + 1 end))
    assert.equal("r.lua:evaluate.columns.x: column 'x' is 5; expected name = function(row) ... end", why(5))
    assert.equal("r.lua:evaluate.score: main.csv: unknown column 'y'; expected 'x', 'arch', 'acc' or 'id'",
      text_of(open, { file = MAIN, score = "y", columns = { x = function() return 1 end } }))
  end)
end)

describe("a score that some candidates lack", function()
  it("restricts the search to the others", function()
    local e = open { file = MAIN, join = { { PART, by = "id" } }, score = "val" }
    local rules, batch = constraints.new({ e.known }, chain, where), Batch.new(chain, 4)
    batch:enumerate(nil, 0)
    assert.equal(2, rules:filter(batch))
    assert.same({ "a-b", "b-b" }, { chain:format(batch, 0), chain:format(batch, 1) })
    local line = rules:report()[1]
    assert.same({ "val is known (2 of 4 rows, from " .. PART .. ")", false, 4, 2 },
      { line.rule, line.masked, line.seen, line.rejected })
  end)
end)

describe("rows with a digest", function()
  local function digest(text) return space.md5(text) end
  local HASHED = file("hashed.csv", ("acc,code\n1,%s\n2,%s\n"):format(digest "a-a", digest "b-b"))

  it("are found by it", function()
    local e = open { file = HASHED, score = "acc" }
    assert.same({ 2, "no row for it in " .. HASHED, 1 }, scores(e, "b-b", "a-b", "a-a"))
    assert.equal("table " .. HASHED .. ": 2 rows by column code", e:describe())
    assert.same({ 2, 1 }, { e:optimum(), e:rank(2) })
  end)

  it("may have it in a file beside them", function()
    local e = open { file = file("plain.csv", "acc\n7\n8\n"), score = "acc",
      join = { file("codes.csv", ("code\n%s\n%s\n"):format(digest "a-b", digest "a-a")) } }
    assert.same({ 8, 7 }, scores(e, "a-a", "a-b"))
  end)

  it("may lack the score of some", function()
    local ids = ("acc,id,code\n1,p,%s\n2,q,%s\n"):format(digest "a-a", digest "b-b")
    local e = open { file = file("ids.csv", ids), join = { { PART, by = "id" } }, score = "val" }
    assert.is_true(e.known.predicate(chain:arch "b-b"))
    assert.is_false(e.known.predicate(chain:arch "a-a"))
    assert.is_false(e.known.predicate(chain:arch "a-b"))
  end)

  it("are there once, and all where the space says how many", function()
    local twice = file("again.csv", ("acc,code\n1,%s\n2,%s\n"):format(digest "a-a", digest "a-a"))
    assert.equal(("again.csv:3: '%s' in column 'code' is on line 2 already; expected each once"):format(
      digest "a-a"), text_of(open, { file = twice, score = "acc" }))
    local free = grammar.load { ops = { "a" }, grow = space.free { nodes = { 2, 3 }, edges = { max = 4 } },
      keys = { code = function(arch) return arch.network.size .. arch.edges end }, expect = { size = 3 } }
    local some = file("some.csv", "acc,code\n1,21\n2,32\n")
    assert.equal("some.csv:3: 1 of 3 candidates are missing; expected a row for each, or partial = true to "
      .. "count those as failed", text_of(open, { file = some, score = "acc" }, { space = free }))
    assert.equal(2, open({ file = some, score = "acc", partial = true }, { space = free }).rows)
  end)
end)
