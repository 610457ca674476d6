-- sandbox: what a stranger's recipe can't do.

local fs = require "ganas.fs"
local program = require "tests.lua.program"
local uv = require "luv"

local function text(path) return assert(fs.read(path)) end

local SANITIZER = os.getenv "GANAS_SANITIZE" or ""
-- It hands a signal over where the program calls something; a loop may call nothing.
local HOLDS_SIGNALS = SANITIZER == "thread" and "the thread sanitizer holds the signal back"

describe("sandbox #host", function()
  if not program.path then return end

  local folder

  before_each(function() folder = program.folder {} end)
  after_each(function() folder:remove() end)

  local function sandboxed(recipe, seconds)
    folder:write("r.lua", recipe)
    return folder:run("r.lua --sandbox --quiet", "GANAS_SANDBOX_SECONDS=" .. (seconds or 0.3))
  end

  -- A recipe with one part that is a stranger's.
  local function with(part)
    local recipe = program.letters(2, "function(a) return 1 end")
    return (recipe:gsub("about =", function() return part .. " about =" end))
  end

  local function evaluated(by) return program.letters(2, by) end

  describe("escapes", function()
    local function attempts(options)
      local compiled = string.dump(function() return 42 end)
      folder:write("compiled.lua", compiled)
      folder:write("hidden.lua", "#!/usr/bin/lua\n" .. compiled)
      folder:write("r.lua", text "tests/lua/sandbox/escapes.lua")
      return folder:run("r.lua --quiet " .. options)
    end

    it("all fail", function()
      local code, out, err = attempts "--sandbox"
      assert.are.equal("", (err:gsub("[^\n]*dropped[^\n]*\n", "")))
      assert.are.equal(0, code)
      assert.is_nil(out:match "ESCAPED [^\n]*")
      local tried, escaped = out:match "(%d+) attempts, (%d+) escaped"
      assert.is_true(tonumber(tried) >= 80)
      assert.are.equal("0", escaped)
    end)

    it("are real ones: without --sandbox most succeed", function()
      local code, out = attempts ""
      assert.are.equal(0, code)
      assert.is_true(tonumber(out:match ", (%d+) escaped") >= 50)
    end)
  end)

  describe("time", function()
    local STILL = "this still ran after 0.3 s of processor time; --sandbox allows no more to load a file"

    it("ends a loop, at its line", function()
      if HOLDS_SIGNALS then return pending(HOLDS_SIGNALS) end
      local code, _, err = sandboxed "local x = 0\nwhile true do x = x + 1 end"
      assert.are.equal(1, code)
      assert.is_truthy(err:find("r.lua:2: " .. STILL, 1, true))
    end)

    it("ends a recipe that catches that, and one in a pattern", function()
      if HOLDS_SIGNALS then return pending(HOLDS_SIGNALS) end
      for _, recipe in ipairs { "while true do pcall(function() while true do end end) end",
        'return ("a"):rep(30):find(("a-"):rep(30) .. "b")' } do
        local before = uv.hrtime()
        local code, _, err = sandboxed(recipe)
        assert.are.equal(1, code)
        assert.is_truthy(err:find("--sandbox ends it", 1, true))
        assert.is_true(uv.hrtime() - before < 60e9)
      end
    end)
  end)

  it("ends what wants more than 1 GiB", function()
    if SANITIZER ~= "" then return pending "the sanitizer needs more than that" end
    local code, _, err = sandboxed("local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(6e7) .. i end", 5)
    assert.are.equal(1, code)
    assert.are.equal("r.lua:1: not enough memory\n", err)
  end)

  describe("processes and files", function()
    local function refused(recipe, expected)
      local code, _, err = sandboxed(recipe)
      assert.are.equal(1, code)
      assert.is_truthy(err:find(expected, 1, true), err)
      assert.is_false(fs.exists(fs.join(folder.path, "made")))
    end

    it("start nothing and load no library", function()
      refused(evaluated '{ "command", "touch", "made" }', "'command' starts processes; --sandbox")
      refused(evaluated '{ "worker", "touch", "made" }', "'worker' starts processes; --sandbox")
      refused(evaluated '{ "slurm", "touch", "made" }', "'slurm' starts processes; --sandbox")
      refused(evaluated '{ "xgboost", model = "x.json" }', "'xgboost' loads another library; --sandbox")
      local both = evaluated '{ "first", { "command", "touch", "made" }, { "ask" } }'
      refused(both, "'command' starts processes")
    end)

    it("are refused by the system, whoever asks", function()
      folder:write("ask.lua", 'require("ganas.sandbox").start(require "ganas.host")\n'
        .. 'local bound = require("luv").new_tcp():bind("127.0.0.1", 0)\n'
        .. 'print(os.execute "true" == 0, (io.popen "true"), bound)')
      local code, out = folder:run "lua ask.lua"
      assert.are.equal(0, code)
      assert.is_truthy(out:find "^false\tnil\tnil")
    end)

    it("read nothing that is elsewhere", function()
      refused(evaluated '{ "table", file = "/etc/passwd", score = "x" }', "--sandbox reads what is below")
      refused(evaluated '{ "table", file = "a/../../../etc/passwd", score = "x" }', "--sandbox reads")
      refused('return { about = "x", space = "/etc/passwd.lua", evaluate = function() end }', "is elsewhere")
      refused('return { about = "x", space = "../x.lua", evaluate = function() end }', "is elsewhere")
    end)

    it("read no images that are elsewhere", function()
      local function trained(images)
        return 'return { about = "x", space = "tinycell", evaluate = { "train", data = "' .. images .. '" } }'
      end
      refused(trained "/usr/share", "the folder of images '/usr/share' is elsewhere; --sandbox allows none")
      refused(trained "a/../..", "is elsewhere; --sandbox")
      fs.mkdir(fs.join(folder.path, "linked"))
      uv.fs_symlink("/etc/passwd", fs.join(folder.path, "linked/t10k-labels-idx1-ubyte"))
      refused(trained "linked", "the folder of images 'linked' leads elsewhere; --sandbox allows none")
    end)

    it("build networks like everybody's", function()
      local code, out, err = folder:run "check tinycell --sandbox"
      assert.are.same({ 0, "" }, { code, err })
      assert.is_truthy(out:find "tinycell")
    end)

    it("follow no link out of the folder, and open no pipe", function()
      uv.fs_symlink("/etc/passwd", fs.join(folder.path, "link.csv"))
      os.execute("mkfifo " .. folder.path .. "/pipe.csv")
      for _, name in ipairs { "link.csv", "pipe.csv" } do
        refused(evaluated('{ "table", file = "' .. name .. '", score = "x" }'),
          "'" .. name .. "' is no plain file below the folder of the recipe")
      end
    end)

    it("keep the run for its owner alone", function()
      assert.are.equal(0, (sandboxed(evaluated "function(a) return 1 end")))
      local stat = uv.fs_stat(fs.join(folder.path, "runs/r-1-1"))
      assert.are.equal(tonumber("700", 8), bit.band(stat.mode, tonumber("777", 8)))
      local loose = io.popen("find " .. folder.path .. "/runs -perm /022"):read "*a"
      assert.are.equal("", loose)
    end)
  end)

  it("clears what a recipe prints of control characters", function()
    local code, out = sandboxed(with [[done = function() print "\27[2Ja\0b\194\155c" end,]])
    assert.are.equal(0, code)
    assert.is_truthy(out:find("?[2Ja?b?c\n", 1, true))
  end)

  it("takes errors of any kind", function()
    for _, raised in ipairs { "{}", "setmetatable({}, { __tostring = function() error {} end })",
      "coroutine.create(print)", "nil" } do
      local code, _, err = sandboxed("error(" .. raised .. ")")
      assert.are.equal(1, code)
      assert.is_truthy(err:find "^r%.lua:1: ", err)
    end
  end)

  it("goes on with --sandbox, whatever resume says", function()
    local recipe = evaluated "function(a) return io and 2 or 1 end"
    assert.are.equal(0, (sandboxed(recipe)))
    local journal = folder:read "runs/r-1-1/journal.jsonl"
    assert.is_truthy(journal:find('"sandbox":true', 1, true))
    local lines = {}
    for line in journal:gmatch "[^\n]+\n" do lines[#lines + 1] = line end
    folder:write("runs/r-1-1/journal.jsonl", lines[1])
    os.remove(folder.path .. "/runs/r-1-1/result.json")
    assert.are.equal(0, (folder:run "resume runs/r-1-1 --quiet"))
    assert.is_truthy(folder:read "runs/r-1-1/journal.jsonl":find '"score":1[,}]')
  end)

  it("gives the same result as without", function()
    local function best(options)
      local code, out = folder:run("demo --quiet --json --seed 3 queries=60 " .. options)
      assert.are.equal(0, code)
      return out:match '"best":{.-}'
    end
    assert.are.equal(best "", best "--sandbox")
  end)

  it("is refused with commands that don't know it", function()
    local code, _, err = folder:run "list --sandbox"
    assert.are.equal(2, code)
    assert.is_truthy(err:find "sandbox")
  end)
end)
