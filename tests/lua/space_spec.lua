-- space - constructors of space files: what they make of good input, and each message for bad
-- input.

local space = require "ganas.space"
local support = require "tests.lua.support"

local text_of = support.refused

describe("space.product", function()
  it("runs the last list fastest, then the single names", function()
    local names = space.product("k%d_e%d", { 3, 5 }, { 2, 4 }, "skip")
    assert.same({ "k3_e2", "k3_e4", "k5_e2", "k5_e4", "skip" }, { unpack(names) })
    assert.same({ 5, 2 }, getmetatable(names).values.k5_e2)
  end)

  it("refuses what it can't combine", function()
    assert.equal("here: argument 2 of space.product is 3; expected a list of values or a name",
      text_of(space.product, "k%d", 3))
    assert.equal("here: 'k%d_e%d' does not fit 1 lists; expected one % directive a list",
      text_of(space.product, "k%d_e%d", { 3 }))
  end)
end)

describe("space.fixed", function()
  it("keeps reads, narrowed operations and the place", function()
    local g = space.fixed { reads = { { 0 }, { 0, 1, ops = { "conv" } } } }
    assert.equal("fixed", g.form)
    assert.equal(1, g.inputs)
    assert.same({ { reads = { 0 } }, { reads = { 0, 1 }, ops = { "conv" } } }, g.steps)
    assert.truthy(g.where:find "space_spec.lua:%d+$")
  end)

  it("names what is wrong", function()
    assert.equal("here: field 'grow.reads' is missing; expected a list of at least one { nodes }",
      text_of(space.fixed, {}))
    assert.equal("here: field 'grow.reads[1]' is 0; expected the nodes that the step reads, { 0 }",
      text_of(space.fixed, { reads = { 0 } }))
    assert.equal("here: field 'grow.reads[2]' has 0 items; expected a list of node numbers, { 0, 1 }",
      text_of(space.fixed, { reads = { { 0 }, {} } }))
    assert.equal("here: unknown field 'imputs' in 'grow'; did you mean 'inputs'?",
      text_of(space.fixed, { reads = { { 0 } }, imputs = 2 }))
    assert.equal("here: space.fixed of 3; expected a table { ... }", text_of(space.fixed, 3))
  end)
end)

describe("space.free", function()
  it("takes ranges or one number, a limit on edges in two forms", function()
    local g = space.free { nodes = { 2, 7 }, edges = { max = 9 } }
    assert.same({ 2, 7 }, g.nodes)
    assert.equal(9, g.edges)
    g = space.free { nodes = 5, edges = 4, input = "in", output = "out" }
    assert.same({ 5, 5 }, g.nodes)
    assert.equal(4, g.edges)
  end)

  it("names what is wrong", function()
    assert.equal(
      "here: field 'grow.nodes' is missing; expected { least, most } nodes, inputs and output included",
      text_of(space.free, {}))
    assert.equal("here: field 'grow.nodes' goes from 7 down to 2; expected { least, most }",
      text_of(space.free, { nodes = { 7, 2 } }))
    assert.equal("here: field 'grow.nodes' is out of range; expected from 2 to 64 nodes",
      text_of(space.free, { nodes = { 2, 65 } }))
    assert.equal("here: field 'grow.nodes' is not a range; expected { least, most }",
      text_of(space.free, { nodes = { 2, 3, 4 } }))
    assert.equal("here: unknown field 'min' in 'grow.edges'; expected 'max'",
      text_of(space.free, { nodes = 5, edges = { min = 3 } }))
  end)
end)

describe("space.cells", function()
  it("has DARTS's numbers as defaults", function()
    local g = space.cells { "normal", "reduce", states = 4 }
    assert.same({ "normal", "reduce" }, g.cells)
    assert.same({ 2, 2, true }, { g.inputs, g.reads, g.distinct })
  end)

  it("names what is wrong", function()
    assert.equal("here: two cells are called 'a'", text_of(space.cells, { "a", "a", states = 2 }))
    assert.equal("here: cell 2 is 3; expected its name", text_of(space.cells, { "a", 3, states = 2 }))
    assert.equal("here: field 'grow.states' is missing; expected a whole number from 1 to 32",
      text_of(space.cells, { "a" }))
    assert.equal("here: the first state reads 3 different sources but has only the 2 inputs; "
      .. "expected reads <= inputs, or distinct = false", text_of(space.cells, { states = 2, reads = 3 }))
  end)
end)

describe("space.chain and space.steps", function()
  it("take a number, or the operations of each block", function()
    assert.equal(3, #space.chain(3).steps)
    assert.same({ { ops = { "a" } }, { ops = { "b", "c" } } }, space.chain({ { "a" }, { "b", "c" } }).steps)
  end)

  it("name what is wrong", function()
    assert.equal("here: field 'grow' is 0; expected a whole number from 1 to 62", text_of(space.chain, 0))
    assert.equal(
      "here: space.chain of a table; expected the number of blocks, or a list of operations for each",
      text_of(space.chain, {}))
    assert.equal("here: field 'grow[1]' has 0 items; expected a list of operations", text_of(space.chain,
      { {} }))
    assert.equal("here: space.steps without a step; expected { reads = { 0 } }, ...", text_of(space.steps,
      {}))
    assert.equal("here: field 'grow[1].reads' is missing; expected { nodes }, space.choose(n) or space.any()",
      text_of(space.steps, { { ops = { "a" } } }))
    assert.equal("here: field 'choose' is 9; expected a whole number from 1 to 8", text_of(space.choose, 9))
  end)
end)

describe("measures", function()
  it("describe themselves", function()
    assert.same({ "a", "b" }, space.count("a", "b").names)
    assert.same({ "a", "b" }, space.count({ "a", "b" }).names)
    assert.same({ "none" }, space.longest_path({ broken_by = "none" }).names)
    assert.is_nil(space.longest_path().names)
    assert.equal(5, space.sum(print, 5).base)
  end)

  it("name what is wrong", function()
    assert.equal("here: space.sum of 'x'; expected a function(step, op)", text_of(space.sum, "x"))
    assert.equal("here: the base of space.sum is 'x'; expected a number, or { base =, by = }",
      text_of(space.sum, print, "x"))
    assert.equal("here: space.count of nothing; expected names of operations", text_of(space.count))
    assert.equal("here: space.count of 3; expected names of operations", text_of(space.count, "a", 3))
    assert.equal("here: unknown field 'broken' in 'longest_path'; did you mean 'broken_by'?",
      text_of(space.longest_path, { broken = "a" }))
    assert.equal("here: field 'longest_path' is 'none'; expected { broken_by = names of operations }",
      text_of(space.longest_path, "none"))
  end)
end)
