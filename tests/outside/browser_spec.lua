-- browser - reports in headless Chromium: they draw their charts, without a word in the console.

local fs = require "ganas.fs"
local json = require "ganas.json"
local page = require "ganas.page"
local uv = require "luv"

local function found(name) return os.execute(("command -v %s >/dev/null 2>&1"):format(name)) == 0 end

local BROWSER = found "chromium" and "chromium" or found "google-chrome" and "google-chrome"

-- Looks at the page from inside when all is drawn, and writes what it sees into it.
local PROBE = [[
<script>
window.addEventListener("error", (e) => document.body.dataset.problem = e.message);
const wait = setInterval(() => {
  if (!document.documentElement.dataset.ready) return;
  clearInterval(wait);
  const seen = [...document.querySelectorAll("canvas")].map((canvas) => {
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    let painted = 0;
    for (let i = 3; i < pixels.length; i += 4) painted += pixels[i] > 0;
    return `${canvas.id}:${painted > 500}`;
  });
  const chart = Chart.getChart("best");
  const points = chart.data.datasets.findIndex((set) => set.ours.kind === "points");
  chart.options.onClick({}, [{ datasetIndex: points, index: 1 }], chart);
  document.body.dataset.seen = seen.join(" ") + " " + document.documentElement.dataset.ready;
  document.body.dataset.wide = document.documentElement.scrollWidth > window.innerWidth;
}, 20);
</script>
]]

-- A record with n queries, whose names are long.
local function record(n)
  local rec = { dir = "/nonexistent", state = "finished", ended = 0, recipe = "r<", seed = 1, preset = "best",
    method = "ganas", columns = { score = "val", report = "test" }, queries = n, failed = 0, to_best = n,
    trajectory = {}, levels = {}, rules = {}, seconds = { total = 1, evaluate = 1 },
    origin = { path = "r.lua", recipe = "r", md5 = "x", seed = 1, version = "0", algorithm = 1, cwd = "/" } }
  local best, word = 0, ("('sep_conv_%dx%d', %d), "):rep(16)
  for query = 1, n do
    local k, score = query * 7919 % 104729, 90 + query % 97 / 97 + query / n
    best = math.max(best, score)
    local numbers = {}
    for i = 1, 48 do numbers[i] = math.floor(k * i * i / 7) % 6 end
    rec.trajectory[query] = { query = query, arch = "Genotype[" .. word:format(unpack(numbers)) .. "]<"
      .. query,
      score = score, report = score + 1, best = best }
  end
  for i = 0, 20 do
    rec.levels[i + 1] = { iteration = i, x_min = i, truth_min = i, queries = i, changed = 1,
      entropy = 1 / (i + 1),
      fresh = 0.5, acceptance = 0.4 }
  end
  rec.top = { { arch = "a<b", score = best, report = 1, query = n, measures = {}, graph = {
    nodes = { { op = "in", role = "input" }, { op = "a<b", role = "step" }, { op = "out", role = "output" } },
    edges = { { 0, 1 }, { 1, 2 } } } } }
  rec.best = rec.top[1]
  return rec
end

describe("a report in a browser", function()
  if not BROWSER then return pending "needs Chromium" end
  local dir

  setup(function() dir = assert(uv.fs_mkdtemp "/tmp/ganas-browser-XXXXXX") end)
  teardown(function() os.execute("rm -r '" .. dir .. "'") end)

  -- The page as the browser has it after its scripts, and what went to the console.
  local function open(text, width)
    fs.write(dir .. "/x.html", (text:gsub("</body>", function() return PROBE .. "</body>" end)))
    os.execute(("cd %s && HOME=%s timeout 60 %s --headless --no-sandbox --disable-gpu "
      .. "--enable-logging=stderr --virtual-time-budget=10000 --window-size=%d,900 "
      .. "--user-data-dir=%s/profile --dump-dom file://%s/x.html "
      .. ">out 2>err"):format(dir, dir, BROWSER, width, dir, dir))
    local console = {}
    for line in fs.read(dir .. "/err"):gmatch "[^\n]+" do
      if line:find "CONSOLE" then console[#console + 1] = line end
    end
    return fs.read(dir .. "/out"), console
  end

  it("draws every chart, names a point that is picked, says nothing in the console", function()
    local dom, console = open(page.of(record(60)), 1200)
    assert.same({}, console)
    assert.equal("best:true levels:true inside:true time:true yes", dom:match 'data%-seen="([^"]*)"',
      dom:sub(-2000))
    assert.equal("false", dom:match 'data%-wide="(%l+)"')
    assert.is_nil(dom:find "data%-problem")
    assert.truthy(dom:find('data-picked="best">unique queries 2: Genotype[(\'sep_conv_', 1, true))
  end)

  it("fits a phone", function()
    local dom, console = open(page.of(record(60)), 500)
    assert.same({}, console)
    assert.equal("false", dom:match 'data%-wide="(%l+)"')
  end)

  it("of 10,000 evaluations is under 3 MB", function()
    local rec = record(10000)
    assert.truthy(#json.encode(rec.trajectory) > 4e6)
    local text = page.of(rec)
    assert.truthy(#text < 3e6, #text)
    local dom, console = open(text, 1200)
    assert.same({}, console)
    assert.equal("best:true levels:true inside:true time:true yes", dom:match 'data%-seen="([^"]*)"')
  end)
end)
