-- new - files to start from: they run as they are, overwrite nothing, and have names that Lua can require.

local fs = require "ganas.fs"
local new = require "ganas.new"
local uv = require "luv"

-- The program that runs this spec; nil where that is plain luajit.
local PROGRAM = package.loaded["ganas.host"] and uv.exepath()

describe("a new file", function()
  if not PROGRAM then return pending "needs the host" end
  local dir
  before_each(function() dir = assert(uv.fs_mkdtemp "/tmp/ganas-new-XXXXXX") end)
  after_each(function() os.execute("rm -r '" .. dir .. "'") end)

  -- Exit code and all that a command line in the folder says.
  local function run(line)
    os.execute(("cd %s && %s %s >said 2>&1; echo $? >code"):format(dir, PROGRAM, line))
    return tonumber(fs.read(dir .. "/code")), fs.read(dir .. "/said")
  end

  local function make(kind, name)
    local code, said = run(("new %s %s"):format(kind, name))
    assert.equal(0, code)
    assert.truthy(said:find(name .. ".lua: an? " .. kind .. " to start from; now: "))
    local text = fs.read(("%s/%s.lua"):format(dir, name))
    assert.equal(new.text(kind, name, ".lua"), text)
    assert.truthy(text:find("^%-%- " .. name .. " %- "))
    assert.is_nil(text:find "NAME%.lua")
  end

  it("is a space that holds what it expects", function()
    make("space", "mine")
    local code, said = run "check mine.lua"
    assert.equal(0, code)
    for _, line in ipairs { "space +mine: a chain of six", "size +15625 candidates",
      "measure macs_M +[%d.]+ to [%d.]+; a bound is held while sampling",
      "expect +held: size and example" } do
      assert.truthy(said:find(line), line)
    end
  end)

  it("is a recipe that runs", function()
    make("recipe", "first")
    local code, said = run "first.lua budget=40 queries=60 --quiet"
    assert.equal(0, code)
    assert.truthy(said:find "^first: 60 candidates evaluated")
    assert.truthy(said:find "\n1: score [%d.]+ at a cost of %d+  ")
    assert.equal(0, (run "check first.lua"))
  end)

  it("is an evaluator that a recipe takes, with a space beside it", function()
    make("evaluator", "scorer")
    make("space", "blocks")
    fs.write_atomic(dir .. "/r.lua", [[return { about = "x", args = { queries = 30 }, space = "blocks.lua",
      evaluate = require "scorer" }]])
    local code, said = run "r.lua --quiet"
    assert.equal(0, code)
    assert.truthy(said:find "\n1  score [%d.]+  report 60  ")
    assert.equal(0, (run "r.lua score=operations report=score --quiet"))
  end)

  it("is a worker in Python that a recipe takes", function()
    local code, said = run "new evaluator trainer.py"
    assert.same({ 0, 'trainer.py: an evaluator to start from; now: evaluate = { "worker", "python3", '
      .. '"trainer.py", workers = 2 } in a recipe beside it\n' }, { code, said })
    assert.is_nil(fs.read(dir .. "/trainer.py"):find "NAME")
    make("space", "blocks")
    fs.write_atomic(dir .. "/r.lua", [[return { about = "x", args = { queries = 30 }, space = "blocks.lua",
      evaluate = { "worker", "python3", "trainer.py", workers = 2, report = "operations" } }]])
    code, said = run "r.lua --quiet"
    assert.equal(0, code)
    assert.truthy(said:find "^r: 30 candidates evaluated")
    assert.truthy(said:find "\n1  score 12.25  operations 6  ")
  end)

  it("in Python answers what it can't evaluate", function()
    run "new evaluator t.py"
    local graph = '"arch":"","seed":1,"graph":{"edges":%s,"ops":%s}'
    local lines = { '{"id":1,' .. graph:format("[]", '["input"]') .. "}",
      '{"id":2,' .. graph:format("[[0,1]]", "[1]") .. "}",
      '{"id":3,"budget":2,' .. graph:format("[[0,1]]", '["input","conv3"]') .. "}" }
    os.execute(("cd %s && printf '%%s\\n' '%s' | python3 t.py >said 2>err"):format(dir,
      table.concat(lines, "' '")))
    assert.equal('{"hello": 1, "protocol": "ganas-eval/1"}\n'
      .. '{"status": "infeasible", "error": "nothing reads the input", "id": 1}\n'
      .. '{"status": "error", "error": "t.py:43: TypeError: object of type \'int\' has no len()", "id": 2}\n'
      .. '{"status": "ok", "value": 5.0, "metrics": {"operations": 1, "links": 1}, "id": 3}\n',
      fs.read(dir .. "/said"))
    assert.truthy(fs.read(dir .. "/err"):find "^Traceback")
  end)

  it("takes its name with the ending too", function()
    local code, said = run "new space mine.lua"
    assert.equal(0, code)
    assert.truthy(said:find "^mine.lua: a space")
  end)

  it("overwrites nothing", function()
    make("space", "mine")
    local text = fs.read(dir .. "/mine.lua")
    local code, said = run "new recipe mine"
    assert.equal(1, code)
    assert.equal("ganas-lua: 'mine.lua' is there already; expected a name without a file\n", said)
    assert.equal(text, fs.read(dir .. "/mine.lua"))
    assert.same({ "code", "mine.lua", "said" }, fs.list(dir))
  end)
end)
