-- processes - what the evaluators that start processes have in common: their fields, how many run at a time,
-- what an ending says.

local child = require "ganas.child"
local confirm = require "ganas.confirm"
local crew = require "ganas.crew"
local fs = require "ganas.fs"
local guard = require "ganas.guard"
local library = require "ganas.library"
local message = require "ganas.message"
local schema = require "ganas.schema"

local processes = {}

local TRY_AGAIN, INFEASIBLE = 75, 65 -- exit codes

processes.FIELDS = {
  score = { type = "string", expected = "what the score is called" },
  report = { type = "string", expected = "the number to show beside it" },
  workers = { type = "number", integer = true, min = 1, max = 4096 },
  timeout = { type = "number", above = 0, expected = "seconds that a candidate may take" },
  retries = { type = "number", integer = true, min = 0, max = 100, default = 2 },
  budget = { type = "number", above = 0, expected = "what a candidate is trained for, such as epochs" },
  confirm = confirm.FIELD,
}

-- ---- opening ----

-- A word of a command; one that is a file beside the recipe, and none here, is that file.
function processes.place(word, context)
  if fs.is_file(word) or not context.path or context.embedded then return word end
  local beside = fs.join(fs.dirname(context.path), word)
  return word ~= "" and fs.is_file(beside) and beside or word
end

-- The words after the kind, and the checked fields.
function processes.read(spec, context, own)
  local words, named, fields = {}, {}, {}
  for i = 2, #spec do
    if type(spec[i]) ~= "string" then
      message.user("%s: word %d of the command is %s; expected a string", context.where("evaluate", i), i - 1,
        message.value(spec[i]))
    end
    words[i - 1] = processes.place(spec[i], context)
  end
  if #words == 0 then
    message.user("%s: no command after '%s'; expected { '%s', 'python3', 'train.py' } or such",
      context.where "evaluate", spec[1], spec[1])
  end
  for name, value in pairs(spec) do -- order can't matter: a copy
    if type(name) ~= "number" then named[name] = value end
  end
  for _, list in ipairs { processes.FIELDS, own } do
    for name, rule in pairs(list) do fields[name] = rule end -- order can't matter
  end
  local checked = schema.check(named, fields, context.where, { "evaluate" })
  if checked.cwd and not fs.is_dir(checked.cwd) then
    message.user("%s: no folder %s; expected one in which the command can run",
      context.where("evaluate", "cwd"), message.quote(checked.cwd))
  end
  return words, checked
end

local SCRIPTS = { py = true, sh = true, lua = true, pl = true, R = true, jl = true, rb = true }

-- That the script which the program of a command is given first is not there, in words; nil where it is, or
-- where the words don't say. In a folder of its own (`cwd`) a command's names mean something else.
local function absent(self)
  local word = self.words[2]
  if not word or self.fields.cwd or word:sub(1, 1) == "-" or word:find "[{%s]" then return nil end
  if not SCRIPTS[word:match "%.(%a+)$"] or fs.is_file(word) then return nil end
  return ("no file %s%s"):format(message.quote(word), library.looked(word, self.plan))
end

local function first_line(path)
  local file = io.open(path, "rb")
  local line = file and file:read(256) or ""
  if file then file:close() end
  return line:match "^[^\r\n]*"
end

-- What starts a script by its path is in its first line, "#!" and a program: that has to be there. Without
-- one the shell is what runs it.
local function check_script(path, where)
  if not path:find("/", 1, true) then return end
  local line = first_line(path)
  local program, word = line:match "^#!%s*(%S+)%s*(%S*)"
  if not program then
    local ending = path:match "%.(%a+)$"
    if not SCRIPTS[ending] or ending == "sh" then return end
    message.user("%s: %s doesn't say in its first line what runs it; expected '#!' and a program there, or "
      .. "that program before it, such as 'python3'", where, message.quote(path))
  end
  local by_env = fs.basename(program) == "env" and word ~= "" and not word:find "^%-" and not word:find "="
  if fs.is_program(program) and (not by_env or fs.in_path(word)) then return end
  message.user("%s: %s is run by %s, as its first line says, and that is not there", where,
    message.quote(path), message.quote(by_env and word or program))
end

local function check_path(word, where, context)
  if fs.is_program(word) then return end
  if fs.is_file(word) then
    message.user("%s: %s is no program that can be run; try 'chmod +x %s'", where, message.quote(word), word)
  end
  message.user("%s: no program %s%s", where, message.quote(word), library.looked(word, context))
end

-- A program that can't be found is said before anything runs.
function processes.check_program(word, where, context)
  if word:find("/", 1, true) then return check_path(word, where, context) end
  if fs.in_path(word) then return end
  message.user("%s: no program %s in $PATH%s", where, message.quote(word),
    fs.is_file(word) and "; did you mean " .. message.quote("./" .. word) .. "?" or "")
end

-- Fields that all of these evaluators have. The command line's score, report and workers come first.
-- `class.remote`: what runs scripts is on other machines.
function processes.new(class, spec, space, context, own)
  local words, fields = processes.read(spec, context, own or {})
  processes.check_program(words[1], context.where("evaluate", 2), context)
  if not class.remote then check_script(words[1], context.where("evaluate", 2)) end
  local given = context.given or {}
  return setmetatable({
    words = words, fields = fields, space = space, plan = context, repeatable = false,
    score_name = context.score or fields.score or "score", report_name = context.report or fields.report,
    names = { score = context.score or fields.score, report = context.report or fields.report },
    workers = given.workers and context.workers or fields.workers or context.workers or 1,
    usage = { busy = 0, there = 0 }, budget = fields.budget,
    confirm = fields.confirm, absent = absent,
  }, class)
end

-- The guard, started when the first process needs it.
function processes.guard(self)
  self.guarded = self.guarded or guard.start()
  return self.guarded
end

-- ---- ends ----

local function with_words(text, words) return words and text .. ": " .. words or text end

-- What the end of a process before its result came to. `words`: its last ones on stderr.
function processes.ended(code, signal, words)
  if code == INFEASIBLE then return { result = { state = "infeasible", error = words or "exit code 65" } } end
  if signal ~= 0 then
    return { retry = "killed", result = { state = "lost", error = with_words("killed by signal " .. signal,
      words) } }
  end
  local text = with_words("exit code " .. code, words)
  return { retry = code == TRY_AGAIN and "busy" or nil, result = { state = "failed", error = text } }
end

-- What it comes to when the time is over; `what`: in words, with %s for the seconds.
function processes.late(seconds, words, what)
  local text = (what or "no result after %s s"):format(message.number(seconds))
  return { result = { state = "failed", error = with_words(text, words) } }
end

function processes.too_long()
  return { result = { state = "failed", error = ("a line of more than %d bytes"):format(child.LONGEST) } }
end

-- What passes when one of the other processes ends.
local CROWDED = { EMFILE = true, ENFILE = true, EAGAIN = true, ENOMEM = true }

-- A process that can't be started because its program is gone is the user's to mend; anything else may pass.
function processes.not_started(self, why, code)
  if code == "ENOENT" or code == "EACCES" then
    message.user("%s: can't start %s: %s", self.plan.where "evaluate", message.quote(self.words[1]),
      tostring(why):gsub("^%u+: ", ""))
  end
  return { retry = "not started", crowded = CROWDED[code],
    result = { state = "lost", error = "can't be started: " .. tostring(why) } }
end

-- ---- scoring ----

-- The jobs of a set: the ledger's, or such for those that ask without one.
function processes.jobs(self, batch, first, n, call)
  local jobs = {}
  for i = 1, n do
    jobs[i] = call and call.jobs[i]
      or { id = i, arch = batch.space:format(batch, first + i - 1), seed = i, budget = self.budget }
    jobs[i].log = call and call.log
  end
  return jobs
end

-- Scores rows of a batch with the crew: self:begin(place, job, attempt, done), self:drop(). `known`(job) may
-- give a result that is there already.
function processes.score(self, batch, first, n, call)
  local jobs, results, open = processes.jobs(self, batch, first, n, call), {}, {}
  local function heard(i, result)
    results[i], jobs[i].object = result, nil
    if call then
      call.heard(i, result)
      call.log:sync_soon()
    end
  end
  local function with_object(i)
    jobs[i].object = jobs[i].object or batch:arch(first + i - 1)
    return jobs[i]
  end
  for i in ipairs(jobs) do
    local found = self.find and self:find(with_object(i))
    if found then heard(i, found) else open[#open + 1] = i end
  end
  local display = self.plan.display
  local whole = #open == 0 or crew.run {
    count = #open, places = math.min(self.workers, #open), retries = self.fields.retries, usage = self.usage,
    start = function(place, k, attempt, done) self:begin(place, with_object(open[k]), attempt, done) end,
    heard = function(k, result) heard(open[k], result) end, drop = function() self:drop() end,
    interrupted = self.plan.interrupted or function() return false end,
    tick = display and function(running)
      display:wait(running, self.workers, self.silent and self:silent())
    end,
  }
  return whole and results or nil
end

-- The share of time that places waited for the slowest of a set; nil where that says nothing.
function processes.idle(self)
  if self.workers < 2 or self.usage.there == 0 then return nil end
  return math.max(0, 1 - self.usage.busy / self.usage.there)
end

return processes
