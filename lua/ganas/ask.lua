-- ask - hands out the candidates of a run, for whoever evaluates them: ganas-lua ask RUN [n=N] [again=yes]
--
-- Prints a line of JSON each (ganas.request). A candidate is handed out once, with again=yes also those whose
-- results are awaited. When the whole set is out nothing is printed and the exit code is 75; when the search
-- is over nothing is printed, the result is written and the exit code is 0. No process stays between two
-- calls: the search is replayed when a set is complete, and only then.

local journal = require "ganas.journal"
local launch = require "ganas.launch"
local lock = require "ganas.lock"
local message = require "ganas.message"
local request = require "ganas.request"
local resume = require "ganas.resume"
local search = require "ganas.search"

local ask = {}

local TRY_AGAIN = 75

-- ---- the set that is open ----

-- Candidates of the last set of a journal that have no result: { id, arch, asked }, ...
function ask.awaited(events)
  local batch, done, asked, list = nil, {}, {}, {}
  for _, event in ipairs(events) do
    if event.event == "batch" then batch = event
    elseif event.event == "result" then done[event.id] = true
    elseif event.event == "ask" then
      for _, id in ipairs(event.ids) do asked[id] = true end
    end
  end
  for i, arch in ipairs(batch and batch.archs or {}) do
    local id = batch.first + i - 1
    if not done[id] then
      list[#list + 1] = { id = id, arch = arch, asked = asked[id], budget = batch.budget }
    end
  end
  return list
end

-- ---- the next set ----

-- Goes on with the search until it needs results; returns whether it does.
local function propose(plan, log, events)
  plan.ledger.suspended = true
  local result = launch.search(plan, search.start(plan), log, events)
  if plan.ledger.waiting then return true end
  launch.keep(plan, result, log)
  return false
end

-- ---- printing ----

-- At most n of the candidates that may be handed out.
local function choose(list, n, again)
  local chosen = {}
  for _, item in ipairs(list) do
    if #chosen < n and (again or not item.asked) then chosen[#chosen + 1] = item end
  end
  return chosen
end

local function lines_of(plan, chosen)
  local lines = {}
  for i, item in ipairs(chosen) do
    local arch, why = plan.space:arch(item.arch)
    if not arch then
      message.user("%s is no candidate of %s: %s", message.quote(item.arch), plan.space.name, why)
    end
    lines[i] = plan.ledger:at(item.budget, function()
      return request.text(plan.ledger:job(item.id, item.arch), arch)
    end)
  end
  return lines
end

local function hand_out(plan, log, list, options)
  local chosen, ids = choose(list, options.n or #list, options.again), {}
  if #chosen == 0 then
    message.note("%d result%s awaited", #list, #list == 1 and " is" or "s are")
    return TRY_AGAIN
  end
  for i, item in ipairs(chosen) do ids[i] = item.id end
  local lines = lines_of(plan, chosen)
  log:note_asked(ids) -- first: what is printed twice is paid for twice
  io.stdout:write(table.concat(lines, "\n"), "\n")
  return message.DONE
end

-- ---- the command ----

local YES = { yes = true, ["true"] = true, ["1"] = true, no = false, ["false"] = false, ["0"] = false }

-- n and again, taken out of the arguments.
local function options_of(given)
  local n, again = given.args.n, given.args.again
  given.args.n, given.args.again = nil, nil
  local count = tonumber(n)
  if n and not (count and count >= 1 and count % 1 == 0) then
    message.usage("argument 'n' is %s; expected a whole number of at least 1", message.quote(n))
  end
  if again and YES[again] == nil then
    message.usage("argument 'again' is %s; expected yes or no", message.quote(again))
  end
  return { n = count, again = again and YES[again] }
end

local function answer(dir, given, host, options)
  local log, events = journal.reopen(dir, lock.PATIENCE)
  return resume.guarded(log, function()
    local plan = resume.plan(dir, events, given, host)
    resume.check(dir, plan, events[1])
    local list = ask.awaited(events)
    if #list == 0 then
      if not propose(plan, log, events) then return message.DONE end
      list = ask.awaited(journal.read(log.dir))
    end
    local code = hand_out(plan, log, list, options)
    log:close()
    return code
  end)
end

-- Does what the options ask for; returns the exit code.
function ask.run(given, host)
  local options = options_of(given)
  given.quiet = true
  local dir = resume.go_there(given.operand, journal.read(given.operand)[1])
  return answer(dir, given, host, options)
end


return ask
