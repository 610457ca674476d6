-- diagram - graphs of candidates, for Graphviz and for the terminal.

local boxes = require "ganas.boxes"
local diagram = require "ganas.diagram"
local grammar = require "ganas.grammar"
local graphviz = require "ganas.graphviz"
local space = require "ganas.space"
local uv = require "luv"

local function graph_of(name, text) return diagram.of(assert(grammar.load(name):arch(text))) end

local CELL = "|avg_pool_3x3~0|+|skip_connect~0|none~1|+|none~0|none~1|skip_connect~2|"
local DARTS = "Genotype(normal=[('sep_conv_3x3', 0), ('dil_conv_5x5', 1), ('sep_conv_3x3', 0), "
  .. "('sep_conv_3x3', 1), ('skip_connect', 0), ('sep_conv_3x3', 1), ('skip_connect', 0), "
  .. "('dil_conv_3x3', 2)], normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), "
  .. "('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 0), ('skip_connect', 2), "
  .. "('max_pool_3x3', 1), ('skip_connect', 2)], reduce_concat=[2, 3, 4, 5])"

local function has_dot() return graphviz.svgs { "digraph { a }" } ~= nil end

describe("a graph", function()
  it("knows roles, cells and what leads nowhere", function()
    local graph = graph_of("nasbench201", CELL)
    assert.same({ op = "input", role = "input" }, graph.nodes[1])
    assert.same({ op = "avg_pool_3x3", role = "step", dead = true }, graph.nodes[2])
    assert.same({ op = "skip_connect", role = "step" }, graph.nodes[3])
    assert.same({ op = "output", role = "output" }, graph.nodes[8])
    assert.same({ 0, 1 }, graph.edges[1])
    graph = graph_of("darts", DARTS)
    assert.equal("normal", graph.nodes[1].cell)
    assert.equal("reduce", graph.nodes[#graph.nodes].cell)
  end)

  it("of fewer nodes ends in its output", function()
    local graph = graph_of("nasbench101", "011/001/000:input,maxpool3x3,output")
    local roles = {}
    for i, node in ipairs(graph.nodes) do roles[i] = node.role end
    assert.same({ "input", "step", "output" }, roles)
  end)
end)

describe("the terminal", function()
  it("shows a list of nodes with what they read", function()
    assert.same({
      "  0  input",
      "  1  maxpool3x3  ◀─ 0",
      "  2  output      ◀─ 0, 1",
    }, boxes.lines(graph_of("nasbench101", "011/001/000:input,maxpool3x3,output")))
  end)

  it("leaves out what leads nowhere", function()
    assert.equal("│ input ├──▶ skip_connect ├──▶ skip_connect ├──▶ output │",
      boxes.lines(graph_of("nasbench201", CELL))[2])
  end)

  it("has the operations of a sum in it, cell by cell", function()
    local lines = boxes.lines(graph_of("darts", DARTS))
    assert.equal("normal", lines[1])
    assert.equal("  2  sum     ◀─ sep_conv_3x3(0) + dil_conv_5x5(1)", lines[4])
    assert.equal("  6  output  ◀─ 2, 3, 4, 5", lines[8])
    assert.equal("reduce", lines[9])
    assert.equal(16, #lines)
  end)

  it("draws a chain as boxes", function()
    local graph = { nodes = {}, edges = {} }
    for i, op in ipairs { "in", "a", "out" } do
      graph.nodes[i] = { op = op, role = i == 1 and "input" or i == 3 and "output" or "step" }
      if i > 1 then graph.edges[i - 1] = { i - 2, i - 1 } end
    end
    assert.same({
      "┌────┐  ┌───┐  ┌─────┐",
      "│ in ├──▶ a ├──▶ out │",
      "└────┘  └───┘  └─────┘",
    }, boxes.lines(graph))
    for _, node in ipairs(graph.nodes) do node.dead = true end
    assert.same({ "nothing lies between input and output" }, boxes.lines(graph))
  end)
end)

describe("steps that lead nowhere", function()
  local spec = {
    ops = { "mlp", "pool" }, name = "idle",
    grow = space.steps { { reads = { 0 } }, { reads = space.choose(1) }, { reads = space.choose(2) },
      output = { 2, 3 } },
    measures = { cost = space.sum(function() return 1 end) },
  }

  it("are left out of a drawing, which says so and keeps the other numbers", function()
    local domain = grammar.load(spec)
    local arch = assert(domain:arch "mlp|pool(0)|mlp(0,2)")
    assert.same({
      "  0  input", "  2  pool    ◀─ 0", "  3  mlp     ◀─ 0, 2", "  4  output  ◀─ 2, 3", "left out: 1 mlp",
    }, boxes.lines(diagram.of(arch)))
    assert.same({ 3, 2, 4 }, { arch.cost, arch:count "mlp", arch.nodes })
  end)

  it("are not said of an operation that gives nothing", function()
    local text = "|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|"
    local arch = assert(grammar.load("nasbench201"):arch(text))
    local lines = boxes.lines(diagram.of(arch))
    assert.equal("left out: 1 nor_conv_3x3", lines[#lines])
  end)

  it("are said of a space that has them, with what counts them", function()
    local function fact(of)
      for _, entry in ipairs(grammar.load(of):describe()) do
        if entry[1] == "idle steps" then return entry[2] end
      end
    end
    assert.matches("^in %d+%.?%d* %% of random candidates, steps that lead to no output; sums and counts "
      .. "have them in, depth, nodes and edges don't$", fact(spec))
    for _, name in ipairs { "darts", "nasbench101", "nasbench201", "tinycell" } do
      assert.is_nil(fact(name))
    end
  end)
end)

describe("the command draw", function()
  local drawing = require "ganas.drawing"

  it("takes the space of a recipe, inside of it or by its name", function()
    assert.equal("│ input ├──▶ a ├──▶ a ├──▶ b ├──▶ output │",
      drawing.run { operand = "tests/bad/view/convs.lua", words = { "", "a|a|b" } }[2])
    assert.same(drawing.run { operand = "nasbench201", words = { "", CELL } },
      drawing.run { operand = "nb201_tiny", words = { "", CELL } })
  end)
end)

describe("Graphviz", function()
  it("gets every node, edge and cell", function()
    local text = diagram.dot(graph_of("nasbench201", CELL))
    assert.equal(8, select(2, text:gsub("\n  n%d+ %[", "")))
    assert.equal(10, select(2, text:gsub("n%d+ %-> n%d+", "")))
    assert.truthy(text:find('n1 [label="avg_pool_3x3", style="rounded,dashed"', 1, true))
    text = diagram.dot(graph_of("darts", DARTS))
    assert.equal(2, select(2, text:gsub("subgraph", "")))
  end)

  it("gets names as texts, whatever is in them", function()
    local graph = { nodes = { { op = 'a"\\N<b>&', role = "step" }, { op = "out", role = "output" } },
      edges = { { 0, 1 } } }
    local text = diagram.dot(graph)
    assert.truthy(text:find('label="a\\"\\\\N<b>&"', 1, true))
    if not has_dot() then return pending "needs Graphviz" end
    local svg = graphviz.svgs({ text, text })[2]
    assert.truthy(svg:find('>a&quot;\\N&lt;b&gt;&amp;</text>', 1, true), svg)
  end)

  it("is missed in words", function()
    local path = uv.os_getenv "PATH"
    uv.os_setenv("PATH", "/nonexistent")
    local svgs, why = graphviz.svgs { "digraph { a }" }
    uv.os_setenv("PATH", path)
    assert.is_nil(svgs)
    assert.equal("there is no 'dot' here; Debian has it in the package graphviz", why)
  end)

  it("says what is wrong with a text", function()
    if not has_dot() then return pending "needs Graphviz" end
    local svgs, why = graphviz.svgs { "digraph {" }
    assert.is_nil(svgs)
    assert.truthy(why:find "^dot failed: .*syntax error", why)
  end)
end)
