-- confirm - a search at a low budget whose best are asked for again at the full one.

local program = require "tests.lua.program"

local RECIPE = [[
local space = require "ganas.space"
return {
  about = "x", args = { queries = 20 },
  search = { initial = 10, batch = 10, screen = { pool = 4 }, generator = { batches = 1, episodes = 8 },
    discriminator = { first_steps = 3, steps = 2 } },
  space = { name = "toy", ops = { "a", "b", "c" }, grow = space.chain(6) }, constraints = { "edges <= 8" },
  evaluate = { %s, score = "good", budget = 3, confirm = { budget = 30, best = 4 } },
}
]]

-- More 'a' is better; at budget 30 each 'b' costs much.
local SCRIPT = [["command", "sh", "-c", "echo $GANAS_ID >>paid; a=$(echo $GANAS_ARCH | tr -cd a | wc -c)
  b=$(echo $GANAS_ARCH | tr -cd b | wc -c); echo good=$((a * 10 - b * (GANAS_BUDGET - 3)))"]]

describe("confirming", function()
  if not program.path then return pending "needs the host" end
  local folder

  before_each(function()
    folder = program.folder { ["r.lua"] = RECIPE:format((SCRIPT:gsub("\n", "\\n"))) }
  end)
  after_each(function() folder:remove() end)

  it("asks for the best again and orders them by what they are worth then", function()
    local code, out, err = folder:run "r.lua --quiet --out r --workers 2"
    assert.same({ 0, "" }, { code, err })
    assert.truthy(out:find "^r: 20 candidates evaluated.-\nconfirmed at budget 30:\n"
      .. "1  good %-?%d+  [abc|]+  edges 7  %(%d+ before%)\n")
    local results = folder:events("r", "result")
    assert.equal(24, #results)
    local budgets = {}
    for _, line in ipairs(results) do
      local budget = line:match '"budget":(%d+)'
      budgets[budget] = (budgets[budget] or 0) + 1
      assert.equal(tonumber(line:match '"id":(%d+)') > 20, budget == "30")
    end
    assert.same({ ["3"] = 20, ["30"] = 4 }, budgets)
    local list = folder:read("r/result.json"):match '"budget":30,"confirmed":(%b[])'
    local last = math.huge
    for arch, score, screened in list:gmatch '"arch":"([abc|]+)","score":(-?%d+).-"screened":(%d+)' do
      local a, b = select(2, arch:gsub("a", "")), select(2, arch:gsub("b", ""))
      assert.same({ 10 * a - 27 * b, 10 * a }, { tonumber(score), tonumber(screened) })
      assert.is_true(tonumber(score) <= last)
      last = tonumber(score)
    end
    assert.equal(4, select(2, list:gsub('"measures":{[^}]*"edges":7[^}]*}', "")))
    assert.equal(list:match '"arch":"([abc|]+)"',
      folder:read("r/result.json"):match '"best":{"arch":"([abc|]+)"')
    local places = {}
    for arch, score in list:gmatch '"arch":"([abc|]+)","score":(-?%d+)' do
      places[#places + 1] = { arch, score }
      assert.equal(arch .. "\n", select(2, folder:run("export r place=" .. #places)))
    end
    out = select(2, folder:run "show r best=5")
    for place, entry in ipairs(places) do
      assert.truthy(out:find(("\n%d  good %s  query %%d+  at budget 30; %%d+ before\n   %s\n"):format(place,
        (entry[2]:gsub("%-", "%%-")), (entry[1]:gsub("|", "%%|")))), out)
    end
    assert.truthy(out:find "\n5  good %d+  query %d+  not confirmed\n")
    assert.truthy(folder:read("r/report.html"):find("The best, confirmed", 1, true))
    os.remove(folder.path .. "/r/result.json")
    assert.truthy(select(2, folder:run "show r"):find ", seed 1: 20 evaluated in ")
  end)

  it("goes on where it was", function()
    folder:run "r.lua --quiet --out r"
    local whole = folder:read "r/journal.jsonl"
    local out = folder:read("r/result.json"):match '"confirmed":(%b[])'
    for _, mark in ipairs { '{"event":"step","set":1', '{"event":"batch","set":2',
      '{"event":"result","id":23' } do
      folder:write("r/journal.jsonl", whole:sub(1, whole:find(mark, 1, true) - 1))
      folder:write("paid", "")
      assert.equal(0, (folder:run "resume r --quiet"))
      assert.equal(out, folder:read("r/result.json"):match '"confirmed":(%b[])')
      assert.equal(mark:find "23" and "23\n24\n" or "21\n22\n23\n24\n", folder:read "paid")
    end
  end)

  it("is asked for and told, too", function()
    folder:write("r.lua", RECIPE:format '"ask"')
    folder:run "r.lua --quiet --out r"
    local budgets = {}
    for _ = 1, 3 do
      local _, out = folder:run "ask r"
      local lines = {}
      for line in out:gmatch "[^\n]+" do
        local id, budget = line:match '"id":(%d+)', line:match '"budget":(%d+)'
        budgets[budget] = (budgets[budget] or 0) + 1
        lines[#lines + 1] = ('{"id":%s,"good":%s}\n'):format(id, id)
      end
      folder:write("results", table.concat(lines))
      folder:run "tell r <results"
    end
    assert.same({ ["3"] = 20, ["30"] = 4 }, budgets)
    for _, line in ipairs(folder:events("r", "result")) do
      budgets[line:match '"budget":(%d+)'] = budgets[line:match '"budget":(%d+)'] - 1
    end
    assert.same({ ["3"] = 0, ["30"] = 0 }, budgets)
    local code, out = folder:run "ask r"
    assert.same({ 0, "" }, { code, out })
    assert.truthy(folder:read("r/result.json"):find '"confirmed":%[{"arch":"[abc|]+","score":24,')
    folder:run "resume r --warm --out w"
    assert.equal(20, #folder:events("w", "warm"))
  end)
end)
