-- phrase - rules as text: what they mean, held to a naive reading; how they are split and written; and every
-- message with the place that it points at.

local Batch = require "ganas.batch"
local constraints = require "ganas.constraints"
local grammar = require "ganas.grammar"
local message = require "ganas.message"
local phrase = require "ganas.phrase"
local rule = require "ganas.rule"
local space = require "ganas.space"

local s = grammar.load "nasbench201"
local all = Batch.new(s, 15625)
all:enumerate(nil, 0)

local function where() return "here" end

-- keep[row] of a list of constraints on all cells, as text.
local function kept(list)
  local keep, rows = constraints.new(list, s, where):judge(all), {}
  for i = 0, 15624 do rows[i + 1] = keep[i] end
  return table.concat(rows)
end

local function naive(fn)
  local rows = {}
  for i = 0, 15624 do rows[i + 1] = fn(all:arch(i)) and 1 or 0 end
  return table.concat(rows)
end

describe("a text", function()
  it("means what it says", function()
    local cases = {
      ["depth <= 2"] = function(a) return a.depth <= 2 end,
      ["2 >= depth"] = function(a) return a.depth <= 2 end,
      ["1 < depth <= 2"] = function(a) return a.depth == 2 end,
      ["count.none + 1 < 2 * count(skip_connect, avg_pool_3x3)"] = function(a)
        return a:count "none" + 1 < 2 * a:count("skip_connect", "avg_pool_3x3")
      end,
      ["-count.none * 3 > -4"] = function(a) return a:count "none" < 2 end,
      ["params_c10 / 1000 - 300 < 12.5"] = function(a) return a.params_c10 < 312500 end,
      ["(count.none + edges) != 4"] = function(a) return a:count "none" + a.edges ~= 4 end,
      ["depth - count.none ~= 1"] = function(a) return a.depth - a:count "none" ~= 1 end,
      ["has.none"] = function(a) return a:count "none" > 0 end,
      ["not has(none, 'skip_connect')"] = function(a)
        return not (a:count "none" > 0 and a:count "skip_connect" > 0)
      end,
      ["only(none, nor_conv_3x3)"] = function(a) return a:count("none", "nor_conv_3x3") == 6 end,
      ["not only(none)"] = function(a) return a:count "none" < 6 end,
      ["at(2, none)"] = function(a) return a.ops[2] == "none" end,
      ["at(2..3, none, skip_connect)"] = function(a)
        local function fits(op) return op == "none" or op == "skip_connect" end
        return fits(a.ops[2]) and fits(a.ops[3])
      end,
      ["not at(2..3, none)"] = function(a) return not (a.ops[2] == "none" and a.ops[3] == "none") end,
      ["reaches(input, output)"] = function(a) return a.nodes > 2 end,
      ["reaches(1, 6)"] = function(a)
        return a.ops[1] ~= "none" and a.ops[3] ~= "none" and a.ops[6] ~= "none"
      end,
      ["reaches(input, 6, skip_connect)"] = function(a)
        local short = a.ops[2] == "skip_connect"
        local long = a.ops[1] == "skip_connect" and a.ops[3] == "skip_connect"
        return a.ops[6] ~= "none" and (short or long)
      end,
    }
    for text, fn in require "ganas.sorted"(cases) do assert.is_true(naive(fn) == kept { text }, text) end
  end)

  it("has not before and before or", function()
    local a, b, c = "has.none", "has.skip_connect", "depth >= 2"
    local function has_none(x) return x:count "none" > 0 end
    local function has_skip(x) return x:count "skip_connect" > 0 end
    assert.is_true(kept { ("%s or %s and not %s"):format(a, b, c) } == naive(function(x)
      return has_none(x) or has_skip(x) and x.depth < 2
    end))
    assert.is_true(kept { ("(%s or %s) and not (%s)"):format(a, b, c) } == naive(function(x)
      return (has_none(x) or has_skip(x)) and x.depth < 2
    end))
    assert.is_true(kept { ("not (%s and not (%s or %s))"):format(a, b, c) } == naive(function(x)
      return not (has_none(x) and not (has_skip(x) or x.depth >= 2))
    end))
  end)

  it("is the rule that its words were made from", function()
    local rules = {
      rule.count("none", "<", 2), rule.count({ "none", "skip_connect" }, "!=", 2), rule.depth("==", 3),
      rule.has("none", "skip_connect"), rule.only { "none", "nor_conv_1x1", "nor_conv_3x3" },
      rule.at({ 1, 2, 3 }, "none", "avg_pool_3x3"), rule.at({ 1, 4 }, "none"), rule.reaches(2, 6),
      rule.reaches("input", "output", "skip_connect", "nor_conv_3x3"),
      rule.any(rule.has "none", rule.all(rule.depth(">", 1), "edges <= 6")),
      rule.no(rule.has "none", rule.depth("<", 2)),
    }
    for _, r in ipairs(rules) do assert.is_true(kept { r } == kept { r.text }, r.text) end
  end)

  it("is split at the top", function()
    local c = constraints.new({ "depth >= 1 and (edges < 8 or has.none) and 1 <= count.none <= 3" }, s, where)
    local texts = {}
    for i, entry in ipairs(c:report()) do texts[i] = { entry.rule, entry.masked } end
    assert.same({ { "depth >= 1", false }, { "(edges < 8 or has.none)", false }, { "1 <= count.none", true },
      { "count.none <= 3", true } }, texts)
  end)

  it("is held while sampling where it is made of sums", function()
    local function masked(text) return constraints.new({ text }, s, where):report()[1].masked end
    for _, text in ipairs { "count.none <= 1", "has.none or has.skip_connect", "not at(3, none)",
      "params_c10 + 3 * count.none < 500000 or not only(none)", "count.none != 2" } do
      assert.is_true(masked(text), text)
    end
    for _, text in ipairs { "depth <= 1", "has.none or depth <= 1", "reaches(input, output)",
      "count.none + depth <= 4" } do
      assert.is_false(masked(text), text)
    end
  end)

  it("reads operations with marks in their names", function()
    local odd = grammar.load { ops = { "conv3x3-bn-relu", "conv3x3", "a+b" }, grow = space.chain(2) }
    local function left(text)
      local batch = Batch.new(odd, 9)
      batch:enumerate(nil, 0)
      return constraints.new({ text }, odd, where):filter(batch)
    end
    assert.equal(4, left "count.conv3x3-bn-relu == 0")
    assert.equal(4, left "not has.conv3x3")
    assert.equal(3, left "count.conv3x3-count.conv3x3-bn-relu == 0")
    assert.equal(1, left "only(\"a+b\")")
    assert.equal(1, left "count.a+b == 2")
  end)
end)

describe("a text that says nothing is refused with its place", function()
  local function refused(text, on)
    local ok, err = pcall(phrase.read, text, on or s, "here", message.user)
    assert.is_false(ok)
    assert(message.is_user(err), tostring(err))
    local said, line, mark = err.text:match "^here: ([^\n]*)\n  ([^\n]*)\n  ( *)%^$"
    if not said then return err.text end
    return said, #mark + 1, line ~= text and line or nil
  end

  it("when words are unknown", function()
    assert.same({ "unknown measure 'dept'; did you mean 'depth'?", 5 }, { refused "1 < dept" })
    assert.same({ "unknown measure 'flops'; expected 'convs', 'depth', 'macs_c10', 'macs_c100', 'macs_in16', "
      .. "'params_c10', 'params_c100', 'params_in16', 'edges' or 'nodes'", 1 }, { refused "flops < 3" })
    assert.same({ "unknown operation 'skip'; did you mean 'skip_connect'?", 7 },
      { refused "count.skip <= 1" })
    assert.same({ "unknown operation 'input'; expected 'none', 'skip_connect', 'nor_conv_1x1', "
      .. "'nor_conv_3x3' or 'avg_pool_3x3'", 5 }, { refused "has(input)" })
    assert.same({ "unknown word 'cont'; did you mean 'count'?", 1 }, { refused "cont.none <= 1" })
    assert.same({ "'none' is an operation; expected 'count.none' or 'has.none'", 1 }, { refused "none <= 1" })
  end)

  it("when marks are wrong", function()
    assert.same({ "unknown comparison '=<'; did you mean '<='?", 7 }, { refused "depth =< 3" })
    assert.same({ "unknown comparison '='; did you mean '=='?", 6 }, { refused "depth= 3" })
    assert.same({ "unknown comparison '<==>'; expected <=, >=, ==, !=, < or >", 7 },
      { refused "depth <==> 3" })
    assert.same({ "unknown mark '&&'; did you mean 'and'?", 12 }, { refused "depth <= 3 && edges < 2" })
    assert.same({ "expected a measure, a number or a condition, not '!'; did you mean 'not'?", 1 },
      { refused "!has.none" })
    local digits = " is no number; expected digits alone, in the measure's unit, such as 2.5 or 5e5"
    assert.same({ "'3x'" .. digits, 10 }, { refused "depth <= 3x" })
    assert.same({ "'0.5M'" .. digits, 10 }, { refused "depth <= 0.5M" })
    assert.same({ "'5,000'" .. digits, 10 }, { refused "depth <= 5,000 and edges < 2" })
    assert.same({ "'depth' is a number; expected a comparison after it, as in 'depth <= 3'; "
      .. "did you mean '<='?", 7 }, { refused "depth \226\137\164 2" })
    assert.same({ "expected 'and', 'or' or the end, not 'AND'; did you mean 'and'?", 12 },
      { refused "depth <= 3 AND edges < 2" })
    assert.same({ "unknown word 'NOT'; did you mean 'not'?", 1 }, { refused "NOT has.none" })
    assert.same({ "expected 'and', 'or' or the end, not 'edges'", 12 }, { refused "depth <= 3 edges < 2" })
    assert.same({ "expected 'and', 'or' or the end, not ')'", 11 }, { refused "depth <= 3)" })
  end)

  it("when something is missing", function()
    assert.equal("here: the rule is empty; expected 'depth >= 2' or such", (refused " "))
    assert.same({ "expected a measure, a number or a condition, not the end", 9 }, { refused "depth <=" })
    assert.same({ "expected a measure, a number or a condition, not 'and'", 10 }, { refused "depth <= and" })
    assert.same({ "'depth' is a number; expected a comparison after it, as in 'depth <= 3'", 6 },
      { refused "depth" })
    assert.same({ "'edges' is a number; expected a comparison after it, as in 'edges <= 3'", 21 },
      { refused "depth < 3 and edges " })
    assert.same({ "expected ')' to close '(', not the end", 11 }, { refused "(depth < 3" })
    assert.same({ "expected ')' after the operations of count, not '<='", 12 }, { refused "count(none <= 1" })
    assert.same({ "expected ',' and operations after the step, not ')'", 5 }, { refused "at(2)" })
  end)

  it("when parts don't fit", function()
    assert.same({ "this is a condition; expected a number", 13 }, { refused "3 < depth > has.none" })
    assert.same({ "two measures can't be multiplied here; a function(arch) can do it", 7 },
      { refused "depth * edges <= 3" })
    assert.same({ "expected a number other than 0 after '/'; a function(arch) can divide by a measure", 7 },
      { refused "depth / edges <= 3" })
    assert.same({ "there is no measure on either side; expected one", 3 }, { refused "1 < 2" })
    assert.same({ "there is no measure on either side; expected one", 11 }, { refused "0 * depth < 2" })
    assert.same({ "expected a step from 1 to 6, not '7'", 4 }, { refused "at(7, none)" })
    assert.same({ "expected a step from 1 to 6 or 'output', not 'end'", 12 }, { refused "reaches(1, end)" })
    assert.same({ "steps from 3 down to 2; expected them ascending", 8 }, { refused "at(3..2, none)" })
  end)

  it("in the line of a long text", function()
    local said, at, line = refused "depth < 3 and\n  edgs < 2 and\n has.none"
    assert.same({ "unknown measure 'edgs'; did you mean 'edges'?", 3, "  edgs < 2 and" }, { said, at, line })
  end)

  it("when a graph has no steps", function()
    local free = grammar.load { ops = { "a", "b" }, grow = space.free { nodes = { 2, 4 } } }
    local ok, err = pcall(constraints.new, { "at(1, a)" }, free, where)
    assert.is_false(ok)
    assert.equal("here: at(1, a): the graphs of this space have no fixed steps, their nodes can be numbered "
      .. "anew; expected a rule without steps", err.text)
  end)
end)
