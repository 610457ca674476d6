-- worker - processes that stay: every way in which one can fail is one recorded state, and stops nothing.

local Batch = require "ganas.batch"
local evaluate = require "ganas.evaluate"
local fs = require "ganas.fs"
local guard = require "ganas.guard"
local loop = require "ganas.loop"
local program = require "tests.lua.program"
local support = require "tests.lua.support"
local uv = require "luv"

local chain, TEXTS = support.two_letters()

describe("a worker", function()
  if not program.path then return pending "needs the host" end
  local marks = os.tmpname()
  uv.os_setenv("GANAS_SPEC_MARKS", marks)
  teardown(function()
    os.execute("rm -f " .. marks .. "*")
    loop.finish()
  end)

  local function open(deeds, extra)
    local spec = { "worker", program.path, "lua", "tests/lua/evaluators/worker.lua", unpack(deeds) }
    for name, value in pairs(extra or {}) do spec[name] = value end -- order can't matter: a copy
    return evaluate.open(spec, chain, {
      where = function(...) return "r.lua:" .. table.concat({ ... }, ".") end, workers = 1,
    })
  end

  local function batch_of()
    local batch = Batch.new(chain, 4)
    for _, text in ipairs(TEXTS) do assert(chain:push(batch, text)) end
    return batch
  end

  -- Results of the four candidates, without times; the evaluator is closed.
  local function results(deeds, extra)
    local e = open(deeds, extra)
    local list = e:score(batch_of(), 0, 4)
    e:close()
    for _, result in ipairs(list) do
      assert.is_number(result.seconds)
      result.seconds = nil
    end
    return list
  end

  local function outcome(deed, extra)
    local list = results({ "2=" .. deed }, extra)
    for _, i in ipairs { 1, 3, 4 } do assert.same({ score = ({ 2, 1, 1, 0 })[i] }, list[i]) end
    return list[2]
  end

  it("gives scores in order, with any number of places", function()
    for _, workers in ipairs { 1, 3, 9 } do
      assert.same({ { score = 2 }, { score = 1 }, { score = 1 }, { score = 0 } }, results({}, {
        workers = workers }))
    end
  end)

  it("gives other numbers and costs, too", function()
    assert.same({ score = 2, metrics = { loss = 0.5 }, cost = 3 }, outcome "more")
    assert.same({ score = 0.5, metrics = { value = 2 }, cost = 3 },
      results({ "1=more", "2=more", "3=more", "4=more" }, { score = "loss" })[1])
  end)

  it("that fails once is replaced, and its candidate tried again", function()
    for _, how in ipairs { "crash", "exit", "garbage", "other" } do
      os.execute("rm -f " .. marks .. ".*")
      assert.same({ score = 1, attempts = 2 }, outcome("once" .. how))
    end
  end)

  it("that fails always loses its candidate, with its last words", function()
    local r = outcome("crash", { retries = 1 })
    assert.same({ state = "lost", attempts = 2, error = "killed by signal 9" }, r)
    r = outcome("exit", { retries = 0 })
    assert.same({ state = "lost", error = "it ended early, exit code 7: first line | out of memory" }, r)
    r = outcome("garbage", { retries = 0 })
    assert.same({ state = "lost", error = "it wrote 'Epoch 1/10: loss nan', which is no answer; expected "
      .. 'a line like {"id":7,"status":"ok","value":0.9}, and other things on stderr' }, r)
    r = outcome("other", { retries = 0 })
    assert.same({ state = "lost", error = "it answered about 1002 instead of 2" }, r)
    r = outcome("nameless", { retries = 0 })
    assert.same({ state = "lost", error = 'its answer has no "id"; expected "id":2' }, r)
  end)

  it("says what is wrong with its numbers", function()
    local function failure(deed) return outcome(deed) end
    assert.same({ state = "failed", error = "it gave 'NaN' as value; expected a finite number" },
      failure "nan")
    assert.same({ state = "failed", error = "it gave '-Infinity' as value; expected a finite number" },
      failure "infinite")
    assert.same({ state = "failed", error = "it gave '0.5' as value; expected a finite number" },
      failure "text")
    assert.same({ state = "failed", error = "no number 'value'; it gave none" }, failure "none")
    assert.same({ state = "failed", error = "no data" }, failure "error")
    assert.same({ state = "failed", error = "its status is 'fine'; expected 'ok', 'infeasible' or 'error'" },
      failure "status")
    assert.same({ state = "infeasible", error = "too wide" }, failure "infeasible")
    assert.same({ state = "failed", error = "a line of more than 1048576 bytes" }, failure "big")
  end)

  it("that hangs is ended when its time is over, even if it is deaf", function()
    for _, how in ipairs { "hang", "deaf" } do
      local r = outcome(how, { timeout = 3 })
      assert.same({ state = "failed", error = "no result after 3 s" }, r)
    end
  end)

  it("that closes its stdout and goes on is replaced", function()
    assert.same({ state = "lost", error = "it closed its stdout" }, outcome("dumb", { retries = 0 }))
  end)

  it("that answers twice is not believed the second time", function()
    local list = results { "2=twice" }
    assert.equal(1, list[2].score)
    assert.equal(1, list[3].score)
  end)

  it("that never says hello is given up", function()
    local e = open { "stillborn" }
    local list = e:score(batch_of(), 0, 4)
    e:close()
    for i = 1, 4 do
      assert.equal("lost", list[i].state)
      assert.equal("it ended early, exit code 1: ImportError: no module named torch", list[i].error)
    end
    assert.equal("its first line is 'hello?'; expected {\"hello\":1,\"protocol\":\"ganas-eval/1\"}, and "
      .. "other things on stderr", results({ "rude" }, {
      retries = 0 })[1].error)
    os.execute("rm -f " .. marks .. ".*")
    e = open({ "mute" }, { startup = 1.5 })
    list = e:score(batch_of(), 0, 4)
    e:close()
    for i = 1, 4 do
      assert.equal('no hello within 1.5 s (startup); expected the line {"hello":1,"protocol":"ganas-eval/1"}',
        list[i].error)
    end
    assert.equal("3\n", io.popen("ls " .. marks .. ".* | wc -l"):read "*a") -- the fourth was not tried
  end)

  it("has what it says on stderr kept in the run's folder, by place", function()
    local dir = program.folder {}
    local e, jobs = open({ "2=exit" }, { retries = 1 }), {}
    for i, text in ipairs(TEXTS) do jobs[i] = { id = i, arch = text, seed = i } end
    assert.is_nil(e:said())
    e:score(batch_of(), 0, 4, { jobs = jobs, heard = function() end,
      log = { dir = dir.path, sync_soon = function() end } })
    local path = dir.path .. "/trials/worker-1.err"
    assert.equal("what it said is in '" .. path .. "'", e:said())
    e:close()
    local said = "%-%- process %d+, [%d :-]+\nfirst line\nout of memory\n"
    assert.truthy(dir:read "trials/worker-1.err":find("^" .. said .. said .. "$"))
    assert.same({ "worker-1.err" }, fs.list(dir.path .. "/trials"))
    dir:remove()
  end)

  it("ends with the search, and what it started, too", function()
    local e = open {}
    e:score(batch_of(), 0, 4)
    local token = e.guarded.token
    assert.equal(1, #guard.find(token))
    e:close()
    assert.equal(0, #guard.find(token))
  end)

  it("is refused when it can't be", function()
    local function refused(spec)
      return support.refused(evaluate.open, spec, chain, {
        where = function(...) return "r.lua:" .. table.concat({ ... }, ".") end })
    end
    assert.equal("r.lua:evaluate: no command after 'worker'; expected { 'worker', 'python3', 'train.py' } "
      .. "or such",
      refused { "worker" })
    assert.equal("r.lua:evaluate.3: word 2 of the command is 7; expected a string", refused { "worker", "sh",
      7 })
    assert.equal("r.lua:evaluate.2: no program 'no-such-program' in $PATH", refused { "worker",
      "no-such-program" })
    assert.equal("r.lua:evaluate.2: no program './none'; looked in .",
      refused { "command", "./none" })
    assert.equal("r.lua:evaluate.timout: unknown field 'timout' in 'evaluate'; did you mean 'timeout'?",
      refused { "worker", "sh", timout = 1 })
  end)
end)
