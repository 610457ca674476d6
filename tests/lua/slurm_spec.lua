-- slurm - what accounting says of tasks that the queue has forgotten; stand-ins for Slurm's commands. A real
-- Slurm is in tests/slurm.

local program = require "tests.lua.program"
local uv = require "luv"

local SBATCH = [[
#!/bin/sh
echo x >>submitted
echo "$(wc -l <submitted)"
]]

local SACCT = [[
#!/bin/sh
case "$*" in *"-j 1_0 "*) echo TIMEOUT ;; *"-j 1_1 "*) echo "CANCELLED by 0" ;; *) exit 1 ;; esac
]]

describe("slurm", function()
  if not program.path then return pending "needs the host" end
  local folder

  before_each(function()
    folder = program.folder { ["train.sh"] = "echo value=1\n" }
    local function command(name, text)
      folder:write(name, text)
      uv.fs_chmod(folder.path .. "/" .. name, 493) -- rwxr-xr-x
    end
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

  it("submits what was lost again, and not what ran out of time", function()
    run(1)
    assert.equal("x\nx\n", folder:read "submitted")
    assert.is_nil(result(1):find "attempts")
    assert.matches('"state":"lost","attempts":2', result(2))
  end)
end)
