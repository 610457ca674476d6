-- pool.lua - what the pool of workers costs for each candidate: ganas-lua lua tests/bench/pool.lua [QUERIES]
-- [TIMES]
--
-- Random searches with workers in LuaJIT that answer at once: seconds of evaluation, requests, answers and
-- journal together, by number of workers; the best of TIMES (5) runs.

local program = require "tests.lua.program"
local uv = require "luv"

local queries, times = tonumber(arg[1] or 5000), tonumber(arg[2] or 5)

local folder = program.folder {}
folder:write("r.lua", program.letters(queries,
  ('{ "worker", "luajit", %q }'):format(uv.fs_realpath "recipes/evaluators/worker.lua")))

local function seconds(workers)
  os.execute("rm -rf " .. folder.path .. "/r")
  local code, out, err = folder:run(("r.lua --quiet --json --out r --workers %d"):format(workers))
  assert(code == 0, err)
  return tonumber(out:match '"seconds":{[^}]*"evaluate":([%d.e-]+)')
end

for _, workers in ipairs { 1, 2, 4 } do
  local best = math.huge
  for _ = 1, times do best = math.min(best, seconds(workers)) end
  print(("%d worker%s: %.0f us a candidate"):format(workers, workers == 1 and "" or "s",
    1e6 * best / queries))
end
folder:remove()
