-- bench - the cases that a command line asks for, what each work does, the table and the JSON.

local Batch = require "ganas.batch"
local Rng = require "ganas.rng"
local bench = require "ganas.bench"
local message = require "ganas.message"
local settings = require "ganas.settings"
local workload = require "ganas.workload"

local function refused(name, texts)
  local ok, err = pcall(bench.cases, name, texts)
  assert.is_false(ok)
  assert(message.is_user(err), tostring(err))
  assert.equal(2, err.code)
  return err.text
end

local function never() return false end

-- The lines of a run.
local function lines_of(name, texts, json)
  local lines = {}
  local stopped = bench.run({ operand = name, args = texts, json = json }, function(line)
    lines[#lines + 1] = line
  end, never)
  assert.is_false(stopped)
  return lines
end

local SMALL = { width = "8", nodes = "5", size = "6", seconds = "0.001" }

local function small(changes)
  local texts = {}
  for name, text in pairs(SMALL) do texts[name] = text end
  for name, text in pairs(changes) do texts[name] = text end
  return texts
end

describe("the cases", function()
  it("are all works at all widths, nodes and threads", function()
    local cases, seconds = bench.cases(nil, {})
    local count = {}
    for _, case in ipairs(cases) do count[case.work.name] = (count[case.work.name] or 0) + 1 end
    assert.same({ disc_step = 24, disc_epoch = 12, ppo_update = 12, sampling = 24, rules = 4 }, count)
    assert.is_nil(seconds)
  end)

  it("are those asked for", function()
    local cases, seconds = bench.cases("sampling", { width = "64,128", nodes = "9", threads = "1", size = "5",
      seconds = "0.5" })
    assert.equal(2, #cases)
    assert.equal(0.5, seconds)
    assert.same({ 128, 9, 1, 5 }, { cases[2].width, cases[2].nodes, cases[2].threads, cases[2].size })
  end)

  it("are refused with what was expected", function()
    assert.equal("unknown work 'disc_stop'; did you mean 'disc_step'?", refused("disc_stop", {}))
    assert.equal("unknown work 'zzz'; expected 'disc_step', 'disc_epoch', 'ppo_update', 'sampling' or "
      .. "'rules'", refused("zzz", {}))
    assert.equal("unknown argument 'witdh'; did you mean 'width'?", refused(nil, { witdh = "8" }))
    assert.equal("argument 'width' is '12'; expected multiples of 8 from 8 to 256", refused(nil,
      { width = "12" }))
    assert.equal("argument 'width' is '512'; expected multiples of 8 from 8 to 256", refused(nil,
      { width = "512" }))
    assert.equal("argument 'nodes' is ''; expected whole numbers from 4 to 64", refused(nil,
      { nodes = "7,,9" }))
    assert.equal("argument 'threads' is 'x'; expected whole numbers from 1 to 64", refused(nil,
      { threads = "x" }))
    assert.equal("argument 'size' is '1.5'; expected whole numbers from 1 to 10000000",
      refused(nil, { size = "1.5" }))
    assert.equal("argument 'size' is '1'; expected at least 2 for 'disc_epoch'", refused("disc_epoch",
      { size = "1" }))
    assert.equal("argument 'seconds' is '-1'; expected seconds for each case, at most 60",
      refused(nil, { seconds = "-1" }))
  end)
end)

describe("the works", function()
  it("are on graphs of exactly so many nodes, within their edges", function()
    for _, nodes in ipairs { 4, 7, 24, 64 } do
      local space = workload.space(nodes)
      local batch = Batch.new(space, 50)
      batch:random(nil, Rng.new(1, "spec"), 50)
      for i = 0, 49 do
        local arch = batch:arch(i)
        assert.equal(nodes, arch.size)
        assert.equal(nodes - 2, #arch:sources(nodes - 1))
        local edges = #arch.graph.edges - (nodes - 2)
        assert.is_true(edges >= nodes - 2 and edges <= 1.5 * nodes - 1)
      end
    end
  end)

  it("have the engine's networks but for the width", function()
    local s, default = workload.settings(64), settings.resolve(nil, { preset = "paper", setup = 1 }, error)
    assert.same({ 64, 64, 64, 64 },
      { s.discriminator.width, s.discriminator.head, s.generator.width, s.generator.head })
    for _, name in ipairs { "kind", "layers", "clip", "bidirectional" } do
      assert.equal(default.discriminator[name], s.discriminator[name])
    end
    for _, name in ipairs { "train", "layers", "epochs", "clip_ratio", "clip" } do
      assert.equal(default.generator[name], s.generator[name])
    end
    assert.is_true(s.discriminator.rate < 1e-9 and s.generator.rate < 1e-9)
  end)

  it("can be done again and again", function()
    for _, work in ipairs(workload.list) do
      for _, kind in ipairs(work.kinds or { false }) do
        local run = workload.make { work = work, size = 30, width = 8, nodes = 6, threads = 2, kind = kind }
        for _ = 1, 3 do run() end
      end
    end
  end)
end)

describe("the report", function()
  it("is a table that fits", function()
    for _, name in ipairs { "disc_step", "rules" } do
      local lines = lines_of(name, small { threads = "1" })
      assert.truthy(lines[1]:match "^FP32 peak, measured: %d+ GFLOP/s on 1 thread$")
      for _, line in ipairs(lines) do assert.is_true(#line <= 110, line) end
    end
    local head = lines_of("disc_step", small { threads = "1" })
    assert.truthy(head[2]:match "^kernels: %w+; matrix products: .+$")
    local row = head[6]
    assert.truthy(row:match "^work +size +width +nodes +threads +us, best +us, median +GFLOP/s +of peak$")
    row = lines_of("disc_step", small { threads = "1" })[7]
    assert.truthy(row:match "^disc_step +6 pairs +8 +5 +1 +%d+ +%d+ +%d+%.%d +%d+ %%$", row)
    row = lines_of("rules", small {})[8]
    assert.truthy(row:match "^rules lua +6 graphs +%- +5 +1 +%d+ +%d+ +%- +%-$", row)
  end)

  it("is one object of JSON", function()
    local lines = lines_of("disc_epoch", small { threads = "1,2" }, true)
    assert.equal(1, #lines)
    local peaks, results, rest = lines[1]:match '^{"peak_gflops":{"1":([^}]*)},"results":%[(.*)%],(.*)}$'
    assert.truthy(rest:match '^"isa":"%w+","gemm":"%w+"$', rest)
    local one, two = peaks:match '^([%d.]+),"2":([%d.]+)$'
    assert.is_true(tonumber(one) > 0.5 and tonumber(two) > 0.5)
    local seen = 0
    for threads, us, median, runs, gflops, share in results:gmatch('{"work":"disc_epoch","size":6,"width":8,'
      .. '"nodes":5,"threads":(%d),"us":([%d.]+),"us_median":([%d.]+),"runs":(%d+),"gflops":([%d.e-]+),'
      .. '"of_peak":([%d.e-]+)}') do
      seen = seen + 1
      local peak = tonumber(threads == "1" and one or two)
      assert.is_true(tonumber(us) <= tonumber(median) and tonumber(runs) >= 1)
      assert.is_true(math.abs(tonumber(share) - tonumber(gflops) / peak) < 1e-12)
    end
    assert.equal(2, seen)
  end)

  it("gives rules without products no share of the peak", function()
    local text = lines_of("rules", small {}, true)[1]
    assert.truthy(text:find('"width":null', 1, true))
    assert.truthy(text:find('"gflops":null,"of_peak":null,"kind":"declared"', 1, true))
    assert.truthy(text:find('"kind":"lua"', 1, true))
  end)

  it("stops when it is interrupted", function()
    local lines = {}
    local stopped = bench.run({ args = small {} }, function(line) lines[#lines + 1] = line end,
      function() return true end)
    assert.is_true(stopped)
    assert.equal(6, #lines)
  end)
end)
