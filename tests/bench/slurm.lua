-- slurm.lua - a set of tasks by the evaluator beside the same array submitted by hand, as root, on a private
-- Slurm of one node: ganas-lua lua tests/bench/slurm.lua [TASKS] [SECONDS a task]
--
-- By hand: sbatch, then the results are counted in the folder until all are there.

local fs = require "ganas.fs"
local program = require "tests.lua.program"
local uv = require "luv"

local tasks, length = tonumber(arg[1] or 200), tonumber(arg[2] or 0.1)

local folder = program.folder {
  ["r.lua"] = program.letters(tasks, '{ "slurm", "train.sh" }'),
  ["train.sh"] = ("sleep %s\necho 1\n"):format(length),
  ["hand.sh"] = ("#!/bin/sh\nsleep %s\necho 1 >$DONE/$SLURM_ARRAY_TASK_ID\n"):format(length),
}
local cluster = folder.path .. "/slurm"
assert(os.execute("tests/slurm/up.sh " .. cluster) == 0, "no Slurm could be started")
uv.os_setenv("SLURM_CONF", cluster .. "/slurm.conf")

local function clock(deed)
  local began = uv.hrtime()
  deed()
  return (uv.hrtime() - began) * 1e-9
end

local function by_hand(turn)
  local done = ("%s/hand%d"):format(folder.path, turn)
  fs.mkdir(done)
  os.execute(("cd %s && DONE=hand%d sbatch --array=0-%d --output=/dev/null hand.sh >/dev/null"):format(
    folder.path, turn, tasks - 1))
  while #fs.list(done) < tasks do uv.sleep(100) end
end

local function by_evaluator(turn)
  local code, _, err = folder:run("r.lua --quiet --out r" .. turn)
  assert(code == 0, err)
end

-- By hand, twice by the evaluator, by hand: what else the machine does, more or less from turn to turn, is
-- shared.
local hand, evaluator = 0, 0
for turn, deed in ipairs { by_hand, by_evaluator, by_evaluator, by_hand } do
  local seconds = clock(function() deed(turn) end)
  if deed == by_hand then hand = hand + seconds / 2 else evaluator = evaluator + seconds / 2 end
end
print(("%d tasks of %s s: %.1f s by hand, %.1f s by the evaluator (%.2f times)"):format(tasks, length, hand,
  evaluator, evaluator / hand))
os.execute("tests/slurm/down.sh " .. cluster)
folder:remove()
