-- meta - the stubs for editors name what there is, and all of it.

local fs = require "ganas.fs"
local sorted = require "ganas.sorted"

local function stubs(name)
  local found, text = {}, assert(fs.read("lua/meta/" .. name .. ".lua"))
  for owner, fn in text:gmatch "\nfunction (%w+)%.([%w_]+)%(" do found[fn] = owner end
  return found, text
end

describe("the stubs", function()
  it("have every function of what users require", function()
    for _, name in ipairs { "rule", "schedule", "space" } do
      local there = {}
      for key, value in sorted(require("ganas." .. name)) do
        if type(value) == "function" then there[#there + 1] = key end
      end
      assert.same(there, sorted.keys((stubs(name))), name)
    end
  end)

  local _, text = stubs "recipe"

  -- Fields of a class, those of the class that it extends too; words in brackets but those that are names.
  local function members(class)
    local list, block = {}, text:match("%-%-%-@class ganas%." .. class .. "[^\n]*\n(.-)\n%f[^-\n]")
      or text:match("%-%-%-@class ganas%." .. class .. "[^\n]*\n(.*)$")
    assert.truthy(block, "no class ganas." .. class)
    for field in block:gsub("\n\n.*", ""):gmatch "%-%-%-@field (%S+)" do
      field = field:gsub("%?$", "")
      if not field:find "^%[" then list[#list + 1] = field end
    end
    local parent = text:match("%-%-%-@class ganas%." .. class .. ": ganas%.(%a+)")
    for _, field in ipairs(parent and members(parent) or {}) do list[#list + 1] = field end
    table.sort(list)
    return list
  end

  -- Named fields of descriptions (ganas.schema), several together.
  local function described(...)
    local names = {}
    for _, fields in ipairs { ... } do
      for name in sorted(fields) do
        if type(name) == "string" then names[#names + 1] = name end
      end
    end
    table.sort(names)
    return names
  end

  it("have every field of a recipe, a space, measures and objectives, and no other", function()
    assert.same(described(require("ganas.recipe").FIELDS), members "Recipe")
    local space = require("ganas.grammar").FIELDS
    assert.same(described(space), members "Space")
    assert.same(described(space.expect.fields), members "Expect")
    assert.same(described(require("ganas.measures").FIELDS), members "Measures")
    assert.same(described(require("ganas.goals").FIELDS), members "Objectives")
    assert.same(described(require("ganas.frame").JOINED), members "Join")
  end)

  it("have every field of the settings of a search, and no other", function()
    local fields = require("ganas.settings").FIELDS
    assert.same(described(fields), members "Search")
    for name, rule in sorted(fields) do
      if rule.fields then
        assert.same(described(rule.fields), members(name:sub(1, 1):upper() .. name:sub(2)), name)
      end
    end
  end)

  it("have every field of every kind of evaluator, and no other", function()
    local processes = require "ganas.processes"
    local starts = { command = true, worker = true, slurm = true }
    for kind, module in sorted(require("ganas.evaluate").MODULES) do
      local class = kind == "xgboost" and "XGBoost" or kind:sub(1, 1):upper() .. kind:sub(2)
      local own = require(module).FIELDS or {}
      local shared = starts[kind] and processes.FIELDS or {}
      assert.same(described(own, shared), members(class .. "Evaluator"), kind)
      assert.truthy(text:find(("\n---| ganas.%sEvaluator\n"):format(class), 1, true), kind)
    end
    assert.same(described(require("ganas.confirm").FIELD.fields), members "Confirm")
  end)

  it("have what functions see of a search and of a candidate", function()
    local run = members "Run"
    for name in fs.read "lua/ganas/run.lua":match "^(.-)\n\n":gmatch "run%.([%w_]+)" do
      assert.truthy((" " .. table.concat(run, " ") .. " "):find(" " .. name .. " ", 1, true), name)
    end
    for name in fs.read "lua/ganas/arch.lua":match "^(.-)\n\n":gmatch " a:([%w_]+)%(" do
      assert.truthy(text:find("\nfunction arch:" .. name .. "(", 1, true), name)
    end
  end)

  it("are Lua", function()
    for _, name in ipairs(fs.list "lua/meta") do assert(loadfile("lua/meta/" .. name)) end
  end)
end)
