-- views - runs, show, draw, report and export, by the program itself on small runs.

local fs = require "ganas.fs"
local lock = require "ganas.lock"
local message = require "ganas.message"
local parse = require "ganas.parse"
local record = require "ganas.record"
local uv = require "luv"
local views = require "ganas.views"

local PROGRAM = package.loaded["ganas.host"] and uv.exepath()

local RECIPE = [[
local space = require "ganas.space"
return {
  about = "letters", args = { queries = 30 },
  space = { name = "toy", ops = { "a", "b", "c" }, grow = space.chain(4) },
  evaluate = function(arch)
    if arch:count "c" == 4 then error "too many" end
    return arch:count "a"
  end,
}
]]

local MODULE = [[
import torch
ARCH = "b|b|b|b"
class Network: pass
]]

describe("the words", function()
  local function refused(command, ...)
    local ok, err = pcall(views.options, command, { ... })
    assert(not ok and message.is_user(err), tostring(err))
    return err.text
  end

  it("are runs, files and arguments", function()
    local given = views.options("export", { "runs/x", "format=json", "-o", "y" })
    assert.same({ "export", "runs/x", "json", 1, "y" },
      { given.command, given.operand, given.args.format, given.args.place, given.target })
    given = views.options("draw", { "nasbench201", "a=b|c" })
    assert.same({ "nasbench201", "a=b|c" }, given.words)
    given = views.options("report", { "x", "y", "--png" })
    assert.same({ { "x", "y" }, true }, { given.words, given.png })
    assert.is_nil(views.options("runs", {}).operand)
    assert.is_false(views.has "resume")
  end)

  it("are refused with what is wrong", function()
    assert.equal("no run; expected 'ganas-lua report RUN'", refused "report")
    assert.equal("no space and candidate; expected 'ganas-lua draw SPACE ARCH'", refused("draw", "x"))
    assert.equal("too many arguments, 'y'; expected 1", refused("show", "x", "y"))
    assert.equal("unknown argument 'bset'; did you mean 'best'?", refused("show", "x", "bset=3"))
    assert.equal("argument 'best' is '0'; expected a whole number from 1 to 1000", refused("show", "x",
      "best=0"))
    assert.equal("option '-o' is ''; expected a file", refused("export", "x", "-o", ""))
    assert.equal("unknown option '--pgn'; did you mean '--png'?", refused("report", "x", "--pgn"))
  end)
end)

describe("the program", function()
  if not PROGRAM then return pending "needs the host" end
  local dir
  local folder = os.getenv "GANAS_LUA_DIR"
  local lua = folder and folder ~= "" and "GANAS_LUA_DIR=" .. folder .. " " or ""

  -- Exit code, stdout, stderr of a command line in the folder of the runs.
  local function run(line)
    os.execute(("cd %s && %s%s %s >out 2>err; echo $? >code"):format(dir, lua, PROGRAM, line))
    local err = fs.read(dir .. "/err"):gsub("ganas%-lua: Lua modules come from [^\n]*\n", "")
    return tonumber(fs.read(dir .. "/code")), fs.read(dir .. "/out"), err
  end

  local function lines(line)
    local code, out, err = run(line)
    assert.same({ 0, "" }, { code, err }, line)
    local list = {}
    for text in out:gmatch "[^\n]+" do list[#list + 1] = text end
    return list
  end

  local function copy(from, to) os.execute(("cd %s/runs && cp -r %s %s"):format(dir, from, to)) end

  setup(function()
    dir = assert(uv.fs_mkdtemp "/tmp/ganas-views-XXXXXX")
    fs.write(dir .. "/r.lua", RECIPE)
    assert.equal(0, (run "r.lua seed=4 --quiet"))
    assert.equal(0, (run "r.lua seed=5 --quiet"))
    copy("r-4-1", "cut")
    os.remove(dir .. "/runs/cut/result.json")
    copy("r-4-1", "bad")
    fs.write(dir .. "/runs/bad/result.json", "{}")
  end)
  teardown(function() os.execute("rm -r '" .. dir .. "'") end)

  it("lists runs with their state", function()
    local held = lock.take(dir .. "/runs/cut")
    local list = lines "runs"
    held:release()
    assert.equal(5, #list)
    assert.truthy(list[1]:find "^run +state +queries +best")
    assert.truthy(list[2]:find "^runs/bad +damaged +%- .* runs/bad/result.json is no result of a run")
    assert.truthy(list[3]:find "^runs/cut +running +30 +4 ")
    assert.truthy(list[4]:find "^runs/r%-4%-1 +finished +30 +4 +%- +%d+%-%d%d%-%d%d %d%d:%d%d  a|a|a|a$",
      list[4])
    list = lines "runs --json"
    local cut = assert(parse(list[2]))
    assert.same({ "runs/cut", "interrupted", 30, 4, "a|a|a|a" },
      { cut.run, cut.state, cut.queries, cut.score, cut.arch })
    assert.same({ "no runs in ." }, lines "runs .")
    assert.equal(2, #lines "runs runs/r-4-1")
  end)

  it("shows the best of a run, drawn", function()
    local list = lines "show runs/r-4-1 best=2"
    assert.equal("runs/r-4-1: finished", list[1])
    assert.truthy(list[2]:find "^r, seed 4: 30 evaluated in ")
    local text = table.concat(list, "\n")
    assert.truthy(text:find("\n1  score 4  query ", 1, true))
    assert.truthy(text:find("│ input ├──▶ a ├──▶ a ├──▶ a ├──▶ a ├──▶ output │", 1,
      true))
    assert.is_nil(text:find("\n3  score", 1, true))
    local json = assert(parse(lines "show runs/r-4-1 best=3 --json"[1]))
    assert.equal(3, #json.best)
    assert.equal("a|a|a|a", json.best[1].arch)
  end)

  it("knows the same of a run that was interrupted, from its journal", function()
    local whole, cut = record.read(dir .. "/runs/r-4-1"), record.read(dir .. "/runs/cut")
    assert.equal("interrupted", cut.state)
    for _, name in ipairs { "queries", "failed", "to_best", "seed", "recipe" } do
      assert.equal(whole[name], cut[name], name)
    end
    assert.same(whole.trajectory, cut.trajectory)
    for i, entry in ipairs(cut.top) do
      assert.same({ whole.top[i].arch, whole.top[i].score, whole.top[i].query },
        { entry.arch, entry.score, entry.query })
    end
    assert.same(whole.top[1].graph, record.graph(cut, cut.top[1]))
    local text = table.concat(lines "show runs/cut best=1", "\n")
    assert.truthy(text:find("interrupted; 'ganas-lua resume runs/cut' goes on", 1, true))
    assert.is_nil(text:find("▶", 1, true))
  end)

  it("looks at a run without running its recipe", function()
    copy("cut", "trap")
    fs.write(dir .. "/runs/trap/recipe.lua", "os.execute 'touch ran'")
    os.rename(dir .. "/r.lua", dir .. "/away.lua")
    for _, command in ipairs { "show", "report", "export", "runs" } do
      assert.equal(0, (run(command .. " runs/trap")))
    end
    os.rename(dir .. "/away.lua", dir .. "/r.lua")
    assert.is_nil(fs.read(dir .. "/ran"))
    os.execute("rm -r " .. dir .. "/runs/trap")
  end)

  it("tells a run of which nothing got a score", function()
    fs.write(dir .. "/f.lua", (RECIPE:gsub('if arch:count "c" == 4', "if true")))
    assert.equal(1, (run "f.lua queries=5 --quiet"))
    assert.truthy(lines("runs runs/f-1-1")[2]:find "^runs/f%-1%-1 +failed +5 +%- +%- ")
    local list = lines "show runs/f-1-1"
    assert.equal("runs/f-1-1: failed: nothing of the first set got a score; mend what evaluates, then start "
      .. "a new run (resume takes failures from the journal)", list[1])
    assert.equal("nothing has a score yet", list[#list])
    assert.equal("failed", parse(lines("runs runs/f-1-1 --json")[1]).state)
    os.execute("rm -r " .. dir .. "/runs/f-1-1")
  end)

  it("says when there is no report yet", function()
    copy("r-4-1", "plain")
    os.remove(dir .. "/runs/plain/report.html")
    local hint = "no report yet; 'ganas-lua report runs/plain' writes it"
    local function said() return table.concat(lines "show runs/plain", "\n"):find(hint, 1, true) ~= nil end
    assert.is_true(said())
    assert.equal(0, (run "report runs/plain"))
    assert.is_false(said())
    os.execute("rm -r " .. dir .. "/runs/plain")
  end)

  it("says what is no run", function()
    local code, _, err = run "show nosuch"
    assert.equal(1, code)
    assert.truthy(err:find "^ganas%-lua: 'nosuch' is no run: can't read 'nosuch/journal.jsonl': no such file")
    code, _, err = run "show cut"
    assert.same({ 1, "ganas-lua: 'cut' is no run: can't read 'cut/journal.jsonl': no such file or directory; "
      .. "did you mean 'runs/cut'?\n" }, { code, err })
    code, _, err = run "show runs/bad"
    assert.equal(1, code)
    assert.truthy(err:find "result.json is no result of a run: it has no trajectory; 'ganas%-lua resume")
  end)

  it("writes a page at the end of a run, and when asked", function()
    assert.truthy(fs.read(dir .. "/runs/r-4-1/report.html"):find("<h1>r</h1>", 1, true))
    assert.equal(31, select(2, fs.read(dir .. "/runs/r-4-1/trajectory.csv"):gsub("\n", "")))
    assert.same({ "runs/cut/report.html" }, lines "report runs/cut")
    assert.same({ "x.html" }, lines "report runs/r-4-1 -o x.html")
    assert.same({ "report.html" }, lines "report runs/r-4-1 runs/r-5-1")
    local text = fs.read(dir .. "/report.html")
    assert.truthy(text:find("ganas-lua r.lua seed=4\nganas-lua r.lua seed=5", 1, true))
    local code, _, err = run "report runs/r-4-1 -o nosuch/x.html"
    assert.equal(1, code)
    assert.truthy(err:find "^ganas%-lua: can't write 'nosuch/")
  end)

  it("exports a candidate in every form", function()
    assert.same({ "a|a|a|a" }, lines "export runs/r-4-1")
    local json = assert(parse(lines "export runs/r-4-1 format=json"[1]))
    assert.same({ "a|a|a|a", "toy", 4 }, { json.arch, json.space, json.score })
    assert.same({ node = 0, op = "input", role = "input", live = true }, json.graph.nodes[1])
    assert.equal(5, #json.graph.edges)
    assert.equal("digraph architecture {", lines "export runs/r-4-1 format=dot"[1])
    assert.equal(31, #lines "export runs/r-4-1 format=csv")
    assert.same({}, lines "export runs/r-4-1 place=2 -o second.txt")
    assert.equal(record.read(dir .. "/runs/r-4-1").top[2].arch .. "\n", fs.read(dir .. "/second.txt"))
    local code, _, err = run "export runs/r-4-1 place=11"
    assert.same({ 2, "ganas-lua: argument 'place' is 11; runs/r-4-1 keeps its best 10\n"
      .. "try 'ganas-lua --help'\n" },
      { code, err })
  end)

  it("exports a module of a space that has one", function()
    local code, _, err = run "export runs/r-4-1 format=pytorch"
    assert.same({ 1, "ganas-lua: the space 'toy' doesn't say how it looks in PyTorch; expected pytorch = "
      .. "'FILE.py' in its file, a module with a line ARCH = '...' and a class Network\n" }, { code, err })
    fs.write(dir .. "/m.lua", (RECIPE:gsub('name = "toy",', 'name = "toy", pytorch = "m.py",')))
    fs.write(dir .. "/m.py", MODULE)
    assert.equal(0, (run "m.lua seed=4 --quiet"))
    local text = table.concat(lines "export runs/m-4-1 format=pytorch", "\n")
    assert.truthy(text:find '^# Found by ganas%-lua: m, seed 4, query %d+; score 4\n')
    assert.truthy(text:find('\nimport torch\nARCH = "a|a|a|a"\nclass Network: pass', 1, true))
    fs.write(dir .. "/m.py", "import torch\n")
    code, _, err = run "export runs/m-4-1 format=pytorch"
    assert.equal(1, code)
    assert.truthy(err:find "m.py: this module has no line 'ARCH = ...'; expected one with a candidate of toy")
    os.remove(dir .. "/m.py")
    code, _, err = run "export runs/m-4-1 format=pytorch"
    assert.equal(1, code)
    assert.truthy(err:find "^m.lua:4: can't read '[^\n]*m.py': no such file")
  end)

  it("draws a candidate", function()
    local arch = "'011/001/000:input,maxpool3x3,output'"
    assert.equal(3, #lines("draw nasbench101 " .. arch))
    assert.same({}, lines("draw nasbench101 " .. arch .. " -o x.dot"))
    assert.truthy(fs.read(dir .. "/x.dot"):find("n0 -> n1", 1, true))
    local code, _, err = run "draw nasbench101 x -o x.dot"
    assert.equal(1, code)
    assert.truthy(err:find "^ganas%-lua: 'x' is no candidate of nasbench101: ")
    code, _, err = run("draw nasbench101 " .. arch .. " -o x.jpg")
    assert.equal(2, code)
    assert.truthy(err:find "option '%-o' is 'x.jpg'; expected a name that ends in .svg, .png, .pdf", err)
    code, _, err = run("draw nasbench101 " .. arch .. " -o nosuch/x.svg")
    assert.equal(1, code)
    assert.truthy(err:find "^ganas%-lua: can't write 'nosuch/x.svg': ", err)
    if os.execute "dot -V 2>/dev/null" ~= 0 then return pending "needs Graphviz" end
    assert.same({}, lines("draw nasbench101 " .. arch .. " -o x.svg"))
    assert.truthy(fs.read(dir .. "/x.svg"):find(">maxpool3x3</text>", 1, true))
    assert.is_nil(fs.read(dir .. "/x.svg.tmp.svg"))
  end)

  it("makes a picture of the curve", function()
    local code, out, err = run "report runs/r-4-1 --png -o p.html"
    if code == 1 then
      assert.truthy(err:find("there is no 'gnuplot' here; Debian has it in the package gnuplot-nox", 1,
        true), err)
      return pending "needs gnuplot"
    end
    assert.same({ 0, "p.html\np.png\n", "" }, { code, out, err })
    assert.equal("\137PNG", fs.read(dir .. "/p.png"):sub(1, 4))
  end)
end)
