-- import - makes table files from a benchmark's own files: `ganas-lua import FORMAT SOURCE`.
--
-- The core reads and writes; here are the command line, the progress, the summary.

local argparse = require "argparse"
local core = require "ganas.core"
local fs = require "ganas.fs"
local json = require "ganas.json"
local message = require "ganas.message"
local progress = require "ganas.progress"

local lib = core.lib
local Import = core.class("import", lib.ganas_import_free)
local import = {}

local DONE, INTERRUPTED = message.DONE, message.INTERRUPTED
local PATIENCE = 2 -- seconds before a line of progress where there is no terminal

import.HELP = [[
ganas-lua import - makes a table file, which opens in milliseconds, from a benchmark's own files

  ganas-lua import nasbench101 FILE.tfrecord    NAS-Bench-101: nasbench_only108 or nasbench_full
  ganas-lua import nats-bench FOLDER            NATS-Bench: NATS-tss-v1_0-3ffb9-simple or -sss-
  ganas-lua import csv FILE.csv                 any CSV file, plain or .gz

  -o FILE    the table file to write, in place of ./SOURCE.ganas
  --json     the summary as one JSON object on stdout
  --quiet    no progress on stderr

A recipe uses it as it uses a CSV file: evaluate = { "table", file = "FILE.ganas", score = "COLUMN" }.
'ganas-lua check FILE.ganas' shows the columns. Nothing is written from a damaged file.
]]

-- ---- the command line ----

local function formats()
  local list, name = {}, core.text(lib.ganas_import_format(0))
  while name do
    list[#list + 1] = name
    name = core.text(lib.ganas_import_format(#list))
  end
  return list
end

local function new_parser()
  local parser = argparse("ganas-lua import"):add_help(false)
  parser:argument("format"):args "?"
  parser:argument("source"):args "?"
  parser:argument("rest"):args "*"
  parser:option("-o --out"):overwrite(false)
  parser:flag "--json"
  parser:flag "--quiet"
  return parser
end

local function parse(words)
  local ok, result = new_parser():pparse(words)
  if ok then return result end
  message.usage("%s", (result:gsub("\nDid you mean", "; did you mean"):gsub("\n.*", "")))
end

local function check_format(name)
  local list = formats()
  if not name then
    message.usage("no format; expected 'ganas-lua import FORMAT SOURCE', the format being %s",
      message.names(list))
  end
  for _, known in ipairs(list) do
    if name == known then return end
  end
  message.usage("%s", message.unknown("format", name, list))
end

-- Where the table goes unless the command line says: NAME.ganas in the folder where we are.
local function default_target(source)
  local name = fs.basename(source):gsub("%.gz$", ""):gsub("%.csv$", ""):gsub("%.tfrecord$", "")
  if name == "" or name == "." or name == ".." then
    message.usage("no name for the table of %s; expected -o FILE", message.quote(source))
  end
  return name .. ".ganas"
end

-- What the words after `import` ask for: { command, format, source, target, json, quiet }.
function import.options(words)
  local parsed = parse(words)
  check_format(parsed.format)
  if not parsed.source then
    message.usage("nothing to import; expected 'ganas-lua import %s SOURCE'", parsed.format)
  end
  if parsed.rest[1] then
    message.usage("too many arguments, %s; expected one file or folder", message.quote(parsed.rest[1]))
  end
  if parsed.out == "" then message.usage "option '-o' is ''; expected a file" end
  return {
    command = "import", format = parsed.format, source = parsed.source,
    target = parsed.out or default_target(parsed.source), json = parsed.json, quiet = parsed.quiet,
  }
end

-- ---- importing ----

-- Prepares to import; `target` appears when the import is done.
function Import.new(format, source, target)
  local handle = core.new("ganas_import", lib.ganas_import_new, lib.ganas_import_free, format, source, target)
  return setmetatable({ handle = handle, state = core.struct "ganas_import_progress" }, Import)
end

-- Goes on for some milliseconds: the state (ganas_import_progress), and whether it is done.
function Import:step()
  core.check(lib.ganas_import_step(self.handle, self.state))
  return self.state, self.state.written >= 1
end

import.new, import.formats = Import.new, formats

-- The state of an import in one line; `seconds` since it began.
local function state_text(state, seconds)
  local reading = state.read < 1
  local share = reading and state.read or state.written
  local text = ("%s  %3.0f %%  %d read  %d rows"):format(reading and "reading" or "writing", 100 * share,
    tonumber(state.records), state.rows)
  if share <= 0.01 or not reading then return text end
  return text .. "  " .. progress.duration(seconds / share * (1 - share)) .. " left"
end

-- Steps until it is done; false when it was interrupted.
local function finish(task, display, host)
  local began = display.clock()
  local state, done
  repeat
    if host.interrupted() ~= 0 then return false end
    state, done = task:step()
    local seconds = display.clock() - began
    if display.live or seconds > PATIENCE then display:say(state_text(state, seconds)) end
  until done
  return true, state
end

-- ---- the summary ----

local function summary(given, state, seconds)
  return json.encode(json.object {
    { "file", given.target }, { "format", given.format }, { "source", given.source },
    { "read", tonumber(state.records) }, { "rows", state.rows }, { "columns", state.columns },
    { "expected", state.expected > 0 and state.expected or nil },
    { "bytes", fs.size(given.target) }, { "seconds", seconds },
  }) .. "\n"
end

local function lines(given, state, seconds)
  local missing = state.expected > state.rows and (" (of %d that there are)"):format(state.expected) or ""
  return ("%s: %d rows%s, %d columns, %.1f MB, in %s\n'ganas-lua check %s' shows the columns\n"):format(
    given.target, state.rows, missing, state.columns, fs.size(given.target) / 1e6,
    progress.duration(seconds), given.target)
end

-- Does what import.options read; returns the exit code.
function import.run(given, host)
  local display = progress.new { quiet = given.quiet }
  local began, task = display.clock(), Import.new(given.format, given.source, given.target)
  local ok, done, state = xpcall(finish, message.traced, task, display, host)
  display:clear()
  task:free()
  if not ok then error(done, 0) end
  if not done then
    message.note("interrupted; %s was not written", given.target)
    return INTERRUPTED
  end
  io.stdout:write((given.json and summary or lines)(given, state, display.clock() - began))
  return DONE
end

return import
