-- xgboost - models of XGBoost as evaluators: predictions against the vectors that come with a model,
-- features of every form, what is wrong with a model or a recipe, a machine without the library.

local Batch = require "ganas.batch"
local data = require "ganas.data"
local evaluate = require "ganas.evaluate"
local features = require "ganas.features"
local fs = require "ganas.fs"
local grammar = require "ganas.grammar"
local space = require "ganas.space"
local uv = require "luv"
local support = require "tests.lua.support"

local place = { data = fs.is_dir "../shared/data" and "../shared/data" or nil }

local function find(name)
  local ok, path = pcall(data.find, name, place)
  return ok and path or nil
end

local function where(...)
  local words = { ... }
  for i, word in ipairs(words) do words[i] = tostring(word) end
  return "r.lua:" .. table.concat(words, ".")
end

local text_of = support.refused

local chain = grammar.load {
  name = "ab", ops = { "a", "b" }, grow = space.chain(2),
  measures = { cost = space.sum(function(_, op) return op == "a" and 1 or 2.5 end) },
  features = { last = function(arch) return { arch.ops[2] == "a" and 1 or 0, 7 } end },
}

describe("features", function()
  local function of(spec) return features.open(spec, chain, "r.lua:1")(chain:arch "a|b") end

  it("are those of a function, of the space, or measures", function()
    assert.same({ 3, 4 }, of(function() return { 3, 4 } end))
    assert.same({ 0, 7 }, of "last")
    assert.same({ 3.5, 2 }, of { "cost", "depth" })
  end)

  it("say what is wrong with them", function()
    assert.equal("r.lua:1: unknown features of ab 'lasd'; did you mean 'last'?", text_of(of, "lasd"))
    assert.equal("r.lua:1: unknown measure 'costs'; did you mean 'cost'?", text_of(of, { "costs" }))
    assert.equal("r.lua:1: the features are 5; expected a function(arch), the name of the space's, or a list "
      .. "of measures", text_of(of, 5))
    assert.equal("here: the features are nothing; expected a list of numbers", text_of(of, function() end))
    assert.equal("here: feature 2 is 'x'; expected a number", text_of(of, function() return { 1, "x" } end))
    local function loaded(f)
      return text_of(grammar.load, { ops = { "a", "b" }, grow = space.chain(2), features = { f = f } },
        { where = where })
    end
    assert.equal("r.lua:space.features.f: field 'features.f' is 5; expected a function(arch)", loaded(5))
    assert.equal("here: the features are 5; expected a list of numbers", loaded(function() return 5 end))
  end)
end)

-- ---- with the library ----

local MODEL = find "nb301_distilled_xgb.json"

local function open(spec, s, more)
  local context = { where = where, data = place.data, score = more }
  spec[1] = "xgboost"
  return evaluate.open(spec, s or grammar.load "darts", context)
end

-- The evaluator, or nil where model or library are missing.
local function try()
  if not MODEL then return nil, "needs nb301_distilled_xgb.json: set GANAS_DATA to its folder" end
  local ok, e = pcall(open, { model = MODEL, features = "one_hot", score = "acc" })
  if ok then return e end
  if tostring(e):find "XGBoost is not here" then return nil, "needs XGBoost's library: libxgboost0" end
  error(e, 0)
end

-- The 34 categories of a vector as the space's key: NAS-Bench-301's order of edges and operations.
local function key_of(text)
  local category, cells = {}, {}
  for word in text:gmatch "%d+" do category[#category + 1] = tonumber(word) end
  local edges, first, ops = { 0, 1, 10, 11, 12, 13, 2, 3, 4, 5, 6, 7, 8, 9 }, { 0, 2, 5, 9, 14 },
    { 1, 5, 6, 0, 3, 4, 2 }
  for c = 0, 1 do
    local words = {}
    for state = 1, 4 do
      for k, edge in ipairs(edges) do
        local id = category[14 * c + k]
        if edge >= first[state] and edge < first[state + 1] and id > 0 then
          words[#words + 1] = (edge - first[state]) .. ops[id]
        end
      end
    end
    cells[c + 1] = words
  end
  return cells
end

-- Each state's two words in the order of their sources.
local function joined(words)
  for i = 1, 7, 2 do
    if words[i] > words[i + 1] then words[i], words[i + 1] = words[i + 1], words[i] end
  end
  return table.concat(words, ".")
end

describe("a model", function()
  it("predicts what came with it", function()
    local e, why = try()
    local path = find "nb301_distilled_testvec.csv"
    if not e or not path then return pending(why or "needs nb301_distilled_testvec.csv") end
    local batch, known = Batch.new(e.space, 200), {}
    for line in io.lines(path) do
      local vector, value = line:match "^([%d ]+),([%d.]+)$"
      if vector then
        local cells = key_of(vector)
        local text = joined(cells[1]) .. "," .. joined(cells[2])
        assert(e.space:push(batch, text, e.space.key_notations["normal,reduce"]))
        known[#known + 1] = tonumber(value)
      end
    end
    assert.equal(200, #known)
    local worst = 0
    for i, r in ipairs(e:score(batch, 0, 200)) do worst = math.max(worst, math.abs(r.score - known[i])) end
    assert.is_true(worst < 2e-4, "off by " .. worst)
    local some = e:score(batch, 50, 3)
    for i = 1, 3 do assert.is_true(math.abs(some[i].score - known[50 + i]) < 2e-4) end
    assert.same({}, e:score(batch, 0, 0))
  end)

  it("says what it is", function()
    local e, why = try()
    if not e then return pending(why) end
    assert.truthy(e:describe()
      :find "^XGBoost model .*nb301_distilled_xgb.json: 282 features %(XGBoost %d+%.%d+%.%d+%)$")
    assert.same({ "xgboost", "acc", true }, { e.kind, e.score_name, e.repeatable })
  end)

  it("is told from what is none", function()
    local e, why = try()
    if not e then return pending(why) end
    local function written(name, text)
      local path = "/tmp/ganas-" .. uv.os_getpid() .. name
      fs.write_atomic(path, text)
      local said = text_of(open, { model = path, features = "one_hot" })
      os.remove(path)
      return (said:gsub(path:gsub("%p", "%%%0"), "m" .. name))
    end
    assert.truthy(written(".json", "{"):find "^m.json: XGBoost can't read this model: %S")
    assert.truthy(written(".json", '{"learner": 5}'):find "^m.json: XGBoost can't read this model: %S")
    assert.truthy(written(".model", "not a model"):find "^m.model: XGBoost can't read this model: %S")
    assert.is_nil((written(".json", "{") .. written(".model", "x")):find "\n")
  end)

  it("has to fit the features", function()
    local e, why = try()
    if not e then return pending(why) end
    local few = open { model = MODEL, features = function() return { 1, 2 } end }
    local batch = Batch.new(few.space, 1)
    assert(few.space:push(batch, few.space.expect.example))
    assert.truthy(text_of(few.score, few, batch, 0, 1)
      :find "^r.lua:evaluate.features: 2 features, but .*nb301_distilled_xgb.json has 282$")
  end)
end)

describe("a recipe with a model", function()
  it("names it, its features and its prediction", function()
    local function why(spec, score) return text_of(open, spec, chain, score) end
    assert.equal("r.lua:evaluate.model: field 'evaluate.model' is missing; expected a model's file, .json, "
      .. ".ubj or .model", why { features = "last" })
    assert.equal("r.lua:evaluate.features: field 'evaluate.features' is missing; expected a function(arch), "
      .. "the name of the space's features, or a list of measures", why { model = "x.json" })
    assert.equal("r.lua:evaluate.features: unknown features of ab 'one_hot'; expected 'last'",
      why { model = "x.json", features = "one_hot" })
    assert.equal("r.lua:evaluate.score: this model's prediction is called 'acc'; expected no other score",
      why({ model = "x.json", features = "last", score = "acc" }, "test"))
    assert.truthy(why({ model = "no.json", features = "last" })
      :find "^r.lua:evaluate.model: no data file 'no.json'")
  end)

  it("says how to get the library where there is none", function()
    local path = os.tmpname()
    uv.os_setenv("GANAS_XGBOOST", "/none/libxgboost.so")
    local said = text_of(open, { model = path, features = "last" }, chain)
    uv.os_unsetenv "GANAS_XGBOOST"
    os.remove(path)
    assert.truthy(said:find("^r.lua:evaluate.1: XGBoost is not here: /none/libxgboost.so: .*; expected "
      .. "Debian's package %(apt%-get install libxgboost0%), or its library's path in GANAS_XGBOOST$"))
  end)
end)
