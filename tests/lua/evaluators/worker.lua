-- worker.lua - a worker that misbehaves as it is told: ganas-lua lua worker.lua DEED...
--
-- DEED is NUMBER=HOW: what it does with the candidate of that id. With "once" in front of HOW it does so the
-- first time only: a file named by GANAS_SPEC_MARKS remembers. Anything else is answered with the number of
-- 'a'.

local deeds = {}
for _, word in ipairs { ... } do
  local id, how = word:match "^(%d+)=(.*)$"
  if id then deeds[tonumber(id)] = how else deeds[word] = true end
end

local function say(text)
  io.stdout:write(text, "\n")
  io.stdout:flush()
end

local function answer(id, rest) say(('{"id":%d,%s}'):format(id, rest)) end

local function sleep(seconds) require("luv").sleep(seconds * 1000) end

local HOW = {
  crash = function() require("luv").kill(require("luv").getpid(), "sigkill") end,
  exit = function()
    io.stderr:write "first line\nout of memory\n"
    os.exit(7, true)
  end,
  hang = function() sleep(3600) end,
  deaf = function()
    local signal = require("luv").new_signal()
    signal:start("sigterm", function() end)
    while true do require("luv").run() end
  end,
  dumb = function()
    require("luv").fs_close(1)
    sleep(3600)
  end,
  garbage = function() say "Epoch 1/10: loss nan" end,
  other = function(id) answer(id + 1000, '"status":"ok","value":1') end,
  nameless = function() say '{"status":"ok","value":1}' end,
  big = function(id) answer(id, '"status":"ok","value":1,"error":"' .. ("x"):rep(2 ^ 20) .. '"') end,
  nan = function(id) answer(id, '"status":"ok","value":NaN') end,
  infinite = function(id) answer(id, '"status":"ok","value":-Infinity') end,
  none = function(id) answer(id, '"status":"ok"') end,
  text = function(id) answer(id, '"status":"ok","value":"0.5"') end,
  infeasible = function(id) answer(id, '"status":"infeasible","error":"too wide"') end,
  error = function(id) answer(id, '"status":"error","error":"no data"') end,
  status = function(id) answer(id, '"status":"fine","value":1') end,
  more = function(id) answer(id, '"status":"ok","value":2,"metrics":{"loss":0.5},"cost":3') end,
  twice = function(id)
    answer(id, '"status":"ok","value":1')
    answer(id, '"status":"ok","value":9')
  end,
}

local function first_time(mark)
  local path = os.getenv "GANAS_SPEC_MARKS" .. "." .. mark
  local file = io.open(path, "r")
  if file then
    file:close()
    return false
  end
  io.open(path, "w"):close()
  return true
end

-- With the word "tenth" every tenth candidate meets one of these; few of them hang, for that takes long.
local MIX = { "crash", "exit", "garbage", "other", "big", "nan", "infinite", "none", "text", "infeasible",
  "error",
  "status" }

local function mixed(id)
  if not deeds.tenth or id % 10 ~= 0 then return nil end
  if id % 2000 == 0 then return "hang" end
  return MIX[id / 10 % #MIX + 1]
end

local function deed(id)
  local how = deeds[id] or mixed(id)
  if not how then return nil end
  local once = how:match "^once(.*)$"
  if not once then return how end
  return first_time(id) and once or nil
end

if deeds.mute then
  first_time(tostring(require("luv").os_getpid()))
  sleep(3600)
end
if deeds.stillborn then
  io.stderr:write "ImportError: no module named torch\n"
  os.exit(1, true)
end
say(deeds.hello or deeds.rude and "hello?" or '{"hello":1,"protocol":"ganas-eval/1"}')
for line in io.stdin:lines() do
  local id = tonumber(line:match '"id":(%d+)')
  local how = deed(id)
  if how then
    HOW[how](id)
  else
    answer(id, ('"status":"ok","value":%d'):format(select(2, line:match('"arch":"([^"]*)"'):gsub("a", ""))))
  end
end
