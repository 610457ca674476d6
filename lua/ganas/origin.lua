-- origin - what a run was started with, as the first event of its journal, and whether that is still so.
--
-- A trajectory follows from the recipe, its arguments, the files that it names and the algorithm. These are
-- compared when a run is resumed; the program's version is only noted. ALGORITHM is raised when the same
-- recipe, seed and scores lead to other candidates than before, and never otherwise.

local core = require "ganas.core"
local fs = require "ganas.fs"
local json = require "ganas.json"
local message = require "ganas.message"
local sandbox = require "ganas.sandbox"
local sorted = require "ganas.sorted"
local uv = require "luv"

local origin = {}

origin.ALGORITHM = 1
local FORMAT = 1
local WINDOW = 1048576 -- bytes at the beginning and at the end of a file that its digest is made of

-- Arguments that may differ when a run is resumed: no candidate depends on them.
local FREE = { workers = true, seconds = true, cost = true }

-- ---- the event ----

local function window(fd, at)
  local parts, done = {}, 0
  while done < WINDOW do
    local part = uv.fs_read(fd, WINDOW - done, at + done)
    if not part or part == "" then break end
    parts[#parts + 1], done = part, done + #part
  end
  return table.concat(parts)
end

-- "size:digest" of a file: of all of it, or of both ends of a large one; nil where it can't be read.
local function digest_of(path)
  local fd, size = uv.fs_open(path, "r", 0), fs.size(path)
  if not fd then return nil end
  local text = window(fd, 0)
  if size > WINDOW then text = text .. window(fd, math.max(WINDOW, size - WINDOW)) end
  uv.fs_close(fd)
  return ("%.0f:%s"):format(size, core.md5(text))
end

-- The same of what a plan depends on by that path: a folder's own is known to whoever has read it.
local function digest(plan, path)
  local own = plan.files[path]
  return type(own) == "function" and own() or digest_of(path)
end

local function texts(by_name)
  local fields = {}
  for name, text in sorted(by_name) do fields[#fields + 1] = { name, text } end
  return json.object(fields)
end

local function files_of(plan)
  local fields = {}
  for path in sorted(plan.files) do fields[#fields + 1] = { path, digest(plan, path) } end
  return json.object(fields)
end

-- The fields of the event "run" of a plan.
function origin.fields(plan)
  local version = core.text(core.lib.ganas_version())
  return {
    { "journal", FORMAT }, { "algorithm", origin.ALGORITHM }, { "version", version },
    { "recipe", plan.name }, { "path", plan.path }, { "embedded", plan.embedded },
    { "md5", core.md5(plan.source) }, { "cwd", uv.cwd() }, { "data", plan.data },
    { "sandbox", sandbox.active() or nil },
    { "args", texts(plan.given) }, { "where", json.array(plan.rules) },
    { "seed", plan.seed }, { "score", plan.evaluator.score_name }, { "report", plan.evaluator.report_name },
    { "files", files_of(plan) },
  }
end

-- ---- what has changed ----

local function differs(what, was, is)
  return ("%s was %s and is %s"):format(what, message.value(was), message.value(is))
end

-- Whether an argument is what the run had without it.
local function was_default(plan, event, name)
  return name == "seed" and event.args.seed == nil and plan.seed == event.seed
end

local function compare_args(plan, event)
  for name in sorted(plan.given) do
    if not FREE[name] and plan.given[name] ~= event.args[name] and not was_default(plan, event, name) then
      if event.args[name] ~= nil then
        return differs("the argument " .. name, event.args[name], plan.given[name])
      end
      return ("the argument %s was left to the recipe and is %s"):format(name,
        message.value(plan.given[name]))
    end
  end
  if table.concat(plan.rules, "\n") ~= table.concat(event.where, "\n") then
    return differs("--where", table.concat(event.where, "; "), table.concat(plan.rules, "; "))
  end
end

local function compare_files(plan, event)
  for path, was in sorted(event.files) do
    local is = digest(plan, path)
    if not is then return ("the file %s is gone"):format(message.quote(path)) end
    if is ~= was then return ("the file %s has changed"):format(message.quote(path)) end
  end
  for path in sorted(plan.files) do
    if not event.files[path] then return ("the file %s was not used"):format(message.quote(path)) end
  end
end

-- What differs between a plan and the run that an event began, in words; nil where nothing does.
function origin.difference(plan, event)
  if event.journal ~= FORMAT then return differs("the form of the journal", event.journal, FORMAT) end
  if event.algorithm ~= origin.ALGORITHM then
    return differs("the algorithm", event.algorithm, origin.ALGORITHM) .. " (version " .. event.version .. ")"
  end
  if core.md5(plan.source) ~= event.md5 then
    return ("the recipe %s has changed"):format(message.quote(plan.path))
  end
  return compare_args(plan, event) or compare_files(plan, event)
end

-- The arguments of a run that is resumed: the event's, with what was given now on top.
function origin.arguments(event, given)
  local all = {}
  for name, text in sorted(event.args) do all[name] = text end
  for name, text in sorted(given) do all[name] = text end
  return all
end

return origin
