-- soak.lua - many evaluations of which a tenth fails in every way there is: ganas-lua lua
-- tests/bench/soak.lua
-- [QUERIES] [SEED] [WORKERS]
--
-- One random search over QUERIES candidates (20000) with workers that crash, hang, end early, write garbage,
-- answer about others, answer too much, say NaN or that a candidate is infeasible or failed. Says how much
-- memory the search took at most, what it left behind (processes, temporary files), how many files it had
-- open, and what the states were. It fails where memory is over 100 MB or anything is left.

local fs = require "ganas.fs"
local program = require "tests.lua.program"
local uv = require "luv"

local queries, seed, workers = tonumber(arg[1] or 20000), tonumber(arg[2] or 200), tonumber(arg[3] or 4)
local MOST = 100 -- MB

local folder = program.folder {}
fs.mkdir(folder.path .. "/tmp")
folder:write("r.lua", program.letters(queries,
  ('{ "worker", %q, "lua", %q, "tenth", workers = %d, timeout = 5, retries = 1 }'):format(program.path,
    uv.fs_realpath "tests/lua/evaluators/worker.lua", workers)))

local function numbers_of(pid)
  local status = fs.read(("/proc/%d/status"):format(pid)) or ""
  return tonumber(status:match "VmHWM:%s*(%d+)") or 0, #fs.list(("/proc/%d/fd"):format(pid))
end

-- Processes that have the folder in their environment.
local function left()
  local n = 0
  for _, name in ipairs(fs.list "/proc") do
    local text = name:find "^%d+$" and fs.read("/proc/" .. name .. "/environ")
    if text and text:find("PWD=" .. folder.path, 1, true) then n = n + 1 end
  end
  return n
end

local over, memory, files, code = false, 0, 0, nil
local process, pid = uv.spawn("sh", {
  args = { "-c", (folder:command(("r.lua --quiet --out r seed=%d >out 2>err"):format(seed),
    "TMPDIR=tmp"):gsub("&& ", "&& exec env ", 1)) },
  stdio = {},
}, function(status) over, code = true, status end)
local timer = uv.new_timer()
timer:start(100, 100, function()
  local most, open = numbers_of(pid)
  memory, files = math.max(memory, most), math.max(files, open)
end)
local began = uv.hrtime()
while not over do uv.run "once" end
local seconds = (uv.hrtime() - began) * 1e-9
timer:close()
process:close()
uv.run "nowait"
for _ = 1, 100 do
  if left() == 0 then break end
  uv.sleep(100)
end

local states = {}
for _, line in ipairs(folder:events("r", "result")) do
  local state = line:match '"state":"(%l+)"'
  states[state] = (states[state] or 0) + 1
end
print(("%d queries in %.0f s: exit code %d; %d done, %d infeasible, %d failed, %d lost"):format(queries,
  seconds, code,
  states.done or 0, states.infeasible or 0, states.failed or 0, states.lost or 0))
local processes, remains = left(), #fs.list(folder.path .. "/tmp")
print(("at most %.1f MB and %d open files; left behind: %d processes, %d temporary files, "
  .. "%s"):format(memory / 1024,
  files, processes, remains, table.concat(fs.list(folder.path .. "/r"), " ")))
local clean = processes == 0 and remains == 0 and #fs.list(folder.path .. "/r") == 6 -- trials too
if code ~= 0 or memory > MOST * 1024 or not clean then
  print(folder:read "err")
  os.exit(1, true)
end
folder:remove()
