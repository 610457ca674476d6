-- trial - the folder of one evaluation by a command: what it is told, where its result is.
--
--   RUN/trials/ID/spec.json    the candidate (ganas.request)
--   RUN/trials/ID/result.json  its result, if the command writes one
--   RUN/trials/ID/out, err     the end of what the command writes, where the folder is kept

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

-- Removes what is in that folder but what workers said (ganas.worker).
function trial.clear(root)
  for _, name in ipairs(fs.list(root)) do
    local path = fs.join(root, name)
    if not name:find "^worker%-%d+%.err$" then
      if fs.is_dir(path) then fs.remove_tree(path) else uv.fs_unlink(path) end
    end
  end
  uv.fs_rmdir(root)
end

-- Where the first trial of a run has left what it said, in words.
function trial.said(self, log)
  if not self.fields.keep then return "keep = true keeps what they print" end
  local path = log and fs.join(log.dir, "trials", "1", "err")
  return path and fs.exists(path) and ("what it said is in %s"):format(message.quote(path)) or nil
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
