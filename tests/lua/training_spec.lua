-- training - networks of candidates: counted as the space says, laid out so that nothing is overwritten,
-- trained on small IDX files, the same with any threads; exported as C that computes the same.

local Batch = require "ganas.batch"
local Convnet = require "ganas.convnet"
local csource = require "ganas.csource"
local evaluate = require "ganas.evaluate"
local fs = require "ganas.fs"
local grammar = require "ganas.grammar"
local space = require "ganas.space"
local support = require "tests.lua.support"

local SIDE, COUNT = 12, 240
local folder

local function big_endian(n)
  return string.char(math.floor(n / 2 ^ 24) % 256, math.floor(n / 2 ^ 16) % 256, math.floor(n / 256) % 256,
    n % 256)
end

-- Images whose class, 0 or 1, is the half that is bright.
local function write_set(name, count)
  local pixels, labels, state = {}, {}, 1
  for i = 1, count do
    local class = i * 7 % 5 % 2
    labels[i] = string.char(class)
    for p = 0, SIDE * SIDE - 1 do
      state = (state * 1103515245 + 12345) % 2 ^ 31
      local bright = (p < SIDE * SIDE / 2) == (class == 0)
      pixels[#pixels + 1] = string.char(math.floor(state / 2 ^ 16) % 100 + (bright and 100 or 0))
    end
  end
  fs.write(fs.join(folder, name .. "-images-idx3-ubyte"), "\0\0\8\3" .. big_endian(count) .. big_endian(SIDE)
    .. big_endian(SIDE) .. table.concat(pixels))
  fs.write(fs.join(folder, name .. "-labels-idx1-ubyte"), "\0\0\8\1" .. big_endian(count)
    .. table.concat(labels))
end

setup(function()
  folder = fs.mkdir_temporary()
  write_set("train", COUNT)
  write_set("t10k", 30)
end)

teardown(function() fs.remove_tree(folder) end)

-- Everything that a network can have, by one operation or the other.
local function network(arch, net)
  local x = net:conv(net.image, 5, 3, 2)
  local y = net:depthwise(x, arch.ops[1] == "a" and 3 or 5, 1)
  local z = net:sum(net:max(y, 3, 1), net:mean(x, 3, 1), net:zero(x))
  return net:concat(net:conv(z, 4, 1, 2), net:max(x, 3, 2))
end

local function toy()
  return grammar.load { name = "toy", ops = { "a", "b" }, grow = space.chain(1), network = network }
end

local function where(...) return "r.lua:" .. table.concat({ ... }, ".") end

local function open(fields, more)
  local spec = { "train", data = folder, batch = 16, epochs = 6 }
  local context = { where = where, args = { e = 6 } }
  for k, v in pairs(fields or {}) do spec[k] = v end -- order can't matter
  for k, v in pairs(more or {}) do context[k] = v end
  return evaluate.open(spec, context.space or toy(), context)
end

local function score(training)
  local batch = Batch.new(training.space, 2)
  assert(training.space:push(batch, "a"))
  assert(training.space:push(batch, "b"))
  return training:score(batch, 0, 2)
end

describe("a network", function()
  it("costs what the formulas of tinycell say", function()
    local tiny = grammar.load "tinycell"
    local samples = grammar.samples(tiny, 40)
    for i = 0, 39 do
      local arch = samples:arch(i)
      local net = Convnet.build(tiny.network, arch, { 1, 28, 28 }, 10)
      assert.equal(arch.params, net.params, tostring(arch))
      assert.equal(arch.macs, net.macs, tostring(arch))
      assert.equal(arch.ram_kb, net.floats * 4 / 1024)
    end
  end)

  it("keeps no more than it needs, and nothing in one place", function()
    local net = Convnet.new({ 1, 8, 8 }, 3)
    local x = net:conv(net.image, 4, 3, 2)
    local y = net:sum(net:conv(x, 4, 3, 1), x)
    net:classify(y)
    local plan = net:plan()
    assert.equal(128, plan.floats) -- two of 64: the image is over when the second begins
    assert.equal(plan.at[2], plan.at[3])
    assert.not_equal(plan.at[1], plan.at[2])
  end)

  it("says what can't be", function()
    local net = Convnet.new({ 1, 8, 8 }, 3)
    for _, name in ipairs { "zero", "sum", "concat", "classify" } do
      local said = tostring(select(2, pcall(net[name], net)))
      assert.truthy(said:find("expected a layer of this network", 1, true))
    end
    assert.equal("here: the kernel of conv is 4; expected one of 1, 3, 5",
      support.refused(function() net:conv(net.image, 4, 4, 1) end))
    assert.equal("here: a sum of 1 x 8 x 8 and 2 x 8 x 8; expected one shape",
      support.refused(function() net:sum(net.image, net:conv(net.image, 2, 1, 1)) end))
  end)
end)

describe("the evaluator", function()
  it("learns, and answers the same with any number of threads", function()
    local one, two = score(open()), score(open(nil, { threads = 2 }))
    for i = 1, 2 do
      assert.truthy(one[i].score > 90)
      assert.equal(one[i].score, two[i].score)
    end
    assert.equal(9 * 5 + 10 + 9 * 5 + 10 + 20 + 8 + 20, one[1].metrics.params)
  end)

  it("takes fields from the recipe's arguments", function()
    assert.equal(6, open({ epochs = function(args) return args.e end }).fields.epochs)
  end)

  it("says what is wrong", function()
    assert.equal("r.lua:evaluate.batch: field 'evaluate.batch' is 24; expected a multiple of 16",
      support.refused(open, { batch = 24 }))
    assert.equal("r.lua:evaluate.1: the space 'ab' does not say what network a candidate is; expected "
      .. "its field network = function(arch, net)",
      support.refused(open, {}, { space = (support.two_letters()) }))
    assert.truthy(support.refused(open, { data = "fashion-mnits" }):find(
      "no images 'fashion-mnits' (train-images-idx3-ubyte and so on, or .gz; or train/CLASS/*.png, *.pgm, "
      .. "*.ppm and test/CLASS); looked in", 1, true))
  end)
end)

describe("the exported C", function()
  it("computes what the network does", function()
    local training = open()
    local trainer = training:fit(training:network(training.space:arch "b"))
    local logits = trainer:logits(training.images)
    fs.write(fs.join(folder, "net.h"), csource.text(trainer, "net", "a test"))
    fs.write(fs.join(folder, "main.c"), ([[
#include <stdio.h>
#include "net.h"
int main(void) {
    static unsigned char pixels[%d]; float logits[2];
    FILE *f = fopen("%s/train-images-idx3-ubyte", "rb");
    if (!f || fread(pixels, 1, 16, f) != 16) return 1;
    while (fread(pixels, 1, sizeof pixels, f) == sizeof pixels) {
        int k = net_predict(pixels, logits);
        printf("%%d %%.6g %%.6g\n", k, logits[0], logits[1]);
    }
    return 0;
}]]):format(SIDE * SIDE, folder))
    local program = fs.join(folder, "main")
    local flags = "-std=c99 -O1 -Wall -Wextra -Werror -pedantic"
    assert.equal(0, os.execute(("cc %s -o %s %s.c"):format(flags, program, program)))
    local pipe, i = io.popen(program), 0
    for line in pipe:lines() do
      local class, a, b = line:match "(%S+) (%S+) (%S+)"
      assert.truthy(math.abs(a - logits[2 * i]) < 1e-3)
      assert.truthy(math.abs(b - logits[2 * i + 1]) < 1e-3)
      assert.equal(logits[2 * i + 1] > logits[2 * i] and 1 or 0, tonumber(class))
      i = i + 1
    end
    pipe:close()
    assert.equal(COUNT, i)
  end)
end)
