-- finals - what comes after a search whose evaluator trains (ganas.training): its winner is tested, beside
-- networks made by hand and the best of as many random candidates; then it is exported.
--
--   done = function(run) finals.report(run, { retrain = 10, rivals = true, hand = { "...", ... } }) end
--
-- All are chosen in the same way: the best few by the score of the search's own short training are trained
-- for `retrain` epochs, and the best of those by the images to validate with takes part. How few, the
-- evaluator's field `confirm` says, and the search's own were trained by that; without it, it is one.
-- Of the networks made by hand those count that obey the constraints. Where the best of them has fewer
-- parameters than the winner, the best that the search has found with at most as many takes part as well.
-- Images for tests are read here, and nowhere else. The files are in RUN/winner.

local Batch = require "ganas.batch"
local Images = require "ganas.images"
local confirm = require "ganas.confirm"
local constraints = require "ganas.constraints"
local fs = require "ganas.fs"
local message = require "ganas.message"
local winner = require "ganas.winner"

local finals = {}

local function say(plan, ...) plan.env.print((...):format(select(2, ...))) end

-- Says what is going on where the search's progress was.
local function show(plan, ...) plan.display:say("comparison: training " .. (...):format(select(2, ...))) end

-- ---- the best of a list ----

-- The best of a list of architectures that have scores: { arch, score, valid, net, trainer }; `what` they
-- are, in words. nil after an interrupt, or where there is none, and nil and why where training fails.
local function best_of(plan, list, epochs, what)
  local training, wanted, best = plan.ledger.inner, plan.ledger.confirm, nil
  local n, why = math.min(#list, wanted and wanted.best or 1), nil
  table.sort(list, function(a, b) return a.score > b.score or a.score == b.score and a.place < b.place end)
  for i = 1, n do
    show(plan, "the best %s for %s epochs, %d of %d", what, message.number(epochs), i, n)
    local result = training:result(list[i].arch, epochs)
    if not result then return nil end
    if result.score and (not best or result.score > best.valid) then
      best = { arch = list[i].arch, score = list[i].score, valid = result.score }
    end
    why = why or result.error
  end
  local trained = best and training:trained(best.arch, epochs)
  if not trained then return nil, why end
  best.net, best.trainer = trained.net, trained.trainer
  return best
end

-- What a search has found, for best_of, as far as `fits` says.
local function found_by(run, fits)
  local list = {}
  for place, arch in ipairs(run:best(run.queries)) do
    if not fits or fits(arch) then
      list[#list + 1] = { arch = arch, score = arch.screened or arch.score, place = place }
    end
  end
  return list
end

-- ---- who takes part ----

-- Official strings as a batch of those that obey the constraints.
local function obeying(plan, texts)
  local batch = Batch.new(plan.space, math.max(1, #texts))
  for i, text in ipairs(texts) do
    local ok, why = plan.space:push(batch, text)
    if not ok then message.user("%s: network %d made by hand: %s", plan.where "done", i, why) end
  end
  constraints.new(plan.constraint_list, plan.space, plan.where, plan.rules):filter(batch)
  return batch
end

local function best_by_hand(plan, texts, epochs)
  local batch, list, training = obeying(plan, texts), {}, plan.ledger.inner
  local n = batch:count()
  for i = 1, n do
    show(plan, "networks made by hand, %d of %d", i, n)
    local arch = batch:arch(i - 1)
    local result = training:result(arch, training.fields.epochs)
    if not result then return nil end
    if result.score then list[#list + 1] = { arch = arch, score = result.score, place = i } end
  end
  local best = best_of(plan, list, epochs, "made by hand")
  if best then best.name = ("best of %d made by hand"):format(n) end
  return best
end

-- A plan as it is, but for random candidates, which remembers what this one has trained.
local function by_chance(plan)
  local recipe, done = require "ganas.recipe", 0
  local texts = {}
  for name, value in pairs(plan.given) do texts[name] = value end -- order can't matter: a copy
  texts.method, texts.queries = "random", tostring(plan.queries)
  local other = recipe.load(plan.embedded and plan.name or plan.path, {
    args = texts, where = plan.rules, threads = plan.threads, data = plan.data })
  other.display = { wait = function()
    done = done + 1
    show(plan, "random networks, %d of %d", done, plan.queries)
  end }
  local mine, its = plan.ledger.inner, other.ledger.inner
  other.interrupted, its.memory, its.kept = plan.interrupted, mine.memory, mine.kept
  return other
end

-- The best of as many random candidates.
local function best_by_chance(plan, epochs)
  local search = require "ganas.search"
  local result = search.run(by_chance(plan), { interrupted = plan.interrupted })
  if result.reason == "interrupted" then return nil end
  local best = best_of(plan, found_by(result.run), epochs, "random ones")
  if best then best.name = ("best of %d random ones"):format(plan.queries) end
  return best
end

-- The best that the search has found with no more parameters than another network.
local function best_as_small(run, other, epochs)
  local plan, most = run.plan, other.net.params
  local list = found_by(run, function(arch) return plan.ledger.inner:network(arch).params <= most end)
  local best = best_of(plan, list, epochs, ("with at most %d params"):format(most))
  if best then best.name = ("  with at most %d params"):format(most) end
  return best
end

local function contestants(run, options)
  local plan, epochs = run.plan, options.retrain
  local best, why = best_of(plan, found_by(run), epochs, "found by the search")
  if not best then return {}, why end
  best.name = "found by the search"
  local hand = options.rivals and best_by_hand(plan, options.hand or {}, epochs)
  local small = hand and hand.net.params < best.net.params and best_as_small(run, hand, epochs)
  local random = options.rivals and best_by_chance(plan, epochs)
  local list = { best }
  for _, who in ipairs { small or false, hand or false, random or false } do
    if who then list[#list + 1] = who end
  end
  return list
end

-- ---- the report ----

local function row_of(who)
  local net = who.net
  return ("%-28s %10.2f %9.2f %7.2f %7d %8d %7.1f"):format(who.name, who.score, who.valid, who.test,
    net.params, net.macs, net.floats * 4 / 1024)
end

local function say_table(plan, list, epochs, tests)
  local training = plan.ledger.inner
  local short, long = confirm.words(training, training.fields.epochs), confirm.words(training, epochs)
  say(plan, "\naccuracy in percent after %s and after %s, on the %d images that networks were chosen by;",
    short, long, #training.valid)
  say(plan, "then on the %d test images, which were not looked at before:", tests.count)
  say(plan, "%-28s %10s %9s %7s %7s %8s %7s", "", short, long, "test", "params", "macs", "ram_kb")
  for _, who in ipairs(list) do say(plan, "%s", row_of(who)) end
end

-- The whole of it. `options`: retrain (epochs, 0: nothing is done), rivals, hand (official strings).
function finals.report(run, options)
  local plan = run.plan
  if options.retrain <= 0 or not run:best(1)[1] then return end
  local training, list, why = plan.ledger.inner, contestants(run, options)
  plan.display:clear()
  if plan.interrupted() then
    return say(plan, "interrupted before the test; 'ganas-lua resume %s' does it again", plan.ledger.log.dir)
  end
  if not list[1] then return say(plan, "nothing is tested: %s", why or "no network was trained") end
  local tests = Images.open_part(training.folder, "test", training.where, training.images)
  for _, who in ipairs(list) do who.test = who.trainer:accuracy(tests) end
  say_table(plan, list, options.retrain, tests)
  if plan.ledger.log then
    local folder = fs.join(plan.ledger.log.dir, "winner")
    local about = ("%s; test accuracy %.2f %%."):format(tostring(list[1].arch), list[1].test)
    winner.write(list[1], folder, about)
    say(plan, "the winner is in %s: network.h is plain C, weights are .npy files", folder)
  end
end

return finals
