-- check - loads a recipe, a space or a table, tries it and says what it found.
--
-- The answer is a list of { what, text } and a list of what is wrong, which is empty when all is
-- well.

local Rng = require "ganas.rng"
local columns = require "ganas.columns"
local constraints = require "ganas.constraints"
local feasible = require "ganas.feasible"
local fs = require "ganas.fs"
local gloss = require "ganas.gloss"
local grammar = require "ganas.grammar"
local library = require "ganas.library"
local message = require "ganas.message"
local recipe = require "ganas.recipe"
local settings = require "ganas.settings"
local sorted = require "ganas.sorted"

local check = {}

local DRAWN = 1000 -- candidates drawn to see what the constraints leave

-- ---- a space ----

local function read_back(space, failures)
  local text = space:write(grammar.samples(space, 1):arch(0))
  local arch, why = space:arch(text)
  if arch and tostring(arch) == text then return "the sample reads back as itself" end
  failures[#failures + 1] = ("the sample %s does not read back: %s"):format(message.quote(text),
    why or "differs")
  return "the sample does not read back"
end

local function expectations(space, broken)
  local words = {}
  local known = space.expect.size and (grammar.size_known(space) or "too many to count")
  if known then words[1] = known == "counted" and "size" or ("size (%s)"):format(known) end
  if space.expect.example then words[#words + 1] = "example" end
  if #words == 0 then return "the file expects nothing of itself" end
  return (#broken == 0 and "held: " or "not held: ") .. table.concat(words, " and ")
end

-- The operations that no step can be, as a fact; nil where there are none.
local function unused(space)
  local used, names = {}, {}
  for _, node in ipairs(space.steps) do
    for _, op in ipairs(space.sets[node]) do used[space.ops[op + 1]] = true end
  end
  for _, name in ipairs(space.own) do
    if not used[name] then names[#names + 1] = message.quote(name) end
  end
  return #names > 0 and { "unused", "no step can be " .. table.concat(names, " or ") } or nil
end

local function describe_space(space, facts, failures)
  for _, fact in ipairs(space:describe()) do facts[#facts + 1] = fact end
  facts[#facts + 1] = { "round trip", read_back(space, failures) }
  local broken = grammar.check_expect(space)
  for _, failure in ipairs(broken) do failures[#failures + 1] = failure end
  facts[#facts + 1] = { "expect", expectations(space, broken) }
  facts[#facts + 1] = unused(space)
end

-- ---- a recipe ----

local function arguments_text(plan)
  local words = {}
  for name, value in sorted(plan.args) do
    if name == "workers" then value = plan.evaluator.workers or value end
    words[#words + 1] = name .. "=" .. (type(value) == "number" and message.number(value) or tostring(value))
  end
  return table.concat(words, " ")
end

local function rule_text(rule)
  local accepts = rule.share and ", " .. constraints.share_words(rule.share) or ""
  if rule.masked then return rule.rule .. ": held while sampling" .. accepts end
  return ("%s: checked, rejects %d of %d%s%s"):format(rule.rule, rule.rejected, rule.seen, accepts,
    constraints.time_words(rule))
end

local function describe_constraints(trial, batch, drawn, facts)
  if trial:count() == 0 then return end
  for _, rule in ipairs(trial:report()) do facts[#facts + 1] = { "constraint", rule_text(rule) } end
  facts[#facts + 1] = { "feasible", drawn > 0 and ("%d of %d drawn"):format(batch:count(), drawn)
    or "random draws meet dead ends only" }
end

-- Where drawing found nothing: looks further, until there is a candidate; nil, and why there is none.
local function look_further(plan, trial, batch, facts)
  local found = feasible.find(plan.space, trial, Rng.new(plan.seed, "check"), function(some, keep)
    for row = 0, some:count() - 1 do
      if keep[row] ~= 0 then
        batch:append(some, { row })
        return true, 1
      end
    end
    return false, 0
  end)
  if batch:count() > 0 then
    facts[#facts + 1] = { "found", ("one in %d that were tried"):format(found.tried) }
    return true
  end
  local _, err = pcall(feasible.explain, found, plan.where "constraints")
  return nil, err.text
end

local function result_text(evaluator, result)
  local words = { ("%s %.8g"):format(evaluator.score_name, result.score) }
  if result.report then words[2] = ("%s %.8g"):format(evaluator.report_name, result.report) end
  return table.concat(words, ", ")
end

local function score_one(plan, batch, facts, failures)
  local text = tostring(batch:arch(0))
  facts[#facts + 1] = { "candidate", text }
  if not plan.evaluator.repeatable then
    facts[#facts + 1] = { "its score", "not asked for, as that may take long; "
      .. ("'ganas-lua %s queries=1' tries one"):format(plan.embedded and plan.name or plan.path) }
    return
  end
  local began = gloss.now()
  local result = plan.evaluator:score(batch, 0, 1)[1]
  if result.score then
    facts[#facts + 1] = { "its score", result_text(plan.evaluator, result) }
    facts[#facts + 1] = gloss.time(plan, gloss.now() - began)
  else
    failures[#failures + 1] = ("%s: the candidate %s failed: %s"):format(plan.where "evaluate",
      message.quote(text), result.error)
  end
end

local function describe_evaluator(plan, facts, failures)
  local evaluator = plan.evaluator
  local absent = evaluator.absent and evaluator:absent()
  if absent then failures[#failures + 1] = plan.where "evaluate" .. ": " .. absent end
  facts[#facts + 1] = { "evaluator", evaluator:describe() }
  facts[#facts + 1] = { "score", evaluator.score_name }
  if evaluator.kind == "table" and evaluator.report_name then
    facts[#facts + 1] = { "report", evaluator.report_name }
  end
end

-- How many candidates there are, in words, as the space has said.
local function size_in(facts)
  for _, fact in ipairs(facts) do
    if fact[1] == "size" then return fact[2] end
  end
end

local function check_recipe(word, given)
  local plan = recipe.load(word, given)
  local facts, failures = {}, {}
  facts[1] = { "recipe", plan.name .. ": " .. plan.about }
  facts[2] = { "arguments", arguments_text(plan) }
  describe_space(plan.space, facts, failures)
  describe_evaluator(plan, facts, failures)
  local batch, trial, drawn = recipe.rehearse(plan, DRAWN)
  describe_constraints(trial, batch, drawn, facts)
  local found, why = batch:count() > 0, nil
  if not found then found, why = look_further(plan, trial, batch, facts) end
  if found then score_one(plan, batch, facts, failures) else failures[#failures + 1] = why end
  for _, line in ipairs(settings.describe(plan.settings)) do facts[#facts + 1] = { "search", line } end
  for i, line in ipairs(gloss.lines(plan, size_in(facts), trial:report())) do
    table.insert(facts, 1 + i, { "in short", line })
  end
  return facts, failures
end

local function refuse_arguments(given, what)
  local name = sorted.keys(given.args)[1]
  if name then
    message.usage("argument %s for a %s; expected it with a recipe", message.quote(name), what)
  end
end

local function check_table(given)
  refuse_arguments(given, "table")
  return columns.describe(given.operand), {}
end

local function check_space(found, given)
  refuse_arguments(given, "space")
  local facts, failures = {}, {}
  describe_space(grammar.read(found.path, found.text), facts, failures)
  return facts, failures
end

-- ---- which of them ----

local function find(word)
  local found = library.find("recipes", word) or library.find("spaces", word)
  if found then return found end
  if library.is_path(word) then message.user("%s", library.missing("recipes", word)) end
  local near = fs.is_file(word .. ".lua") and word .. ".lua"
    or message.nearest(word, library.names "recipes") or message.nearest(word, library.names "spaces")
  message.usage("no recipe or space %s; %s", message.quote(word),
    near and "did you mean " .. message.quote(near) .. "?" or "'ganas-lua list' shows what there is")
end

-- Checks what the options name: facts, failures.
function check.run(given)
  if columns.is_table(given.operand) then return check_table(given) end
  local found = find(given.operand)
  if grammar.is_space(found) then return check_space(found, given) end
  return check_recipe(given.operand, given)
end

return check
