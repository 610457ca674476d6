-- measures - numbers from outside of the space: columns of tables, tables by step, functions, objects; how
-- they meet rules; and on the real table of NAS-Bench-201 which columns are sums.

local Batch = require "ganas.batch"
local Rng = require "ganas.rng"
local constraints = require "ganas.constraints"
local core = require "ganas.core"
local evaluate = require "ganas.evaluate"
local grammar = require "ganas.grammar"
local measures = require "ganas.measures"
local space = require "ganas.space"
local support = require "tests.lua.support"

local file = support.files(teardown)

local function where(...) return "r.lua:" .. table.concat({ ... }, ".") end

local function chain()
  return grammar.load { name = "ab", ops = { "a", "b" }, grow = space.chain(2), format = { "-" },
    keys = { code = "%d%d" }, measures = { own = space.count "a" } }
end

-- A chain of two with measures; `plan` may have an evaluator.
local function with(spec, plan)
  local s = chain()
  plan = plan or {}
  plan.where = where
  measures.attach(spec, s, plan)
  return s
end

-- The values of a measure for all four candidates, aa ab ba bb; nil for none.
local function values(s, name)
  local batch, list = Batch.new(s, 4), {}
  batch:enumerate(nil, 0)
  local column = batch:measure(name)
  for i = 0, 3 do list[i + 1] = column[i] == column[i] and column[i] or "none" end
  return list
end

local function left(s, ...)
  local batch, texts = Batch.new(s, 4), {}
  local c = constraints.new({ ... }, s, where)
  batch:enumerate(c.rules, 0)
  c:filter(batch)
  for i = 0, batch:count() - 1 do texts[i + 1] = tostring(batch:arch(i)) end
  return table.concat(texts, " "), c
end

local text_of = support.refused

local FOUR = "code,ms,mj\n00,1,5\n01,2,-1\n10,3,nan\n11,4.5,8\n"

describe("a column", function()
  it("is looked up by a key of the space", function()
    local s = with { file = file(FOUR), lat_ms = "ms", energy = "mj" }
    assert.same({ 1, 2, 3, 4.5 }, values(s, "lat_ms"))
    assert.same({ 5, "none", "none", 8 }, values(s, "energy"))
    local entry = s:measure "lat_ms"
    assert.same({ "given", false, 1, 4.5 }, { entry.kind, entry.maskable, entry.least, entry.greatest })
    assert.equal(3, s:arch "b-a".lat_ms)
  end)

  it("is looked up by the official string, or by a column that is named", function()
    assert.same({ 7, 9, "none", "none" }, values(with { file = file "arch,x\na-a,7\na-b,9\n", x = "x" }, "x"))
    assert.same({ 7, 9, "none", "none" },
      values(with { file = file "net,x\na-a,7\na-b,9\n", key = "net", x = "x" }, "x"))
  end)

  it("is joined to the evaluator's table by what both have", function()
    local s = chain()
    local plan = { where = where }
    plan.evaluator = evaluate.open({ "table", file = file "code,idx,acc\n11,p,1\n00,q,2\n01,r,3\n10,s,4\n",
      score = "acc" }, s, plan)
    measures.attach({ file = file "idx,x\nq,10\nr,11\np,13\n", x = "x" }, s, plan)
    assert.same({ 10, 11, "none", 13 }, values(s, "x"))
  end)

  it("is joined to a file that is named", function()
    local s = with { file = file "n,x\n3,10\n1,11\n", index = file "n,code\n1,00\n2,01\n3,10\n", x = "x" }
    assert.same({ 11, "none", 10, "none" }, values(s, "x"))
  end)

  it("has another number for no value, or none", function()
    assert.same({ 5, -1, "none", "none" }, values(with { file = file(FOUR), missing = 8, x = "mj" }, "x"))
    assert.same({ 5, -1, "none", 8 }, values(with { file = file(FOUR), missing = false, x = "mj" }, "x"))
  end)

  it("is not opened before it is used", function()
    local s = with { file = "/nowhere.csv", x = "ms", y = function() return 1 end }
    assert.is_true(s:knows_measure "x")
    assert.same({ "own", "depth", "edges", "nodes" }, s:measure_names())
    assert.same({ "own", "x", "y", "depth", "edges", "nodes" }, s:measure_names(true))
    assert.equal("own <= 1", constraints.new({ "own <= 1" }, s, where):report()[1].rule)
    assert.equal("r.lua:measures.file: no file '/nowhere.csv'", text_of(left, s, "x <= 1"))
  end)

  it("without a value is outside of every rule", function()
    local s = with { file = file(FOUR), e = "mj" }
    assert.equal("a-a", left(s, "e <= 6"))
    assert.equal("b-b", left(s, "not e <= 6"))
    assert.equal("a-a b-b", left(s, "e != 6"))
    assert.equal("a-a b-a b-b", left(s, "e != 6 or at(2, a)"))
    assert.equal("a-b b-a", left(s, function(a) return a.e ~= a.e end))
  end)

  it("may be a sum, and is then held while sampling", function()
    local s = with { file = file "code,x\n00,1\n01,3\n10,11\n11,13\n", x = "x" }
    local kept, c = left(s, "x <= 11")
    assert.equal("a-a a-b b-a", kept)
    assert.is_true(c:report()[1].masked)
    assert.equal(0, c:report()[1].rejected)
    assert.is_true(s:measure("x").maskable)
    assert.equal("a-b b-a", (left(s, "3 <= x <= 11")))
    assert.equal("b-a", (left(s, "x == 11")))
    assert.equal("a-b b-b", (left(s, "x + 10 * own != 21")))
    assert.equal("a-b b-a b-b", (left(s, "x > 1")))
  end)

  it("that is one where it is known is checked, and steers", function()
    local s = with { file = file "code,x\n00,1\n01,3\n11,13\n", x = "x" }
    local kept, c = left(s, "x <= 3")
    assert.equal("a-a a-b", kept)
    assert.same({ false, 0, 2 }, { c:report()[1].masked, c:report()[1].rejected, c:report()[1].seen })
    assert.is_false(s:measure("x").maskable)
    kept, c = left(s, "x <= 12")
    assert.equal("a-a a-b", kept)
    assert.same({ false, 1, 3 }, { c:report()[1].masked, c:report()[1].rejected, c:report()[1].seen })
  end)

  it("that is one but for six digits decides itself at the bound", function()
    local s = with { file = file "code,x\n00,1.00000\n01,3.00001\n10,11.0000\n11,13.0000\n", x = "x" }
    assert.is_true(s:measure("x").maskable)
    assert.equal("a-a", (left(s, "x <= 3")))
    assert.equal("a-a a-b", (left(s, "x <= 3.00001")))
  end)

  it("that is none is checked", function()
    local s = with { file = file "code,x\n00,1\n01,3\n10,11\n11,13.1\n", x = "x" }
    local kept, c = left(s, "x <= 11")
    assert.equal("a-a a-b b-a", kept)
    assert.same({ false, 1, 4 }, { c:report()[1].masked, c:report()[1].rejected, c:report()[1].seen })
  end)

  it("is looked up where the other rules hold", function()
    local s = with { file = file(FOUR), x = "ms" }
    local _, c = left(s, "x <= 2", "depth <= 5", function(a) return a.own < 2 end, "reaches(input, output)")
    local report = c:report()
    assert.same({ 4, 2 }, { report[1].seen, report[1].rejected })
    assert.same({ 2, 1 }, { report[3].seen, report[3].rejected })
    _, c = left(s, "x <= 2", "at(1, a) or depth > 9")
    assert.same({ 2, 0 }, { c:report()[1].seen, c:report()[1].rejected })
  end)

  it("says what is wrong with it", function()
    local path = file(FOUR)
    assert.equal(("r.lua:measures.x: %s: unknown column 'mss'; did you mean 'ms'?"):format(path),
      text_of(values, with { file = path, x = "mss" }, "x"))
    assert.equal("here: x >= 9 accepts nothing: the greatest in this space is 4.5",
      (text_of(left, with { file = path, x = "ms" }, "x >= 9"):gsub("r.lua:constraints.1", "here")))
    path = file "code,v\n00,-1\n"
    assert.equal(("r.lua:measures.x: column 'v' of %s has no value for any candidate"):format(path),
      text_of(values, with { file = path, x = "v" }, "x"))
    local other = file "n,x\n1,2\n"
    assert.equal(("r.lua:measures.file: %s has no column that names the candidates of ab; expected key = "
      .. "'column', or index = 'a file that has both'"):format(other),
      text_of(values, with { file = other, x = "x" }, "x"))
    local index = file "m,code\n1,00\n"
    assert.equal(("r.lua:measures.file: %s has no column in common with %s whose fields are all different; "
      .. "expected one, or key = 'column'"):format(other, index),
      text_of(values, with { file = other, index = index, x = "x" }, "x"))
    local twice = file "n,x\n1,2\n1,3\n"
    index = file "n,code\n1,00\n"
    assert.equal(("%s:3: '1' is there on line 2 already; expected each once"):format(twice),
      text_of(values, with { file = twice, index = index, x = "x" }, "x"))
  end)
end)

describe("a table by step", function()
  it("is a sum", function()
    local s = with { blocks = file "step,op,ms\nbase,,10\n1,a,1\n1,b,2\n2,a,3\n2,b,7\n", x = "ms" }
    assert.same({ 14, 18, 15, 19 }, values(s, "x"))
    local kept, c = left(s, "x < 16")
    assert.equal("a-a b-a", kept)
    assert.is_true(c:report()[1].masked)
  end)

  it("may have operations for every step", function()
    local s = with { blocks = file "op,step,y,ms\na,*,0,1\nb,*,0,2\nb,2,0,5\n", x = "ms" }
    assert.same({ 2, 6, 3, 7 }, values(s, "x"))
  end)

  it("says what is wrong with it", function()
    local function wrong(text)
      local path = file(text)
      local said = text_of(values, with { blocks = path, x = "ms" }, "x")
      return (said:gsub(path:gsub("%p", "%%%0"), "T"))
    end
    assert.equal("r.lua:measures.blocks: T has no line for step 2, 'b'; expected one for each operation of "
      .. "each step", wrong "step,op,ms\n*,a,1\n1,b,2\n")
    assert.equal("T:3: step '3'; expected 1 to 2, '*' for every step, or 'base'",
      wrong "step,op,ms\n*,a,1\n3,b,2\n")
    assert.equal("T:2: unknown operation 'c'; expected 'a' or 'b'", wrong "step,op,ms\n*,c,1\n")
    assert.equal("T:3: step 1, 'a' is there on line 2 already; expected it once",
      wrong "step,op,ms\n1,a,1\n1,a,2\n")
    assert.equal("T:2: operation 'a' of the base; expected none", wrong "step,op,ms\nbase,a,1\n")
    assert.truthy(wrong("step,ops,ms\n*,a,1\n"):find "unknown column 'op'; did you mean 'ops'%?$")
    assert.truthy(wrong("step,op,ms\n*,a,x\n*,b,1\n"):find "^T:2: ")
  end)
end)

describe("a function", function()
  it("gives the value, nil or NaN for none", function()
    local s = with {
      x = function(a) return a.own > 0 and a.own * 10 or nil end,
      y = function() return 0 / 0 end,
    }
    assert.same({ 20, 10, 10, "none" }, values(s, "x"))
    assert.same({ "none", "none", "none", "none" }, values(s, "y"))
    assert.equal("a-b b-a", (left(s, "x <= 10")))
    assert.equal(10, s:arch "a-b".x)
  end)

  it("has its line and the candidate named", function()
    assert.equal("here: measure 'x' gave 'a'; expected a number, or nil for none; the candidate was 'a-a'",
      text_of(values, with { x = function(a) return a.ops[1] end }, "x"))
    assert.truthy(text_of(values, with { x = function(a) return a.own + nil end }, "x")
      :find "^here: attempt to perform arithmetic .*; the candidate was 'a%-a'$")
  end)
end)

describe("an object", function()
  it("gives the values of a batch", function()
    local asked = 0
    local object = { name = "predictor", values = function(self, batch)
      asked = asked + batch:count()
      local list = core.doubles(batch:count())
      for i = 0, batch:count() - 1 do list[i] = self.offset + batch:arch(i).own end
      return list
    end, offset = 5 }
    local s = with { x = object }
    assert.same({ 7, 6, 6, 5 }, values(s, "x"))
    assert.equal("b-b", (left(s, "x < 6", "at(1, b)")))
    assert.equal(4 + 2, asked)
  end)
end)

describe("the field", function()
  it("may hold several tables", function()
    local s = with { file = file(FOUR), x = "ms", { blocks = file "step,op,ms\n*,a,1\n*,b,2\n", y = "ms" },
      z = function(a) return a.x + a.y end }
    assert.same({ 3, 5, 6, 8.5 }, values(s, "z"))
    assert.equal("a-b b-a", (left(s, "x >= 2", "y <= 3")))
  end)

  it("says what is wrong with it", function()
    assert.equal("r.lua:measures.x: measure 'x' is 5; expected a function(arch) or an object with "
      .. "values(batch)", text_of(with, { x = 5 }))
    assert.equal("r.lua:measures.x: measure 'x' is true; expected a column, a function(arch) or an object "
      .. "with values(batch)", text_of(with, { file = "f", x = true }))
    assert.equal("r.lua:measures.own: the measure 'own' is there already; expected another name",
      text_of(with, { own = print }))
    assert.equal("r.lua:measures.depth: the measure 'depth' is there already; expected another name",
      text_of(with, { depth = print }))
    assert.equal("r.lua:measures.ops: the measure 'ops' is there already; expected another name",
      text_of(with, { ops = print }))
    assert.equal("r.lua:measures.a-b: 'a-b' is no name of a measure; expected letters, digits and "
      .. "underscores", text_of(with, { ["a-b"] = print }))
    assert.equal("r.lua:measures.1: a measure without a name; expected name = 'column', or { file = ..., "
      .. "name = 'column' }", text_of(with, { print }))
    assert.equal("r.lua:measures.file: field 'file' is 5; expected the name of a CSV file, plain or .gz",
      text_of(with, { file = 5 }))
    assert.equal("r.lua:measures.blocks: measures of a file and of blocks in one table; expected one of "
      .. "them, the other in a table of its own: { blocks = ..., name = column }",
      text_of(with, { file = "f", blocks = "g" }))
  end)
end)

-- HW-NAS-Bench's columns on CIFAR-10: which are sums, and what they do to the space.
describe("the devices of NAS-Bench-201", function()
  local data = os.getenv "GANAS_DATA"
  if not data or data == "" then return end
  local SUMS = { eyeriss_latency_ms = true, eyeriss_energy_mj = true, fpga_latency_ms = true,
    fpga_energy_mj = true }
  local plan

  setup(function() plan = require("ganas.recipe").load("recipes/nb201_cifar10.lua", {}) end)

  local function all()
    local batch = Batch.new(plan.space, 15625)
    batch:enumerate(nil, 0)
    return batch
  end

  it("are sums or not", function()
    local names = 0
    for _, name in ipairs(plan.space.outside_names) do
      assert.equal(SUMS[name] or false, plan.space:measure(name).maskable, name)
      names = names + 1
    end
    assert.equal(10, names)
    assert.same({ 0.00327686, 36.7665 }, { plan.space:measure("pixel3_latency_ms").least,
      plan.space:measure("pixel3_latency_ms").greatest })
  end)

  it("say what they say", function()
    local a = assert(plan.space:arch("|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|"
      .. "+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|"))
    assert.same({ 5.80742, 10.482, 3.60585, 3.64562, 0.687283, 6.2893, 18.0107 },
      { a.edgegpu_latency_ms, a.raspi4_latency_ms, a.pixel3_latency_ms, a.eyeriss_latency_ms,
      a.eyeriss_energy_mj, a.eyeriss_intensity, a.fpga_energy_mj })
  end)

  -- Bounds at values that cells have, at several ranks: the support is what the column says.
  it("leave what a column says, looked up or held", function()
    local batch, rng = all(), Rng.new(5, "devices")
    for _, name in ipairs(plan.space.outside_names) do
      local column = batch:measure(name)
      for _, share in ipairs { 0.001, 0.05, 0.5 } do
        local known = {}
        for i = 0, 15624 do
          if column[i] == column[i] then known[#known + 1] = column[i] end
        end
        table.sort(known)
        local bound, n = known[math.ceil(share * #known)], 0
        for _, x in ipairs(known) do n = n + (x <= bound and 1 or 0) end
        local c = constraints.new({ ("%s <= %.17g"):format(name, bound) }, plan.space, where)
        local listed = Batch.new(plan.space, 15625)
        listed:enumerate(c.rules, 0)
        assert.is_true(listed:count() <= (SUMS[name] and n + 3 or 15625), name)
        assert.equal(n, c:filter(listed), name)
        local drawn = Batch.new(plan.space, 1000)
        drawn:random(c.rules, rng, 1000)
        local kept = c:filter(drawn)
        if SUMS[name] then assert.is_true(kept > 990, name) end
        local values_of = drawn:measure(name)
        for i = 0, kept - 1 do assert.is_true(values_of[i] <= bound) end
      end
    end
  end)
end)
