-- training - the evaluator that trains a candidate's network on images, in this process.
--
--   evaluate = { "train", data = "fashion-mnist", epochs = 1 }
--   evaluate = { "train", data = "fashion-mnist", epochs = function(args) return args.epochs end }
--   evaluate = { "train", data = "fashion-mnist", epochs = 2, confirm = { budget = 10, best = 3 } }
--
-- The space says by `network` what a candidate is (ganas.convnet), the score is the accuracy on images that
-- it was not trained with, in percent. Other numbers: params, macs, ram_kb (1024 bytes of float32, at the
-- worst moment of a prediction). The result follows from candidate, seed and settings alone, with any number
-- of threads. Its budget is epochs: what a search confirms (ganas.confirm) is trained for more of them, from
-- the beginning, and kept as it then is. The files of test images are not opened here.

local Convnet = require "ganas.convnet"
local Images = require "ganas.images"
local Threads = require "ganas.threads"
local Trainer = require "ganas.trainer"
local chunk = require "ganas.chunk"
local confirm = require "ganas.confirm"
local message = require "ganas.message"
local schema = require "ganas.schema"
local uv = require "luv"

local Training = { kind = "train", repeatable = false }
Training.__index = Training

local MOST_SIDE = 512 -- rows or columns of an image that the core trains with

local FIELDS = {
  { enum = { "train" }, required = true },
  data = { type = "string", required = true,
    expected = "the name or folder of a set of images, as in 'fashion-mnist'" },
  epochs = { type = "number", above = 0, default = 1, expected = "a number above 0, passes over the images" },
  images = { type = "number", integer = true, min = 16,
    expected = "a whole number from 16, images to train with (by default all but those to validate with)" },
  batch = { type = "number", integer = true, min = 16, max = 4096, default = 64 },
  rate = { type = "number", above = 0, default = 0.1 },
  momentum = { type = "number", min = 0, max = 0.999, default = 0.9 },
  decay = { type = "number", min = 0, default = 5e-4 },
  flip = { type = "boolean", default = false },
  score = { type = "string", default = "val_acc" },
  confirm = confirm.FIELD,
}

local function check_fields(fields, context, space)
  local where = context.where
  if not space.network then
    message.user("%s: the space %s does not say what network a candidate is; expected its field "
      .. "network = function(arch, net)", where("evaluate", 1), message.quote(space.name))
  end
  if fields.batch % 16 ~= 0 then
    message.user("%s: field 'evaluate.batch' is %s; expected a multiple of 16", where("evaluate", "batch"),
      message.value(fields.batch))
  end
  if context.score and context.score ~= fields.score then
    message.user("%s: the accuracy is called %s; expected no other score", where("evaluate", "score"),
      message.quote(fields.score))
  end
end

-- Fields may be functions of the recipe's arguments.
local function resolve(spec, context)
  local new = {}
  for name, value in pairs(spec) do -- order can't matter: a copy
    if type(value) == "function" then
      value = chunk.call(context.where("evaluate", name), value, context.args)
    end
    new[name] = value
  end
  return new
end

local function open_images(self, fields, context)
  local where = context.where("evaluate", "data")
  self.where, self.folder = where, Images.find(fields.data, context, where)
  self.images = Images.open_part(self.folder, "train", where)
  local _, height, width = unpack(self.images.shape)
  if math.max(height, width) > MOST_SIDE then
    message.user("%s: the images in %s have %d rows and %d columns; expected at most %d", where,
      message.quote(self.folder), height, width, MOST_SIDE)
  end
  self.train, self.valid = self.images:split(fields.images)
  if #self.train < fields.batch then
    message.user("%s: %s has %d images to train with; expected a batch of %d at least", where, self.folder,
      #self.train, fields.batch)
  end
  if #self.valid == 0 then
    message.user("%s: %s has no images to validate with; expected six of a class, of which that is the sixth",
      where, self.folder)
  end
  if context.files then self.images:note(context.files) end
end

-- The evaluator that a recipe asks for; as ganas.evaluate.open.
function Training.open(spec, space, context)
  local fields = schema.check(resolve(spec, context), FIELDS, context.where, { "evaluate" })
  check_fields(fields, context, space)
  local self = setmetatable({
    space = space, fields = fields, plan = context, score_name = fields.score, budget = fields.epochs,
    budget_name = "epochs", confirm = fields.confirm, memory = {}, kept = {},
  }, Training)
  open_images(self, fields, context)
  return self
end

-- ---- networks ----

-- The network of a candidate.
function Training:network(arch)
  local fn = self.space.network
  return chunk.call(message.defined(fn), Convnet.build, fn, arch, self.images.shape, self.images.classes)
end

-- Trains a network, for `epochs` in place of the evaluator's; returns it in the core, or nil after an
-- interrupt, or nil and why it failed.
function Training:fit(net, epochs, list)
  self.threads = self.threads or Threads.new(self.plan.threads or 1)
  local f, seed = self.fields, self.plan.seed or 1
  local trainer = Trainer.new(net, f.batch, self.threads, seed)
  local done, why = trainer:train(self.images, list or self.train, {
    epochs = epochs or f.epochs, rate = f.rate, momentum = f.momentum, decay = f.decay, flip = f.flip,
    seed = seed,
  }, self.plan.interrupted)
  if not done then return nil, why end
  return trainer
end

local function metrics_of(net)
  return { params = net.params, macs = net.macs, ram_kb = net.floats * 4 / 1024 }
end

-- The result of a candidate, and its trained network where it did not fail; nil after an interrupt.
local function evaluate(self, arch, epochs)
  local net = self:network(arch)
  local began = uv.hrtime()
  local trainer, why = self:fit(net, epochs)
  if not trainer then return why and { state = "failed", error = why } or nil end
  local score = trainer:accuracy(self.images, self.valid)
  local result = { score = score, metrics = metrics_of(net), seconds = (uv.hrtime() - began) * 1e-9 }
  return result, { net = net, trainer = trainer }
end

local function key_of(arch, epochs) return ("%s %.17g"):format(tostring(arch), epochs) end

-- The result of a candidate after that many epochs; nil after an interrupt. A result is remembered; a network
-- that was trained for other epochs than the search's is kept.
function Training:result(arch, epochs)
  local key = key_of(arch, epochs)
  if self.memory[key] then return self.memory[key] end
  local result, trained = evaluate(self, arch, epochs)
  if trained and epochs ~= self.fields.epochs then self.kept[key] = trained
  elseif trained then trained.trainer:free() end
  self.memory[key] = result
  return result
end

-- A candidate's network after that many epochs, as { net, trainer }: the one that is kept, or the same
-- trained once more. nil after an interrupt, or where training fails.
function Training:trained(arch, epochs)
  local kept = self.kept[key_of(arch, epochs)]
  if kept then return kept end
  return (select(2, evaluate(self, arch, epochs)))
end

-- ---- as an evaluator ----

function Training:score(batch, first, n, call)
  local results, display = {}, self.plan.display
  for i = 1, n do
    if display then display:wait(1) end
    local budget = call and call.jobs[i].budget
    results[i] = self:result(batch:arch(first + i - 1), budget or self.fields.epochs)
    if not results[i] then return nil end
    if call then
      call.heard(i, results[i])
      call.log:sync_soon()
    end
  end
  return results
end

function Training:describe()
  local f = self.fields
  return ("training on %d images of %s for %s epochs, judged by %d others"):format(#self.train, self.folder,
    message.number(f.epochs), #self.valid)
end

Training.FIELDS = FIELDS -- for the stubs of editors

return Training
