-- command - a process a candidate: what it is told, what its end means, what is left of it.

local Batch = require "ganas.batch"
local evaluate = require "ganas.evaluate"
local fs = require "ganas.fs"
local guard = require "ganas.guard"
local loop = require "ganas.loop"
local program = require "tests.lua.program"
local support = require "tests.lua.support"
local uv = require "luv"

local chain, TEXTS = support.two_letters()

describe("a command", function()
  if not program.path then return pending "needs the host" end
  local dir = program.folder {}
  teardown(function()
    dir:remove()
    loop.finish()
  end)

  local function open(script, extra)
    local spec = { "command", "sh", "-c", script }
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

  local function results(script, extra, n)
    local e = open(script, extra)
    local list = e:score(batch_of(), 0, n or 1)
    e:close()
    for _, result in ipairs(list) do
      assert.is_number(result.seconds)
      result.seconds = nil
    end
    return list
  end

  -- Whether a process is over, soon; one that nobody has asked for yet counts as such.
  local function over(pid)
    for _ = 1, 300 do
      local stat = fs.read(("/proc/%s/stat"):format(pid))
      if not stat or stat:match "^.*%) (%a)" == "Z" then return true end
      uv.sleep(100)
    end
    return false
  end

  it("is told about its candidate in words, environment and a file", function()
    local e = open("cat $GANAS_TRIAL_SPEC >" .. dir.path .. "/spec; echo {arch} $GANAS_ARCH {id} $GANAS_ID "
      .. "{seed} "
      .. "$GANAS_SEED {budget} $GANAS_BUDGET {nothing} >" .. dir.path .. "/said; echo 1", { budget = 12 })
    assert.equal(1, e:score(batch_of(), 1, 1)[1].score)
    e:close()
    assert.equal("a-b a-b 1 1 1 1 12 12 {nothing}\n", dir:read "said")
    assert.equal('{"id":1,"arch":"a-b","graph":{"ops":["input","a","b","output"],'
      .. '"edges":[[0,1],[1,2],[2,3]]},'
      .. '"seed":1,"budget":12}', dir:read "spec")
  end)

  it("may be a script that doesn't say what runs it: the shell does", function()
    local path = dir.path .. "/plain.sh"
    fs.write(path, "echo 7\n")
    assert(uv.fs_chmod(path, tonumber("755", 8)))
    local e = evaluate.open({ "command", path }, chain,
      { where = function() return "r.lua" end, workers = 1 })
    assert.equal(7, e:score(batch_of(), 0, 1)[1].score)
    e:close()
  end)

  it("gives its result on stdout or in a file", function()
    assert.same({ { score = 2 }, { score = 1 }, { score = 1 }, { score = 0 } },
      results("echo accuracy=$(echo $GANAS_ARCH | tr -cd a | wc -c)", { workers = 3 }, 4))
    assert.same({ score = 5 }, results('echo \'{"value":5}\' >$GANAS_RESULT; echo value=1')[1])
    assert.same({ score = -5, metrics = { loss = 5 } },
      results('echo \'[{"name":"loss","type":"objective","value":5}]\' >$ORION_RESULTS_PATH')[1])
  end)

  it("ends with a code that says what it means", function()
    assert.same({ state = "infeasible", error = "too wide" }, results("echo too wide >&2; exit 65")[1])
    assert.same({ state = "failed", error = "exit code 2: usage: train.py" },
      results("echo usage: train.py >&2; exit 2")[1])
    assert.same({ state = "failed", attempts = 3, error = "exit code 75" }, results("exit 75")[1])
    assert.same({ state = "lost", attempts = 2, error = "killed by signal 9" },
      results("kill -KILL $$", { retries = 1 })[1])
    assert.same({ state = "failed", error = "it wrote no result; expected value=NUMBER on stdout: "
      .. "Traceback" },
      results("echo Traceback >&2")[1])
    assert.same({ score = 3, attempts = 2 },
      results("[ -e " .. dir.path .. "/mark ] && echo 3 && exit; touch " .. dir.path .. "/mark; exit 75")[1])
  end)

  it("may say much, of which the end counts", function()
    assert.same({ score = 7 }, results("yes | head -c 300000; echo; echo 7")[1])
    assert.same({ state = "failed", error = "a line of more than 1048576 bytes" },
      results("head -c 1100000 /dev/zero | tr '\\0' x; echo 7")[1])
    local r = results("yes 'no no no' | head -c 300000 >&2; exit 1")[1]
    assert.is_true(#r.error < 500)
  end)

  it("has a result file of no more than a line may be long", function()
    assert.same({ state = "failed", error = "a result file of more than 1048576 bytes" },
      results("head -c 1100000 /dev/zero | tr '\\0' ' ' >$GANAS_RESULT; echo 1 >>$GANAS_RESULT")[1])
  end)

  it("is run again where a killed search left half a result file, not where it left a whole one", function()
    local log = { dir = dir.path, sync_soon = function() end }
    for text, score in pairs { ['{"value":5}'] = 5, ['{"value":5'] = 1, ["value=5"] = 5, [""] = 1 } do
      local e = open("echo 1", { keep = true }) -- order can't matter: each is on its own
      local function score_of()
        local jobs = { { id = 7, arch = "a-a", seed = 1 } }
        return e:score(batch_of(), 0, 1, { jobs = jobs, log = log, heard = function() end })[1].score
      end
      assert.equal(1, score_of())
      dir:write("trials/7/result.json", text)
      assert.equal(score, score_of())
      fs.remove_tree(dir.path .. "/trials")
      e:close()
    end
  end)

  it("makes no folder of a run anew that somebody has removed", function()
    local e, gone = open "echo 1", dir.path .. "/gone"
    assert.equal(("'%s' is no longer there: somebody removed it while the search ran"):format(gone),
      support.refused(e.score, e, batch_of(), 0, 1, { jobs = { { id = 7, arch = "a-a", seed = 1 } },
        log = { dir = gone }, heard = function() end }))
    e:close()
    assert.is_false(fs.exists(gone))
  end)

  it("is ended with all that it started when its time is over", function()
    local r = results("sleep 3600 & echo $! >" .. dir.path .. "/child; wait", { timeout = 2 })[1]
    assert.same({ state = "failed", error = "no result after 2 s" }, r)
    assert.is_true(over(dir:read("child"):match "%d+"))
  end)

  it("leaves nothing that it started behind when it is done", function()
    local r = results("sleep 3600 >/dev/null 2>&1 & echo $! >" .. dir.path .. "/child; echo 1")[1]
    assert.same({ score = 1 }, r)
    assert.is_true(over(dir:read("child"):match "%d+"))
  end)

  it("leaves no folder behind", function()
    local e = open "echo 1"
    e:score(batch_of(), 0, 4)
    local trials = e.trials
    assert.same({ "1", "2", "3", "4" }, fs.list(trials))
    e:settle()
    assert.is_false(fs.exists(trials))
    e = open("echo 1", { keep = true })
    e:score(batch_of(), 0, 2)
    e:settle()
    assert.same({ "1", "2" }, fs.list(e.trials))
    assert.equal("1\n", fs.read(e.trials .. "/1/out"))
    assert.is_false(fs.exists(e.trials .. "/1/err"))
    e:close()
    assert.is_false(fs.exists(e.trials))
  end)

  it("leaves what it says where its folder stays, and what others say always", function()
    local e = open("echo one; echo two >&2; exit 1", { keep = true })
    e:score(batch_of(), 0, 1)
    assert.equal("one\n", fs.read(e.trials .. "/1/out"))
    assert.equal("two\n", fs.read(e.trials .. "/1/err"))
    assert.is_nil(e:said(false))
    e:close()
    e = open "echo 1"
    e:score(batch_of(), 0, 1)
    fs.write(e.trials .. "/worker-1.err", "three\n")
    e:settle()
    assert.same({ "worker-1.err" }, fs.list(e.trials))
    assert.equal("keep = true keeps what they print", e:said(false))
    e:close()
  end)

  it("that is a search has a guard of its own, which the outer one leaves alone", function()
    uv.os_setenv(guard.VARIABLE, "outer")
    local inner = guard.start()
    uv.os_unsetenv(guard.VARIABLE)
    assert.is_true(inner.process:is_active())
    assert.same({}, guard.find "outer")
    inner:close()
  end)

  it("is ended by the guard when the search is gone", function()
    local e = open "echo 1"
    e:score(batch_of(), 0, 1)
    local token = e.guarded.token
    os.execute(("GANAS_GUARD=%s setsid sleep 3600 & true"):format(token))
    local function wait_for(n)
      for _ = 1, 300 do
        if #guard.find(token) == n then break end
        uv.sleep(100)
      end
      assert.equal(n, #guard.find(token))
    end
    wait_for(1)
    e:close()
    wait_for(0)
  end)
end)
