-- slurm - what accounting says of tasks that the queue has forgotten; stand-ins for Slurm's commands. A real
-- Slurm is in tests/slurm.

local program = require "tests.lua.program"
local uv = require "luv"

local SBATCH = [[
#!/bin/sh
echo x >>submitted
echo "$(wc -l <submitted)"
]]

-- The first array's task wants to be tried again; then Slurm is down, until squeue was asked 9 times. Where
-- there is a file `through` what is submitted meanwhile is taken, though nobody says so.
local FRAIL_SBATCH = [[
#!/bin/sh
for script; do :; done
echo x >>called
if [ ! -e submitted ]; then
  echo 75 >"${script%/arrays/*}/1/code"
  touch down
elif [ -e down ]; then
  [ -e through ] && echo x >>submitted
  echo 'Unable to contact slurm controller (connect failure)' >&2
  exit 1
fi
echo x >>submitted
wc -l <submitted
]]

local FRAIL_SQUEUE = [[
#!/bin/sh
echo x >>asked
[ "$(wc -l <asked)" -gt 9 ] && rm -f down
[ -e down ] && exit 1
[ "$(wc -l <submitted)" -gt 1 ] || exit 0
echo "$6 0 2 RUNNING"
cd r/trials/1 && echo 3 >out && echo 0 >code
]]

-- The first array's task has begun and is requeued; when the queue has been asked 40 times it runs, and ends.
local REQUEUED_SBATCH = [[
#!/bin/sh
for script; do :; done
touch "${script%/arrays/*}/1/started"
echo 1
]]

local REQUEUED_SQUEUE = [[
#!/bin/sh
echo x >>asked
state=PENDING
if [ "$(wc -l <asked)" -gt 40 ]; then
  state=RUNNING
  cd r/trials/1 && echo 3 >out && echo 0 >code
fi
echo "$6 0 1 $state"
]]

-- The search is killed as it submits its only task; as the queue is asked next, that runs, and dies before
-- the answer is read. The second array's ends well.
local KILLING_SBATCH = [[
#!/bin/sh
for script; do :; done
trial=${script%/arrays/*}/1
echo x >>submitted
[ "$(wc -l <submitted)" -gt 1 ] || kill -9 $PPID
echo 3 >"$trial/out" && echo 0 >"$trial/code"
echo 2
]]

local DYING_SQUEUE = [[
#!/bin/sh
[ "$(wc -l <submitted)" -gt 1 ] || echo 137 >r/trials/1/code
echo "$6 0 1 RUNNING"
]]

local SACCT = [[
#!/bin/sh
case "$*" in *"-j 1_0 "*) echo TIMEOUT ;; *"-j 1_1 "*) echo "CANCELLED by 0" ;; *) exit 1 ;; esac
]]

describe("slurm", function()
  if not program.path then return pending "needs the host" end
  local folder

  local function command(name, text)
    folder:write(name, text)
    uv.fs_chmod(folder.path .. "/" .. name, 493) -- rwxr-xr-x
  end

  before_each(function()
    folder = program.folder { ["train.sh"] = "echo value=1\n" }
    command("sbatch", SBATCH)
    command("squeue", "#!/bin/sh\n")
    command("sacct", SACCT)
  end)
  after_each(function() folder:remove() end)

  local function run(retries)
    local spec = '{ "slurm", "train.sh", retries = %d, poll = 0.02, ask = 0.02 }'
    folder:write("r.lua", program.letters(3, spec:format(retries)))
    return folder:run("r.lua --quiet --out r", "PATH=.:$PATH")
  end

  local function result(id)
    for _, line in ipairs(folder:events("r", "result")) do
      if line:find(('"id":%d,'):format(id), 1, true) then return line end
    end
  end

  it("takes the word of accounting for what the queue has forgotten", function()
    local code, _, err = run(0)
    assert.equal(1, code)
    assert.matches("all 3 candidates of the first set failed", err)
    assert.matches('"state":"failed","error":"Slurm says TIMEOUT"', result(1))
    assert.matches('"state":"lost","error":"Slurm says CANCELLED"', result(2))
    assert.matches('"state":"lost","error":"Slurm says nothing any more"', result(3))
  end)

  it("gives a task that is requeued its time anew", function()
    command("sbatch", REQUEUED_SBATCH)
    command("squeue", REQUEUED_SQUEUE)
    folder:write("r.lua", program.letters(1,
      '{ "slurm", "train.sh", timeout = 0.5, poll = 0.02, ask = 0.05, retries = 0 }'))
    local code, _, err = folder:run("r.lua --quiet --out r", "PATH=.:$PATH")
    assert.same({ 0, "" }, { code, err })
    assert.matches('"state":"done","score":3', result(1))
  end)

  it("waits where Slurm doesn't answer any more, and submits nothing twice", function()
    for _, through in ipairs { false, true } do
      os.execute("cd " .. folder.path .. " && rm -rf r submitted asked called")
      if through then folder:write("through", "") end
      command("sbatch", FRAIL_SBATCH)
      command("squeue", FRAIL_SQUEUE)
      folder:write("r.lua", program.letters(1, '{ "slurm", "train.sh", poll = 0.02, ask = 0.05 }'))
      local code, _, err = folder:run("r.lua --quiet --out r", "PATH=.:$PATH")
      assert.same({ 0, "ganas-lua: Slurm doesn't answer; what is to be submitted waits until it does\n" },
        { code, err })
      assert.matches('"state":"done","score":3,"attempts":2', result(1))
      assert.same({ "x\nx\n", through and "x\nx\n" or "x\nx\nx\n" },
        { folder:read "submitted", folder:read "called" })
    end
  end)

  it("submits anew what ran by the queue's word and had died by its own", function()
    command("sbatch", KILLING_SBATCH)
    command("squeue", DYING_SQUEUE)
    folder:write("r.lua", program.letters(1, '{ "slurm", "train.sh", poll = 0.02, ask = 0.05 }'))
    folder:run("r.lua --quiet --out r", "PATH=.:$PATH")
    local code = folder:run("resume r --quiet", "PATH=.:$PATH timeout 60 env")
    assert.equal(0, code)
    assert.matches('"state":"done","score":3,"attempts":2', result(1))
    assert.equal("x\nx\n", folder:read "submitted")
  end)

  it("starts nothing where Slurm doesn't answer", function()
    command("sbatch", "#!/bin/sh\necho 'Unable to contact slurm controller' >&2\nexit 1\n")
    command("squeue", "#!/bin/sh\nexit 1\n")
    local code, _, err = run(1)
    assert.same({ 1, "r.lua:6: sbatch took no job: Unable to contact slurm controller\n" }, { code, err })
    code, _, err = folder:run("resume r --quiet", "PATH=.:$PATH")
    assert.equal(1, code)
    assert.equal("r.lua:6: squeue doesn't answer, so that nobody knows which jobs of this run are at work; "
      .. "all that there is is kept: try again when it does\n", err)
  end)

  it("submits what was lost again, and not what ran out of time", function()
    run(1)
    assert.equal("x\nx\n", folder:read "submitted")
    assert.is_nil(result(1):find "attempts")
    assert.matches('"state":"lost","attempts":2', result(2))
  end)
end)
