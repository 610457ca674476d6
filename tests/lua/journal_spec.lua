-- journal - the run directory: its name, its files, and that a run is never written over.

local fs = require "ganas.fs"
local journal = require "ganas.journal"
local message = require "ganas.message"
local uv = require "luv"

local function refused(fn, ...)
  local ok, err = pcall(fn, ...)
  assert.is_false(ok)
  assert(message.is_user(err), tostring(err))
  return err.text
end

describe("a run directory", function()
  local dir, before

  before_each(function()
    before, dir = uv.cwd(), assert(uv.fs_mkdtemp "/tmp/ganas-journal-XXXXXX")
    uv.chdir(dir)
  end)

  after_each(function()
    uv.chdir(before)
    os.execute("rm -r '" .. dir .. "'")
  end)

  local function plan(out) return { name = "demo", seed = 3, source = "return {}\n", out = out } end

  it("has the first free number, for its owner", function()
    for n = 1, 3 do
      local log = journal.open(plan())
      assert.equal("runs/demo-3-" .. n, log.dir)
      assert.equal(tonumber("700", 8), uv.fs_stat(log.dir).mode % 512)
      log:close()
    end
    os.execute "rm -r runs/demo-3-2"
    assert.equal("runs/demo-3-2", journal.open(plan()).dir)
  end)

  it("has a large seed in full", function()
    local big = plan()
    big.seed = 2 ^ 53
    assert.equal("runs/demo-9007199254740992-1", journal.open(big).dir)
  end)

  it("is the one that was asked for", function()
    fs.mkdir "made/already"
    fs.write_atomic("made/already/notes.txt", "mine")
    assert.equal("made/already", journal.open(plan "made/already").dir)
    assert.equal("new/one", journal.open(plan "new/one").dir)
    assert.same({ "journal.jsonl", "recipe.lua" }, fs.list "new/one")
  end)

  it("is never one with a run in it", function()
    journal.open(plan "x"):close()
    assert.equal("'x' already holds a run; expected an empty folder or a new name after --out",
      refused(journal.open, plan "x"))
    fs.mkdir "y"
    fs.write_atomic("y/result.json", "{}")
    assert.equal("'y' already holds a run; expected an empty folder or a new name after --out",
      refused(journal.open, plan "y"))
    fs.write_atomic("z", "")
    assert.equal("can't make the folder 'z': a file has that name", refused(journal.open, plan "z"))
  end)

  it("holds the recipe, a line an evaluation, and the result", function()
    local log = journal.open(plan "x")
    log:add { { query = 1, arch = "a|b", score = 0.1 + 0.2, report = 91.607 } }
    assert.equal('{"query":1,"arch":"a|b","score":0.30000000000000004,"report":91.607}\n',
      fs.read "x/journal.jsonl")
    log:add {
      { query = 2, arch = 'a"', error = "broken\nhere" },
      { query = 3, arch = "c", score = 1, metrics = { b = 2, a = 1 } },
    }
    log:finish '{"x":1}'
    log:close()
    assert.equal('{"query":1,"arch":"a|b","score":0.30000000000000004,"report":91.607}\n'
      .. '{"query":2,"arch":"a\\"","score":null,"report":null,"error":"broken\\nhere"}\n'
      .. '{"query":3,"arch":"c","score":1,"report":null,"metrics":{"a":1,"b":2}}\n',
        fs.read "x/journal.jsonl")
    assert.equal("return {}\n", fs.read "x/recipe.lua")
    assert.equal('{"x":1}\n', fs.read "x/result.json")
    assert.same({ "journal.jsonl", "recipe.lua", "result.json" }, fs.list "x")
  end)

  it("that can't be made says why", function()
    if uv.getuid() == 0 then
      assert.equal("can't make the folder '/proc/x': no such file or directory",
        refused(journal.open, plan "/proc/x"))
    else
      assert.equal("can't make the folder '/x': permission denied", refused(journal.open, plan "/x"))
    end
  end)
end)
