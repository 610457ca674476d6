-- sorted - one order in every process; and nothing in lua/ walks in another.

local fs = require "ganas.fs"
local sorted = require "ganas.sorted"

describe("a sorted walk", function()
  it("has numbers, then strings, then false and true, then the rest", function()
    local t = {}
    local last = {}
    local keys = { -1, 0.5, 2, 10, "", "A", "B", "a", "b", "\255", false, true }
    for i = #keys, 1, -1 do t[keys[i]] = i end
    t[last] = "last"
    local seen = {}
    for k, v in sorted(t) do
      seen[#seen + 1] = k
      assert.equal(t[k], v)
    end
    assert.equal(last, table.remove(seen))
    assert.same(keys, seen)
  end)

  it("does not depend on the order of insertion", function()
    local words, a, b = {}, {}, {}
    for i = 1, 200 do words[i] = "key" .. (i * 7919 % 1000) end
    for i = 1, #words do a[words[i]] = true end
    for i = #words, 1, -1 do b[words[i]] = true end
    assert.same(sorted.keys(a), sorted.keys(b))
  end)

  it("skips what became nil and shows what changed on the way", function()
    local t, seen = { a = 1, b = 2, c = 3 }, {}
    for k, v in sorted(t) do
      t.b, t.c = nil, 30
      seen[#seen + 1] = k .. v
    end
    assert.same({ "a1", "c30" }, seen)
  end)

  it("is over an empty table at once", function()
    for _ in sorted {} do error "one more" end
  end)
end)

-- Lines of a file that walk in the order of the hash and don't say why that is no harm.
local function offenders(path)
  local found, n = {}, 0
  for line in (assert(fs.read(path)) .. "\n"):gmatch "(.-)\n" do
    n = n + 1
    local code = line:gsub("%-%-.*", ""):gsub("ipairs", ""):gsub("sorted%.pairs", ""):gsub("[:_]pairs", "")
    local walks = code:find "pairs%s*[%(%{]" or code:find "in next%s*,"
    if walks and not line:find "order can't matter" then
      found[#found + 1] = path .. ":" .. n .. ": " .. line
    end
  end
  return found
end

describe("the files of ganas", function()
  it("walk with sorted, or say why order can't matter", function()
    local all = {}
    for _, folder in ipairs { "lua/ganas", "spaces", "recipes" } do
      for _, name in ipairs(fs.list(folder)) do
        if name:find "%.lua$" and name ~= "sorted.lua" then
          for _, line in ipairs(offenders(fs.join(folder, name))) do all[#all + 1] = line end
        end
      end
    end
    assert.same({}, all)
  end)

  it("would be caught", function()
    local path = os.tmpname()
    fs.write_atomic(path, "for k in pairs(t) do end\nfor k in next, t do end\nfor _ in ipairs(t) do end\n"
      .. "d:pairs(a)\nfor k in pairs{} do end -- order can't matter: empty\n")
    assert.equal(2, #offenders(path))
    os.remove(path)
  end)
end)
