-- meta - the stubs for editors name what there is, and all of it.

local fs = require "ganas.fs"
local sorted = require "ganas.sorted"

local function stubs(name)
  local found, text = {}, assert(fs.read("lua/meta/" .. name .. ".lua"))
  for owner, fn in text:gmatch "\nfunction (%w+)%.([%w_]+)%(" do found[fn] = owner end
  return found, text
end

-- Fields of a class in a stub file.
local function fields(text, class)
  local list, block = {}, text:match("%-%-%-@class " .. class:gsub("%.", "%%.") .. "\n(.-)\n\n")
  for field in (block or text:match("%-%-%-@class " .. class:gsub("%.", "%%.") .. "\n(.*)$")):gmatch
    "%-%-%-@field ([%a_]+)" do list[#list + 1] = field end
  table.sort(list)
  return list
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

  -- The names that a message about an unknown field lists; the first 12 when there are more.
  local function accepted(check, ...)
    local ok, err = pcall(check, ...)
    assert.is_false(ok)
    local names = {}
    for name in err.text:match("expected (.*)$"):gmatch "'([%w_]+)'" do names[#names + 1] = name end
    return names
  end

  local function where() return "here" end

  it("have every field of a recipe, a space and a search", function()
    local _, text = stubs "recipe"
    local path = os.tmpname()
    fs.write_atomic(path, "return { qqqqqqq = 1 }")
    assert.same(accepted(require("ganas.recipe").read, path .. ""), fields(text, "ganas.Recipe"))
    os.remove(path)
    local space = accepted(require("ganas.grammar").compile, { qqqqqqq = 1 }, "x", where)
    assert.same(space, { unpack(fields(text, "ganas.Space"), 1, #space) })
    assert.is_true(#space >= 12)
    local search = accepted(require("ganas.settings").resolve, { qqqqqqq = 1 }, { preset = "best" }, where)
    assert.same(search, { unpack(fields(text, "ganas.Search"), 1, #search) })
    assert.is_true(#search >= 12)
  end)

  it("are Lua", function()
    for _, name in ipairs(fs.list "lua/meta") do assert(loadfile("lua/meta/" .. name)) end
  end)
end)
