-- ask - candidates handed out and results told by the shell: the same search as with a function.

local lock = require "ganas.lock"
local program = require "tests.lua.program"
local uv = require "luv"

local RECIPE = [[
local space = require "ganas.space"
return {
  about = "x", args = { queries = 30 },
  search = { initial = 10, batch = 10, screen = { pool = 4 }, generator = { batches = 1, episodes = 8 },
    discriminator = { first_steps = 3, steps = 2 } },
  space = { name = "toy", ops = { "a", "b", "c" }, grow = space.chain(6) },
  evaluate = %s,
}
]]

describe("ask and tell", function()
  if not program.path then return pending "needs the host" end
  local folder

  before_each(function()
    folder = program.folder {
      ["f.lua"] = RECIPE:format 'function(arch) return arch:count "a" end',
      ["r.lua"] = RECIPE:format '{ "ask", score = "accuracy" }',
    }
  end)
  after_each(function() folder:remove() end)

  -- Asks for at most n; returns the requests as { id, arch }.
  local function ask(n)
    local code, out, err = folder:run("ask r n=" .. n)
    local list = {}
    for line in out:gmatch "[^\n]+" do
      list[#list + 1] = { id = line:match '^{"id":(%d+),', arch = line:match '"arch":"([^"]*)"' }
    end
    return list, code, err
  end

  local function tell(text)
    folder:write("results.jsonl", text)
    return folder:run "tell r <results.jsonl"
  end

  local function answers(list)
    local lines = {}
    for i, item in ipairs(list) do
      lines[i] = ('{"id":%s,"accuracy":%d}\n'):format(item.id, select(2, item.arch:gsub("a", "")))
    end
    return table.concat(lines)
  end

  it("lead to the same candidates as a function, told in any order", function()
    folder:run "f.lua --quiet --out f"
    local code, out, err = folder:run "r.lua --quiet --out r"
    assert.same({ 0, "", "ganas-lua: 'r' waits for the results of 10 candidates; 'ganas-lua ask r' prints "
      .. "them\n" },
      { code, out, err })
    local sets = 0
    while true do
      local first, code_, said = ask(7)
      if #first == 0 then
        assert.equal(0, code_)
        assert.matches("^ganas%-lua: the search is over after 30 queries; the result is in r/result.json\n$",
          said)
        break
      end
      sets = sets + 1
      local second = ask(7)
      assert.same({ 7, 3 }, { #first, #second })
      local _, none, waits = ask(1)
      assert.same({ 75, "ganas-lua: 10 results are awaited\n" }, { none, waits })
      assert.equal("3 results taken, 7 of the set awaited\n", select(2, tell(answers(second))))
      assert.equal("7 results taken, 0 of the set awaited\n", select(2, tell(answers(first))))
    end
    assert.equal(3, sets)
    assert.same(folder:events("f", "batch"), folder:events("r", "batch"))
    local best = folder:read("f/result.json"):match '"best":%b{}'
    assert.equal(best, folder:read("r/result.json"):match '"best":%b{}')
  end)

  it("hand out again what is awaited, when told so", function()
    folder:run "r.lua --quiet --out r"
    assert.equal(4, #ask(4))
    assert.equal(6, #ask(9))
    local code, out = folder:run "ask r n=3 again=yes"
    assert.equal(0, code)
    assert.equal(3, select(2, out:gsub("\n", "")))
    assert.equal("1", out:match '"id":(%d+)')
  end)

  it("wait for who works on the run for a moment", function()
    folder:run "r.lua --quiet --out r"
    ask(10)
    local held = lock.take(folder.path .. "/r")
    folder:write("results.jsonl", '{"id":1,"accuracy":3}\n')
    os.execute("(" .. folder:command "tell r <results.jsonl" .. " >told 2>&1; echo $? >code) &")
    uv.sleep(1500)
    assert.is_nil(folder:read "code")
    held:release()
    for _ = 1, 600 do
      if folder:read "code" then break end
      uv.sleep(100)
    end
    assert.same({ "1 result taken, 9 of the set awaited\n", "0\n" },
      { folder:read "told", folder:read "code" })
  end)

  it("know failures and infeasible candidates, and take the first result of each", function()
    folder:run "r.lua --quiet --out r"
    ask(10)
    local code, out, err = tell('{"id":1,"status":"infeasible"}\n'
      .. '{"id":2,"status":"error","error":"no memory"}\n')
    assert.same({ 0, "2 results taken, 8 of the set awaited\n", "" }, { code, out, err })
    code, out, err = tell '{"id":1,"accuracy":3}\n\n{"id":3,"value":3}\n'
    assert.same({ 0, "1 result taken, 7 of the set awaited\n",
      "ganas-lua: standard input:1: candidate 1 has its result already; the first one counts\n" },
      { code, out, err })
    assert.matches('"id":1,.*"state":"infeasible"', folder:events("r", "result")[1])
    assert.matches('"id":2,.*"state":"failed","error":"no memory"', folder:events("r", "result")[2])
  end)

  it("take all lines or none", function()
    folder:run "r.lua --quiet --out r"
    ask(10)
    for _, case in ipairs {
      { '{"id":2', "^standard input:2: this is no JSON: '}' expected near end of file; expected a line of "
        .. "JSON" },
      { "7", "^standard input:2: this is no object; expected a line of JSON" },
      { '{"value":1}', "^standard input:2: its id is nothing; expected the number that 'ganas%-lua ask' "
        .. "gave" },
      { '{"id":99,"value":1}', "^standard input:2: this run has no candidate 99; expected the id" },
      { '{"id":2,"arch":"x","value":1}', "^standard input:2: candidate 2 is '[abc|]+', not 'x'\n$" },
    } do
      local code, out, err = tell('{"id":1,"value":1}\n' .. case[1] .. "\n")
      assert.same({ 1, "" }, { code, out })
      assert.matches(case[2], err)
    end
    assert.equal(0, #folder:events("r", "result"))
  end)

  it("work as well on a run whose recipe has a function", function()
    folder:run "f.lua --quiet --out r"
    local text = folder:read "r/journal.jsonl"
    local from = text:find('{"event":"result","id":14', 1, true)
    folder:write("r/journal.jsonl", text:sub(1, from - 1))
    assert.equal(7, #ask(99))
  end)
end)
