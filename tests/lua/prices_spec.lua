-- prices - sums whose entries are rows of a file, read when they are first used; and each message.

local grammar = require "ganas.grammar"
local space = require "ganas.space"
local support = require "tests.lua.support"

local file = support.files(teardown)

local function make(t)
  t.key, t.value = t.key or "layer", t.value or "ms"
  t.row = t.row or function(step, _, kernel) return kernel and ("%d-%s"):format(step, kernel) end
  return grammar.load({
    name = "p", ops = space.product("k%d", { 3, 5 }, "skip"), grow = space.chain(2),
    measures = { ms = space.prices(t) },
  }, { where = function(...) return "r.lua:" .. table.concat({ ... }, ".") end })
end

local function text_of(fn, ...)
  return (support.refused(fn, ...):gsub("/tmp/lua_%w+", "FILE"))
end

local GOOD = "layer,ms\n1-3,1.5\n1-5,2\n2-3,4\n2-5,8\nstem,100\n"

describe("space.prices", function()
  it("adds up the rows of a file, and what everybody pays", function()
    local s = make { file = file(GOOD), once = { "stem" } }
    assert.equal(102 + 4, s:arch("k5|k3").ms)
    assert.equal(100, s:arch("skip|skip").ms)
    local entry = s:measure "ms"
    assert.same({ 100, 110, true }, { entry.least, entry.greatest, entry.maskable })
  end)

  it("opens nothing before it is used", function()
    local s = make { file = "nowhere.csv" }
    assert.same({ "depth", "edges", "nodes" }, s:measure_names())
    assert.same({ "ms", "depth", "edges", "nodes" }, s:measure_names(true))
    local text = text_of(function() return s:measure "ms" end)
    assert.truthy(text:find("here: no data file 'nowhere.csv'", 1, true))
  end)

  it("says what is wrong", function()
    local function of(t) return text_of(function() return make(t):measure "ms" end) end
    assert.equal("here: step 2, 'k5' asks FILE for '2-5', which has no such row; did you mean '1-5'?",
      of { file = file "layer,ms\n1-3,1\n1-5,2\n2-3,4\n" })
    assert.equal("here: 'once' asks FILE for 'stom', which has no such row; did you mean 'stem'?",
      of { file = file(GOOD), once = { "stom" } })
    assert.equal("FILE:3: '1-3' is there twice; expected each once",
      of { file = file "layer,ms\n1-3,1\n1-3,1\n" })
    assert.equal("here: FILE: unknown column 'mss'; did you mean 'ms'?",
      of { file = file(GOOD), value = "mss" })
    assert.equal("here: field 'prices.file' is missing; expected the name of a CSV file, plain or .gz",
      text_of(space.prices, { key = "a", value = "b", row = print }))
  end)
end)
