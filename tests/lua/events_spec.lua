-- events - what --json-lines prints: every line an object, what happened once and in order.

local parse = require "ganas.parse"
local program = require "tests.lua.program"

local RECIPE = program.letters(12, [[{ "command", "sh", "-c",
    "test $GANAS_ID = 3 && exit 1; test $GANAS_ID = 5 && exit 65; echo score=$GANAS_ID", workers = 3 }]])

-- The events of lines, each an object of JSON.
local function events_of(text)
  local list = {}
  for line in text:gmatch "([^\n]*)\n" do list[#list + 1] = assert(parse(line)) end
  return list
end

describe("--json-lines", function()
  if not program.path then return pending "needs the program" end
  local folder = program.folder { ["letters.lua"] = RECIPE:gsub('search = { method = "random" },',
    "search = { initial = 8, batch = 2 }, done = function() print 'done' end,") }
  teardown(function() folder:remove() end)

  it("prints what happens, and its last line is the result", function()
    local code, out, err = folder:run "letters.lua --json-lines --out run"
    assert.equal(0, code, err)
    assert.equal("done\n", err)
    local list, kinds, ids = events_of(out), {}, {}
    for i, event in ipairs(list) do
      kinds[i] = event.event
      if event.event == "result" then ids[event.id] = event end
    end
    assert.equal("start" .. (" result"):rep(8) .. " step", table.concat(kinds, " ", 1, 10))
    assert.equal("end", kinds[#kinds])
    assert.same({ 12, "run", "letters" }, { list[1].queries, list[1].run, list[1].space })
    assert.same({ "failed", "infeasible", 7 }, { ids[3].state, ids[5].state, ids[7].score })
    local step = list[10]
    assert.same({ 0, 7, 12, 1, 1, 8 },
      { step.iteration, step.queries, step.budget, step.failed, step.infeasible, step.best.score })
    assert.is_true(step.left > 0)
    local last = list[#list]
    assert.same({ "budget", 12 }, { last.reason, last.result.queries })
    assert.equal(folder:read "run/result.json", out:match '"result":({"recipe".*})}\n$' .. "\n")
  end)

  it("goes on after a resume with what is new", function()
    os.execute(("rm %s/run/result.json"):format(folder.path))
    folder:write("run/journal.jsonl", folder:read("run/journal.jsonl"):match '^(.-\n{"event":"step"[^\n]*\n)')
    local code, out = folder:run "resume run --json-lines"
    assert.equal(0, code)
    local first = events_of(out)
    assert.same({ "start", true }, { first[1].event, first[1].resumed })
    local ids = {} -- in the order in which workers are done
    for _, event in ipairs(first) do
      if event.event == "result" then ids[#ids + 1] = event.id end
    end
    table.sort(ids)
    assert.same({ 9, 10, 11, 12, 13 }, ids) -- one before was infeasible: no query
    assert.equal("result", first[2].event)
  end)

  it("is for searches alone", function()
    local code, _, err = folder:run "check letters.lua --json-lines"
    assert.equal(2, code)
    assert.equal("ganas-lua: unknown option '--json-lines'\ntry 'ganas-lua --help'\n", err)
  end)
end)
