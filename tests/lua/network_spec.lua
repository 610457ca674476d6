-- network - what lies between input and output, and what is computed from it: measures by a function,
-- bounds on them, keys that can't be read back.

local Arch = require "ganas.arch"
local Batch = require "ganas.batch"
local Rng = require "ganas.rng"
local constraints = require "ganas.constraints"
local grammar = require "ganas.grammar"
local rule = require "ganas.rule"
local space = require "ganas.space"
local support = require "tests.lua.support"

local function where(...)
  local words = { ... }
  for i, word in ipairs(words) do words[i] = tostring(word) end
  return "r.lua:" .. table.concat(words, ".")
end

local function load(extra)
  local spec = { name = "net", ops = { "a", "b", "c" },
    grow = space.free { nodes = { 2, 6 }, edges = { max = 8 } } }
  for k, v in pairs(extra or {}) do spec[k] = v end -- order can't matter: a copy
  return grammar.load(spec, { where = where })
end

local text_of = support.refused

local function random(s, n)
  local batch = Batch.new(s, n)
  batch:random(nil, Rng.new(11, "network"), n)
  return batch
end

-- The operations of a network in the order of its nodes, and its edges, as text.
local function written(net)
  local words = {}
  for i = 0, net.size - 1 do
    words[i + 1] = net.op[i] .. "(" .. table.concat(net.sources[i], ",") .. ")"
  end
  return table.concat(words, " ")
end

describe("a network", function()
  local s = load()

  it("leaves out what leads nowhere", function()
    local arch = s:arch "a(0) b(0) c(0,1) output(1,3)"
    assert.equal("input() a(0) c(0,1) output(1,2)", written(arch.network))
    assert.same({ true, true, false, true, true },
      { arch:live(0), arch:live(1), arch:live(2), arch:live(3), arch:live(4) })
    assert.equal("here: no node 5; this graph has nodes 0 to 4", text_of(arch.live, arch, 5))
  end)

  it("leaves out operations that cut", function()
    local cut = load { dead = "c" }
    assert.equal("input() output()", written(cut:arch("a(0) c(1) output(2)").network))
  end)

  it("is the same for views, detached ones and the core's counts", function()
    local batch = random(s, 400)
    local view = Arch.view(batch)
    for i = 0, 399 do
      local arch = batch:arch(i)
      Arch.point(view, i)
      assert.equal(written(arch.network), written(view.network))
      local edges = 0
      for k = 0, view.network.size - 1 do edges = edges + #view.network.sources[k] end
      assert.same({ arch.nodes, arch.edges }, { view.network.size, edges })
      for k = 0, arch.size - 1 do assert.equal(arch:live(k), view:live(k)) end
      assert.is_nil(view.network.op[view.network.size])
    end
  end)

  it("has nodes above 32", function()
    local chain = grammar.load { ops = { "a", "b" }, grow = space.chain(60), dead = "b" }
    local arch = chain:arch(("a|"):rep(59) .. "a")
    assert.equal(62, arch.network.size)
    assert.same({ 60 }, arch.network.sources[61])
    assert.is_true(arch:live(61))
    arch = chain:arch(("a|"):rep(40) .. ("b|"):rep(19) .. "a")
    assert.same({ 2, true, false, true }, { arch.network.size, arch:live(0), arch:live(50), arch:live(61) })
  end)
end)

describe("a measure by a function", function()
  local function widest(a)
    local most = 0
    for i = 0, a.network.size - 1 do most = math.max(most, #a.network.sources[i]) end
    return most
  end

  it("is asked row by row, and of single architectures", function()
    local function mixed(a) return 2 * a.widest + a.depth / 4 end
    local s = load { measures = { widest = widest, twice = mixed } }
    local batch = random(s, 300)
    local values, twice = batch:measure "widest", batch:measure "twice"
    for i = 0, 299 do
      local arch = batch:arch(i)
      assert.equal(widest(arch), values[i])
      assert.equal(values[i], arch.widest)
      assert.equal(2 * values[i] + arch.depth / 4, twice[i])
      assert.equal(twice[i], arch.twice)
    end
    assert.same({ "twice", "widest", "depth", "edges", "nodes" }, s:measure_names())
  end)

  it("can be bounded; the bound is checked", function()
    local s = load { measures = { widest = widest } }
    local known = {
      ["<="] = function(x) return x <= 2 end, ["<"] = function(x) return x < 2 end,
      [">="] = function(x) return x >= 2 end, [">"] = function(x) return x > 2 end,
      ["=="] = function(x) return x == 2 end,
    }
    for compare, right in pairs(known) do -- order can't matter: each on its own
      local rules = constraints.new({ rule.measure("widest", compare, 2) }, s, where)
      local batch, kept = random(s, 200), 0
      for i = 0, 199 do kept = kept + (right(batch:arch(i).widest) and 1 or 0) end
      assert.equal(kept, rules:filter(batch))
      assert.is_true(kept > 0 and kept < 200)
      local line = rules:report()[1]
      assert.same({ "widest " .. compare .. " 2", false, 200, 200 - kept },
        { line.rule, line.masked, line.seen, line.rejected })
    end
  end)

  it("may have any finite number, and says where it has not", function()
    assert.truthy(text_of(load, { measures = { m = function() end } })
      :find "^here: the function gave nothing; expected a finite number; it was measure 'm' of '")
    assert.truthy(text_of(load, { measures = { m = function() return 0 / 0 end } })
      :find "^here: the function gave nan; expected a finite number; it was measure 'm' of '")
    assert.truthy(text_of(load, { measures = { m = function(a) return a.widht end } })
      :find "^here: unknown field of an architecture 'widht'; .*; it was measure 'm' of '")
    assert.truthy(text_of(load, { measures = { m = function() return {} + 1 end } })
      :find "^here: attempt to perform arithmetic on a table value; it was measure 'm' of '")
  end)

  it("stands in the description of the space", function()
    local found
    for _, line in ipairs(load({ measures = { widest = widest } }):describe()) do
      if line[1] == "measure widest" then found = line[2] end
    end
    assert.equal("by a function; a bound is checked afterwards", found)
  end)
end)

describe("a key that can't be read back", function()
  it("is written", function()
    local s = load { keys = { code = function(a) return space.md5(tostring(a.network.size)) end } }
    assert.equal(space.md5 "4", s.key_notations.code:write(s:arch "a(0) b(0) output(1,2)"))
    assert.equal(space.md5 "3", s.key_notations.code:write(s:arch "a(0) b(0) output(1)"))
  end)

  it("has to be a text, the same for the same candidate", function()
    assert.equal("here: this function gave 5; expected a string",
      text_of(load, { keys = { code = function() return 5 end } }))
    local n = 0
    assert.truthy(text_of(load, { keys = { code = function() n = n + 1 return "k" .. n end } }):find(
      "^r.lua:space.keys.code: field 'keys.code' names '.*' 'k1', and after it was read back 'k2'$"))
  end)

  it("is a digest by space.md5", function()
    assert.equal("900150983cd24fb0d6963f7d28e17f72", space.md5 "abc")
    assert.equal("93b885adfe0da089cdf634904fd59f71", space.md5 "\0")
    assert.equal("here: space.md5 of 5; expected a text", text_of(space.md5, 5))
  end)
end)
