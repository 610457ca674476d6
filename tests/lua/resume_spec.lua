-- resume - a run that ended anywhere goes on as if it hadn't; one that has changed is refused or begins warm.

local fs = require "ganas.fs"
local program = require "tests.lua.program"
local uv = require "luv"

local RECIPE = [[
local space = require "ganas.space"
return {
  about = "x", args = { queries = 40, gain = 1 },
  search = { initial = 10, batch = 10, screen = { pool = 4 }, generator = { batches = 1, episodes = 8 },
    discriminator = { first_steps = 3, steps = 2 } },
  space = { name = "toy", ops = { "a", "b", "c" }, grow = space.chain(6) },
  evaluate = function(arch, args)
    local out = io.open("paid", "a")
    out:write(tostring(arch), "\n")
    out:close()
    if arch:count "c" == 3 then error "no memory" end
    return { score = args.gain * arch:count "a" + arch:count "b" / 8, cost = 2, other = arch:count "c" }
  end,
}
]]

describe("a run", function()
  if not program.path then return pending "needs the host" end
  local folder, whole

  setup(function()
    folder = program.folder { ["r.lua"] = RECIPE }
    assert.equal(0, (folder:run "r.lua --out whole --quiet seed=4"))
    whole = folder:read "whole/journal.jsonl"
  end)
  teardown(function() folder:remove() end)

  -- A run "cut" that ended after so many bytes of its journal.
  local function cut(bytes)
    folder:write("r.lua", RECIPE)
    os.execute("cd " .. folder.path .. " && rm -rf cut paid && mkdir cut && cp whole/recipe.lua cut")
    folder:write("cut/journal.jsonl", whole:sub(1, bytes))
  end

  local function lines(name)
    return select(2, (folder:read(name) or ""):gsub("\n", ""))
  end

  it("goes on after each event as if nothing had happened", function()
    local expected = folder:events("whole", "batch", "result", "step")
    for stop in whole:gmatch "()\n" do
      if stop % 19 == 0 or whole:sub(stop + 1, stop + 15) ~= '{"event":"result"' then
        cut(stop)
        local before = #folder:events("cut", "result")
        local code, out, err = folder:run "resume cut --quiet"
        assert.same({ 0, "" }, { code, err })
        assert.truthy(out:find "^r: 40 candidates evaluated")
        assert.same(expected, folder:events("cut", "batch", "result", "step"))
        assert.equal(40 - before, lines "paid")
      end

    end
  end)

  it("drops a torn last line with a note", function()
    local expected = folder:events("whole", "batch", "result", "step")
    local from = whole:find('{"event":"result","id":23', 1, true)
    for _, more in ipairs { 1, 40, 100 } do
      cut(from + more)
      local code, _, err = folder:run "resume cut --quiet"
      assert.equal(0, code)
      assert.matches("^ganas%-lua: cut/journal.jsonl:%d+: the last line was torn when the run ended; it is "
        .. "dropped\n$", err)
      assert.same(expected, folder:events("cut", "batch", "result", "step"))
    end
  end)

  it("that is over is shown again and costs nothing", function()
    cut(#whole)
    local code, _, said = folder:run "resume cut --quiet"
    assert.same({ 0, "" }, { code, said })
    local result = folder:read "cut/result.json"
    code, _, said = folder:run "resume cut --quiet"
    assert.same({ 0, "ganas-lua: cut is finished already: its journal is replayed, nothing is evaluated, and "
      .. "its result stays as it is\n" },
      { code, said })
    assert.is_nil(folder:read "paid")
    assert.equal(whole, folder:read "cut/journal.jsonl")
    assert.equal(result, folder:read "cut/result.json")
    folder:write("cut/result.json", (result:gsub('"queries":%d+', '"queries":3', 1))) -- of another end
    folder:run "resume cut --quiet"
    assert.truthy(folder:read "cut/result.json":find '"queries":40')
  end)

  it("is refused when a line in it is damaged", function()
    cut(#whole)
    folder:write("cut/journal.jsonl", (whole:gsub('"id":7,', '"id":8,', 1)))
    local code, _, err = folder:run "resume cut"
    assert.equal(1, code)
    assert.matches("^cut/journal.jsonl:9: this line is damaged: its checksum doesn't fit; ", err)
  end)

  it("is refused with other arguments or another recipe, and may begin warm", function()
    cut(whole:find('{"event":"result","id":30', 1, true) - 1)
    local code, _, err = folder:run "resume cut gain=2"
    assert.equal(1, code)
    assert.equal("ganas-lua: 'cut' can't go on as it was: the argument gain was left to the recipe "
      .. "and is '2'; expected "
      .. "everything as it was when the run began, or --warm for a new run with what was paid for\n", err)
    assert.is_false(fs.exists(folder.path .. "/cut/lock"))
    folder:write("r.lua", (RECIPE:gsub("/ 8", "/ 4")))
    code, _, err = folder:run "resume cut"
    assert.equal(1, code)
    assert.matches("the recipe 'r.lua' has changed; ", err)
    os.execute("rm -rf " .. folder.path .. "/warm")
    code, _, err = folder:run "resume cut --warm --out warm --quiet queries=50"
    assert.same({ 0, "" }, { code, err })
    local warm, results = folder:events("warm", "warm"), folder:events("warm", "result")
    assert.equal(50, #results)
    assert.equal(#results - #warm, lines "paid")
    for i = 1, #warm do assert.matches('"from":"cut"', results[i]) end
  end)

  it("has the seed that it had, said or not", function()
    folder:run "r.lua --out unsaid --quiet queries=12"
    local code, _, err = folder:run "resume unsaid --quiet seed=1"
    assert.same({ 0, "" }, { code, err })
    code, _, err = folder:run "resume unsaid --quiet seed=2"
    assert.equal(1, code)
    assert.matches("the argument seed was left to the recipe and is '2'; ", err)
  end)

  it("that began warm is resumed like any other", function()
    cut(#whole)
    folder:run "resume cut --warm --out warm2 --quiet queries=50"
    local expected = folder:events("warm2", "batch", "result", "step")
    local text = folder:read "warm2/journal.jsonl"
    os.execute("rm " .. folder.path .. "/paid")
    folder:write("warm2/journal.jsonl", text:sub(1, text:find('{"event":"result","id":42', 1, true) - 1))
    local code, _, err = folder:run "resume warm2 --quiet"
    assert.same({ 0, "" }, { code, err })
    assert.same(expected, folder:events("warm2", "batch", "result", "step"))
    assert.equal(9, lines "paid")
  end)

  it("goes on from another folder, and when its recipe is gone", function()
    cut(3000)
    local code, _, said = folder:run("resume " .. folder.path .. "/cut --quiet", "cd / &&")
    assert.same({ 0, "" }, { code, said })
    assert.same(folder:events("whole", "batch", "result"), folder:events("cut", "batch", "result"))
    cut(3000)
    os.execute(("mv %s/r.lua %s/x.lua"):format(folder.path, folder.path))
    local _, out, err = folder:run "resume cut --quiet"
    assert.matches("ganas%-lua: 'r.lua' is gone; the recipe that the run has kept is used\n$", err)
    assert.truthy(out:find "^r: 40 candidates evaluated")
    os.execute(("mv %s/x.lua %s/r.lua"):format(folder.path, folder.path))
  end)

  it("stops at the first difference and says where", function()
    cut(#whole)
    local text = folder:read "cut/journal.jsonl"
    local at = text:find '{"event":"batch","set":2'
    local line = text:match("[^\n]+", at)
    local swapped = line:gsub('"archs":%["(.-)","(.-)"', '"archs":["%2","%1"'):match '^(.*),"sum"'
    folder:write("cut/journal.jsonl", text:sub(1, at - 1)
      .. ('%s,"sum":"%s"}\n'):format(swapped, require("ganas.core").md5(swapped):sub(1, 8)))
    local code, _, err = folder:run "resume cut --quiet"
    assert.equal(1, code)
    assert.matches("^ganas%-lua: cut/journal.jsonl: the replay differs from the journal: in set 2, candidate "
      .. "21 was '[abc|]+' and is '[abc|]+'; something that candidates depend on is not what it was", err)
  end)

  it("says what can't be written, and leaves the journal as it is", function()
    if uv.getuid() ~= 0 or os.execute "command -v setpriv >/dev/null" ~= 0 then
      return pending "needs root and setpriv, to be somebody else"
    end
    cut(3000)
    local kept = folder:read "cut/journal.jsonl"
    os.execute(("chmod 755 %s && chmod -R a+rX %s/cut"):format(folder.path, folder.path))
    local code, _, err = folder:run("resume cut --quiet", "setpriv --reuid=65534 --clear-groups env")
    assert.same({ 1, "ganas-lua: can't open 'cut/lock': permission denied\n" }, { code, err })
    os.execute(("chmod 777 %s/cut"):format(folder.path))
    code, _, err = folder:run("resume cut --quiet", "setpriv --reuid=65534 --clear-groups env")
    assert.same({ 1, "ganas-lua: can't open 'cut/journal.jsonl': permission denied\n" }, { code, err })
    assert.equal(kept, folder:read "cut/journal.jsonl")
  end)

  it("takes a longer time, but no other number of queries", function()
    local code, _, say = folder:run "r.lua --out short --quiet seed=4 cost=21"
    assert.same({ 0, "" }, { code, say })
    local first = folder:events("short", "result")
    assert.is_true(#first < 40)
    code = folder:run "resume short --quiet cost=900"
    assert.equal(0, code)
    assert.same(folder:events("whole", "batch", "result"), folder:events("short", "batch", "result"))
    local _, _, err = folder:run "resume short --quiet queries=90"
    assert.matches("the argument queries was left to the recipe and is '90'", err)
  end)

  it("is not worked on by two processes", function()
    cut(3000)
    local lock = require "ganas.lock"
    local held = lock.take(folder.path .. "/cut")
    local code, _, err = folder:run "resume cut --quiet"
    held:release()
    assert.equal(1, code)
    assert.matches("^ganas%-lua: 'cut' is in use by process %d+; wait until it is over, or end it\n$", err)
    assert.equal(0, (folder:run "resume cut --quiet"))
  end)
end)
