-- cli - words of the command line, and exit codes, streams and files of the program itself.

local fs = require "ganas.fs"
local message = require "ganas.message"
local options = require "ganas.options"
local uv = require "luv"

local function split(line)
  local words = {}
  for word in line:gmatch "%S+" do words[#words + 1] = word end
  return words
end

local function read(line) return options.read(split(line)) end

local function refused(line)
  local ok, err = pcall(read, line)
  assert.is_false(ok)
  assert(message.is_user(err), tostring(err))
  assert.equal(2, err.code)
  return err.text
end

describe("the words", function()
  it("say what to do", function()
    assert.equal("short", read "".command)
    assert.equal("help", read "--help".command)
    assert.equal("help", read "check -h".command)
    assert.equal("version", read "--version".command)
    assert.equal("list", read "list".command)
    for _, line in ipairs { "demo", "run demo", "--seed 3 demo", "--quiet run demo" } do
      local given = read(line)
      assert.same({ "run", "demo" }, { given.command, given.operand })
    end
    local given = read "resume runs/x --warm workers=2"
    assert.same({ "resume", "runs/x", true, "2" },
      { given.command, given.operand, given.warm, given.args.workers })
    given = read "--data d check x.lua a=1"
    assert.same({ "check", "x.lua", "d", "1" }, { given.command, given.operand, given.data, given.args.a })
  end)

  it("may come in any order", function()
    local given = read "--threads 2 r.lua a=1 --data=d b=2 --json --out o --quiet"
    assert.same({ "r.lua", { a = "1", b = "2" }, 2, "d", "o", true, true },
      { given.operand, given.args, given.threads, given.data, given.out, given.json, given.quiet })
  end)

  it("name a work for bench, or none", function()
    local given = read "bench"
    assert.same({ "bench", {} }, { given.command, given.args })
    assert.is_nil(given.operand)
    given = read "bench --json sampling width=64 --threads 2"
    assert.same({ "bench", "sampling", { width = "64", threads = "2" }, true },
      { given.command, given.operand, given.args, given.json })
    assert.same({ nodes = "7" }, read "bench nodes=7".args)
  end)

  it("name what to make, and how it is called", function()
    assert.same({ command = "new", kind = "space", folder = "", name = "mine", ending = ".lua" },
      read "new space mine")
    local given = read "new evaluator some/where/mine.py"
    assert.same({ "some/where/", "mine", ".py" }, { given.folder, given.name, given.ending })
    assert.equal(".py", read "new evaluator mine.py".ending)
    assert.equal("help", read "new --help".command)
  end)

  it("take --seed for seed=, once", function()
    assert.equal("3", read "r.lua --seed 3".args.seed)
    assert.equal("3", read "r.lua seed=3".args.seed)
    assert.equal("8", read "r.lua --workers 8".args.workers)
    assert.equal("the workers are given twice, --workers 8 and workers=2; expected one of them",
      refused "r.lua --workers 8 workers=2")
    assert.equal("the seed is given twice, --seed 3 and seed=3; expected one of them",
      refused "r.lua --seed 3 seed=3")
    assert.equal("option '--seed' must be used at most 1 time", refused "r.lua --seed 3 --seed 4")
  end)

  it("leave a script's words alone", function()
    assert.same({ command = "lua", words = { "x.lua", "--help", "-x", "a=1" } },
      read "lua x.lua --help -x a=1")
  end)

  it("are refused with what is wrong", function()
    assert.equal("unknown option '--sed'; did you mean '--seed'?", refused "r.lua --sed 3")
    assert.equal("unknown option '--nosuch'", refused "r.lua --nosuch")
    assert.equal("option '--seed' requires an argument", refused "r.lua --seed")
    assert.equal("option '--json' does not take arguments", refused "r.lua --json=3")
    assert.equal("missing argument 'recipe'; expected 'ganas-lua RECIPE'", refused "--quiet")
    assert.equal("missing argument 'file'; expected 'ganas-lua check FILE'", refused "check")
    assert.equal("too many arguments", refused "list x")
    assert.equal("'x' is no argument; expected name=value", refused "r.lua x")
    assert.equal("option '--threads' is '0'; expected a whole number from 1 to 64",
      refused "r.lua --threads 0")
    assert.equal("option '--threads' is 'x'; expected a whole number from 1 to 64",
      refused "r.lua --threads x")
    assert.equal("option '--out' is ''; expected a folder", (function()
      local ok, err = pcall(options.read, { "r.lua", "--out", "" })
      return not ok and err.text
    end)())
  end)
end)

-- The program that runs this spec; nil where that is plain luajit.
local PROGRAM = package.loaded["ganas.host"] and uv.exepath()

local RECIPE = [[
local space = require "ganas.space"
print "loading"
return {
  about = "x", args = { queries = 30 },
  space = { name = "toy", ops = { "a", "b", "c" }, grow = space.chain(4) },
  evaluate = function(arch) return arch:count "a" end,
  done = function(run) print("done", #run:best(2), run:best(1)[1].score) end,
}
]]

describe("the program", function()
  if not PROGRAM then return pending "needs the host" end
  local dir
  local folder = os.getenv "GANAS_LUA_DIR"
  local lua = folder and folder ~= "" and "GANAS_LUA_DIR=" .. folder .. " " or ""

  before_each(function()
    dir = assert(uv.fs_mkdtemp "/tmp/ganas-cli-XXXXXX")
    fs.write_atomic(dir .. "/r.lua", RECIPE)
  end)
  after_each(function() os.execute("rm -r '" .. dir .. "'") end)

  -- Exit code, stdout, stderr of a command line in a folder of its own.
  local function run(line, before)
    local command = ("cd %s && %s %s%s %s >out 2>err; echo $? >code"):format(dir, before or "", lua, PROGRAM,
      line)
    os.execute(command)
    local err = fs.read(dir .. "/err"):gsub("ganas%-lua: Lua modules come from [^\n]*\n", "")
    err = err:gsub("iteration %d+ +%d+/%d+ queries  [^\n]*\n", "") -- where 30 candidates take a second
    return tonumber(fs.read(dir .. "/code")), fs.read(dir .. "/out"), err
  end

  -- Exit code and stderr alone.
  local function complain(line)
    local code, _, err = run(line)
    return code, err
  end

  it("shows help and versions on stdout", function()
    local code, out, err = run ""
    assert.same({ 0, "" }, { code, err })
    assert.truthy(out:find "^usage: ganas%-lua RECIPE")
    code, out = run "--help"
    assert.equal(0, code)
    for _, word in ipairs { "--seed", "--threads", "--data", "--out", "--json", "--quiet", "check",
      "list" } do
      assert.truthy(out:find(word, 1, true), word)
    end
    code, out = run "--version"
    assert.equal(0, code)
    assert.truthy(out:find "^ganas%-lua %d+%.%d+%.%d+ ")
  end)

  it("runs a recipe and leaves a run behind", function()
    local code, out, err = run "r.lua --seed 4"
    assert.same({ 0, "" }, { code, err })
    assert.truthy(out:find "^loading\nr: 30 candidates evaluated")
    assert.truthy(out:find "\n1  score 4  a|a|a|a\n")
    assert.truthy(out:find "the run is in runs/r%-4%-1\ndone\t2\t4\n$")
    assert.same({ "journal.jsonl", "recipe.lua", "report.html", "result.json", "trajectory.csv" },
      fs.list(dir .. "/runs/r-4-1"))
    assert.equal(30, select(2, fs.read(dir .. "/runs/r-4-1/journal.jsonl"):gsub('\n{"event":"result"', "")))
    assert.equal(RECIPE, fs.read(dir .. "/runs/r-4-1/recipe.lua"))
  end)

  it("prints one JSON object and nothing else with --json", function()
    local code, out, err = run "r.lua --json --out o"
    assert.equal(0, code)
    assert.truthy(out:find '^{"recipe":"r","space":"toy","seed":1,"preset":"best",')
    assert.equal(1, select(2, out:gsub("\n", "")))
    assert.equal("loading\ndone\t2\t4\n", err)
    assert.equal(out, fs.read(dir .. "/o/result.json"))
    code, out, err = run "r.lua --json --out o"
    assert.same({ 1, "" }, { code, out })
    assert.truthy(err:find("ganas%-lua: 'o' already holds a run; expected an empty folder or a new name "
      .. "after %-%-out, or 'ganas%-lua resume o' to go on with it\n$"))
  end)

  it("gives the same bytes for the same seed, with any number of threads", function()
    local function trajectory(line)
      local _, out = run("r.lua --quiet --json " .. line)
      return out:match '"trajectory":(%b[])'
    end
    local first = trajectory "--threads 1"
    assert.equal(first, trajectory "--threads 1")
    assert.equal(first, trajectory "--threads 2")
    assert.are_not.equal(first, trajectory "seed=2")
  end)

  it("tells mistakes by their exit codes", function()
    local code, out, err = run "nosuch"
    assert.same({ 2, "" }, { code, out })
    assert.truthy(err:find("^ganas%-lua: no recipe 'nosuch'; looked in ./recipes, .*, built in\n"
      .. "try 'ganas%-lua %-%-help'\n$"))
    code, err = complain "demmo"
    assert.equal(2, code)
    assert.truthy(err:find "^ganas%-lua: no recipe 'demmo'; did you mean 'demo'%? looked in ")
    code, err = complain "recipes/demo.lua"
    assert.same({ 1, "ganas-lua: no file 'recipes/demo.lua'; did you mean the built-in 'demo'? "
      .. "looked in .\n" }, { code, err })
    code, err = complain "r.lua quieres=3"
    assert.same({ 2,
      "ganas-lua: unknown argument 'quieres'; did you mean 'queries'?\ntry 'ganas-lua --help'\n" },
      { code, err })
    fs.write_atomic(dir .. "/r.lua", "return { about = 'x',\n spaec = 1 }")
    code, err = complain "r.lua"
    assert.same({ 1, "r.lua:2: unknown field 'spaec'; did you mean 'space'?\n" }, { code, err })
  end)

  it("tells mistakes in hooks by their lines, and keeps the result", function()
    fs.write_atomic(dir .. "/r.lua",
      (RECIPE:gsub("print%(\"done\".-%)%s*end", "local x = run.nothing.x end")))
    local code, err = complain "r.lua --out o"
    assert.same({ 1, "r.lua:7: attempt to index field 'nothing' (a nil value)\n" }, { code, err })
    assert.is_true(fs.exists(dir .. "/o/result.json"))
    fs.write_atomic(dir .. "/r.lua",
      (RECIPE:gsub("done = ", "search = { stop = function(run) return run.x.y end },\ndone = ")))
    code, err = complain "r.lua --out p"
    assert.same({ 1, "r.lua:7: attempt to index field 'x' (a nil value)\n" }, { code, err })
    assert.is_false(fs.exists(dir .. "/p/result.json"))
  end)

  it("ends in order on an interrupt, with the journal intact", function()
    fs.write_atomic(dir .. "/r.lua",
      (RECIPE:gsub("queries = 30", "queries = 80"):gsub("return arch:count \"a\"",
      "if not sent then sent = true require('luv').kill(require('luv').getpid(), 'sigint') end return 1")))
    local code, out, err = run "r.lua --out o --json"
    assert.equal(130, code)
    assert.truthy(out:find '"reason":"interrupted"')
    assert.truthy(err:find("ganas%-lua: interrupted after 0 of 80 queries and 1 result of the next set; "
      .. "'ganas%-lua resume o' goes on\n$"))
    assert.equal(1, select(2, fs.read(dir .. "/o/journal.jsonl"):gsub('\n{"event":"result"', "")))
    assert.is_false(fs.exists(dir .. "/o/result.json"))
  end)

  it("tells a fault of ours from a mistake", function()
    local code, err = complain "r.lua a=1 seed=2 --out /dev/null/x"
    assert.equal(2, code)
    assert.truthy(err:find "unknown argument 'a'")
    fs.write_atomic(dir .. "/r.lua", "require('ganas.message').names(nil)")
    code, err = complain "r.lua"
    assert.equal(1, code)
    assert.truthy(err:find "^r.lua:1: 'names' can't do this: ")
    fs.write_atomic(dir .. "/r.lua", "require('ganas.search').start = nil " .. RECIPE)
    code, err = complain "r.lua"
    assert.equal(3, code)
    assert.truthy(err:find "^ganas%-lua: a fault of ours, not of your files; please report it: ")
    assert.truthy(err:find "stack traceback:\n")
  end)

  it("checks recipes and spaces", function()
    local code, out, err = run "check r.lua"
    assert.same({ 0, "" }, { code, err })
    for _, line in ipairs { "recipe +r: x", "size +81 candidates", "round trip +the sample reads back",
      "its score +score %d",
      "search +method ganas, preset best", "arguments +preset=best queries=30 seed=1" } do
      assert.truthy(out:find(line), line)
    end
    assert.truthy(out:find("\nin short +it will evaluate at most 30 of the 81 candidates of [^,]*, by a Lua "
      .. "function at r.lua:%d+; a higher score is better\nin short +"))
    assert.truthy(out:find("\nin short +10 random ones come first, then 5 at a time, chosen by what was"))
    assert.truthy(out:find("\nin short +it ends after 30 queries; the run is kept in runs/r%-1%-N"))
    assert.is_false(fs.exists(dir .. "/runs"))
    fs.write_atomic(dir .. "/s.lua", [[
      return { ops = { "a", "b" }, grow = require("ganas.space").chain(3),
        expect = { size = 9, example = "a|c|b" } }]])
    code, out, err = run "check s.lua"
    assert.equal(1, code)
    assert.truthy(out:find "expect +not held: size and example\n")
    assert.truthy(err:find("^s.lua:2: expect.size is 9, but there are 8 candidates\n"
      .. "s.lua:2: expect.example 'a|c|b' "))
    fs.write_atomic(dir .. "/s.lua", [[
      local space = require "ganas.space"
      return { ops = { "a", "b", "c", "d" }, grow = space.chain { { "a", "c" }, { "c" } } }]])
    code, out = run "check s.lua"
    assert.equal(0, code)
    assert.truthy(out:find "\nunused +no step can be 'b' or 'd'\n")
    code, err = complain "check s.lua a=1"
    assert.same({ 2,
      "ganas-lua: argument 'a' for a space; expected it with a recipe\ntry 'ganas-lua --help'\n" },
      { code, err })
    code, err = complain "check nasbench20"
    assert.same({ 2, "ganas-lua: no recipe or space 'nasbench20'; did you mean 'nasbench201'?\n"
      .. "try 'ganas-lua --help'\n" }, { code, err })
    assert.equal(0, (run "check nasbench201"))
  end)

  it("lists what there is, files on disk first", function()
    fs.mkdir(dir .. "/recipes")
    fs.write_atomic(dir .. "/recipes/demo.lua", "return { about = 'mine' }")
    fs.write_atomic(dir .. "/recipes/broken.lua", "return {")
    local code, out = run "list"
    assert.equal(0, code)
    assert.truthy(out:find "\n  demo +mine %(recipes/demo.lua%)\n")
    assert.truthy(out:find "\n  broken +recipes/broken.lua:1: ")
    assert.truthy(out:find "\nspaces\n.*  nasbench201 +cell of 4 states")
    local _, _, err = run "demo"
    assert.truthy(err:find "^recipes/demo.lua:1: field 'evaluate' is missing")
  end)

  it("runs scripts", function()
    fs.write_atomic(dir .. "/x.lua", "print(#arg, arg[0], arg[1], ...) assert(require 'ganas.message')")
    assert.same({ 0, "2\tx.lua\t--help\t--help\tb\n", "" }, { run "lua x.lua --help b" })
    fs.write_atomic(dir .. "/x.lua", "os.exit(7, true)")
    assert.equal(7, (run "lua x.lua"))
    fs.write_atomic(dir .. "/x.lua", "error 'broken'")
    local code, err = complain "lua x.lua"
    assert.equal(1, code)
    assert.truthy(err:find "^ganas%-lua: x.lua:1: broken\nstack traceback:")
    code, err = complain "lua"
    assert.same({ 2,
      "ganas-lua: no script; expected 'ganas-lua lua FILE [ARG ...]'\ntry 'ganas-lua --help'\n" },
      { code, err })
    code, err = complain "lua nowhere.lua"
    assert.same({ 1, "ganas-lua: cannot open nowhere.lua: No such file or directory\n" }, { code, err })
  end)
end)
