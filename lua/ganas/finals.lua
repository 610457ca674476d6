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
local csource = require "ganas.csource"
local fs = require "ganas.fs"
local json = require "ganas.json"
local message = require "ganas.message"
local npy = require "ganas.npy"

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

-- ---- files ----

local function shape_of(layer, part, n)
  if part > 0 then return { n } end
  local inputs = layer.inputs[1].channels
  if layer.op == "classify" then return { layer.channels, inputs } end
  return { layer.channels, layer.op == "depthwise" and 1 or inputs, layer.kernel, layer.kernel }
end

local PARTS = { [0] = "weight", "factor", "shift", "mean", "variance" }

local function write_weights(trainer, folder)
  fs.mkdir(folder)
  for _, layer in ipairs(trainer.net.layers) do
    for part = 0, 4 do
      local values, n = trainer:part(layer.number, part)
      local name = layer.op == "classify" and part == 1 and "bias" or PARTS[part]
      if values then
        npy.write(fs.join(folder, ("%02d_%s_%s.npy"):format(layer.number, layer.op, name)), values, n,
          shape_of(layer, part, n))
      end
    end
  end
end

local function layer_json(layer)
  local inputs = {}
  for i, x in ipairs(layer.inputs) do inputs[i] = x.number end
  return json.object {
    { "layer", layer.number }, { "op", layer.op }, { "inputs", json.array(inputs) },
    { "channels", layer.channels }, { "height", layer.height }, { "width", layer.width },
    layer.kernel > 0 and { "kernel", layer.kernel } or nil,
    layer.kernel > 0 and { "stride", layer.stride } or nil,
  }
end

local function network_json(who)
  local layers, net = {}, who.net
  for i, layer in ipairs(net.layers) do layers[i] = layer_json(layer) end
  return json.encode(json.object {
    { "arch", tostring(who.arch) }, { "params", net.params }, { "macs", net.macs },
    { "ram_kb", net.floats * 4 / 1024 }, { "val_acc", who.valid }, { "test_acc", who.test },
    { "layers", json.array(layers) },
  }) .. "\n"
end

local function network_dot(net)
  local lines = { "digraph network {", "  node [shape=box];",
    ('  0 [label="image\\n%d x %d x %d"];'):format(net.image.channels, net.image.height, net.image.width) }
  for _, layer in ipairs(net.layers) do
    local window = layer.kernel > 0 and (" %dx%d"):format(layer.kernel, layer.kernel) or ""
    lines[#lines + 1] = ('  %d [label="%s%s%s\\n%d x %d x %d"];'):format(layer.number, layer.op, window,
      layer.stride > 1 and " /" .. layer.stride or "", layer.channels, layer.height, layer.width)
    for _, x in ipairs(layer.inputs) do
      lines[#lines + 1] = ("  %d -> %d;"):format(x.number, layer.number)
    end
  end
  lines[#lines + 1] = "}\n"
  return table.concat(lines, "\n")
end

-- Writes the files of a trained network into a folder: arch.txt, network.json, network.dot, network.h,
-- weights.
function finals.export(who, folder, about)
  fs.mkdir(folder)
  fs.write(fs.join(folder, "arch.txt"), tostring(who.arch) .. "\n")
  fs.write(fs.join(folder, "network.json"), network_json(who))
  fs.write(fs.join(folder, "network.dot"), network_dot(who.net))
  fs.write(fs.join(folder, "network.h"), csource.text(who.trainer, "network", about))
  write_weights(who.trainer, fs.join(folder, "weights"))
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
  local tests = Images.open_part(training.folder, "test")
  say(plan, "\ntrained for %g epochs in place of %g:", options.retrain, training.fields.epochs)
  say(plan, "%-28s %7s %9s %7s %7s %8s %7s", "", "val_acc", "retrained", "test", "params", "macs", "ram_kb")
  for _, who in ipairs(list) do
    if not retrain(plan, who, options.retrain, tests) then return end
    say(plan, "%s", row_of(who))
  end
  if plan.ledger.log then
    local folder = fs.join(plan.ledger.log.dir, "winner")
    local about = ("%s; test accuracy %.2f %%."):format(tostring(list[1].arch), list[1].test)
    finals.export(list[1], folder, about)
    say(plan, "the winner is in %s: network.h is plain C, weights are .npy files", folder)
  end
end

return finals
