-- team - many independent jobs, shared among processes of this program.
--
-- The command that has the jobs is started once a process with its own words and share=I/N: process I
-- does the jobs I, I+N, I+2N ... and prints "number<TAB>result" as each is done. Which process does a job
-- changes nothing about its result.

local message = require "ganas.message"
local progress = require "ganas.progress"
local sorted = require "ganas.sorted"
local uv = require "luv"

local team = {}

team.SHARE = "share"

-- ---- in a process of the team ----

-- Does a share "I/N" of the jobs; `deed(job)` gives a result without tabs and line ends.
function team.work(share, jobs, deed)
  local number, of = share:match "^(%d+)/(%d+)$"
  number, of = tonumber(number), tonumber(of)
  if not number or of < 1 then
    message.usage("argument 'share' is %s; expected nothing: it is for processes of a comparison",
      message.quote(share))
  end
  for i = number, #jobs, of do
    io.stdout:write(i, "\t", deed(jobs[i]), "\n")
    io.stdout:flush()
  end
end

-- ---- in the first process ----

-- The words that lead to the same task in another process.
function team.words(given)
  local words = { given.operand }
  for name, text in sorted(given.args) do words[#words + 1] = name .. "=" .. text end
  if given.data then words[#words + 1] = "--data=" .. given.data end
  if given.json then words[#words + 1] = "--json" end
  return words
end

local Team = {}
Team.__index = Team

function Team:note(line)
  local number, result = line:match "^(%d+)\t(.*)$"
  number = tonumber(number)
  if not number or self.results[number] then return end
  self.results[number], self.done = result, self.done + 1
  self.display:say(("%d of %d searches"):format(self.done, self.count))
end

-- Whole lines of what a process prints; the rest waits for more.
function Team:read(member, text)
  local rest = member.rest .. text
  for line in rest:gmatch "([^\n]*)\n" do self:note(line) end
  member.rest = rest:match "[^\n]*$"
end

function Team:stop(signal)
  for _, member in ipairs(self.members) do
    if member.process and not member.over then member.process:kill(signal) end
  end
end

-- The first process that fails ends all others; what it said is shown.
function Team:ended(member, code, signal)
  member.over = true
  member.process:close()
  if code == 0 and signal == 0 or self.failed or self.interrupted then return end
  self.failed = member
  self:stop "sigkill"
end

-- Hands texts of a pipe on, and closes it at its end: no handle may be left open when the program ends.
local function reader(pipe, take)
  return function(_, text)
    if text then return take(text) end
    pipe:close()
  end
end

function Team:start(command, words, number, of)
  local out, err = uv.new_pipe(false), uv.new_pipe(false)
  local member = { rest = "", said = {} }
  local list = { command, unpack(words) }
  list[#list + 1] = ("%s=%d/%d"):format(team.SHARE, number, of)
  local process, problem = uv.spawn(uv.exepath(), { args = list, stdio = { nil, out, err } },
    function(code, signal) self:ended(member, code, signal) end)
  if not process then message.user("can't start another process of the comparison: %s", problem) end
  member.process = process
  out:read_start(reader(out, function(text) self:read(member, text) end))
  err:read_start(reader(err, function(text) member.said[#member.said + 1] = text end))
  self.members[number] = member
end

local function on_interrupt(self)
  local signal = uv.new_signal()
  signal:start("sigint", function()
    self.interrupted = true
    self:stop "sigkill"
  end)
  signal:unref()
  return signal
end

local function check(self)
  self.display:clear()
  if self.interrupted then message.interrupted "interrupted; a comparison keeps nothing" end
  if self.failed then
    local said = table.concat(self.failed.said)
    message.user("%s", said ~= "" and (said:gsub("^ganas%-lua: ", ""):gsub("\n+$", ""))
      or "a process of the comparison was killed")
  end
end

-- Results of all jobs of a command, by number. `given`: words, threads (processes), quiet.
function team.run(command, given, count)
  local self = setmetatable({
    members = {}, results = {}, done = 0, count = count, display = progress.new { quiet = given.quiet },
  }, Team)
  local of = math.min(count, given.threads)
  for number = 1, of do self:start(command, given.words, number, of) end
  local signal = on_interrupt(self)
  uv.run()
  signal:close()
  uv.run() -- what closing calls for
  check(self)
  return self.results
end

return team
