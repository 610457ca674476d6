-- The spaces of whole networks: parameters, multiply-adds, latencies and predictions against published
-- networks and tables; official strings. Needs GANAS_DATA for most.

local Batch = require "ganas.batch"
local Predictor = require "ganas.predictor"
local Rng = require "ganas.rng"
local Table = require "ganas.table"
local core = require "ganas.core"
local data = require "ganas.data"
local grammar = require "ganas.grammar"
local rule = require "ganas.rule"

local context = { where = function(...) return "r.lua:" .. table.concat({ ... }, ".") end }

-- A data file as a table; nil where there is none.
local function open(file)
  local ok, path = pcall(data.find, file, context)
  return ok and Table.open(path) or nil
end

local function wanting(file)
  return pending("needs " .. file .. ": set GANAS_DATA to the folder that holds it")
end

local function text(t, row, name) return t:text(row, t:column(name)) end

local function round_trip(s)
  local batch = Batch.new(s, 500)
  batch:random(nil, Rng.new(11, "round trip"), 500)
  for i = 0, 499 do
    local written = s:format(batch, i)
    assert.equal(written, tostring(s:arch(written)))
  end
end

describe("strings of whole networks", function()
  for _, name in ipairs { "proxylessnas", "ofa_proxyless", "mobilenetv3", "efficientnet" } do
    it("read back what they write: " .. name, function() round_trip(grammar.load(name)) end)
    it("are as the file expects: " .. name, function()
      assert.same({}, grammar.check_expect(grammar.load(name)))
    end)
  end
end)

-- ---- Once-for-all's released networks ----

local function released(t, row)
  local depths = text(t, row, "d"):gsub("-", "")
  local kernels, expansions = text(t, row, "ks"), text(t, row, "e"):gsub("-", "")
  return ("d%s:k%s:e%s"):format(depths, kernels, expansions)
end

-- Rows of a space; how many they are.
local function each_released(t, kind, fn)
  local n = 0
  for row = 0, t.rows - 1 do
    if text(t, row, "space") == kind then
      n = n + 1
      fn(row, text(t, row, "name"))
    end
  end
  return n
end

local SIZES = { ["192"] = true, ["208"] = true, ["224"] = true } -- of the space's pictures

-- Published in whole millions.
local function check_macs(t, row, arch)
  local off = tonumber((text(t, row, "macs"):match "%d+")) - arch.macs / 1e6
  assert.is_true(math.abs(off) <= 0.55, text(t, row, "name"))
end

describe("released networks", function()
  local t = open "ofa_specialized_real.csv"

  it("of ProxylessNAS have their parameters and multiply-adds", function()
    if not t then return wanting "ofa_specialized_real.csv" end
    local s, sized = grammar.load "ofa_proxyless", 0
    local n = each_released(t, "ProxylessNASNets", function(row)
      local r = text(t, row, "r")
      local arch = s:candidate(("r%s:%s"):format(SIZES[r] and r or "224", released(t, row)))
      assert.equal(text(t, row, "params"), ("%.1fM"):format(arch.params / 1e6))
      if SIZES[r] then
        sized = sized + 1
        check_macs(t, row, arch)
      end
    end)
    assert.same({ 16, 2 }, { n, sized })
  end)

  -- Those that were tuned for 75 epochs have width 1.2, but for one, whose figures are those of width 1.0.
  it("of MobileNetV3 have theirs, at its width", function()
    if not t then return wanting "ofa_specialized_real.csv" end
    local s, wide, sized = grammar.load "mobilenetv3", 0, 0
    each_released(t, "MobileNetV3", function(row, name)
      if not name:find "finetune%-75" or name:find "^pixel1_lat%-58ms" then return end
      local r = text(t, row, "r")
      local arch = s:candidate(("r%s:%s"):format(SIZES[r] and r or "224", released(t, row)))
      wide = wide + 1
      assert.equal(text(t, row, "params"), ("%.1fM"):format(arch.params / 1e6))
      if SIZES[r] then
        sized = sized + 1
        check_macs(t, row, arch)
      end
    end)
    assert.same({ 10, 4 }, { wide, sized })
  end)
end)

-- ---- predictors ----

local MOST = { 4, 4, 4, 4, 4, 1 }

-- The official string of a test vector, whose digits are there beyond the depths too.
local function vector(t, row)
  local ks, e, d, r = text(t, row, "ks"), text(t, row, "e"), text(t, row, "d"), text(t, row, "r")
  if #ks == 21 then d = d .. "1" end
  local kernels, expansions, at = "", "", 1
  for stage = 1, #d do
    local last = at + tonumber(d:sub(stage, stage)) - 1
    kernels, expansions = kernels .. ks:sub(at, last), expansions .. e:sub(at, last)
    at = at + MOST[stage]
  end
  return ("r%s:d%s:k%s:e%s"):format(r, d, kernels, expansions)
end

local function vectors(s, file)
  local t = open(file)
  if not t then return nil end
  local batch = Batch.new(s, t.rows)
  for row = 0, t.rows - 1 do assert(s:push(batch, vector(t, row))) end
  return t, batch
end

local function check_vectors(name, file, column, weights)
  local s = grammar.load(name)
  local t, batch = vectors(s, file)
  if not t then return wanting(file) end
  local values = Predictor.open({ "predictor", file = weights }, s, context):values(batch)
  local want = t:numbers(t:column(column))
  assert.equal(100, t.rows)
  for i = 0, t.rows - 1 do assert.is_true(math.abs(values[i] / want[i] - 1) < 2e-6) end
end

describe("predictors", function()
  it("meet the test vectors", function()
    check_vectors("ofa_proxyless", "autobuild_pn_testvec.csv", "pn_acc", "autobuild_pn_acc.f32")
    check_vectors("ofa_proxyless", "autobuild_pn_testvec.csv", "pn_lat_cpu", "autobuild_pn_lat_cpu.f32")
    check_vectors("ofa_proxyless", "autobuild_pn_testvec.csv", "pn_lat_npu", "autobuild_pn_lat_npu.f32")
    check_vectors("mobilenetv3", "autobuild_mbv3_testvec.csv", "mbv3_acc", "autobuild_mbv3_acc.f32")
  end)

  it("say what is known of two released networks", function()
    local ok, acc = pcall(Predictor.open, { "predictor", file = "autobuild_pn_acc.f32", scale = 100 },
      grammar.load "ofa_proxyless", context)
    if not ok then return wanting "autobuild_pn_acc.f32" end
    local s = acc.space
    local latency = Predictor.open({ "predictor", file = "autobuild_pn_lat_cpu.f32" }, s, context)
    local batch = Batch.new(s, 2)
    assert(s:push(batch, "r192:d223441:k3355737753735533:e3363334443466464"))
    assert(s:push(batch, "r208:d223331:k33533735533533:e34346333466434"))
    local a, l = acc:values(batch), latency:values(batch)
    assert.same({ "75.27", "62.27", "74.76", "73.71" },
      { ("%.2f"):format(a[0]), ("%.2f"):format(l[0]), ("%.2f"):format(a[1]), ("%.2f"):format(l[1]) })
  end)
end)

-- ---- the Pixel 1 ----

-- Latencies of a candidate's layers added up one by one, by the keys of the table.
local function add_up(t, arch)
  local ms, sum = {}, 0
  for row = 0, t.rows - 1 do ms[text(t, row, "key")] = tonumber(text(t, row, "mean_ms")) end
  local shapes = { { 112, 16 }, { 56, 24 }, { 28, 40 }, { 14, 80 }, { 14, 96 }, { 7, 192 }, { 7, 320 } }
  for step, op in ipairs(arch.ops) do
    local k, e = op:match "k(%d)_e(%d)"
    local stage, first = math.floor((step - 1) / 4) + 1, (step - 1) % 4 == 0
    local from, to = shapes[first and stage or stage + 1], shapes[stage + 1]
    if k then
      sum = sum + ms[("expanded_conv-input:%dx%dx%d-output:%dx%dx%d-expand:%s-kernel:%s-stride:%d-idskip:%d")
        :format(from[1], from[1], from[2], to[1], to[1], to[2], e, k, from[1] / to[1], first and 0 or 1)]
    end
  end
  return sum + 4.083755600814664 + 3.8821352201257864 + 3.088623217922607 + 0.3096415478615071
end

describe("the Pixel 1's latency", function()
  local t = open "proxyless_pixel1_latency_lut.csv"

  it("is the sum of its layers", function()
    if not t then return wanting "proxyless_pixel1_latency_lut.csv" end
    local s = grammar.load("proxylessnas", context)
    local batch = Batch.new(s, 100)
    batch:random(nil, Rng.new(4, "pixel"), 100)
    local values = batch:measure "pixel1_latency_ms"
    for i = 0, 99 do assert.is_true(math.abs(values[i] - add_up(t, batch:arch(i))) < 1e-9) end
  end)

  it("can be masked from its least value on", function()
    if not t then return wanting "proxyless_pixel1_latency_lut.csv" end
    local s = grammar.load("proxylessnas", context)
    local least = s:measure("pixel1_latency_ms").least
    local constraints = require("ganas.constraints").new({ rule.sum("pixel1_latency_ms", "<=", least) }, s,
      context.where)
    local batch = Batch.new(s, 20)
    assert.equal(0, batch:random(constraints.rules, Rng.new(4, "pixel"), 20))
    assert.equal("d111111:k333333:e333333", tostring(batch:arch(7)))
  end)
end)

-- ---- sums by the size of the pictures ----

describe("multiply-adds by the size of the pictures", function()
  it("are masked exactly: the tightest bound leaves the smallest network", function()
    local s = grammar.load "mobilenetv3"
    local entry = s:measure "macs"
    local constraints = require("ganas.constraints").new({ rule.sum("macs", "<=", entry.least) }, s,
      context.where)
    local batch = Batch.new(s, 20)
    assert.equal(0, batch:random(constraints.rules, Rng.new(4, "least"), 20))
    assert.equal("r192:d22222:k3333333333:e3333333333", tostring(batch:arch(3)))
    assert.equal(843101040, entry.greatest) -- r224, all depths 4, kernels 7, expansions 6
    assert.equal(843101040, s:candidate("r224:d44444:k77777777777777777777:e66666666666666666666").macs)
  end)

  it("leave no draw without an end and none that is too large", function()
    local s = grammar.load "mobilenetv3"
    local constraints = require("ganas.constraints").new({ rule.sum("macs", "<=", 160e6) }, s, context.where)
    local batch = Batch.new(s, 5000)
    assert.equal(0, batch:random(constraints.rules, Rng.new(4, "macs"), 5000))
    local macs = batch:measure "macs"
    for i = 0, 4999 do assert.is_true(macs[i] <= 160e6) end
  end)
end)

-- ---- EfficientNet ----

describe("EfficientNet's space", function()
  local t = open "accel_nasbench.csv.gz"

  it("has the table's parameters and the profiler's multiply-adds for every row", function()
    if not t then return wanting "accel_nasbench.csv.gz" end
    local s, more = grammar.load "efficientnet", 0
    local batch, reader = Batch.new(s, t.rows), s.key_notations["e,k,l,se"]
    for row = 0, t.rows - 1 do
      assert(s:push(batch, table.concat({ text(t, row, "e"), text(t, row, "k"), text(t, row, "l"),
        text(t, row, "se") }, ","), reader))
    end
    local params, macs = batch:measure "params", batch:measure("macs_M", core.doubles(t.rows))
    local profiler = batch:measure("profiler_macs_M", core.doubles(t.rows))
    local want_params, want_macs = t:numbers(t:column "params_M"), t:numbers(t:column "macs_M")
    for i = 0, t.rows - 1 do
      assert.is_true(math.abs(params[i] / 1e6 - want_params[i]) < 1e-9)
      assert.is_true(math.abs(profiler[i] / want_macs[i] - 1) < 5e-5)
      assert.is_true(macs[i] < profiler[i])
      more = math.max(more, profiler[i] - macs[i])
    end
    assert.equal(5138, t.rows)
    assert.is_true(more > 50 and more < 61) -- "7-60 M", the table's README says
  end)

  it("has EfficientNet-B0", function()
    local b0 = grammar.load("efficientnet"):candidate "e1666666:k3353553:l1223341:s1111111"
    assert.equal(5288548, b0.params)
    assert.is_true(math.abs(b0.macs_M - 385.814752) < 1e-9)
  end)

  it("says what is wrong with a string", function()
    local s = grammar.load "efficientnet"
    assert.equal("it is not seven digits each for e, k, l and s, as in e1666666:k3353553:l1223341:s1111111",
      select(2, s:arch "e1666666:k3353553:l1223341"))
    assert.equal("stage 2 has e5 k3 l2 s1; expected e 1, 4 or 6, k 3 or 5, l 1 to 4, s 0 or 1",
      select(2, s:arch "e1566666:k3353553:l1223341:s1111111"))
  end)
end)
