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
      local log = journal.create(plan())
      assert.equal("runs/demo-3-" .. n, log.dir)
      assert.equal(tonumber("700", 8), uv.fs_stat(log.dir).mode % 512)
      log:close()
    end
    os.execute "rm -r runs/demo-3-2"
    local log = journal.create(plan())
    assert.equal("runs/demo-3-2", log.dir)
    log:close()
  end)

  it("says of a full disk how the run goes on", function()
    local log = journal.create(plan "full")
    log.file:close()
    log.file = fs.append "/dev/full"
    assert.equal("can't write '/dev/full': no space left on device; what came before it is kept: "
      .. "once that is mended, 'ganas-lua resume full' goes on", refused(log.write, log, "run", {}))
    log:close()
  end)

  it("has a large seed in full", function()
    local big = plan()
    big.seed = 2 ^ 53
    local log = journal.create(big)
    assert.equal("runs/demo-9007199254740992-1", log.dir)
    log:close()
  end)

  it("is the one that was asked for", function()
    fs.mkdir "made/already"
    fs.write_atomic("made/already/notes.txt", "mine")
    for _, name in ipairs { "made/already", "new/one" } do
      local log = journal.create(plan(name))
      assert.equal(name, log.dir)
      log:close()
    end
    assert.same({ "journal.jsonl", "recipe.lua" }, fs.list "new/one")
  end)

  it("is never one with a run in it", function()
    journal.create(plan "x"):close()
    assert.equal("'x' already holds a run; expected an empty folder or a new name after --out, "
      .. "or 'ganas-lua resume x' to go on with it", refused(journal.create, plan "x"))
    fs.mkdir "y"
    fs.write_atomic("y/result.json", "{}")
    assert.matches("^'y' already holds a run; ", refused(journal.create, plan "y"))
    fs.write_atomic("z", "")
    assert.equal("can't make the folder 'z': a file has that name", refused(journal.create, plan "z"))
  end)

  it("whose first line never reached the disk is nobody's", function()
    for _, text in ipairs { "", '{"event":"run","seed' } do
      fs.mkdir "blank"
      fs.write_atomic("blank/journal.jsonl", text)
      assert.equal("blank/journal.jsonl: this run ended before the first line of its journal was on the "
        .. "disk; start it again, with --out blank", refused(journal.read, "blank"))
      assert.matches("^blank/journal.jsonl: this run ended before", refused(journal.origin, "blank"))
      assert.same({ "journal.jsonl" }, fs.list "blank")
      journal.create(plan "blank", { { "seed", 3 } }):close()
      assert.equal(1, #journal.read "blank")
      os.execute "rm -r blank"
    end
    os.execute "mkdir -p blank/journal.jsonl"
    assert.equal("'blank' is no run: can't read 'blank/journal.jsonl': it is a folder", refused(journal.read,
      "blank"))
    assert.matches("^'blank' already holds a run; ", refused(journal.create, plan "blank"))
  end)

  it("holds the recipe, a line an event, and the result", function()
    local log = journal.create(plan "x", { { "seed", 3 } })
    log:write("result", journal.result_fields(1, "a|b", { score = 0.1 + 0.2, report = 91.607 }))
    log:write("result", journal.result_fields(2, 'a"', { error = "broken\nhere", state = "lost" }))
    log:write("result", journal.result_fields(3, "c", { score = 1, metrics = { b = 2, a = 1 }, cost = 5 }))
    log:sync()
    log:finish '{"x":1}'
    log:close()
    local text = fs.read("x/journal.jsonl")
    assert.equal('{"event":"run","seed":3}\n'
      .. '{"event":"result","id":1,"arch":"a|b","state":"done","score":0.30000000000000004,"report":91.607}\n'
      .. '{"event":"result","id":2,"arch":"a\\"","state":"lost","error":"broken\\nhere"}\n'
      .. '{"event":"result","id":3,"arch":"c","state":"done","score":1,"metrics":{"a":1,"b":2},"cost":5}\n',
        (text:gsub(',"sum":"%x%x%x%x%x%x%x%x"', "")))
    assert.equal("return {}\n", fs.read "x/recipe.lua")
    assert.equal('{"x":1}\n', fs.read "x/result.json")
    assert.same({ "journal.jsonl", "recipe.lua", "result.json" }, fs.list "x")
  end)

  it("is read as it was written", function()
    local log = journal.create(plan "x")
    log:write("result", journal.result_fields(1, "a|b", { score = 0.1 + 0.2, metrics = { a = 1e-300 } }))
    log:close()
    local events = journal.read "x"
    assert.equal(2, #events)
    assert.same({ event = "result", id = 1, arch = "a|b", state = "done", score = 0.1 + 0.2,
      metrics = { a = 1e-300 }, sum = nil }, events[2])
  end)

  it("that is damaged is known by any changed byte but in its last line", function()
    local log = journal.create(plan "x")
    for id = 1, 3 do log:write("result", journal.result_fields(id, "a", { score = id })) end
    log:close()
    local text = fs.read "x/journal.jsonl"
    local last = text:find('{"event":"result","id":3', 1, true)
    for at = 1, #text do
      local byte = text:sub(at, at) == "0" and "1" or "0"
      fs.write_atomic("x/journal.jsonl", text:sub(1, at - 1) .. byte .. text:sub(at + 1))
      if at < last - 1 then
        assert.truthy(refused(journal.read, "x"))
      elseif at >= last then
        assert.equal(3, #journal.read "x")
      end
    end
  end)

  it("is noticed when it was removed or replaced", function()
    local log = journal.create(plan "x")
    log:write("step", {})
    log:sync()
    os.execute "rm -r x"
    log:write("step", {})
    assert.equal("x/journal.jsonl is no longer there: somebody removed or replaced it while the search ran",
      refused(log.sync, log))
    fs.mkdir "x"
    fs.write_atomic("x/journal.jsonl", "")
    assert.matches("somebody removed or replaced it", refused(log.sync, log))
  end)

  it("that can't be made says why", function()
    if uv.getuid() == 0 then
      assert.equal("can't make the folder '/proc/x': no such file or directory",
        refused(journal.create, plan "/proc/x"))
    else
      assert.equal("can't make the folder '/x': permission denied", refused(journal.create, plan "/x"))
    end
  end)
end)
