-- worker - the evaluator whose processes stay: each candidate is a line of JSON in, a line of JSON out.
--
--   { "worker", "python3", "worker.py", workers = 4, timeout = 600, retries = 1, startup = 120 }
--
-- Protocol ganas-eval/1. When it is ready a worker writes {"hello":1,"protocol":"ganas-eval/1"}; then it gets
-- requests (ganas.request) one at a time and answers each with {"id":...,"status":"ok|infeasible|error",
-- "value":...,"metrics":{...},"cost":...,"error":"..."} (ganas.reply). At the end of its input it ends. A
-- worker that crashes, ends early, says what is no answer or answers with another id is replaced, and its
-- candidate tried again; one that is late or answers too much is replaced, and its candidate has failed.
--
-- The end of what the workers of a place write on stderr is in RUN/trials/worker-N.err.

local child = require "ganas.child"
local fs = require "ganas.fs"
local loop = require "ganas.loop"
local message = require "ganas.message"
local parse = require "ganas.parse"
local processes = require "ganas.processes"
local reply = require "ganas.reply"
local request = require "ganas.request"
local tail = require "ganas.tail"
local uv = require "luv"

local Worker = { kind = "worker" }
Worker.__index = Worker

local PROTOCOL = "ganas-eval/1"
local HELLO = '{"hello":1,"protocol":"ganas-eval/1"}'
local ANSWER = '{"id":7,"status":"ok","value":0.9}' -- an example
local HOPELESS = 3 -- workers in a row that end before their hello, while none has ever said it

local FIELDS = {
  startup = { type = "number", above = 0, default = 300, expected = "seconds until a worker says hello" },
  cwd = { type = "string", expected = "the folder in which the workers run" },
}

local function open(spec, space, context)
  local self = processes.new(Worker, spec, space, context, FIELDS)
  self.members, self.stillborn, self.tails = {}, 0, {}
  return self
end

-- ---- answers ----

local function lost(why, words)
  local text = words and why .. ": " .. words or why
  return { retry = "lost", result = { state = "lost", error = text } }
end

-- Gives a member's candidate its outcome; the member is free, or is over.
local function answer(self, member, outcome)
  local task = member.task
  if not task then return end
  member.task = nil
  loop.close(task.timer)
  outcome.result.seconds = (uv.hrtime() - task.began) * 1e-9
  if self.members[task.place] == member and member.gone then self.members[task.place] = nil end
  task.done(outcome)
end

-- A member that can't be trusted any more: ended, another takes its place.
local function dismiss(self, member, outcome)
  member.outcome = member.outcome or outcome
  if self.members[member.place] == member then self.members[member.place] = nil end
  self.leaving[member] = true
  member.process:kill()
end

local function greeting(self, member, object, line)
  if type(object) == "table" and object.hello and object.protocol == PROTOCOL then
    member.ready, self.greeted = true, true
    return self:ask(member)
  end
  dismiss(self, member, lost(("its first line is %s; expected %s, and other things on stderr"):format(
    message.quote(line:sub(1, 60)), HELLO)))
end

-- What is wrong with the id of an answer, in words.
local function stray(object, task)
  local wanted = task and message.number(task.job.id)
  if object.id == nil and wanted then return ('its answer has no "id"; expected "id":%s'):format(wanted) end
  return ("it answered about %s instead of %s"):format(message.value(object.id), wanted or "nothing")
end

local function hear(self, member, line)
  if member.outcome then return end
  if not line then return dismiss(self, member, processes.too_long()) end
  local object = parse(line)
  if not member.ready then return greeting(self, member, object, line) end
  local task = member.task
  if type(object) ~= "table" then
    return dismiss(self, member, lost(("it wrote %s, which is no answer; expected a line like %s, and other "
      .. "things on stderr"):format(message.quote(line:sub(1, 60)), ANSWER)))
  elseif not task or object.id ~= task.job.id then
    return dismiss(self, member, lost(stray(object, task)))
  end
  answer(self, member, { result = reply.of(object, self.names) })
end

-- ---- members ----

-- What the end of a member that nobody asked for comes to.
local function early(member, code, signal)
  local how = signal ~= 0 and "killed by signal " .. signal or "it ended early, exit code " .. code
  if code == 65 and signal == 0 then return processes.ended(code, signal, member.process:last_words()) end
  return lost(how, member.process:last_words())
end

local function ended(self, member, code, signal)
  member.gone = true
  self.leaving[member] = nil
  if self.members[member.place] == member then self.members[member.place] = nil end
  loop.close(member.timer)
  if not member.ready then self.stillborn = self.stillborn + 1 end
  local outcome = member.outcome or early(member, code, signal)
  if not self.greeted and self.stillborn >= HOPELESS then
    outcome.retry, self.hopeless = nil, outcome.result.error
  end
  answer(self, member, outcome)
end

-- A function for what a member says on stderr: into the file of its place. nil without a run.
local function keeper(self, member, log)
  if not log then return nil end
  local path = fs.join(log.dir, "trials", ("worker-%d.err"):format(member.place))
  self.tails[member.place] = self.tails[member.place] or tail.new(path)
  return function(text)
    if not member.spoke then
      text = ("-- process %d, %s\n%s"):format(member.process.pid, os.date "%Y-%m-%d %H:%M:%S", text)
    end
    member.spoke = true
    self.tails[member.place]:write(text)
  end
end

local function hire(self, place, log)
  local member = { place = place }
  local process, why, code = child.start {
    words = self.words, env = processes.guard(self).env, cwd = self.fields.cwd, feed = true,
    on_line = function(_, line) hear(self, member, line) end, on_err = keeper(self, member, log),
    on_exit = function(_, status, signal) ended(self, member, status, signal) end,
    on_mute = function() dismiss(self, member, lost("it closed its stdout", member.process:last_words())) end,
  }
  if not process then return nil, processes.not_started(self, why, code) end
  member.process = process
  member.timer = loop.timer(self.fields.startup, function()
    if member.ready then return end
    dismiss(self, member, processes.late(self.fields.startup, process:last_words(),
      "no hello within %s s (startup); expected the line " .. HELLO))
  end)
  self.members[place] = member
  return member
end

-- Sends a member its task when it is ready for it.
function Worker:ask(member)
  local task = member.task
  loop.close(member.timer)
  if not task then return end
  member.process:send(request.text(task.job, task.job.object) .. "\n")
  if self.fields.timeout then
    task.timer = loop.timer(self.fields.timeout, function()
      if member.task ~= task then return end
      member.outcome = processes.late(self.fields.timeout, member.process:last_words())
      if self.members[task.place] == member then self.members[task.place] = nil end
      self.leaving[member] = true
      member.process:stop()
    end)
  end
end

function Worker:begin(place, job, _, done)
  self.leaving = self.leaving or {}
  if self.hopeless then return done { result = { state = "lost", error = self.hopeless, seconds = 0 } } end
  local member, failure = self.members[place], nil
  if not member then member, failure = hire(self, place, job.log) end
  if not member then return done(failure) end
  member.task = { job = job, place = place, done = done, began = uv.hrtime() }
  if member.ready then self:ask(member) end
end

-- ---- as an evaluator ----

local function all(self)
  local list = {}
  for _, member in pairs(self.members) do list[#list + 1] = member end -- order can't matter
  for member in pairs(self.leaving or {}) do list[#list + 1] = member end -- order can't matter
  return list
end

function Worker:drop()
  for _, member in ipairs(all(self)) do member.process:stop() end
end

-- Workers end at the end of their input; those that don't are ended.
function Worker:close()
  local list = all(self)
  for _, member in ipairs(list) do member.process:finish() end
  local timer = loop.timer(1, function()
    for _, member in ipairs(list) do member.process:stop(1) end
  end)
  loop.wait(function()
    for _, member in ipairs(list) do
      if not member.gone then return false end
    end
    return true
  end)
  loop.close(timer)
  if self.guarded then self.guarded:close() end
end

-- How many workers have been started and have said nothing yet.
function Worker:silent()
  local n = 0
  for _, member in pairs(self.members) do -- order can't matter
    if not member.ready then n = n + 1 end
  end
  return n
end

function Worker:score(batch, first, n, call) return processes.score(self, batch, first, n, call) end

Worker.idle = processes.idle

-- Where the workers of a run have said something, in words.
function Worker:said()
  for place = 1, self.workers do
    local path = self.tails[place] and self.tails[place].path
    if path and fs.exists(path) then return ("what it said is in %s"):format(message.quote(path)) end
  end
end

function Worker:describe()
  return ("%d worker%s %s"):format(self.workers, self.workers == 1 and "" or "s",
    message.quote(table.concat(self.words, " ")))
end

return { open = open, FIELDS = FIELDS }
