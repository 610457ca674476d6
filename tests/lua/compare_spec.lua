-- compare - whole comparisons, in processes of their own.

local compare = require "ganas.compare"
local fs = require "ganas.fs"
local message = require "ganas.message"
local options = require "ganas.options"
local uv = require "luv"

local host = { interrupted = function() return 0 end }

local function run(line)
  local words = {}
  for word in line:gmatch "%S+" do words[#words + 1] = word end
  local given = options.read(words)
  given.threads = given.threads or 1
  return compare.run(given, host)
end

local function refused(line)
  local ok, err = pcall(run, "compare demo " .. line)
  assert.is_false(ok)
  assert(message.is_user(err), tostring(err))
  return err.text
end

describe("a comparison", function()
  it("is the same in any number of processes", function()
    local line = "compare demo methods=evolution,local seeds=3..5 budgets=20,60 --quiet --json --threads "
    local one = run(line .. 1)[1]:gsub('"seconds".*', "")
    local three = run(line .. 3)[1]:gsub('"seconds".*', "")
    assert.equal(one, three)
    assert.matches('"rows":%[{"method":"evolution","budget":20,"mean":%d', one)
  end)

  it("is a table for people", function()
    local lines = run "compare demo methods=local,random seeds=1,2 budgets=30 --quiet"
    assert.equal("demo: 2 seeds (1..2), searched on score, reported score", lines[1])
    assert.matches("^after 30 queries +mean +sd +median +best +p$", lines[3])
    assert.matches("^local +%d+%.%d%d%d ", lines[4])
    assert.matches("paired by seed, against local$", lines[#lines])
  end)

  it("is a page with --html", function()
    if not package.loaded["ganas.host"] then return pending "needs the host: it has the files of a page" end
    local before, dir = uv.cwd(), assert(uv.fs_mkdtemp "/tmp/ganas-compare-XXXXXX")
    uv.chdir(dir)
    local ok, lines = pcall(run, "compare demo methods=local,random seeds=1,2 budgets=20,30 --quiet --html")
    local text = fs.read "demo-compare.html"
    uv.chdir(before)
    os.execute("rm -r " .. dir)
    assert(ok, tostring(lines))
    assert.truthy(text:find("<h2>After 30 queries</h2>", 1, true))
    assert.truthy(text:find('"label":"random, a deviation to each side"', 1, true))
  end)

  it("refuses what it can't do", function()
    assert.equal("unknown method 'evolutoin'; did you mean 'evolution'?", refused "methods=evolutoin")
    assert.equal("method 'random' is named twice", refused "methods=random,local,random")
    assert.equal("argument 'seeds' is '5..3'; expected numbers such as 100..119 or 3,5,8",
      refused "seeds=5..3")
    assert.equal("argument 'seeds' is '1,1'; expected numbers such as 100..119 or 3,5,8", refused "seeds=1,1")
    assert.equal("argument 'budgets' is '50,20'; expected numbers of queries that rise, such as 50,100,150",
      refused "budgets=50,20")
    assert.equal("argument 'seed' has no place in a comparison; expected seeds=", refused "seed=3")
    assert.equal("argument 'queries' has no place in a comparison; expected budgets=", refused "queries=3")
    assert.matches("^argument 'share' is 'x'; expected nothing", refused "share=x")
    assert.matches("^unknown argument 'sedes'; expected 'budget', 'cost', 'method', ", refused "sedes=1")
  end)
end)
