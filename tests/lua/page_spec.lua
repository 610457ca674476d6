-- page - reports as HTML: what is in them, that nothing of the users' gets out of its text, files.

local contrast = require "ganas.contrast"
local core = require "ganas.core"
local document = require "ganas.document"
local html = require "ganas.html"
local packed = require "ganas.packed"
local page = require "ganas.page"
local parse = require "ganas.parse"
local trajectory = require "ganas.trajectory"

if not package.loaded["ganas.host"] then return pending "needs the host: it has the files of a page" end

local EVIL = "</script><img src=x onerror=alert('1')>&\"\1"

local function entry(arch, score, query)
  return { arch = arch, score = score, report = score, query = query, measures = { [EVIL] = 2 },
    graph = { nodes = { { op = EVIL, role = "step", cell = EVIL }, { op = "out", role = "output" } },
      edges = { { 0, 1 } } } }
end

-- A record whose every text is markup.
local function record()
  local top = { entry(EVIL, 3, 2), entry("b", 1, 1) }
  return {
    dir = "/nonexistent/" .. EVIL, state = "finished", ended = 0, recipe = EVIL, about = EVIL, space = EVIL,
    seed = 7, preset = "best", method = "ganas", columns = { score = EVIL, report = EVIL .. "2" },
      queries = 3,
    to_best = 2, failed = 1, infeasible = 0, iterations = 1, reason = "budget", top = top, best = top[1],
    trajectory = {
      { query = 1, arch = "b", score = 1, report = 1, best = 1, objectives = { [EVIL] = 1, y = 2 } },
      { query = 2, arch = EVIL, score = 3, report = 3, best = 3, objectives = { [EVIL] = 3, y = 1 } },
      { query = 3, arch = EVIL, error = EVIL, best = 3 },
    },
    levels = { { iteration = 0, x_min = 1, truth_min = 1, queries = 2, changed = 2 },
      { iteration = 1, x_min = 1, truth_min = 3, queries = 3, changed = 1, entropy = 0.5, fresh = 0.5,
        acceptance = 0.25, jsd = 0.5 },
      { iteration = 2, x_min = 2, truth_min = 3, queries = 3, changed = 0, entropy = 0.4, fresh = 0.5,
        acceptance = 0.25 } },
    premise = EVIL, reading = EVIL, hypervolume = 4, idle = 0.5, workers = 2,
    front = { { arch = EVIL, query = 2, objectives = { [EVIL] = 3, y = 1 } } },
    rules = { { rule = EVIL, masked = false, seen = 10, rejected = 4, share = 0.5 } },
    baselines = { { arch = EVIL, score = 2, query = 1, breaks = { EVIL }, winners = { { arch = EVIL,
      changes = { [EVIL] = 1 }, better = { EVIL }, worse = { EVIL } } } } },
    seconds = { total = 2, evaluate = 1, other = 1 },
    system = { cpu = EVIL, cores = 2, threads = 1, kernels = EVIL, products = EVIL, system = EVIL,
      luajit = EVIL },
    origin = { path = EVIL, recipe = EVIL, md5 = EVIL, seed = 7, version = EVIL, algorithm = 1, cwd = EVIL,
      args = { [EVIL] = EVIL }, where = { EVIL }, data = EVIL, files = { [EVIL] = EVIL } },
    source = EVIL,
  }
end

-- The data that the page's script reads, and how often each element begins.
local function taken_apart(text)
  local data = assert(parse(text:match '<script id="data" type="application/json">(.-)</script>'))
  local counts = {}
  for name in text:gsub("<script.-</script>", ""):gsub("<style>.-</style>", ""):gmatch "<(%a+)" do
    counts[name] = (counts[name] or 0) + 1
  end
  return data, counts
end

describe("a text", function()
  it("is no markup", function()
    assert.equal("&lt;b&gt; &amp; &quot;x&quot; &#39;y&#39;", html.escape "<b> & \"x\" 'y'")
    assert.equal("a\239\191\189b \239\191\189\n", html.escape "a\1b \255\n")
    assert.equal('<p class="&lt;&quot;">3 &lt; 4<br></p>',
      html.el("p", { class = '<"' }, 3, " < ", { "4", html.el "br" }, nil).html)
  end)

  it("is packed so that zlib reads it", function()
    local lib = core.foreign({ "libz.so.1" }, "int uncompress(uint8_t *to, unsigned long *space, "
      .. "const uint8_t *from, unsigned long size);")
    for _, text in ipairs { "", "a", "ab", "abc", ("a long text "):rep(5000) } do
      local digits, bytes, n = packed(text), core.bytes(90000), 0
      for group in digits:gmatch "...." do
        local word = 0
        for c in group:gmatch "." do
          local at = ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"):find(c, 1, true)
          word = word * 64 + (at and at - 1 or 0)
        end
        for shift = 16, 0, -8 do bytes[n], n = math.floor(word / 2 ^ shift) % 256, n + 1 end
      end
      local to, space = core.bytes(90000), core.array("unsigned long", 1)
      space[0] = 90000
      assert.equal(0, lib.uncompress(to, space, bytes, n - #digits:match "=*$"))
      assert.equal(text, core.text(to, tonumber(space[0])))
    end
  end)
end)

describe("the page of a run", function()
  it("lets no text become markup", function()
    local text = page.of(record())
    local _, counts = taken_apart(text)
    assert.is_nil(counts.img)
    assert.is_nil(text:match('<script id="data"[^>]*>([^<]*)</script>'):find "[<\1]")
    assert.equal(5, select(2, text:gsub("</script>", "")) + 1) -- data, names, Chart.js, page.js
  end)

  it("has every part", function()
    local text = page.of(record())
    local data, counts = taken_apart(text)
    for _, title in ipairs { "Best so far", "The front", "Convergence", "Against the baseline", "Constraints",
      "Failures", "Where the time went", "To repeat it" } do
      assert.truthy(text:find("<h2>" .. title .. "</h2>", 1, true), title)
    end
    local ids = {}
    for i, chart in ipairs(data.charts) do ids[i] = chart.id end
    assert.same({ "best", "front", "inside", "rules", "time" }, ids)
    assert.equal(#ids, counts.canvas)
    assert.equal(#ids, select(2, text:gsub('<canvas aria%-label="[^"]+" id="%l+" role="img">', "")))
    assert.truthy(counts.details >= 4)
  end)

  it("gives the charts their numbers", function()
    local best = taken_apart(page.of(record())).charts[1]
    assert.same({ "unique queries", EVIL, 3 }, { best.x, best.y, best.xmax })
    assert.same({ { 1, 1 }, { 2, 3 }, { 3, 3 } }, best.series[1].data)
    assert.same({ { 1, 1 }, { 2, 3 } }, best.series[2].data)
    assert.same({ 1, 3 }, best.series[2].more.values)
  end)

  it("has the levels of one score, and lines of two points at least", function()
    local rec = record()
    rec.front = nil
    local text = page.of(rec)
    local charts = taken_apart(text).charts
    assert.same({ "levels", "inside" }, { charts[2].id, charts[3].id })
    local labels = {}
    for i, series in ipairs(charts[3].series) do labels[i] = series.label end
    assert.same({ "accepted", "fresh", "entropy (right)" }, labels)
    for _, level in ipairs(rec.levels) do level.acceptance, level.fresh = nil, nil end
    local inside = taken_apart(page.of(rec)).charts[3]
    assert.same({ "nats a choice", "entropy" }, { inside.y, inside.series[1].label })
    assert.is_nil(inside.right)
  end)

  it("says where the knee was found, and what its objectives are", function()
    local rec = record()
    rec.top[1].query, rec.to_best, rec.top[1].measures = 2, 3, { y = 1, z = 5 }
    local text = page.of(rec)
    assert.truthy(text:find("found at query 2<", 1, true))
    assert.equal(1, select(2, text:gsub("<span>y <b>1</b></span>", "")))
    assert.equal(1, select(2, text:gsub("<span>z <b>5</b></span>", "")))
  end)

  it("says in words what is drawn", function()
    local rec = record()
    rec.top = { { arch = "a", score = 1, query = 1, graph = { nodes = { { op = "in", role = "input" },
      { op = "conv", role = "step" }, { role = "state" }, { op = "out", role = "output" } },
      edges = { { 0, 1 }, { 0, 2 }, { 1, 2 }, { 2, 3 } } } } }
    local text = page.of(rec)
    assert.truthy(text:find('aria-label="0 in; 1 conv from 0; 2 sum from 0 and 1; 3 out from 2"', 1, true))
    local svg = text:match "<svg.-</svg>" or ""
    assert.is_nil(svg:find "<title>" or svg:find ' id="')
  end)

  it("leaves out what there is nothing of", function()
    local rec = record()
    for _, name in ipairs { "front", "baselines", "premise", "reading", "idle",
      "system" } do rec[name] = nil end
    rec.rules, rec.levels, rec.seconds, rec.top, rec.best = {}, {}, { total = 1 }, {}, nil
    rec.trajectory, rec.queries, rec.failed, rec.to_best = {}, 0, 0, nil
    local data, counts = taken_apart(page.of(rec))
    assert.equal(1, #data.charts)
    assert.equal(2, counts.section)
  end)

  it("asks no network for anything", function()
    local text = page.of(record()):gsub("<script.-</script>", "")
    assert.is_nil(text:find ' src="')
    assert.is_nil(text:find "<link")
    assert.is_nil(text:find "@import")
    assert.truthy(page.of(record()):find("Chart.js Contributors", 1, true))
  end)
end)

describe("the page of several runs", function()
  it("has means and deviations", function()
    local a, b, c = record(), record(), record()
    b.trajectory[2].score, c.method, c.preset = 5, "random", nil
    local text = document(contrast.runs { a, b, c })
    local data, counts = taken_apart(text)
    assert.is_nil(counts.img)
    local means = data.charts[1]
    assert.same({ "preset best (2)", "preset best (2), a deviation to each side", "random (1)" },
      { means.series[1].label, means.series[2].label, means.series[3].label })
    assert.same({ { 1, 1 }, { 2, 4 }, { 3, 4 } }, means.series[1].data)
    assert.same({ 1, 1, 1 }, means.series[2].data[1])
    assert.truthy(math.abs(means.series[2].data[2][2] - (4 - math.sqrt(2))) < 1e-5)
    assert.equal(1, select(2, text:gsub("<dt>preset best %(2%): mean best [^<]+</dt><dd>4<small>", "")))
    assert.equal(1, select(2, text:gsub("<dt>random %(1%): mean best [^<]+</dt><dd>3</dd>", "")))
  end)

  it("keeps apart what was maximised by different columns", function()
    local a, b, c = record(), record(), record()
    a.best.report = 4
    b.recipe, b.columns, c.columns = "other", { score = "y" }, { score = "y" }
    b.trajectory[2].score = 70
    local text = document(contrast.runs { a, b, c })
    local data = taken_apart(text)
    local ids = {}
    for i, chart in ipairs(data.charts) do ids[i] = chart.id .. " " .. chart.y end
    assert.same({ "means " .. EVIL, "reports " .. EVIL .. "2", "means2 y" }, ids)
    assert.same({ "other, preset best (1)" }, { data.charts[3].series[1].label })
    assert.truthy(text:find("<h2>Best so far by y</h2>", 1, true))
    assert.truthy(text:find("<dt>best y</dt><dd>70</dd>", 1, true))
    assert.same({ EVIL, "y" }, select(2, contrast.chart { a, b, c }))
    assert.equal("y", contrast.chart({ b, c }).y)
  end)

  it("has curves and tables of methods", function()
    local runs = { { queries = 4, seconds = 1, steps = { { query = 1, score = 1, report = 2 },
      { query = 3, score = 5, report = 4 } } } }
    local task = { methods = { "best", EVIL }, seeds = { 1 }, budgets = { 2, 4 }, runs = { best = runs,
      [EVIL] = runs }, plan = { name = EVIL, space = { name = "x" },
      evaluator = { score_name = "val", report_name = "test", kind = "table" } } }
    local rows = require("ganas.figures").rows(task.plan.evaluator, task.methods, task.budgets, task.runs)
    local data, counts = taken_apart(document(contrast.methods(task, rows)))
    assert.is_nil(counts.img)
    assert.equal(2, #data.charts)
    assert.same({ { 1, 2 }, { 2, 2 }, { 3, 4 }, { 4, 4 } }, data.charts[2].series[1].data)
    assert.equal(3, counts.table)
    for _, step in ipairs(runs[1].steps) do step.report = step.score end
    assert.equal(1, #taken_apart(document(contrast.methods(task, rows))).charts)
    assert.equal("reported val", require("ganas.verdict").head(task):match "reported.*")
  end)
end)

describe("the trajectory as CSV", function()
  it("quotes what must be", function()
    assert.equal('query,arch,score,report,best,source,error,"a,b"\n'
      .. '1,"x,""y""",0.5,,0.5,,,3\n2,z,,,0.5,,"no\nrow",\n',
      trajectory.text {
        { query = 1, arch = 'x,"y"', score = 0.5, best = 0.5, objectives = { ["a,b"] = 3 } },
        { query = 2, arch = "z", best = 0.5, error = "no\nrow" },
      })
  end)

  it("has a column for whatever the evaluator gave", function()
    assert.equal("query,arch,score,report,best,source,error,ms,loss,metrics.ms,metrics.score\n"
      .. "1,x,2,,2,,,7,0.5,8,40\n2,y,1,,2,,,,,,\n",
      trajectory.text {
        { query = 1, arch = "x", score = 2, best = 2, objectives = { ms = 7 },
          metrics = { loss = 0.5, score = 40, ms = 8 } },
        { query = 2, arch = "y", score = 1, best = 2 },
      })
  end)
end)
