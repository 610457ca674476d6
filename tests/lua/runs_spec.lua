-- runs - whole searches with processes as evaluators: the same trajectory with any number of them, whatever
-- fails, and whenever the search is killed.

local fs = require "ganas.fs"
local guard = require "ganas.guard"
local program = require "tests.lua.program"
local uv = require "luv"

local RECIPE = [[
local space = require "ganas.space"
return {
  about = "x", args = { queries = 40 },
  search = { initial = 10, batch = 10, screen = { pool = 4 }, generator = { batches = 1, episodes = 8 },
    discriminator = { first_steps = 3, steps = 2 } },
  space = { name = "toy", ops = { "a", "b", "c" }, grow = space.chain(6) },
  evaluate = { %s },
}
]]

describe("a search with processes", function()
  if not program.path then return pending "needs the host" end
  local folder, worker = nil, uv.fs_realpath "tests/lua/evaluators/worker.lua"

  before_each(function() folder = program.folder {} end)
  after_each(function() folder:remove() end)

  local function recipe(...)
    local words = { '"worker"', ("%q"):format(program.path), '"lua"', ("%q"):format(worker), ... }
    folder:write("r.lua", RECIPE:format(table.concat(words, ", ")))
  end

  -- Sets and results without times, results by their ids.
  local function trajectory(run)
    local list = folder:events(run, "batch", "result")
    table.sort(list, function(a, b)
      local x, y = tonumber(a:match '"id":(%d+)'), tonumber(b:match '"id":(%d+)')
      if x and y then return x < y end
      if not x and not y then return tonumber(a:match '"set":(%d+)') < tonumber(b:match '"set":(%d+)') end
      return not x
    end)
    return list
  end

  it("has the same trajectory with any number of them", function()
    recipe('"7=infeasible"', '"12=error"', '"25=oncecrash"', '"31=garbage"')
    local expected
    for _, workers in ipairs { 1, 2, 4 } do
      local run = "w" .. workers
      local code, out, err = folder:run(("r.lua --quiet --out %s --workers %d"):format(run, workers),
        "rm -f marks.*; GANAS_SPEC_MARKS=marks")
      assert.same({ 0, "" }, { code, err })
      assert.truthy(out:find "^r: 40 candidates evaluated")
      assert.truthy(out:find "2 of 40 failed; the first, %S+: no data; another, %S+: it wrote '")
      assert.truthy(out:find "1 more turned out infeasible\n")
      expected = expected or trajectory(run)
      assert.equal(5 + 41, #expected)
      assert.same(expected, trajectory(run))
    end
  end)

  it("draws as many more as turned out infeasible when it is random", function()
    recipe('"7=infeasible"', '"12=infeasible"', '"41=infeasible"')
    local code, out = folder:run "r.lua --quiet --out o method=random"
    assert.equal(0, code)
    assert.truthy(out:find "^r: 40 candidates evaluated")
    assert.truthy(out:find "3 more turned out infeasible\n")
    assert.equal(43, #folder:events("o", "result"))
  end)

  it("says how long they waited for one another", function()
    recipe()
    local _, out = folder:run "r.lua --quiet --out o --workers 3 --json"
    local idle = tonumber(out:match '"idle":([%d.e-]+)')
    assert.is_true(idle >= 0 and idle < 1)
    assert.equal("3", out:match '"workers":(%d+),"idle"')
    out = select(2, folder:run "r.lua --quiet --out p --workers 3")
    assert.truthy(out:find "3 workers, idle %d+ %% of the time that sets took\n")
  end)

  it("ends when all of the first set fail, with their last words", function()
    recipe '"stillborn"'
    local code, out, err = folder:run "r.lua --quiet --out o"
    assert.same({ 1, "" }, { code, out })
    assert.matches("^r.lua:7: all 10 candidates of the first set failed; the first, '[abc|]+': it ended "
      .. "early, "
      .. "exit code 1: ImportError: no module named torch; what it said is in "
      .. "'o/trials/worker%-1.err'\n$", err)
    code, out, err = folder:run "r.lua --quiet --out o"
    assert.same({ 1, "", "ganas-lua: 'o' holds a run that failed; remove it or choose another name after "
      .. "--out\n" }, { code, out, err })
    local all = {}
    for id = 1, 10 do all[id] = ('"%d=infeasible"'):format(id) end
    recipe(unpack(all))
    local _
    code, _, err = folder:run "r.lua --quiet --out p"
    assert.equal(1, code)
    assert.matches("^r.lua:7: all 10 candidates of the first set are infeasible; the first, '[abc|]+': too "
      .. "wide\n$",
      err)
  end)

  -- Runs a command line in the background and sends it a signal when its journal has `lines` lines; its exit
  -- code is in the file "code" when it is over.
  local function disturbed(line, run, lines, signal)
    os.execute(([[
      rm -f %s/code; (%s >%s/.out 2>%s/.err & pid=$!
      while kill -0 $pid 2>/dev/null && [ $(cat %s/%s/journal.jsonl 2>/dev/null | wc -l) -lt %d ]
      do sleep 0.01; done
      kill -%s $pid 2>/dev/null; wait $pid; echo $? >%s/code) 2>/dev/null]]):format(folder.path,
      folder:command(line):gsub("&& ", "&& exec ", 1), folder.path, folder.path, folder.path, run, lines,
        signal,
      folder.path))
    return tonumber(folder:read "code")
  end

  it("goes on after any kill as if nothing had happened, and pays for nothing twice", function()
    recipe 'workers = 4'
    folder:run "r.lua --quiet --out whole"
    local expected = trajectory "whole"
    for _, lines in ipairs { 1, 2, 5, 12, 13, 20, 37 } do
      disturbed("r.lua --quiet --out cut", "cut", lines, "KILL")
      local before = folder:read "cut/journal.jsonl"
      if before then
        local code = folder:run "resume cut --quiet"
        assert.equal(0, code)
        assert.same(expected, trajectory "cut")
        local kept = before:match "^(.*\n)" or ""
        assert.equal(kept, folder:read("cut/journal.jsonl"):sub(1, #kept))
        assert.same({ "journal.jsonl", "recipe.lua", "report.html", "result.json", "trajectory.csv" },
          fs.list(folder.path .. "/cut"))
      end
      os.execute("rm -rf " .. folder.path .. "/cut")
    end
  end)

  it("stops in order on an interrupt", function()
    recipe('"15=hang"', 'workers = 2')
    local code = disturbed("r.lua --quiet --out o", "o", 16, "INT")
    assert.equal(130, code)
    local said = folder:read ".err"
    local more = said:match("ganas%-lua: interrupted after 10 of 40 queries and (%d+) results of the next "
      .. "set; 'ganas%-lua resume o' goes on\n$")
    assert.same({ "journal.jsonl", "recipe.lua" }, fs.list(folder.path .. "/o"))
    local results = #folder:events("o", "result")
    assert.is_true(results >= 13 and results < 20, results .. " results")
    assert.equal(results - 10, tonumber(more), said)
  end)

  it("takes a result file that nobody has read yet", function()
    folder:write("r.lua", RECIPE:format(([["command", "sh", "-c", %q, workers = 2]]):format(
      'echo $GANAS_ID >>paid; cat $GANAS_TRIAL_SPEC >spec.$GANAS_ID; echo "{\\"value\\":$GANAS_ID}" '
        .. '>$GANAS_RESULT')))
    folder:run "r.lua --quiet --out whole"
    local text = folder:read "whole/journal.jsonl"
    local from = text:find('{"event":"result","id":14', 1, true)
    folder:run "r.lua --quiet --out cut"
    folder:write("cut/journal.jsonl", text:sub(1, from - 1))
    local spec = folder:read "spec.14"
    for _, case in ipairs { { spec, false }, { spec:sub(1, -2), true } } do -- as it was asked for; torn
      folder:write("cut/journal.jsonl", text:sub(1, from - 1))
      fs.mkdir(folder.path .. "/cut/trials/14")
      folder:write("cut/trials/14/result.json", '{"value":14}')
      folder:write("cut/trials/14/spec.json", case[1])
      os.execute("rm " .. folder.path .. "/paid")
      assert.equal(0, (folder:run "resume cut --quiet"))
      assert.same(trajectory "whole", trajectory "cut")
      assert.equal(case[2], ("\n" .. folder:read "paid"):find "\n14\n" ~= nil)
    end
  end)

  it("leaves no process behind, whatever ends it", function()
    recipe('"15=hang"', 'workers = 2')
    for _, signal in ipairs { "KILL", "TERM", "INT" } do
      disturbed("r.lua --quiet --out o", "o", 14, signal)
      local left
      for _ = 1, 300 do
        left = 0
        for _, name in ipairs(fs.list "/proc") do
          local words = name:find "^%d+$" and fs.read("/proc/" .. name .. "/environ")
          if words and words:find(guard.VARIABLE .. "=", 1, true) and words:find("PWD=" .. folder.path, 1,
            true) then
            left = left + 1
          end
        end
        if left == 0 then break end
        uv.sleep(100)
      end
      assert.equal(0, left)
      os.execute("rm -rf " .. folder.path .. "/o")
    end
  end)
end)
