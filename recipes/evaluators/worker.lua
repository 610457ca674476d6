-- worker.lua - a worker (ganas-eval/1) in plain Lua: how often does the alphabet go on from place to place?
--
-- Says hello, then answers each line of JSON with one. What it prints goes to stdout, so it must print
-- nothing else; errors are for stderr.

local function say(...)
  io.stdout:write(string.format(...), "\n")
  io.stdout:flush()
end

local function steps(arch)
  local n, last = 0, nil
  for letter in arch:gmatch "%a" do
    if last and letter:byte() == last:byte() + 1 then n = n + 1 end
    last = letter
  end
  return n
end

say '{"hello":1,"protocol":"ganas-eval/1"}'
for line in io.stdin:lines() do
  local id, arch = line:match '"id":(%d+)', line:match '"arch":"([^"]*)"'
  say('{"id":%s,"status":"ok","metrics":{"steps":%d}}', id, steps(arch))
end
