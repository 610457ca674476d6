-- kills.lua - kills a search again and again and compares what it comes to with one that was left alone:
--   ganas-lua lua tests/bench/kills.lua [KILLS] [SEED] [WORKERS]
--
-- The search has WORKERS workers (4) that need a random time for each candidate. It is killed KILLS times
-- (200), most times a random time after its journal has grown, else at any moment, and resumed. At the end
-- its sets and results have to be, byte for byte but for times and order, those of the search that was left
-- alone; no result that was on the disk may be lost; and how often candidates were evaluated that had no
-- result on the disk is said.

local fs = require "ganas.fs"
local program = require "tests.lua.program"
local uv = require "luv"

local kills, seed, workers = tonumber(arg[1] or 200), tonumber(arg[2] or 200), tonumber(arg[3] or 4)

local RECIPE = [[
local space = require "ganas.space"
return {
  about = "x", args = { queries = %d },
  search = { initial = 20, batch = 20, screen = { pool = 4 }, generator = { batches = 1, episodes = 8 },
    discriminator = { first_steps = 3, steps = 2 } },
  space = { name = "letters", ops = { "a", "b", "c", "d" }, grow = space.chain(12) },
  evaluate = { "worker", %q, "lua", "worker.lua", workers = %d },
}
]]

local WORKER = [[
local out = io.open("paid", "a")
out:setvbuf "line"
math.randomseed(tonumber(os.getenv "GANAS_GUARD":match "%d+"))
print '{"hello":1,"protocol":"ganas-eval/1"}'
io.stdout:flush()
for line in io.stdin:lines() do
  local id, arch = line:match '"id":(%d+)', line:match '"arch":"([^"]*)"'
  out:write(id, "\n")
  require("luv").sleep(math.random(0, 40))
  print(('{"id":%s,"status":"ok","value":%d}'):format(id, select(2, arch:gsub("a", ""))))
  io.stdout:flush()
end
]]

local queries = math.max(100, 8 * kills)
local folder = program.folder { ["r.lua"] = RECIPE:format(queries, program.path, workers),
  ["worker.lua"] = WORKER }

local function trajectory(run)
  local list = folder:events(run, "batch", "result")
  table.sort(list)
  return table.concat(list, "\n")
end

local function fail(...)
  io.stderr:write(string.format(...), "\nthe runs are in ", folder.path, "\n")
  os.exit(1, true)
end

math.randomseed(seed)

local function journal_size() return fs.size(folder.path .. "/cut/journal.jsonl") or 0 end

-- Runs a command line and kills it at a random moment; whether it was still there. One that ends by itself
-- has to end well.
local function kill_sometime(line)
  local over, killed, size = nil, false, journal_size()
  local said = uv.fs_open(folder.path .. "/said", "w", 384)
  local process, pid = uv.spawn("sh", {
    args = { "-c", (folder:command(line):gsub("&& ", "&& exec ", 1)) }, stdio = { nil, nil, said },
  }, function(code) over = code end)
  uv.fs_close(said)
  local anywhere, began, grown = math.random() < 0.2, uv.hrtime(), nil
  local wait = (anywhere and 0.6 or 0.12) * math.random()
  local timer = uv.new_timer()
  timer:start(2, 2, function()
    if journal_size() ~= size then grown = grown or uv.hrtime() end
    local since = anywhere and began or grown
    if since and not over and not killed and uv.hrtime() - since > wait * 1e9 then
      killed = true
      uv.kill(pid, "sigkill")
    end
  end)
  while not over do uv.run "once" end
  timer:close()
  process:close()
  uv.run "nowait"
  if not killed and over ~= 0 then fail("%s ended with %d: %s", line, over, folder:read "said") end
  return killed
end

local function results_of(text)
  local found = {}
  for line in text:gmatch "([^\n]*)\n" do
    if line:find '^{"event":"result"' then found[line] = true end
  end
  return found
end

local function check_kept(before, after)
  local has = results_of(after)
  for line in pairs(results_of(before)) do -- order can't matter
    if not has[line] then fail("a result was lost: %s", line) end
  end
end

local code = folder:run(("r.lua --quiet --out whole seed=%d"):format(seed))
if code ~= 0 then fail("the search that was left alone failed: %s", folder:read ".err") end
os.remove(folder.path .. "/paid")
local done, before = 0, ""
while done < kills do
  local line = folder:read "cut/journal.jsonl" and "resume cut --quiet"
    or ("r.lua --quiet --out cut seed=%d"):format(seed)
  local killed = kill_sometime(line)
  local after = folder:read "cut/journal.jsonl" or ""
  check_kept(before, after)
  before = after
  if not killed then break end
  done = done + 1
end
local last, _, err = folder:run "resume cut --quiet"
if last ~= 0 then fail("the last resume failed: %s", err) end
check_kept(before, folder:read "cut/journal.jsonl")
if trajectory "whole" ~= trajectory "cut" then fail "the trajectories differ" end
local paid, evaluated = select(2, folder:read("paid"):gsub("\n", "")), #folder:events("cut", "result")
print(("%d kills, %d results: the same sets and results as left alone; %d evaluations had no result yet "
  .. "when the "
  .. "search was killed (%.2f a kill)"):format(done, evaluated, paid - evaluated, (paid - evaluated) / done))
folder:remove()
