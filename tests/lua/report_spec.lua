-- report - the keys of the JSON object and the lines of the text.

local report = require "ganas.report"

local PLAN = {
  name = "demo", about = "a demo", args = { seed = 3, x = 1.5 }, space = { name = "chain" },
  evaluator = { score_name = "val", report_name = "test" },
}

-- What the levels of a search without learners don't say.
local NOT_SEEN = '"queries":null,"changed":null,"entropy":null,"acceptance":null,"fresh":null,"loss":null,'
  .. '"jsd":null},'

local function entry(arch, score, query)
  return { arch = arch, score = score, report = score + 1, query = query, measures = { { "depth", 2 } } }
end

local function result()
  local best = entry("a|b", 91.607, 2)
  return {
    seed = 3, preset = "best", method = "ganas", queries = 3, to_best = 2, failed = 1, iterations = 1,
    reason = "budget", best = best, top = { best, entry("a|a", 80, 1) },
    trajectory = {
      { query = 1, arch = "a|a", score = 80, report = 81, best = 80 },
      { query = 2, arch = "a|b", score = 91.607, report = 92.607, best = 91.607 },
      { query = 3, arch = "b|b", error = "no row", best = 91.607 },
    },
    levels = { { iteration = 0, x_min = 80, truth_min = 80 },
      { iteration = 1, x_min = nil, truth_min = 80, delta_truth = 0, queries = 3, changed = 2, entropy = 0.5,
        acceptance = 0.25, fresh = 0.75, loss = 0.125, jsd = 0.5 } },
    premise = "the premise failed", reading = "stalled", acceptance = 0.5, entropy = 1.25,
    rules = { { rule = "depth <= 2", masked = false, seen = 10, rejected = 4, share = 0.5 },
      { rule = "n <= 1", masked = true, seen = 10, rejected = 0 } },
    dropped = 2, seconds = { total = 12.25, evaluate = 2 },
  }
end

describe("the JSON", function()
  it("is one object with these keys", function()
    assert.equal('{"recipe":"demo","space":"chain","seed":3,"preset":"best","method":"ganas",'
      .. '"args":{"seed":3,"x":1.5},"columns":{"score":"val","report":"test"},'
      .. '"queries":3,"to_best":2,"failed":1,"iterations":1,"reason":"budget",'
      .. '"best":{"arch":"a|b","score":91.607,"report":92.607,"query":2,"measures":{"depth":2}},'
      .. '"top":[{"arch":"a|b","score":91.607,"report":92.607,"query":2,"measures":{"depth":2}},'
      .. '{"arch":"a|a","score":80,"report":81,"query":1,"measures":{"depth":2}}],'
      .. '"baseline":null,"trajectory":[{"query":1,"arch":"a|a","score":80,"best":80,"report":81},'
      .. '{"query":2,"arch":"a|b","score":91.607,"best":91.607,"report":92.607},'
      .. '{"query":3,"arch":"b|b","score":null,"best":91.607,"report":null,"error":"no row"}],'
      .. '"levels":[{"iteration":0,"x_min":80,"truth_min":80,"delta":null,"delta_truth":null,' .. NOT_SEEN
      .. '{"iteration":1,"x_min":null,"truth_min":80,"delta":null,"delta_truth":0,"queries":3,"changed":2,'
      .. '"entropy":0.5,"acceptance":0.25,"fresh":0.75,"loss":0.125,"jsd":0.5}],'
      .. '"premise":"the premise failed","reading":"stalled","acceptance":0.5,"entropy":1.25,'
      .. '"rules":[{"rule":"depth <= 2","masked":false,"seen":10,"rejected":4,"share":0.5},'
      .. '{"rule":"n <= 1","masked":true,"seen":10,"rejected":0,"share":null}],'
      .. '"dropped":2,"seconds":{"evaluate":2,"total":12.25},"run":"runs/x","about":"a demo"}',
      (report.json(PLAN, result(), "runs/x"):gsub(',"system":%b{}', "")))
  end)

  it("has null where nothing was scored", function()
    local nothing = result()
    nothing.best, nothing.top, nothing.to_best = nil, {}, nil
    local text = report.json(PLAN, nothing, "x")
    assert.truthy(text:find('"to_best":null', 1, true) and text:find('"best":null,"top":[]', 1, true))
  end)

  it("has the graphs of the best, the objectives of each query and what it ran on", function()
    local more = result()
    more.top[1].graph = { edges = { { 0, 1 } }, nodes = { { op = "in", role = "input" },
      { op = "a", role = "step", dead = true }, { op = "b", role = "step", cell = "normal" } } }
    more.trajectory[1].objectives = { { "val", 80 }, { "ms", 2 } }
    more.trajectory[2].metrics, more.trajectory[3].metrics = { loss = 0.5 }, {}
    local text = report.json(PLAN, more, "x")
    for _, part in ipairs {
      '"graph":{"nodes":[{"op":"in","role":"input"},{"op":"a","role":"step","dead":true},'
        .. '{"op":"b","role":"step","cell":"normal"}],"edges":[[0,1]]}',
      '"report":81,"objectives":{"val":80,"ms":2}}', '"report":92.607,"metrics":{"loss":0.5}}',
      '"error":"no row"}', '"system":{"version":"', '"kernels":"',
    } do assert.truthy(text:find(part, 1, true), part) end
  end)

  it("asks no argument that isn't there", function()
    local guarded = { name = "demo", space = PLAN.space, evaluator = PLAN.evaluator,
      args = setmetatable({ a = 1 }, { __index = function() error "asked" end }) }
    assert.truthy(report.json(guarded, result(), "x"):find('"args":{"a":1}', 1, true))
  end)
end)

describe("the text", function()
  it("has the best, the constraints, the failures and where it all is", function()
    assert.same({
      "demo: 3 candidates evaluated in 12 s, the best was number 2",
      "1  val 91.607  test 92.607  a|b  depth 2",
      "2  val 80  test 81  a|a  depth 2",
      "depth <= 2: rejected 4 of 10; accepts 50 % of random candidates",
      "n <= 1: held while sampling",
      "2 graphs begun met a dead end between the rules and were drawn anew",
      "1 of 3 failed; the first, b|b: no row",
      "stalled",
      "the run is in runs/x",
    }, report.lines(PLAN, result(), "runs/x"))
  end)

  it("says what a held rule lost at its bound, and which function is slow", function()
    local other = result()
    other.rules = {
      { rule = "ms <= 2", masked = true, seen = 10, rejected = 1 },
      { rule = "function at r.lua:3", masked = false, seen = 10, rejected = 4, each = 0.0025 },
      { rule = "function at r.lua:4", masked = false, seen = 10, rejected = 4, each = 1e-6 },
    }
    local text = table.concat(report.lines(PLAN, other, "runs/x"), "\n")
    assert.truthy(text:find("\nms <= 2: held while sampling, rejected 1 of 10 at the bound\n"
      .. "function at r.lua:3: rejected 4 of 10; takes 2.5 ms a candidate\n"
      .. "function at r.lua:4: rejected 4 of 10\n", 1, true), text)
  end)

  it("has the theorem's sentence with the paper's preset, and failures of two kinds", function()
    local other = result()
    other.preset, other.failed = "paper", 2
    other.trajectory[4] = { query = 4, arch = "b|a", error = "late" }
    local text = table.concat(report.lines(PLAN, other, "runs/x"), "\n")
    assert.truthy(text:find("\nthe premise failed\nstalled\n", 1, true))
    assert.truthy(text:find("the first, b|b: no row; another, b|a: late\n", 1, true))
  end)

  it("has at most three, and says why it ended early", function()
    local long = result()
    for i = 3, 10 do long.top[i] = entry("x", 1, i) end
    long.failed, long.rules, long.reason, long.dropped, long.reading = 0, nil, "exhausted", 0, nil
    local lines = report.lines(PLAN, long, "runs/x")
    assert.equal(5, #lines)
    assert.equal("demo: 3 candidates evaluated in 12 s, the best was number 2; no new candidates are left",
      lines[1])
  end)
end)
