-- evaluators - the shipped examples of evaluators, run as they are; PyTorch's with next to no work.

local fs = require "ganas.fs"
local program = require "tests.lua.program"
local uv = require "luv"

local DATA = "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz"
local PYTHON = "/usr/bin/python3"

describe("an example", function()
  if not program.path then return pending "needs the host" end
  local folder, root = nil, uv.cwd()
  before_each(function() folder = program.folder {} end)
  after_each(function() folder:remove() end)

  it("of a line of shell works from any folder", function()
    local code, out, err = folder:run("run " .. root .. "/recipes/evaluators/shell.lua --quiet queries=24 "
      .. "--workers 3")
    assert.same({ 0, "" }, { code, err })
    assert.matches("^shell: 24 candidates evaluated in .*\n1  likes %d  [abcd|]+\n", out)
  end)

  it("of a worker in Lua finds its script beside the recipe", function()
    local code, out, err = folder:run("run " .. root .. "/recipes/evaluators/luajit.lua --quiet queries=24 "
      .. "--workers 2")
    assert.same({ 0, "" }, { code, err })
    assert.matches("^luajit: 24 candidates evaluated in .*\n1  steps %d  [abcd|]+\n", out)
  end)

  it("trains cells with PyTorch", function()
    if not fs.exists(DATA) or os.execute(PYTHON .. " -c 'import torch' 2>/dev/null") ~= 0 then
      return pending "needs python3-torch and dataset-fashion-mnist"
    end
    folder:write("r.lua", ([[
      return { about = "x", args = { queries = 3 }, space = "nasbench201", search = { initial = 3 },
        evaluate = { "worker", %q, %q, "--images", "256", "--judge", "250",
          score = "valid", report = "test", budget = 1, workers = 2 } }
    ]]):format(PYTHON, root .. "/recipes/evaluators/fashion.py"))
    local code, out, err = folder:run "r.lua --quiet --out r"
    assert.same({ 0, "" }, { code, err })
    assert.matches("^r: 3 candidates evaluated in .*\n1  valid [%d.]+  test [%d.]+  |", out)
    for _, line in ipairs(folder:events("r", "result")) do
      local score = tonumber(line:match '"score":([%d.]+)')
      assert.is_true(score >= 0 and score <= 100)
      assert.matches('"metrics":{"loss":[%d.]+,"parameters":%d+},"budget":1,"cost":1$', (line:gsub("}$", "")))
    end
  end)
end)
