-- reply - what an evaluator's process says, as the result of a candidate.
--
--   {"status":"ok","value":0.93,"metrics":{"loss":0.2},"cost":12}     ganas-eval/1, result files, tell
--   {"accuracy":0.93}                                                 any JSON object with numbers
--   accuracy=0.93                                                     lines of stdout (Katib)
--   cost=0.5; status=SUCCESS                                          SMAC: a lower cost is better
--   [{"name":"loss","type":"objective","value":0.07}]                 Orion: a lower objective is better
--
-- `names`: score and report, as the recipe calls them (either may be nil). The score is the number of that
-- name, else "value", "score", or the only number there is.

local message = require "ganas.message"
local parse = require "ganas.parse"
local sorted = require "ganas.sorted"

local reply = {}

local LONGEST_ERROR = 2000 -- bytes of what a process says of a failure

local function finite(x) return type(x) == "number" and x == x and math.abs(x) ~= math.huge end

-- Fields of a reply that are no measured numbers.
local OTHER = { id = true, status = true, metrics = true, cost = true, error = true, seed = true,
  budget = true,
  arch = true, graph = true, hello = true, protocol = true }

-- ---- numbers by name ----

local function collect(object)
  local numbers = {}
  for name, value in sorted(object) do
    if not OTHER[name] and type(name) == "string" then numbers[name] = value end
  end
  for name, value in sorted(type(object.metrics) == "table" and object.metrics or {}) do
    if type(name) == "string" then numbers[name] = value end
  end
  return numbers
end

local function only(numbers)
  local found
  for name, value in sorted(numbers) do
    if finite(value) then
      if found then return nil end
      found = name
    end
  end
  return found
end

-- The name under which the score is.
local function score_name(numbers, names)
  if names.score and numbers[names.score] ~= nil then return names.score end
  if numbers.value ~= nil then return "value" end
  if names.score then return nil end
  if numbers.score ~= nil then return "score" end
  return only(numbers)
end

local function failed(...) return { state = "failed", error = string.format(...) } end

local function names_of(numbers)
  local list = sorted.keys(numbers)
  return #list > 0 and message.names(list, "and", 8) or "none"
end

-- The result that numbers by name make.
local function of_numbers(numbers, names, cost)
  local name = score_name(numbers, names)
  if not name then
    return failed("no number %s; it gave %s", message.quote(names.score or "value"), names_of(numbers))
  end
  if not finite(numbers[name]) then
    return failed("it gave %s as %s; expected a finite number", message.value(numbers[name]), name)
  end
  local result = { score = numbers[name], cost = finite(cost) and cost or nil }
  if names.report then result.report = finite(numbers[names.report]) and numbers[names.report] or nil end
  for other, value in sorted(numbers) do
    if other ~= name and other ~= names.report and finite(value) then
      result.metrics = result.metrics or {}
      result.metrics[other] = value
    end
  end
  return result
end

-- ---- forms ----

local STATUS = { ok = "ok", success = "ok", infeasible = "infeasible", error = "error", failed = "error",
  crashed = "error", timeout = "error", memout = "error", memoryout = "error", abort = "error" }

-- Words for people, as long as these can be read.
local function said(object)
  local text = object.error or object.message
  if text == nil then return nil end
  if type(text) ~= "string" then return message.value(text) end
  return #text <= LONGEST_ERROR and text or text:sub(1, LONGEST_ERROR) .. " ..."
end

-- What is as good as it is small is the score with the other sign, also where the recipe has its name.
local function smaller(numbers, name, value, names)
  if names.score == name then numbers[name] = nil end
  numbers.value = finite(value) and -value or value
end

local function orion(list, names)
  local numbers, goal = {}, nil
  for _, entry in ipairs(list) do
    if type(entry) == "table" and type(entry.name) == "string" then
      numbers[entry.name] = entry.value
      if entry.type == "objective" then goal = entry end
    end
  end
  if goal then smaller(numbers, goal.name, goal.value, names) end
  return of_numbers(numbers, names)
end

-- The result of a reply that was read from JSON.
function reply.of(object, names)
  if type(object) == "number" then return of_numbers({ value = object }, names) end
  if type(object) ~= "table" then return failed("it gave %s; expected an object", message.value(object)) end
  if #object > 0 then return orion(object, names) end
  local word = object.status
  local status = word == nil and "ok" or STATUS[tostring(word):lower()]
  if status == "infeasible" then return { state = "infeasible", error = said(object) } end
  if status == "error" then return failed("%s", said(object) or "status " .. tostring(word)) end
  if not status then
    return failed("its status is %s; expected 'ok', 'infeasible' or 'error'", message.value(word))
  end
  return of_numbers(collect(object), names, object.cost)
end

local function smac(pairs_of, names)
  local status = STATUS[(pairs_of.status or ""):lower()]
  local cost = tonumber(pairs_of.cost)
  if status == "infeasible" then return { state = "infeasible" } end
  if status ~= "ok" then return failed("status %s", pairs_of.status) end
  local numbers = { cost = cost }
  for name, text in sorted(pairs_of) do
    if name ~= "status" and name ~= "cost" then numbers[name] = tonumber(text) end
  end
  smaller(numbers, "cost", cost or pairs_of.cost, names)
  return of_numbers(numbers, names, tonumber(pairs_of.runtime))
end

-- name=value pairs of all lines; the last of a name counts.
local function pairs_in(text)
  local found, any = {}, false
  for name, value in text:gmatch "([%a_][%w_.%-/]*)%s*=%s*([^%s;,]+)" do found[name], any = value, true end
  return any and found or nil
end

-- The result of a whole stdout: JSON in its last line, else name=value.
function reply.of_output(text, names)
  local last = text:match "([^\n]*%S[^\n]*)%s*$"
  if not last then
    return failed("it wrote no result; expected %s=NUMBER on stdout", names.score or "value")
  end
  if last:find "^%s*[%[{]" then
    local object = parse(last)
    if object ~= nil then return reply.of(object, names) end
  end
  local number = tonumber(last)
  if number then return of_numbers({ value = number }, names) end
  local found = pairs_in(text)
  if not found then
    return failed("its last line is %s; expected JSON, name=value or a number", message.quote(last))
  end
  if found.cost and found.status then return smac(found, names) end
  local numbers = {}
  for name, value in sorted(found) do numbers[name] = tonumber(value) or value end
  return of_numbers(numbers, names, numbers.cost)
end

-- The result of a result file.
function reply.of_file(text, names)
  local object = parse(text)
  if object ~= nil then return reply.of(object, names) end
  return reply.of_output(text, names)
end

return reply
