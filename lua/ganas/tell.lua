-- tell - takes results of candidates that `ask` has handed out: ganas-lua tell RUN < RESULTS
--
-- A line of JSON each, with the candidate's id: {"id":7,"status":"ok","value":0.93}, all that ganas.reply
-- understands. All lines are read before one is taken: where one is wrong nothing is. A candidate that has
-- its result keeps it.

local ask = require "ganas.ask"
local journal = require "ganas.journal"
local lock = require "ganas.lock"
local message = require "ganas.message"
local parse = require "ganas.parse"
local reply = require "ganas.reply"
local resume = require "ganas.resume"

local tell = {}

local INPUT = "standard input"

local function read_line(line, number)
  local object, why = parse(line)
  if type(object) ~= "table" then
    message.user("%s:%d: %s; expected a line of JSON such as {\"id\":7,\"value\":0.93}", INPUT, number,
      why and "this is no JSON: " .. why or "this is no object")
  end
  if type(object.id) ~= "number" then
    message.user("%s:%d: its id is %s; expected the number that 'ganas-lua ask' gave", INPUT, number,
      message.value(object.id))
  end
  return object
end

-- What the journal knows: official strings and budgets by id, ids with a result.
local function known_of(events)
  local archs, budgets, done = {}, {}, {}
  for _, event in ipairs(events) do
    if event.event == "batch" then
      for i, arch in ipairs(event.archs) do
        archs[event.first + i - 1], budgets[event.first + i - 1] = arch, event.budget
      end
    elseif event.event == "result" then done[event.id] = true end
  end
  return archs, budgets, done
end

local function check(object, archs, number)
  local arch = archs[object.id]
  if not arch then
    message.user("%s:%d: this run has no candidate %s; expected the id that 'ganas-lua ask' gave", INPUT,
      number,
      message.number(object.id))
  end
  if object.arch ~= nil and object.arch ~= arch then
    message.user("%s:%d: candidate %s is %s, not %s", INPUT, number, message.number(object.id),
      message.quote(arch), message.value(object.arch))
  end
  return arch
end

-- The objects on standard input by their lines, to its end: who writes them may be at work on the run.
local function read_input()
  local objects, number = {}, 0
  for line in io.stdin:lines() do
    number = number + 1
    objects[number] = line:find "%S" and read_line(line, number) or false
  end
  return objects
end

-- Their results, { id, arch, result }, without those that are known.
local function results_of(objects, events, names)
  local archs, budgets, done = known_of(events)
  local list = {}
  for number, object in ipairs(objects) do
    if object then
      local arch = check(object, archs, number)
      if done[object.id] then
        message.note("%s:%d: candidate %s has its result already; the first one counts", INPUT, number,
          message.number(object.id))
      else
        done[object.id] = true
        local result = reply.of(object, names)
        result.budget = budgets[object.id]
        list[#list + 1] = { id = object.id, arch = arch, result = result }
      end
    end
  end
  return list
end

local function names_of(event)
  return { score = event.score ~= "score" and event.score or nil, report = event.report }
end

-- Does what the options ask for; returns the exit code.
function tell.run(given)
  journal.read(given.operand) -- that there is a run
  local objects = read_input()
  local log, events = journal.reopen(given.operand, lock.PATIENCE)
  return resume.guarded(log, function()
    local list = results_of(objects, events, names_of(events[1]))
    for _, item in ipairs(list) do
      log:write("result", journal.result_fields(item.id, item.arch, item.result))
    end
    log:sync()
    local left = #ask.awaited(journal.read(log.dir))
    log:close()
    io.stdout:write(("%d result%s taken, %d of the set awaited\n"):format(#list, #list == 1 and "" or "s",
      left))
    return message.DONE
  end)
end

return tell
