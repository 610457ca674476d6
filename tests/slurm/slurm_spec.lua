-- slurm - sets as job arrays of a real Slurm: what tasks can come to, and a search that was killed meanwhile.

local fs = require "ganas.fs"
local program = require "tests.lua.program"
local uv = require "luv"

local RECIPE = [[
local space = require "ganas.space"
return {
  about = "x", args = { queries = 20 },
  search = { initial = 10, screen = { pool = 4 }, generator = { batches = 1, episodes = 8 },
    discriminator = { first_steps = 3, steps = 2 } },
  space = { name = "toy", ops = { "a", "b", "c" }, grow = space.chain(6) },
  evaluate = %s,
}
]]

-- What the tasks do, by id: 3 fails, 4 is infeasible, 5 wants to be tried again once, 6 dies of a signal, 7
-- is requeued by itself, 8 is cancelled, 12 takes too long.
local TRAIN = [[
score() { echo "value=$(echo "$GANAS_ARCH" | tr -cd a | wc -c)"; }
echo "$GANAS_ID" >>"$FOLDER/started"
case $GANAS_ID in
3) echo 'no data' >&2; exit 7 ;;
4) exit 65 ;;
5) [ -e "$FOLDER/five" ] || { touch "$FOLDER/five"; exit 75; }; score ;;
6) kill -KILL $$ ;;
7) [ -e "$FOLDER/seven" ] && score && exit
   touch "$FOLDER/seven"
   scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
   scontrol update JobId="${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID" StartTime=now
   sleep 600 ;;
8) [ -e "$FOLDER/eight" ] && score && exit
   touch "$FOLDER/eight"
   scancel "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
   sleep 600 ;;
12) [ -e "$FOLDER/slow" ] && sleep 600; score ;;
*) while [ -e "$FOLDER/hold" ]; do sleep 0.1; done; score ;;
esac
]]

local function installed()
  for _, name in ipairs { "slurmctld", "slurmd", "sbatch", "munged" } do
    if os.execute("command -v " .. name .. " >/dev/null") ~= 0 then return false end
  end
  return uv.getuid() == 0
end

describe("slurm", function()
  if not program.path then return pending "needs the host" end
  if not installed() then return pending "Slurm (slurmctld slurmd slurm-client munge) isn't here, or not "
    .. "root" end
  local folder = program.folder { ["f.lua"] = RECIPE:format 'function(arch) return arch:count "a" end' }
  local cluster = folder.path .. "/slurm"
  local up = os.execute("tests/slurm/up.sh " .. cluster .. " >" .. folder.path .. "/up 2>&1") == 0
  teardown(function()
    os.execute("tests/slurm/down.sh " .. cluster)
    folder:remove()
  end)
  if not up then return pending("no Slurm could be started: " .. folder:read "up") end
  uv.os_setenv("SLURM_CONF", cluster .. "/slurm.conf")
  uv.os_setenv("FOLDER", folder.path)

  local function recipe(extra)
    folder:write("train.sh", TRAIN)
    folder:write("r.lua", RECIPE:format('{ "slurm", "train.sh", poll = 0.1, ask = 1, ' .. extra .. " }"))
  end

  local function result(run, id)
    for _, line in ipairs(folder:events(run, "result")) do
      if line:find(('"id":%d,'):format(id), 1, true) then return line end
    end
  end

  it("knows every end of a task", function()
    recipe "retries = 1, timeout = 600, partition = 'main'"
    local code, out, err = folder:run "r.lua --quiet --out r"
    assert.same({ 0, "" }, { code, err })
    assert.truthy(out:find "^r: 20 candidates evaluated")
    assert.matches('"state":"failed","error":"exit code 7: no data"', result("r", 3))
    assert.matches('"state":"infeasible"', result("r", 4))
    assert.matches('"state":"done","score":%d,"attempts":2', result("r", 5))
    assert.matches('"state":"lost","attempts":2,"error":"killed by signal 9', result("r", 6))
    assert.matches('"state":"done","score":%d}', result("r", 7))
    assert.matches('"state":"done","score":%d,"attempts":2', result("r", 8))
    assert.same({ "journal.jsonl", "recipe.lua", "report.html", "result.json", "trajectory.csv" },
      fs.list(folder.path .. "/r"))
  end)

  it("cancels a task that takes too long", function()
    recipe "timeout = 5, retries = 0"
    folder:write("slow", "")
    folder:run "r.lua --quiet --out slow_run"
    os.remove(folder.path .. "/slow")
    assert.matches('"state":"failed","error":"no result after 5 s"', result("slow_run", 12))
  end)

  it("takes its jobs over when the search was killed", function()
    recipe "retries = 1"
    folder:write("hold", "")
    os.remove(folder.path .. "/started")
    os.execute(folder:command("r.lua --quiet --out k"):gsub("&& ", "&& exec ", 1)
      .. " >/dev/null 2>&1 & echo $! >"
      .. folder.path .. "/pid")
    local function started() return select(2, (folder:read "started" or ""):gsub("\n", "")) end
    for _ = 1, 600 do
      if started() >= 4 then break end
      uv.sleep(100)
    end
    uv.kill(tonumber(folder:read "pid"), "sigkill")
    local before = started()
    assert.is_true(before >= 4 and before <= 12)
    os.remove(folder.path .. "/hold")
    local code, out = folder:run "resume k --quiet"
    assert.equal(0, code)
    assert.truthy(out:find "^r: 20 candidates evaluated")
    local count = {}
    for id in folder:read("started"):gmatch "%d+" do count[id] = (count[id] or 0) + 1 end
    for _, id in ipairs { "1", "2", "9", "10", "11" } do assert.equal(1, count[id], "task " .. id) end
    assert.same(folder:events("r", "batch"), folder:events("k", "batch"))
  end)

  it("says what sbatch says", function()
    recipe "partition = 'nowhere'"
    local code, _, err = folder:run "r.lua --quiet --out n"
    assert.equal(1, code)
    assert.matches("^r.lua:7: sbatch took no job: sbatch: error: .*partition", err)
  end)
end)
