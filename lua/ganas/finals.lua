-- finals - what comes after a search whose evaluator trains (ganas.training): the winner is trained longer
-- and tested, beside networks made by hand and the best of as many random candidates; then it is exported.
--
--   done = function(run) finals.report(run, { retrain = 15, rivals = true, hand = { "...", ... } }) end
--
-- Of the networks made by hand those count that obey the constraints; the one with the best score of the
-- search's own short training is trained longer. Images for tests are read here, and nowhere else. The files
-- are in RUN/winner.

local Batch = require "ganas.batch"
local Images = require "ganas.images"
local constraints = require "ganas.constraints"
local fs = require "ganas.fs"
local message = require "ganas.message"
local winner = require "ganas.winner"

local finals = {}

-- ---- who takes part ----

local function say(plan, ...) plan.env.print((...):format(select(2, ...))) end

-- The best of a list of official strings by the evaluator's score, as { arch, score }, and how many took
-- part; nil after an interrupt or where none obeys.
local function best_by_hand(plan, texts)
  local batch = Batch.new(plan.space, #texts)
  for i, text in ipairs(texts) do
    local ok, why = plan.space:push(batch, text)
    if not ok then message.user("%s: network %d made by hand: %s", plan.where "done", i, why) end
  end
  constraints.new(plan.constraint_list, plan.space, plan.where, plan.rules):filter(batch)
  local n, best = batch:count(), nil
  if n == 0 then return nil, 0 end
  local results = plan.ledger.inner:score(batch, 0, n)
  for i, result in ipairs(results or {}) do
    if result.score and (not best or result.score > best.score) then
      best = { arch = plan.space:arch(plan.space:format(batch, i - 1)), score = result.score }
    end
  end
  return best, n
end

-- The best of as many random candidates.
local function best_by_chance(plan)
  local recipe, search = require "ganas.recipe", require "ganas.search"
  local texts = {}
  for name, value in pairs(plan.given) do texts[name] = value end -- order can't matter: a copy
  texts.method, texts.queries = "random", tostring(plan.queries)
  local other = recipe.load(plan.embedded and plan.name or plan.path, {
    args = texts, where = plan.rules, threads = plan.threads, data = plan.data })
  other.interrupted, other.display = plan.interrupted, plan.display
  other.ledger.inner.memory = plan.ledger.inner.memory
  local result = search.run(other)
  if result.reason == "interrupted" or not result.best then return nil end
  return { arch = plan.space:arch(result.best.arch), score = result.best.score }
end

-- ---- training longer ----

-- Trains a contestant for `epochs`; false after an interrupt.
local function retrain(plan, who, epochs, tests)
  local training = plan.ledger.inner
  who.net = training:network(who.arch)
  who.trainer = training:fit(who.net, epochs)
  if not who.trainer then return false end
  who.valid = who.trainer:accuracy(training.images, training.valid)
  who.test = who.trainer:accuracy(tests)
  return true
end

local function row_of(who)
  local net = who.net
  return ("%-28s %7.2f %9.2f %7.2f %7d %8d %7.1f"):format(who.name, who.score, who.valid, who.test,
    net.params, net.macs, net.floats * 4 / 1024)
end

-- ---- the report ----

local function contestants(run, options)
  local plan, best = run.plan, run:best(1)[1]
  local list = { { name = "found by the search", arch = best, score = best.score } }
  if not options.rivals then return list end
  local hand, n = best_by_hand(plan, options.hand or {})
  if hand then
    hand.name = ("best of %d made by hand"):format(n)
    list[#list + 1] = hand
  end
  local random = best_by_chance(plan)
  if random then
    random.name = ("best of %d random ones"):format(plan.queries)
    list[#list + 1] = random
  end
  return list
end

-- The whole of it. `options`: retrain (epochs, 0: nothing is done), rivals, hand (official strings).
function finals.report(run, options)
  local plan = run.plan
  if options.retrain <= 0 or not run:best(1)[1] then return end
  local list, training = contestants(run, options), plan.ledger.inner
  local tests = Images.open_part(training.folder, "test", training.where, training.images)
  say(plan, "\ntrained for %g epochs in place of %g:", options.retrain, training.fields.epochs)
  say(plan, "%-28s %7s %9s %7s %7s %8s %7s", "", "val_acc", "retrained", "test", "params", "macs", "ram_kb")
  for _, who in ipairs(list) do
    if not retrain(plan, who, options.retrain, tests) then return end
    say(plan, "%s", row_of(who))
  end
  if plan.ledger.log then
    local folder = fs.join(plan.ledger.log.dir, "winner")
    local about = ("%s; test accuracy %.2f %%."):format(tostring(list[1].arch), list[1].test)
    winner.write(list[1], folder, about)
    say(plan, "the winner is in %s: network.h is plain C, weights are .npy files", folder)
  end
end

return finals
