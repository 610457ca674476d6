-- grammar - spaces of every form: sizes, official strings both ways, measures, and each message of
-- the loader.

local Batch = require "ganas.batch"
local Rng = require "ganas.rng"
local grammar = require "ganas.grammar"
local space = require "ganas.space"
local support = require "tests.lua.support"

local function where(...)
  local words = { ... }
  for i, word in ipairs(words) do words[i] = tostring(word) end
  return "r.lua:" .. table.concat(words, ".")
end

local function load(spec) return grammar.load(spec, { where = where }) end

local text_of = support.refused

-- Every random candidate is written and read back as itself.
local function round_trip(s, n)
  local batch, back = Batch.new(s, n), Batch.new(s, n)
  batch:random(nil, Rng.new(7, "round trip"), n)
  for i = 0, n - 1 do
    local text = s:format(batch, i)
    assert.is_true(s:push(back, text))
    assert.equal(text, s:format(back, i))
  end
  local a, b = batch:keys "string", back:keys "string"
  for i = 0, 2 * n - 1 do assert.is_true(a[i] == b[i]) end
end

local OPS = { "conv", "pool", "skip" }

local function darts(extra)
  local spec = { ops = OPS, grow = space.cells { "normal", "reduce", states = 4 } }
  for k, v in pairs(extra or {}) do spec[k] = v end -- order can't matter: a copy
  return spec
end

describe("nasbench201", function()
  local s = grammar.load "nasbench201"

  it("is found by name and has what its file says", function()
    assert.equal("nasbench201", s.name)
    assert.same({ 15625, true }, { s:size() })
    assert.equal("string", s.identity)
    assert.same({}, grammar.check_expect(s))
    assert.same({ "none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3", "input",
      "output" }, s.ops)
  end)

  it("writes and reads the official string", function()
    local text = "|nor_conv_3x3~0|+|skip_connect~0|none~1|+|none~0|nor_conv_3x3~1|avg_pool_3x3~2|"
    local arch = s:arch(text)
    assert.equal(text, tostring(arch))
    assert.same({ "nor_conv_3x3", "skip_connect", "none", "none", "nor_conv_3x3", "avg_pool_3x3" }, arch.ops)
    round_trip(s, 200)
  end)

  it("has the measures of its file with their ranges", function()
    local convs = s:measure "convs"
    assert.same({ 0, 6, true, true }, { convs.least, convs.greatest, convs.maskable, convs.whole })
    assert.equal(73306, s:measure("params_c10").least)
    assert.equal(1531546, s:measure("params_c10").greatest)
    assert.is_false(s:measure("depth").maskable)
    local names = {}
    for i, entry in ipairs(s.measure_list) do names[i] = entry.name end
    assert.same({ "convs", "depth", "macs_c10", "macs_c100", "macs_in16", "params_c10", "params_c100",
      "params_in16" }, names)
  end)

  it("says what is wrong with a string, and where", function()
    local function why(text) return select(2, s:arch(text)) end
    local good = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"
    assert.equal(good, tostring(s:arch(good)))
    assert.equal("character 2: unknown operation 'nor_conv_3x'; did you mean 'nor_conv_3x3'?",
      why((good:gsub("none", "nor_conv_3x", 1))))
    assert.equal("character 6: expected '~0|+|', got '~1|+|'", why((good:gsub("~0", "~1", 1))))
    assert.equal("character 48: 'x' is too much", why(good .. "x"))
    assert.equal("character 45: expected '~2|', got '~1|'", why((good:gsub("2|$", "1|"))))
    assert.equal("character 1: expected '|', got the end", why "")
    assert.equal("character 6: expected '~0|+|', got '~0|'", why "|none~0|")
    assert.equal("character 2: expected an operation, got the end", why "|")
  end)
end)

describe("a chain", function()
  local made = space.product("k%d_e%d", { 3, 5 }, { 2, 4, 6 }, "skip")
  local s = load { ops = made, grow = space.chain(5), format = { "-" }, measures = {
    weights = space.sum(function(block, op, k, e) return op == "skip" and 0 or block * k * e end, 0.5),
  } }

  it("counts its graphs and writes them with the separator", function()
    assert.same({ 7 ^ 5, true }, { s:size() })
    assert.equal("k3_e2-skip-k5_e6-skip-skip", tostring(s:arch "k3_e2-skip-k5_e6-skip-skip"))
    round_trip(s, 100)
  end)

  it("passes the values of an operation to sums", function()
    assert.equal(0.5 + 6 + 3 * 30, s:arch("k3_e2-skip-k5_e6-skip-skip").weights)
    assert.is_false(s:measure("weights").whole)
  end)

  it("reads names that contain the separator", function()
    local odd = load { ops = { "a", "a-b", "b" }, grow = space.chain(2), format = { "/" } }
    assert.equal("a-b/a", tostring(odd:arch "a-b/a"))
    round_trip(odd, 9)
  end)

  it("writes op|op|op without a format", function()
    local plain = load { ops = { "a", "b" }, grow = space.chain { { "a", "b" }, { "b" }, { "a" } } }
    assert.same({ 2, true }, { plain:size() })
    assert.equal("b|b|a", tostring(plain:arch "b|b|a"))
    assert.equal("character 3: 'a' can't be the operation of node 2; expected 'b'", select(2,
      plain:arch "b|a|a"))
  end)
end)

describe("cells", function()
  it("write each cell, state by state", function()
    local s = load(darts())
    local text = "normal: conv(0) pool(1) | skip(0) skip(2) | conv(1) conv(2) | pool(3) conv(4); "
      .. "reduce: conv(0) pool(1) | skip(0) skip(1) | conv(0) conv(1) | pool(0) conv(1)"
    assert.equal(text, tostring(s:arch(text)))
    assert.equal("string", s.identity)
    assert.same({ (3 ^ 8 * 1 * 3 * 6 * 10) ^ 2, true }, { s:size() })
    round_trip(s, 100)
  end)

  it("take the pair of a state in any order", function()
    local s = load { ops = OPS, grow = space.cells { states = 1 } }
    assert.equal("cell: pool(0) conv(1)", tostring(s:arch "cell: conv(1) pool(0)"))
    assert.equal("two operations of one state read 1; expected different sources",
      select(2, s:arch "cell: conv(1) pool(1)"))
    assert.equal("character 12: 7 is no source here; expected 0 or 1", select(2,
      s:arch "cell: conv(7) pool(1)"))
  end)

  it("have patterns with sources and key columns with numbers", function()
    local cell = ("%r%d."):rep(7) .. "%r%d"
    local s = load(darts {
      format = "normal=" .. ("[%s:%r %s:%r]"):rep(4) .. " reduce=" .. ("[%s:%r %s:%r]"):rep(4),
      keys = { ["normal,reduce"] = cell .. "," .. cell },
    })
    local keyed, batch = s.key_notations["normal,reduce"], Batch.new(s, 1)
    local key = "00.11.02.12.00.11.32.40,02.12.02.12.02.12.02.12"
    assert.is_true(s:push(batch, key, keyed))
    assert.equal(key, keyed:write(batch:arch(0)))
    assert.equal("normal=[conv:0 pool:1][skip:0 skip:1][conv:0 pool:1][skip:3 conv:4]"
      .. " reduce=" .. ("[skip:0 skip:1]"):rep(4), s:format(batch, 0))
    round_trip(s, 50)
  end)

  it("may repeat sources where they need not be distinct", function()
    local s = load { ops = OPS, grow = space.cells { states = 1, distinct = false } }
    assert.same({ 36, true }, { s:size() })
    assert.equal("cell: conv(1) pool(1)", tostring(s:arch "cell: conv(1) pool(1)"))
  end)
end)

describe("a free graph", function()
  local s = load { ops = OPS, grow = space.free { nodes = { 2, 7 }, edges = { max = 9 } } }

  it("is known by its network and writes tokens", function()
    assert.equal("network", s.identity)
    local text = "conv(0) pool(0,1) output(1,2)"
    local arch = s:arch(text)
    assert.equal(text, tostring(arch))
    assert.same({ "conv", "pool" }, arch.ops)
    assert.same({ ops = { "input", "conv", "pool", "output" },
      edges = { { 0, 1 }, { 0, 2 }, { 1, 2 }, { 1, 3 }, { 2, 3 } } }, arch.graph)
    assert.same({ 4, 5, 2 }, { arch.nodes, arch.edges, arch.depth })
    assert.equal("output(0)", tostring(s:arch "output(0)"))
    round_trip(s, 200)
  end)

  it("counts operations of what lies between input and output", function()
    local arch = s:arch "conv(0) conv(0) output(1)"
    assert.same({ 1, 0, 3 }, { arch:count "conv", arch:count "pool", arch.nodes })
  end)

  it("says what is wrong with a string", function()
    local function why(text) return select(2, s:arch(text)) end
    assert.equal("character 1: expected the operation of node 1, got the end", why "")
    assert.equal("character 9: unknown operation 'pol'; did you mean 'pool'?", why "conv(0) pol(1) output(2)")
    assert.equal("character 1: expected the sources of node 1 behind its operation, such as (0) or (0,1)",
      why "conv output(1)")
    assert.equal("character 9: node 2 can't read node 2; expected 0 or 1", why "conv(0) pool(2) output(2)")
    assert.equal("character 9: node 2 reads node 1 twice", why "conv(0) pool(1,1) output(2)")
    assert.equal("character 19: 'conv(0)' is too much", why "conv(0) output(1) conv(0)")
    assert.truthy(why("conv(0) conv(0,1) conv(0,1,2) conv(0,1,2,3) output(1)"):find "edges")
  end)

  it("may be written by two functions", function()
    local own = load {
      ops = OPS, grow = space.free { nodes = { 3, 4 } },
      format = function(a)
        local words = {}
        for node = 1, a.size - 1 do words[node] = a:op(node):sub(1, 1) .. table.concat(a:sources(node)) end
        return table.concat(words, ";")
      end,
      parse = function(text)
        local names, graph = { c = "conv", p = "pool", s = "skip" }, { ops = {}, reads = {} }
        for letter, list in text:gmatch "(%l)(%d+)" do
          if letter ~= "o" then graph.ops[#graph.ops + 1] = names[letter] end
          local sources = {}
          for digit in list:gmatch "%d" do sources[#sources + 1] = tonumber(digit) end
          graph.reads[#graph.reads + 1] = sources
        end
        if #graph.reads == 0 then return nil, "no letters" end
        return graph
      end,
    }
    assert.equal("c0;p01;o12", tostring(own:arch "c0;p01;o12"))
    assert.equal("no letters", select(2, own:arch "???"))
    assert.equal("a graph of 5 nodes; expected 3 to 4", select(2, own:arch "c0;c1;c2;o3"))
    round_trip(own, 50)
  end)
end)

describe("steps", function()
  it("mix fixed, chosen and free reads", function()
    local s = load { ops = OPS, grow = space.steps {
      inputs = 2,
      { reads = { 0, 1 }, ops = { "conv" } },
      { reads = space.choose(2) },
      { reads = space.choose(1, { 0, 3 }) },
    } }
    assert.equal("conv|pool(0,2)|skip(3)", tostring(s:arch "conv|pool(0,2)|skip(3)"))
    assert.same({ 3 * 3 * 2 * 3, true }, { s:size() })
    round_trip(s, 54)
    local free = load { ops = OPS, grow = space.steps { { reads = { 0 } }, { reads = space.any() } } }
    assert.equal("conv pool(0,1)", tostring(free:arch "conv pool(0,1)"))
    assert.equal("network", free.identity)
    round_trip(free, 27)
  end)

  it("name what is wrong", function()
    local function why(steps) return text_of(load, { ops = OPS, grow = space.steps(steps) }) end
    assert.equal("here: step 1 is node 1 and reads node 1; expected one of 0 to 0", why { { reads = { 1 } } })
    assert.equal("here: step 1 reads node 0 twice", why { { reads = { 0, 0 } } })
    assert.equal("here: step 1 chooses 2 of 1 nodes; expected at most 1", why { { reads = space.choose(2) } })
    assert.equal("here: step 2 comes after node 1; expected an earlier node with space.choose",
      why { { reads = { 0 } }, { reads = space.choose(1, nil, 1) } })
    assert.equal("here: unknown operation 'cnv'; did you mean 'conv'?", why { { reads = { 0 },
      ops = { "cnv" } } })
    assert.equal("here: the output is node 2 and reads node 5; expected one of 0 to 1",
      why { { reads = { 0 } }, output = { 5 } })
  end)
end)

describe("an architecture", function()
  local s = grammar.load "nasbench201"
  local arch = s:arch "|nor_conv_3x3~0|+|skip_connect~0|none~1|+|none~0|nor_conv_3x3~1|avg_pool_3x3~2|"

  it("answers about its graph", function()
    assert.same({ 2, 3, 0 }, { arch:count "none", arch:count("none", "skip_connect"),
      arch:count "nor_conv_1x1" })
    assert.same({ "input", "nor_conv_3x3", "output" }, { arch:op(0), arch:op(1), arch:op(7) })
    assert.same({ true, false, true }, { arch:reads(6, 3), arch:reads(6, 1), arch:reads(7, 6) })
    assert.same({ 2, 3 }, arch:sources(6))
    assert.equal(8, arch.size)
    assert.equal(2, arch.convs)
    assert.equal(2, arch.depth)
  end)

  it("says what it does not know", function()
    local function why(fn) return text_of(fn) end
    assert.equal("here: unknown field of an architecture 'dept'; did you mean 'depth'?",
      why(function() return arch.dept end))
    assert.equal("here: unknown operation 'nonne'; did you mean 'none'?",
      why(function() return arch:count "nonne" end))
    assert.equal("here: no node 8; this graph has nodes 0 to 7", why(function() return arch:op(8) end))
    assert.is_nil(arch.score)
    assert.is_nil(arch.report)
  end)
end)

describe("the loader", function()
  local function why(extra)
    local spec = { ops = { "a", "b" }, grow = space.chain(2) }
    for k, v in pairs(extra) do spec[k] = v end -- order can't matter: a copy
    return text_of(load, spec)
  end

  it("checks every field", function()
    assert.equal("r.lua:space.ops: field 'ops' is missing; expected a list of names of operations",
      text_of(load, { grow = space.chain(2) }))
    assert.equal("r.lua:space.ops: field 'ops' names 'a' twice", why { ops = { "a", "a" } })
    assert.equal("r.lua:space.ops.2: field 'ops[2]' 'a b' is no name of an operation; "
      .. "expected no spaces, quotes, commas, bars or parentheses", why { ops = { "a", "a b" } })
    assert.equal("r.lua:space.grow: field 'grow' is a function; expected space.fixed { }, space.free { }, "
      .. "space.cells { }, space.chain(n) or space.steps { }", why { grow = space.fixed })
    assert.equal(
      "r.lua:space.grow: field 'grow' is a table of another kind; expected space.fixed { }, space.free { }, "
      .. "space.cells { }, space.chain(n) or space.steps { }", why { grow = {} })
    assert.equal("r.lua:space.measure: unknown field 'measure'; did you mean 'measures'?",
      why { measure = {} })
    assert.equal("r.lua:space.dead: unknown operation 'none'; expected 'a' or 'b'", why { dead = "none" })
    assert.equal("r.lua:space.identity: field 'identity' is 'graph'; expected 'string' or 'network'",
      why { identity = "graph" })
    assert.equal(
      "here: operation 'input' has the name of the input node; rename it, or give the node another name",
      why { ops = { "input", "b" } })
  end)

  it("checks formats", function()
    assert.equal(
      "r.lua:space.format: field 'format' writes 1 operations; expected 2, one %s or %d for each step",
      why { format = "%s" })
    assert.equal("r.lua:space.format: field 'format' writes 1 sources; expected 0, one %r for each "
      .. "source that is chosen",
      why { format = "%s %s %r" })
    assert.equal("r.lua:space.format: field 'format' has '%x'; expected %s, %d, %r or %%",
      why { format = "%s%x" })
    assert.equal(
      "r.lua:space.format: field 'format' has two directives side by side that can't be told apart; "
      .. "expected a text between them", why { format = "%s%s" })
    assert.equal("r.lua:space.format: field 'format' is a function; "
      .. "expected its inverse too, parse = function(text) ... end", why { format = function() end })
    assert.equal("r.lua:space.parse: field 'parse' without a format function; expected both or none",
      why { parse = function() end })
    assert.equal("r.lua:space.keys.k: field 'keys.k' is 5; "
      .. "expected a pattern with %d or %s, { format = function, "
      .. "parse = function }, or a function(arch)",
        why { keys = { k = 5 } })
    assert.equal("r.lua:space.format: field 'format' is a list; expected one separator, { '-' }",
      why { format = { "-", "+" } })
  end)

  it("notices a format that can't be read back", function()
    assert.truthy(why({ ops = { "a", "ax" }, grow = space.chain(3), format = "%sx%sx%s" })
      :find("^r.lua:space.format: field 'format' writes '.*' but can't read it back: character %d: "))
    assert.truthy(why({ format = function() return "x" end, parse = function() return { ops = { "a",
      "c" } } end })
      :find("field 'format' writes 'x' but can't read it back: unknown operation 'c'", 1, true))
    assert.equal("here: this function gave 5; expected a string",
      why({ format = function() return 5 end, parse = function() end }))
  end)

  it("checks measures", function()
    assert.equal("r.lua:space.measures.m: measure 'm' is 5; expected space.sum(...), space.count(...), "
      .. "space.longest_path(...), space.nodes(), space.edges() or a function(arch)",
      why { measures = { m = 5 } })
    assert.equal(
      "r.lua:space.measures.ops: a measure can't be called 'ops', architectures have something else of "
      .. "that name", why { measures = { ops = space.nodes() } })
    assert.equal(
      "r.lua:space.measures.a-b: 'a-b' is no name of a measure; expected letters, digits and underscores",
      why { measures = { ["a-b"] = space.nodes() } })
    assert.equal("here: unknown operation 'c'; expected 'a' or 'b'",
      why { measures = { m = space.count "c" } })
    assert.equal("here: measure 'm': the function gave nan for step 2, 'b'; expected a finite number",
      why { measures = { m = space.sum(function(step,
        op) return step == 2 and op == "b" and 0 / 0 or 1 end) } })
    assert.truthy(why({ measures = { m = space.sum(function(step) return step.x.y end) } })
      :find("^here: measure 'm': step 1, 'a': .-grammar_spec.lua:%d+: attempt to index"))
  end)

  it("refuses grammars that can't work", function()
    local function made(grow, ...)
      local place = { ... }
      return text_of(function() load { ops = { "a", "b" }, grow = grow(unpack(place)) } end)
    end
    assert.equal("here: node 2 leads nowhere: neither a step nor the output reads it",
      made(space.fixed, { reads = { { 0 }, { 0 } }, output = { 1 } }))
    assert.equal("here: at most 3 edges, but the smallest graph has 9; expected edges = { max = 9 } or more",
      made(space.free, { nodes = { 10, 12 }, edges = { max = 3 } }))
    assert.equal("here: at most 2 edges, but the smallest graph has 3; expected edges = { max = 3 } or more",
      made(space.steps, { inputs = 2, { reads = space.any() }, { reads = space.choose(2) },
        edges = { max = 2 } }))
    assert.equal("here: 3 nodes have no room for 3 inputs and the output; expected at least 4",
      made(space.free, { nodes = { 3, 5 }, inputs = 3 }))
    assert.equal("here: these graphs have more than 64 nodes, inputs, states and outputs included; "
      .. "expected fewer steps",
      made(space.cells, { "a", "b", states = 12 }))
    assert.truthy(why({ dead = { "a", "b" } }):find "^here: node 3: no path leads")
    assert.equal("here: measure 'm': its sums are too large for a number; expected another unit",
      why { measures = { m = space.sum(function() return 1e308 end) } })
    assert.equal("r.lua:space.keys.1: field 'keys' has '%d%d' without the name of a column; "
      .. "expected column = '%d%d' or such", why { keys = { "%d%d" } })
    assert.equal("r.lua:space.grow: field 'grow' is a table of another kind; expected space.fixed { }, "
      .. "space.free { }, space.cells { }, space.chain(n) or space.steps { }",
      why { grow = { form = "chain" } })
  end)

  it("names spaces that it doesn't find", function()
    assert.equal("r.lua:space: field 'space' is 5; expected the name of a space, its path, or a table",
      text_of(load, 5))
    assert.equal("r.lua:space: 'spaces/' is a folder; expected a file", text_of(load, "spaces/"))
    assert.equal("r.lua:space: no file 'nope/x.lua'; looked in .", text_of(load, "nope/x.lua"))
    local text = text_of(load, "nasbench20")
    assert.truthy(text:find("^r.lua:space: no space 'nasbench20'; did you mean 'nasbench201'%? looked in "),
      text)
  end)

  it("reads a file and says its lines", function()
    local function read(text) return text_of(grammar.read, "s.lua", text) end
    assert.equal("s.lua:1: this file gives 5; expected 'return { ops = ..., grow = ... }'", read "return 5")
    assert.equal("s.lua:4: field 'expect.size' is 'x'; expected a whole number of at least 1",
      read [[local space = require "ganas.space"
return {
  ops = { "a" },
  expect = { size = "x" },
  grow = space.chain(2),
}]])
    assert.equal("s.lua:2: unknown operation 'c'; expected 'a'",
      read [[local space = require "ganas.space"
return { ops = { "a" }, grow = space.chain { { "c" } } }]])
    assert.truthy(read("return {"):find "^s.lua:1: unexpected symbol")
  end)

  it("holds a space to what it expects", function()
    local s = load { ops = { "a", "b" }, grow = space.chain(2), expect = { size = 5, example = "a/b" } }
    assert.same({
      "r.lua:space.expect.size: expect.size is 5, but there are 4 candidates",
      "r.lua:space.expect.example: expect.example 'a/b' is not read: character 2: expected '|', got '/'",
    }, grammar.check_expect(s))
  end)
end)

describe("random grammars", function()
  local rng = Rng.new(11, "grammars")

  local function some_nodes(node)
    local list = {}
    for j = 0, node - 1 do
      if rng:uniform() < 0.5 then list[#list + 1] = j end
    end
    return #list > 0 and list or { rng:below(node) }
  end

  local function some_reads(node)
    local kind, list = rng:below(4), some_nodes(node)
    if kind == 0 then return list end
    if kind == 1 then return space.any(list) end
    if kind == 2 then return space.choose(1 + rng:below(#list), list) end
    return space.any()
  end

  local function some_steps()
    local inputs, steps = 1 + rng:below(2), {}
    for i = 1, 1 + rng:below(5) do
      local narrow = rng:below(3) == 0 and { OPS[1 + rng:below(3)] } or nil
      steps[i] = { reads = some_reads(inputs + i - 1), ops = narrow }
    end
    steps.inputs = inputs
    return space.steps(steps)
  end

  it("round-trip, and stay in the ranges of their measures", function()
    for _ = 1, 60 do
      local identity = rng:below(2) == 0 and "network" or nil
      local s = load { ops = OPS, grow = some_steps(), identity = identity, measures = {
        w = space.sum(function(step, op) return step * #op - 7 end, -0.25),
        convs = space.count "conv", long = space.longest_path { broken_by = "skip" },
      } }
      local batch = Batch.new(s, 20)
      batch:random(nil, Rng.new(1, "of it"), 20)
      for _, name in ipairs(s:measure_names()) do
        local m, values = s:measure(name), batch:measure(name)
        for i = 0, 19 do assert.is_true(values[i] >= m.least and values[i] <= m.greatest) end
      end
      round_trip(s, 20)
    end
  end)
end)

describe("a space in words", function()
  local function words(spec)
    local found = {}
    for _, line in ipairs((type(spec) == "string" and grammar.load(spec) or load(spec)):describe()) do
      found[line[1]] = line[2]
    end
    return found
  end

  it("has its size, choices and measures", function()
    local w = words "nasbench201"
    assert.equal("15625 candidates", w.size)
    assert.equal("6 operations, sources fixed", w.choices)
    assert.equal("5: none, skip_connect, nor_conv_1x1, nor_conv_3x3, avg_pool_3x3", w.operations)
    assert.equal("0 to 6; a bound is held while sampling", w["measure convs"])
    assert.equal("ops", w["key columns"])
    assert.truthy(w.sample:find "^|.*|$")
  end)

  it("draws its sample", function()
    local lines = {}
    for _, line in ipairs(grammar.load("nasbench201"):describe()) do
      if line[1] == "its graph" then lines[1] = line[2] elseif lines[1] and line[1] == "" then
        lines[#lines + 1] = line[2]
      end
    end
    assert.same({ "0 input; 1 nor_conv_1x1(0); 2 avg_pool_3x3(0); 3 avg_pool_3x3(1); 4 none(0)",
      "5 skip_connect(1); 6 skip_connect(2,3); 7 output(4,5,6)" }, lines)
  end)

  it("says how isomorphic graphs are counted: one by one, by an estimate, not at all", function()
    local function size(nodes, edges)
      return words({ ops = { "a", "b" }, grow = space.free { nodes = nodes, edges = edges } }).size
    end
    -- in-out; a or b between, beside an edge or not; two of them in a row
    assert.equal("9 candidates (31 graphs, isomorphic ones being one)", size({ 2, 4 }, 3))
    local count = size({ 2, 7 }, 12):match "^about (%d+) candidates %(estimated, to %d+ %%; %d+ graphs, "
    assert.is_true(tonumber(count) > 1e5)
    assert.truthy(size({ 2, 12 }, 20):find "^at most [%d.e+]+ candidates %([%d.e+]+ graphs, isomorphic ones ")
    assert.equal("more than a number can say", size({ 2, 64 }))
  end)

  it("says what differs between the forms", function()
    assert.equal("16 operations, 16 sources", words(darts()).choices)
    assert.equal("2 to 7 nodes with input and output, any edges forward, at most 9 edges",
      words({ ops = OPS, grow = space.free { nodes = { 2, 7 }, edges = { max = 9 } } }).choices)
    assert.equal("2 operations and what they read",
      words({ ops = OPS, grow = space.steps { { reads = { 0 } }, { reads = space.any() } } }).choices)
  end)
end)

describe("network identity", function()
  it("counts networks for expect", function()
    local s = load { ops = { "a" }, grow = space.free { nodes = { 2, 4 } }, expect = { size = 13 } }
    assert.same({}, grammar.check_expect(s))
  end)
end)
