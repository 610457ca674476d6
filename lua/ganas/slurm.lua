-- slurm - the evaluator for clusters: the candidates of a set are one job array.
--
--   { "slurm", "train.sh", partition = "main", time = "01:00:00", options = { "--gres=gpu:1" }, timeout =
-- 3600 }
--
-- Each task runs the command as ganas.command does, with the same environment and the same folder
-- RUN/trials/ID on a disk that all nodes share. It leaves its output in `out` and `err` and, at its end, its
-- exit code in `code`: what is in the folder counts, then what squeue says, then sacct where there is one. A
-- task that Slurm requeues is waited for; one that is gone without a code is submitted again. Nothing
-- listens, nothing stays: when the search ends early the jobs go on, and a search that is resumed takes them
-- over by the names of their arrays.

local child = require "ganas.child"
local core = require "ganas.core"
local fs = require "ganas.fs"
local loop = require "ganas.loop"
local message = require "ganas.message"
local processes = require "ganas.processes"
local reply = require "ganas.reply"
local trial = require "ganas.trial"
local uv = require "luv"

local Slurm = { kind = "slurm", remote = true }
Slurm.__index = Slurm

local ARRAY = 1000   -- tasks of one array
local OUTPUT = 65536 -- bytes of output that are looked at
local GONE = 3       -- looks at the queue without a task before it counts as lost

local FIELDS = {
  partition = { type = "string" },
  time = { type = "string", expected = "a limit for Slurm, such as '01:00:00'" },
  options = { type = "list", default = {}, of = { type = "string" },
    expected = "a list of options of sbatch" },
  keep = { type = "boolean", default = false },
  poll = { type = "number", above = 0, default = 0.5, expected = "seconds between looks for results" },
  ask = { type = "number", above = 0, default = 10, expected = "seconds between looks at the queue" },
}

local function open(spec, space, context)
  processes.check_program("sbatch", context.where "evaluate")
  local words = { unpack(spec, 2) }
  local first = type(words[1]) == "string" and processes.place(words[1], context)
  local script = first and fs.is_file(first) and trial.absolute(first)
  local changed = { spec[1], unpack(words) }
  for name, value in pairs(spec) do -- order can't matter: a copy
    if type(name) ~= "number" then changed[name] = value end
  end
  if script then
    changed[2] = script
    if not uv.fs_access(script, "X") then table.insert(changed, 2, "sh") end
  end
  local self = processes.new(Slurm, changed, space, context, FIELDS)
  self.limit = (context.given or {}).workers and context.workers or self.fields.workers
  return self
end

-- ---- Slurm's commands ----

-- Exit code, stdout and last words of a command; nothing else happens meanwhile.
local function run(words)
  local lines, ended = {}, nil
  local process, why = child.start {
    words = words, env = {},
    on_line = function(_, line) lines[#lines + 1] = line end,
    on_exit = function(_, code, signal) ended = { code = code, signal = signal } end,
  }
  if not process then return nil, {}, why end
  loop.wait(function() return ended ~= nil end)
  return ended.signal == 0 and ended.code or nil, lines, process:last_words()
end

local RUNNING = { PENDING = true, RUNNING = true, REQUEUED = true, REQUEUE_HOLD = true, SUSPENDED = true,
  CONFIGURING = true, COMPLETING = true, RESIZING = true, SPECIAL_EXIT = true, STOPPED = true,
    SIGNALING = true,
  STAGE_OUT = true, REQUEUE_FED = true, RESV_DEL_HOLD = true }

-- Those in which a task that has begun is to begin anew.
local WAITING = { PENDING = true, REQUEUED = true, REQUEUE_HOLD = true, REQUEUE_FED = true,
  SPECIAL_EXIT = true, CONFIGURING = true }

-- States of the tasks of some arrays: "name index" -> { state, job }; nil where Slurm doesn't answer.
local function queue(names)
  local code, lines = run {
    "squeue", "-h", "-r", "-t", "all", "-n", table.concat(names, ","), "-o", "%j %K %F %T",
  }
  if code ~= 0 then return nil end
  local states = {}
  for _, line in ipairs(lines) do
    local name, index, job, state = line:match "^(%S+) (%d+) (%d+) (%S+)"
    if name then states[name .. " " .. index] = { state = state, job = job } end
  end
  return states
end

-- What accounting says of a task that the queue has forgotten; nil without accounting.
local function accounted(task)
  if not task.job then return nil end
  local code, lines = run { "sacct", "-n", "-X", "-P", "-j", task.job .. "_" .. task.index, "-o", "State" }
  return code == 0 and lines[1] and lines[1]:match "^%a[%a_]*" or nil
end

-- ---- submitting ----

local function quote(text) return "'" .. tostring(text):gsub("'", "'\\''") .. "'" end

local TASK = [[
#!/bin/sh
# A task of the array: the trial in its place of the list.
set -- IDS
shift "$SLURM_ARRAY_TASK_ID"
trial=ROOT/$1
cd CWD || exit 1
. "$trial/env"
[ ! -e "$trial/code" ] || rm -f "$trial/code"
echo "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID" >"$trial/started"
(. "$trial/command") >"$trial/out" 2>"$trial/err"
echo $? >"$trial/code.tmp" && sync "$trial/code.tmp" && mv "$trial/code.tmp" "$trial/code"
]]

local function exports(values)
  local lines = {}
  for name, value in pairs(trial.environment(values)) do -- order can't matter: each is set once
    lines[#lines + 1] = ("export %s=%s\n"):format(name, quote(value))
  end
  return table.concat(lines)
end

local function write_trial(self, task)
  for _, name in ipairs { "code", "started", "out", "err" } do uv.fs_unlink(fs.join(task.folder, name)) end
  local values, words = trial.prepare(task.folder, task.item), {}
  for i, word in ipairs(trial.words(self.words, values)) do words[i] = quote(word) end
  fs.write(fs.join(task.folder, "env"), exports(values))
  fs.write(fs.join(task.folder, "command"), "exec " .. table.concat(words, " ") .. "\n")
end

-- A name that no other run has, and no other array of this one.
local function array_name(self)
  local used = fs.list(fs.join(self.trials, "arrays"))
  return ("ganas-%s-%d"):format(core.md5(self.trials):sub(1, 10), #used + 1)
end

-- The number of the job, or nil and what sbatch says.
local function sbatch(self, array)
  local words = { "sbatch", "--parsable", "--job-name=" .. array.name,
    "--output=" .. fs.join(array.folder, "log"),
    ("--array=0-%d%s"):format(#array.tasks - 1, self.limit and "%" .. self.limit or ""), "--requeue" }
  if self.fields.partition then words[#words + 1] = "--partition=" .. self.fields.partition end
  if self.fields.time then words[#words + 1] = "--time=" .. self.fields.time end
  for _, option in ipairs(self.fields.options) do words[#words + 1] = option end
  words[#words + 1] = fs.join(array.folder, "task.sh")
  local code, lines, said = run(words)
  local job = code == 0 and lines[1] and lines[1]:match "^%d+"
  if job then return job end
  return nil, said
end

-- The number of the job that has an array's name, where there is one.
local function job_of(states, array)
  for i = 0, #array.tasks - 1 do
    local found = states[array.name .. " " .. i]
    if found then return found.job end
  end
end

-- The number of an array's job, submitted if need be; nil while Slurm doesn't answer, which it has done
-- before. `again`: it has been tried, and may have come through though nobody said so.
local function submit(self, array, again)
  local states = again and queue { array.name }
  if again and not states then return nil end
  local job, said = states and job_of(states, array), nil
  if not job then job, said = sbatch(self, array) end
  if job then return job end
  states = queue { array.name }
  if not states and self.answered then return nil end
  return states and job_of(states, array) or message.user("%s: sbatch took no job: %s",
    self.plan.where "evaluate", said or "no reason given")
end

-- Submits an array; whether Slurm has it.
local function deliver(self, array, again)
  local job = submit(self, array, again)
  if not job then return false end
  self.answered = true
  for _, task in ipairs(array.tasks) do task.job, task.unsent = job, nil end
  return true
end

-- Makes the array of some tasks. What is needed to find it again is on the disk before it is submitted.
local function prepare(self, tasks)
  local name, ids = array_name(self), {}
  local folder = fs.join(self.trials, "arrays", name)
  fs.mkdir(folder)
  for i, task in ipairs(tasks) do
    write_trial(self, task)
    ids[i] = message.number(task.item.id)
    task.name, task.index, task.missing, task.since, task.unsent = name, i - 1, 0, nil, true
  end
  fs.write_atomic(fs.join(folder, "list"), table.concat(ids, "\n") .. "\n")
  fs.write(fs.join(folder, "task.sh"), (TASK:gsub("%u%u%u+", {
    IDS = table.concat(ids, " "), ROOT = quote(self.trials), CWD = quote(uv.cwd()),
  })))
  return { name = name, folder = folder, tasks = tasks }
end

-- ---- taking over ----

-- Ties tasks to the arrays that an earlier search submitted; the last array that lists one counts.
local function adopt(self, tasks)
  local by_id, names = {}, fs.list(fs.join(self.trials, "arrays"))
  for _, task in ipairs(tasks) do by_id[task.item.id] = task end
  table.sort(names, function(a, b) return tonumber(a:match "%d+$") < tonumber(b:match "%d+$") end)
  for _, name in ipairs(names) do
    local index = 0
    for id in (fs.read(fs.join(self.trials, "arrays", name, "list")) or ""):gmatch "%d+" do
      local task = by_id[tonumber(id)]
      if task and trial.is_of(task.folder, task.item) then task.name, task.index, task.missing = name, index,
        0 end
      index = index + 1
    end
  end
end

-- Those of some tasks that no array is at work on.
local function unclaimed(tasks, states)
  local list = {}
  for _, task in ipairs(tasks) do
    local found = task.name and states[task.name .. " " .. task.index]
    if not found or not RUNNING[found.state] then list[#list + 1] = task else task.job = found.job end
  end
  return list
end

-- ---- results ----

local function begun(task) return fs.exists(fs.join(task.folder, "started")) end

local function tail(path)
  local text = fs.read(path) or ""
  return text:sub(-OUTPUT)
end

local function last_words(folder)
  local lines = {}
  for line in tail(fs.join(folder, "err")):sub(-2000):gmatch "[^\n]*%S[^\n]*" do lines[#lines + 1] = line end
  if #lines == 0 then return nil end
  return table.concat(lines, " | ", math.max(1, #lines - 7))
end

-- What a task with an exit code has come to.
local function judge(self, task, code)
  local words = last_words(task.folder)
  if code > 128 then return processes.ended(0, code - 128, words) end
  if code ~= 0 then return processes.ended(code, 0, words) end
  local result = trial.result(task.folder, self.names)
    or reply.of_output(tail(fs.join(task.folder, "out")), self.names)
  if result.state == "failed" and words then result.error = result.error .. ": " .. words end
  return { result = result }
end

local function coded(self, task)
  local code = tonumber(fs.read(fs.join(task.folder, "code")) or "")
  return code and judge(self, task, code)
end

local NO_RETRY = { TIMEOUT = true, OUT_OF_MEMORY = true, DEADLINE = true }

-- What a task that ended without a code has come to: Slurm's own word.
local function lost(task, state)
  local words = last_words(task.folder)
  local text = "Slurm says " .. (state or "nothing any more") .. (words and ": " .. words or "")
  return { retry = not NO_RETRY[state] and "lost" or nil,
    result = { state = NO_RETRY[state] and "failed" or "lost", error = text } }
end

-- Looks at the queue: tasks that are over without a code, after a few looks, since files may come late.
local function missing(tasks, states)
  local list = {}
  for _, task in ipairs(tasks) do
    local found = states[task.name .. " " .. task.index]
    if found then task.job = found.job end
    task.held = found and WAITING[found.state] and begun(task)
    if found and RUNNING[found.state] then task.missing = 0
    else
      task.missing = task.missing + 1
      if task.missing >= GONE then list[#list + 1] = { task, found and found.state or accounted(task) } end
    end
  end
  return list
end

-- ---- the loop of a set ----

local Set = {}
Set.__index = Set

-- Takes the outcome of a task: final, or submitted again with the next array.
function Set:take(task, outcome)
  local result = outcome.result
  self.open[task] = nil
  result.attempts = task.attempt > 1 and task.attempt or nil
  if outcome.retry and task.attempt <= self.owner.fields.retries then
    task.attempt = task.attempt + 1
    self.again[#self.again + 1] = task
  else
    self.left = self.left - 1
    self.heard(task.place, result)
  end
end

function Set:tasks()
  local list = {}
  for _, task in ipairs(self.all) do
    if self.open[task] then list[#list + 1] = task end
  end
  return list
end

function Set:submit(tasks)
  for _, task in ipairs(tasks) do self.open[task] = true end
  for first = 1, #tasks, ARRAY do
    self:send(prepare(self.owner, { unpack(tasks, first, math.min(first + ARRAY - 1, #tasks)) }))
  end
end

-- Submits an array, now or when Slurm answers again.
function Set:send(array, again)
  if deliver(self.owner, array, again) then return end
  if not again then message.note "Slurm doesn't answer; what is to be submitted waits until it does" end
  self.unsent[#self.unsent + 1] = array
end

local function now() return uv.hrtime() * 1e-9 end

-- A task that runs for longer than it may is cancelled; its time begins when it does, after a requeue anew.
function Set:watch(task)
  local limit = self.owner.fields.timeout
  if not limit then return end
  if task.held then task.since = nil
  elseif not task.since and begun(task) then task.since = now() end
  if not task.since or now() - task.since < limit then return end
  local id = (fs.read(fs.join(task.folder, "started")) or ""):match "%d+_%d+"
  if id then run { "scancel", id } end
  self:take(task, processes.late(limit, last_words(task.folder)))
end

function Set:look()
  for _, task in ipairs(self:tasks()) do
    local outcome = coded(self.owner, task)
    if outcome then self:take(task, outcome) else self:watch(task) end
  end
  if now() - self.asked >= self.owner.fields.ask then self:ask() end
  local again = self.again
  self.again = {}
  self:submit(again)
end

function Set:ask()
  local names, seen, tasks, unsent = {}, {}, {}, self.unsent
  self.unsent = {}
  for _, array in ipairs(unsent) do self:send(array, true) end
  for _, task in ipairs(self:tasks()) do
    if not task.unsent then
      tasks[#tasks + 1] = task
      if not seen[task.name] then names[#names + 1], seen[task.name] = task.name, true end
    end
  end
  local states = #names > 0 and queue(names)
  self.asked = now()
  if not states then return end
  for _, pair in ipairs(missing(tasks, states)) do
    self:take(pair[1], coded(self.owner, pair[1]) or lost(pair[1], pair[2]))
  end
end

-- What the queue knows of the arrays of an earlier search.
local function standing(self)
  local names = fs.list(fs.join(self.trials, "arrays"))
  local states = #names == 0 and {} or queue(names)
  if states then return states end
  message.user("%s: squeue doesn't answer, so that nobody knows which jobs of this run are at work; all that "
    .. "there is is kept: try again when it does", self.plan.where "evaluate")
end

-- Starts with what is there: results, then arrays at work, then new ones. The queue is asked first: a task
-- that ends meanwhile has left its code by the time that it is looked for; if that is to be tried again, the
-- queue's word that it runs is of before.
function Set:begin()
  local states, rest = standing(self.owner), {}
  adopt(self.owner, self.all)
  for _, task in ipairs(self.all) do
    local done = trial.is_of(task.folder, task.item) and coded(self.owner, task)
    self.open[task] = true
    if done then self:take(task, done) else rest[#rest + 1] = task end
  end
  local tasks = unclaimed(rest, states)
  for _, task in ipairs(self.again) do tasks[#tasks + 1] = task end
  self.again = {}
  self:submit(tasks)
end

local function new_set(self, jobs, heard)
  local set = setmetatable({ owner = self, all = {}, open = {}, again = {}, unsent = {}, left = #jobs,
    heard = heard, asked = now() }, Set)
  for i, item in ipairs(jobs) do
    set.all[i] = { item = item, place = i, attempt = 1, folder = fs.join(self.trials, tostring(item.id)),
      missing = 0 }
  end
  return set
end

-- ---- as an evaluator ----

function Slurm:score(batch, first, n, call)
  local jobs, results = processes.jobs(self, batch, first, n, call), {}
  local function heard(i, result)
    results[i] = result
    if call then
      call.heard(i, result)
      call.log:sync_soon()
    end
  end
  for i, job in ipairs(jobs) do job.object = batch:arch(first + i - 1) end
  self.trials = trial.root(self, call and call.log)
  local set = new_set(self, jobs, heard)
  set:begin()
  local interrupted = self.plan.interrupted or function() return false end
  while set.left > 0 do
    if interrupted() then return nil end
    if self.plan.display then self.plan.display:wait() end
    local over = false
    local timer = loop.timer(self.fields.poll, function() over = true end)
    loop.wait(function() return over end)
    loop.close(timer)
    set:look()
  end
  return results
end

Slurm.said = trial.said

function Slurm:settle()
  if self.trials and not self.fields.keep then trial.clear(self.trials) end
end

function Slurm:close()
  if self.temporary then fs.remove_tree(self.temporary) end
end

function Slurm:describe()
  return ("Slurm arrays of %s"):format(message.quote(table.concat(self.words, " ")))
end

return { open = open, FIELDS = FIELDS }
