-- quickstart - the recipe from beginning to end, on few small images: search, rivals, long training, export.

local fs = require "ganas.fs"
local program = require "tests.lua.program"

local SIDE, CLASSES = 28, 10

local function number(n) return string.char(0, 0, math.floor(n / 256), n % 256) end

-- Images of ten classes: a bright band at a height of its own.
local function write_set(folder, name, count)
  local images, labels, state = {}, {}, 1
  for i = 1, count do
    local class = i % CLASSES
    labels[i] = string.char(class)
    for y = 0, SIDE - 1 do
      for _ = 1, SIDE do
        state = (state * 1103515245 + 12345) % 2 ^ 31
        local bright = math.floor(y * CLASSES / SIDE) == class
        images[#images + 1] = string.char(math.floor(state / 2 ^ 16) % 100 + (bright and 150 or 0))
      end
    end
  end
  folder:write(name .. "-images-idx3-ubyte",
    "\0\0\8\3" .. number(count) .. number(SIDE) .. number(SIDE) .. table.concat(images))
  folder:write(name .. "-labels-idx1-ubyte", "\0\0\8\1" .. number(count) .. table.concat(labels))
end

if not program.path then return end

describe("the quickstart", function()
  local folder = program.folder {}
  setup(function()
    write_set(folder, "train", 600)
    write_set(folder, "t10k", 100)
  end)
  teardown(function() folder:remove() end)

  it("searches, compares, trains longer, tests and exports", function()
    local code, out, err = folder:run("quickstart data=. queries=22 epochs=0.4 retrain=8 --out run --quiet")
    assert.equal("", err)
    assert.equal(0, code)
    local names, of = {}, {}
    local row = "([%a][%w ]-)%s+[%d.]+%s+[%d.]+%s+([%d.]+)%s+(%d+)%s+(%d+)%s+([%d.]+)\n"
    for name, test, params, macs, ram in out:gmatch(row) do
      names[#names + 1], of[#of + 1] = name, tonumber(params)
      assert.is_true(tonumber(test) > 100 / CLASSES and tonumber(test) <= 100)
      assert.is_true(tonumber(params) <= 8000 and tonumber(macs) <= 200000 and tonumber(ram) <= 32)
    end
    local hand = of[#of - 1]
    local smaller = of[1] > hand and ("with at most %d params"):format(hand) or nil
    local all = { "found by the search", smaller }
    all[#all + 1], all[#all + 2] = "best of 5 made by hand", "best of 22 random ones"
    assert.same(all, names)
    assert.is_true(not smaller or of[2] <= hand)
    local header = folder:read "run/winner/network.h"
    local tested = out:match "found by the search%s+[%d.]+%s+[%d.]+%s+([%d.]+)"
    assert.truthy(header:find(("test accuracy %s %%"):format(tested), 1, true))
    assert.equal(folder:read("run/result.json"):match '"confirmed":%[{"arch":"([^"]+)"' .. "\n",
      folder:read "run/winner/arch.txt")
    assert.truthy(fs.exists(folder.path .. "/run/winner/network.json"))
  end)

  it("takes other limits, and can be the search alone", function()
    local code, out = folder:run(
      "quickstart data=. queries=3 epochs=0.2 retrain=0 params=4000 macs=100000 ram_kb=16 --out small --json")
    assert.equal(0, code)
    for name, most in ("params 4000 macs 100000 ram_kb 16"):gmatch "(%S+) (%S+)" do
      local value = tonumber(out:match('"' .. name .. '":([%d.]+)'))
      assert.is_true(value <= tonumber(most), name)
    end
    assert.is_nil(folder:read "small/winner/network.h")
  end)
end)
