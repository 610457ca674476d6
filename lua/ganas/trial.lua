-- trial - the folder of one evaluation by a command: what it is told, where its result is.
--
--   RUN/trials/ID/spec.json    the candidate (ganas.request)
--   RUN/trials/ID/result.json  its result, if the command writes one

local child = require "ganas.child"
local fs = require "ganas.fs"
local message = require "ganas.message"
local parse = require "ganas.parse"
local reply = require "ganas.reply"
local request = require "ganas.request"
local uv = require "luv"

local trial = {}

function trial.absolute(path) return path:sub(1, 1) == "/" and path or fs.join(uv.cwd(), path) end

-- The folder of all trials of an evaluator: the run's, or one of its own where there is no run.
function trial.root(self, log)
  if log then return trial.absolute(fs.join(log.dir, "trials")) end
  self.temporary = self.temporary or fs.mkdir_temporary()
  return self.temporary
end

-- Whether a folder is of this very job, asked in the same way.
function trial.is_of(folder, job)
  return fs.read(fs.join(folder, "spec.json")) == request.text(job, job.object)
end

-- The result that a file in a folder has; nil without one.
function trial.result(folder, names)
  local path = fs.join(folder, "result.json")
  if (fs.size(path) or 0) > child.LONGEST then
    return { state = "failed", error = ("a result file of more than %d bytes"):format(child.LONGEST) }
  end
  local text = fs.read(path)
  return text and reply.of_file(text, names)
end

-- The same of a search that was killed, whose commands may have been ended while they wrote.
function trial.left(folder, names)
  local text = fs.read(fs.join(folder, "result.json"))
  if not text or text:find "^%s*[%[{]" and parse(text) == nil or not text:find "%S" then return nil end
  return trial.result(folder, names)
end

-- Makes a folder ready; returns what the command is told by name.
function trial.prepare(folder, job)
  local run = fs.dirname(fs.dirname(folder))
  if not fs.is_dir(run) then
    message.user("%s is no longer there: somebody removed it while the search ran", message.quote(run))
  end
  fs.mkdir(folder)
  local spec, result = fs.join(folder, "spec.json"), fs.join(folder, "result.json")
  uv.fs_unlink(result)
  fs.write(spec, request.text(job, job.object))
  return { id = job.id, arch = job.arch, seed = job.seed, budget = job.budget or "", spec = spec,
    result = result }
end

-- The same as environment variables.
function trial.environment(values)
  return {
    GANAS_ID = message.text(values.id), GANAS_ARCH = values.arch, GANAS_SEED = message.text(values.seed),
    GANAS_BUDGET = message.text(values.budget), GANAS_TRIAL_SPEC = values.spec, GANAS_RESULT = values.result,
    ORION_RESULTS_PATH = values.result,
  }
end

-- Words of a command with {id}, {arch}, {seed}, {budget}, {spec} and {result} replaced.
function trial.words(words, values)
  local list = {}
  for i, word in ipairs(words) do
    list[i] = word:gsub("{(%l+)}", function(name) return values[name] and message.text(values[name]) end)
  end
  return list
end

return trial
