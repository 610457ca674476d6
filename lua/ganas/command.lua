-- command - the evaluator that starts a process for each candidate.
--
--   { "command", "python3", "train.py", score = "accuracy", workers = 4, timeout = 600, retries = 2 }
--
-- {arch}, {id}, {seed}, {budget}, {spec} and {result} in its words are replaced. The process also has
-- GANAS_ID, GANAS_ARCH, GANAS_SEED, GANAS_BUDGET, GANAS_TRIAL_SPEC (a file with the candidate as JSON,
-- ganas.request) and GANAS_RESULT (where a result file goes). Its result is that file, else what it writes on
-- stdout (ganas.reply). Exit codes: 0 done, 65 infeasible, 75 try again; killed: lost and tried again;
-- anything else failed.
--
-- A trial has the folder RUN/trials/ID, which is removed when its set is over and in the journal (keep =
-- true: never, and the ends of stdout and stderr stay there as `out` and `err`). A result file of a search
-- that ended early is taken when that is resumed.

local child = require "ganas.child"
local fs = require "ganas.fs"
local loop = require "ganas.loop"
local processes = require "ganas.processes"
local reply = require "ganas.reply"
local tail = require "ganas.tail"
local trial = require "ganas.trial"
local uv = require "luv"

local Command = { kind = "command" }
Command.__index = Command

local OUTPUT = 65536 -- bytes of stdout that are looked at, from its end

local FIELDS = {
  keep = { type = "boolean", default = false },
  cwd = { type = "string", expected = "the folder in which the command runs" },
}

local function open(spec, space, context)
  local self = processes.new(Command, spec, space, context, FIELDS)
  self.running = {}
  return self
end

-- ---- a trial ----

local function folder_of(self, job)
  self.trials = trial.root(self, job.log)
  return fs.join(self.trials, tostring(job.id))
end

-- A result that a search before this one didn't live to write down.
function Command:find(job)
  local folder = folder_of(self, job)
  return trial.is_of(folder, job) and trial.left(folder, self.names) or nil
end

local function environment(self, values)
  local env = trial.environment(values)
  for name, value in pairs(processes.guard(self).env) do env[name] = value end -- order can't matter
  return env
end

-- What a process that is over has come to.
local function judge(self, task, code, signal)
  if task.late then return processes.late(self.fields.timeout, task.process:last_words()) end
  if task.too_long then return processes.too_long() end
  if code ~= 0 or signal ~= 0 then return processes.ended(code, signal, task.process:last_words()) end
  local result = trial.result(task.folder, self.names)
    or reply.of_output(table.concat(task.lines, "\n", task.first, task.last), self.names)
  local words = result.state == "failed" and task.process:last_words()
  if words then result.error = result.error .. ": " .. words end
  return { result = result }
end

-- Keeps the end of what is written: lines[first..last].
local function note(task, line)
  if not line then
    task.too_long = true
    return task.process:kill()
  end
  if task.out then task.out:write(line .. "\n") end
  local lines = task.lines
  task.last, task.bytes = task.last + 1, task.bytes + #line
  lines[task.last] = line
  while task.bytes > OUTPUT and task.first < task.last do
    task.bytes = task.bytes - #lines[task.first]
    lines[task.first], task.first = nil, task.first + 1
  end
end

local function new_task(self, job)
  local task = { folder = folder_of(self, job), began = uv.hrtime() }
  task.lines, task.first, task.last, task.bytes = {}, 1, 0, 0
  if self.fields.keep then
    task.out, task.err = tail.new(fs.join(task.folder, "out")), tail.new(fs.join(task.folder, "err"))
  end
  return task
end

function Command:begin(place, job, _, done)
  local task = new_task(self, job)
  local values = trial.prepare(task.folder, job)
  local process, why, code = child.start {
    words = trial.words(self.words, values), env = environment(self, values), cwd = self.fields.cwd,
    on_line = function(_, line) note(task, line) end,
    on_err = task.err and function(text) task.err:write(text) end,
    on_exit = function(_, status, signal)
      loop.close(task.timer)
      self.running[place] = nil
      local outcome = judge(self, task, status, signal)
      outcome.result.seconds = (uv.hrtime() - task.began) * 1e-9
      done(outcome)
    end,
  }
  if not process then return done(processes.not_started(self, why, code)) end
  task.process, self.running[place] = process, task
  if self.fields.timeout then
    task.timer = loop.timer(self.fields.timeout, function()
      task.late = true
      process:stop()
    end)
  end
end

-- ---- as an evaluator ----

function Command:drop()
  for _, task in pairs(self.running) do task.process:stop() end -- order can't matter
end

-- The results are in the journal: what led to them can go.
function Command:settle()
  if self.trials and not self.fields.keep then trial.clear(self.trials) end
end

Command.said = trial.said

function Command:close()
  if self.guarded then self.guarded:close() end
  if self.temporary then fs.remove_tree(self.temporary) end
end

function Command:score(batch, first, n, call) return processes.score(self, batch, first, n, call) end

Command.idle = processes.idle

function Command:describe()
  return ("the command '%s', %d at a time"):format(table.concat(self.words, " "), self.workers)
end

return { open = open, FIELDS = FIELDS }
