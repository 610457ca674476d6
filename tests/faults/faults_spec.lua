-- A disk that is full, fails or takes little at a time; no more processes, few files, a clock that jumps.

local fs = require "ganas.fs"
local program = require "tests.lua.program"

local SHIM = os.getenv "GANAS_SHIM_LIBRARY"

describe("a system that fails #host", function()
  if not program.path or not SHIM then return end

  local folder

  before_each(function()
    folder = program.folder { ["r.lua"] = program.letters(12, "function(a) return a:count 'a' end") }
  end)
  after_each(function() folder:remove() end)

  local function run(line, fault, file)
    local before = "LD_PRELOAD=%s GANAS_SHIM=%s GANAS_SHIM_FILE=%s"
    return folder:run(line .. " --quiet", before:format(SHIM, fault, file or "journal.jsonl"))
  end

  -- What a run says that nothing disturbs.
  local function undisturbed()
    assert.equal(0, (folder:run "r.lua --quiet --out whole"))
    return folder:events("whole", "result")
  end

  describe("in the journal", function()
    it("changes nothing where writes are short or interrupted", function()
      local whole = undisturbed()
      for _, fault in ipairs { "short", "eintr" } do
        local code, _, err = run("r.lua --out " .. fault, fault)
        assert.equal("", err)
        assert.equal(0, code)
        assert.same(whole, folder:events(fault, "result"))
      end
    end)

    local FAULTS = {
      { "enospc=4", "no space left on device" }, { "eio=5", "i/o error" }, { "fsync=2", "i/o error" },
    }
    for _, case in ipairs(FAULTS) do
      local fault, why = case[1], case[2]
      it("ends a run that can be resumed: " .. fault, function()
        local whole = undisturbed()
        local code, _, err = run("r.lua --out run", fault)
        assert.equal(1, code)
        assert.equal(("ganas-lua: can't write 'run/journal.jsonl': %s; what came before it is kept: once "
          .. "that is mended, 'ganas-lua resume run' goes on\n"):format(why), err)
        assert.is_false(fs.exists(fs.join(folder.path, "run/result.json")))
        assert.equal("\n", folder:read "run/journal.jsonl":sub(-1))
        assert.equal(0, (folder:run "resume run --quiet"))
        assert.same(whole, folder:events("run", "result"))
      end)
    end

    it("leaves no result by halves", function()
      for _, fault in ipairs { "eio=1", "enospc=1", "fsync=1" } do
        local out = fault:gsub("=", "")
        local code, _, err = run("r.lua --out " .. out, fault, "result.json")
        assert.equal(1, code)
        assert.is_truthy(err:find("can't write '" .. out .. "/result.json'", 1, true))
        for _, name in ipairs(fs.list(fs.join(folder.path, out))) do assert.is_nil(name:find "^result") end
      end
    end)
  end)

  it("gives the same where the time of day jumps", function()
    local whole = undisturbed()
    local code, _, err = run("r.lua --out jumps seconds=600", "clock")
    assert.equal("", err)
    assert.equal(0, code)
    assert.same(whole, folder:events("jumps", "result"))
  end)

  describe("without processes", function()
    local COMMAND = [[{ "command", "sh", "-c", "echo score=1", score = "score", retries = 0 }]]

    it("says why nothing could be started", function()
      folder:write("c.lua", program.letters(2, COMMAND))
      local code, _, err = run("c.lua --out none", "fork=1")
      assert.equal(1, code)
      assert.is_truthy(err:find("resource temporarily unavailable", 1, true), err)
    end)
  end)

  it("needs few files: 24 are enough for a search", function()
    local code, _, err = folder:run("r.lua --quiet", "ulimit -n 24;")
    assert.equal("", err)
    assert.equal(0, code)
  end)

  it("works with fewer processes where there are too few files for all", function()
    folder:write("c.lua", program.letters(40, [[{ "command", "sh", "-c", "sleep 0.1; echo score=1",
      score = "score", workers = 32, retries = 0 }]]))
    local code, _, err = folder:run("c.lua --quiet --out few", "ulimit -n 40;")
    assert.equal("", err)
    assert.equal(0, code)
    for _, line in ipairs(folder:events("few", "result")) do
      assert.is_truthy(line:find('"state":"done"', 1, true), line)
    end
  end)
end)
