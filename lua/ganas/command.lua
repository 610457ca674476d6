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
-- true: never). A result file of a search that ended early is taken when that is resumed.

local child = require "ganas.child"
local fs = require "ganas.fs"
local loop = require "ganas.loop"
local message = require "ganas.message"
local processes = require "ganas.processes"
local reply = require "ganas.reply"
local request = require "ganas.request"
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

-- ---- the trial's folder ----

local function absolute(path) return path:sub(1, 1) == "/" and path or fs.join(uv.cwd(), path) end

local function trials_of(self, job)
  if job.log then return absolute(fs.join(job.log.dir, "trials")) end
  self.temporary = self.temporary or assert(uv.fs_mkdtemp(fs.join(uv.os_tmpdir(), "ganas-XXXXXX")))
  return self.temporary
end

local function folder_of(self, job)
  self.trials = trials_of(self, job)
  return fs.join(self.trials, tostring(job.id))
end

-- A result that a search before this one didn't live to write down.
function Command:find(job)
  local folder = folder_of(self, job)
  local spec, text = fs.read(fs.join(folder, "spec.json")), fs.read(fs.join(folder, "result.json"))
  if not text or spec ~= request.text(job, job.object) then return nil end
  return reply.of_file(text, self.names)
end

local function prepare(self, job)
  local folder = folder_of(self, job)
  fs.mkdir(folder)
  local spec, result = fs.join(folder, "spec.json"), fs.join(folder, "result.json")
  fs.write(spec, request.text(job, job.object))
  uv.fs_unlink(result)
  return { id = job.id, arch = job.arch, seed = job.seed, budget = job.budget or "", spec = spec,
    result = result }
end

-- ---- a trial ----

local function filled(words, values)
  local list = {}
  for i, word in ipairs(words) do
    list[i] = word:gsub("{(%l+)}", function(name) return values[name] and message.text(values[name]) end)
  end
  return list
end

local function environment(self, values)
  local env = {
    GANAS_ID = message.text(values.id), GANAS_ARCH = values.arch, GANAS_SEED = message.text(values.seed),
    GANAS_BUDGET = message.text(values.budget), GANAS_TRIAL_SPEC = values.spec, GANAS_RESULT = values.result,
    ORION_RESULTS_PATH = values.result,
  }
  for name, value in pairs(processes.guard(self).env) do env[name] = value end -- order can't matter
  return env
end

-- What a process that is over has come to.
local function judge(self, trial, code, signal)
  if trial.late then return processes.late(self.fields.timeout, trial.process:last_words()) end
  if trial.too_long then return processes.too_long() end
  if code ~= 0 or signal ~= 0 then return processes.ended(code, signal, trial.process:last_words()) end
  local text = fs.read(trial.values.result)
  local result = text and reply.of_file(text, self.names)
    or reply.of_output(table.concat(trial.lines, "\n"), self.names)
  local words = result.state == "failed" and trial.process:last_words()
  if words then result.error = result.error .. ": " .. words end
  return { result = result }
end

-- Keeps the end of what is written.
local function note(trial, line)
  if not line then
    trial.too_long = true
    return trial.process:kill()
  end
  trial.lines[#trial.lines + 1], trial.bytes = line, trial.bytes + #line
  while trial.bytes > OUTPUT and #trial.lines > 1 do
    trial.bytes = trial.bytes - #table.remove(trial.lines, 1)
  end
end

function Command:begin(place, job, _, done)
  local trial = { lines = {}, bytes = 0, values = prepare(self, job), began = uv.hrtime() }
  local process, why, code = child.start {
    words = filled(self.words, trial.values), env = environment(self, trial.values), cwd = self.fields.cwd,
    on_line = function(_, line) note(trial, line) end,
    on_exit = function(_, status, signal)
      loop.close(trial.timer)
      self.running[place] = nil
      local outcome = judge(self, trial, status, signal)
      outcome.result.seconds = (uv.hrtime() - trial.began) * 1e-9
      done(outcome)
    end,
  }
  if not process then return done(processes.not_started(self, why, code)) end
  trial.process, self.running[place] = process, trial
  if self.fields.timeout then
    trial.timer = loop.timer(self.fields.timeout, function()
      trial.late = true
      process:stop()
    end)
  end
end

-- ---- as an evaluator ----

function Command:drop()
  for _, trial in pairs(self.running) do trial.process:stop() end -- order can't matter
end

-- The results are in the journal: what led to them can go.
function Command:settle()
  if self.trials and not self.fields.keep then fs.remove_tree(self.trials) end
end

function Command:close()
  if self.guarded then self.guarded:close() end
  if self.temporary then fs.remove_tree(self.temporary) end
end

function Command:score(batch, first, n, call) return processes.score(self, batch, first, n, call) end

Command.idle = processes.idle

function Command:describe()
  return ("the command %s, %d at a time"):format(message.quote(table.concat(self.words, " ")), self.workers)
end

return { open = open }
