-- space - what a space file requires: how graphs grow, vocabularies made of parts, measures.
--
-- Every function returns a plain description with the "file:line" where it was written;
-- ganas.grammar turns it into a space. Nodes are numbered from 0: the inputs first, then one a
-- step.
--
--   space.fixed { inputs = 1, reads = { {0}, {0}, {1}, {0, 2} }, output = { 3, 4 } }
--   space.free { nodes = { 2, 7 }, edges = { max = 9 } }
--   space.cells { "normal", "reduce", states = 4, inputs = 2, reads = 2, distinct = true }
--   space.chain(5)
--   space.steps { { reads = {0} }, { reads = space.choose(2) }, { reads = space.any() } }

local core = require "ganas.core"
local message = require "ganas.message"
local schema = require "ganas.schema"
local sorted = require "ganas.sorted"

local space = {}

local function here()
  local place = message.caller() or "?"
  return place, function() return place end
end

local function check(t, fields, name, path)
  local place, where = here()
  if type(t) ~= "table" then
    message.user("%s: %s of %s; expected a table { ... }", place, name, message.value(t))
  end
  local checked = schema.check(t, fields, where, { path or "grow" })
  checked.where = place
  return checked
end

local NODE = { type = "number", integer = true, min = 0, max = 63 }
local NODES = { type = "list", of = NODE, least = 1, expected = "a list of node numbers, { 0, 1 }" }
local NAMES = { type = "list", of = { type = "string" }, least = 1, expected = "a list of operations" }
local COUNT = { type = "number", integer = true, min = 1, max = 62 }
local INPUTS = { type = "number", integer = true, min = 1, max = 62, default = 1 }
local INPUT_NAME = { type = "string", default = "input" }
local OUTPUT_NAME = { type = "string", default = "output" }

-- ---- how graphs grow ----

-- What an earlier step's operation leaves to a step: `after` = { operation = names that are left,
-- ... }, all are left after others; `of`: the number of that step, by default the one before.
local AFTER = { type = "table", expected = "{ operation = { operations that are left after it } }" }
local OF = { type = "number", integer = true, min = 1, max = 62 }

-- The same checked, as { step =, left = names by name }; nil without.
local function narrowed(entry, i, where)
  if not entry.after then
    if entry.of then message.user("%s: step %d has 'of' without 'after'; expected both", where(), i) end
    return nil
  end
  local step, left = entry.of or i - 1, {}
  if i == 1 then message.user("%s: step 1 has 'after', but no step comes before it", where()) end
  if step >= i then
    message.user("%s: step %d comes after step %d; expected an earlier step", where(), i, step)
  end
  for op, names in sorted(entry.after) do
    if type(op) ~= "string" then
      message.user("%s: field 'after' of step %d is no table by operation; expected %s", where(), i,
        AFTER.expected)
    end
    left[op] = schema.value(type(names) == "string" and { names } or names, NAMES, where,
      { "grow", i, "after", op })
  end
  return { step = step, left = left }
end

-- A list with extra fields: { 0, 1, ops = { "conv" } } as the list.
local function items_of(entry)
  local list = {}
  for i, item in ipairs(entry) do list[i] = item end
  return list
end

local function fixed_step(entry, i, where)
  if type(entry) ~= "table" then
    message.user("%s: field 'grow.reads[%d]' is %s; expected the nodes that the step reads, { 0 }", where(),
      i, message.value(entry))
  end
  schema.check(entry, { ops = NAMES, after = AFTER, of = OF }, where, { "grow", "reads", i }, true)
  return { reads = schema.value(items_of(entry), NODES, where, { "grow", "reads", i }), ops = entry.ops,
    given = narrowed(entry, i, where) }
end

-- Only operations are chosen: step i reads the nodes reads[i], the output those of `output` (by
-- default those that nobody reads). An entry may narrow its operations: { 0, 1, ops = { "conv" } }.
function space.fixed(t)
  local g = check(t, {
    inputs = INPUTS, input = INPUT_NAME, output_name = OUTPUT_NAME,
    reads = { type = "list", required = true, least = 1, expected = "a list of at least one { nodes }" },
    output = NODES,
  }, "space.fixed")
  local where = function() return g.where end
  for i, entry in ipairs(g.reads) do g.reads[i] = fixed_step(entry, i, where) end
  g.form, g.steps, g.reads = "fixed", g.reads, nil
  return g
end

local function check_range(value)
  if type(value) == "number" then return end
  local low, high = value[1], value[2]
  local whole = type(low) == "number" and type(high) == "number" and low % 1 == 0 and high % 1 == 0
  if #value ~= 2 or not whole then return "is not a range; expected { least, most }" end
  if low > high then return ("goes from %d down to %d; expected { least, most }"):format(low, high) end
  if low < 2 or high > 64 then return "is out of range; expected from 2 to 64 nodes" end
end

-- Any graph from input to output: each node reads any of the earlier ones, at least one. `nodes`
-- counts the inputs and the output.
function space.free(t)
  local g = check(t, {
    inputs = INPUTS, input = INPUT_NAME, output = OUTPUT_NAME,
    nodes = { type = { "number", "list" }, required = true, integer = true, min = 2, max = 64,
      check = check_range,
      expected = "{ least, most } nodes, inputs and output included" },
    edges = { type = { "number", "table" }, integer = true, min = 1,
      fields = { max = { type = "number", integer = true, min = 1, required = true } },
      expected = "{ max = most edges }" },
  }, "space.free")
  if type(g.nodes) == "number" then g.nodes = { g.nodes, g.nodes } end
  if type(g.edges) == "table" then g.edges = g.edges.max end
  g.form, g.output_name = "free", g.output
  return g
end

local function cell_names(t, place)
  local names, seen, rest = {}, {}, {}
  for i, name in ipairs(t) do
    if type(name) ~= "string" or name == "" then
      message.user("%s: cell %d is %s; expected its name", place, i, message.value(name))
    end
    if seen[name] then message.user("%s: two cells are called %s", place, message.quote(name)) end
    names[i], seen[name] = name, true
  end
  if #names == 0 then names[1] = "cell" end
  for key, value in pairs(t) do -- order can't matter: a copy
    if type(key) ~= "number" or key > #t then rest[key] = value end
  end
  return names, rest
end

-- Cells of states: each state is the sum of `reads` operations, each on one of the cell's inputs
-- and earlier states; `distinct`: on different ones.
function space.cells(t)
  local place = here()
  if type(t) ~= "table" then return check(t, {}, "space.cells") end
  local names, rest = cell_names(t, place)
  local g = check(rest, {
    states = { type = "number", integer = true, min = 1, max = 32, required = true },
    inputs = { type = "number", integer = true, min = 1, max = 16, default = 2 },
    reads = { type = "number", integer = true, min = 1, max = 8, default = 2 },
    distinct = { type = "boolean", default = true },
    input = INPUT_NAME, state = { type = "string", default = "state" }, output_name = OUTPUT_NAME,
  }, "space.cells")
  if g.distinct and g.reads > g.inputs then
    message.user("%s: the first state reads %d different sources but has only the %d inputs; "
      .. "expected reads <= inputs, or distinct = false", place, g.reads, g.inputs)
  end
  g.form, g.cells = "cells", names
  return g
end

-- A block: its operations as a list, or { ops = names, after =, of = }.
local function chain_step(entry, i, where)
  if type(entry) == "table" and (entry.ops or entry.after or entry.of) then
    local checked = schema.check(entry, { ops = NAMES, after = AFTER, of = OF }, where, { "grow", i })
    return { ops = checked.ops, given = narrowed(checked, i, where) }
  end
  return { ops = schema.value(entry, NAMES, where, { "grow", i }) }
end

-- Blocks in a row. The number of blocks, or a list with the operations of each:
-- { { "a", "b" }, { "b", "skip" }, { ops = { "b", "skip" }, after = { skip = "skip" } } }.
function space.chain(t)
  local place, where = here()
  local g = { form = "chain", where = place, input = "input", output_name = "output", steps = {} }
  if type(t) == "number" then
    schema.value(t, COUNT, where, { "grow" })
    for i = 1, t do g.steps[i] = {} end
    return g
  end
  if type(t) ~= "table" or #t == 0 then
    message.user("%s: space.chain of %s; expected the number of blocks, or a list of operations for each",
      place, message.value(t))
  end
  for i, entry in ipairs(t) do g.steps[i] = chain_step(entry, i, where) end
  return g
end

local function check_step(step, i, where)
  local path = { "grow", i }
  if type(step) ~= "table" then
    message.user("%s: step %d is %s; expected { reads = ..., ops = ... }", where(), i, message.value(step))
  end
  local checked = schema.check(step, {
    ops = NAMES, after = AFTER, of = OF,
    reads = { type = "table", required = true, expected = "{ nodes }, space.choose(n) or space.any()" },
  }, where, path)
  checked.given, checked.after, checked.of = narrowed(checked, i, where), nil, nil
  if not checked.reads.read then
    checked.reads = schema.value(checked.reads, NODES, where, { "grow", i, "reads" })
  end
  return checked
end

-- The general form, one table a step: { reads = { nodes } | space.choose(n, nodes) |
-- space.any(nodes), ops = names, after =, of = }. `output`: the nodes that the output reads, by
-- default those that no step reads or may read.
function space.steps(t)
  local place, where = here()
  local steps, rest = {}, {}
  if type(t) ~= "table" then return check(t, {}, "space.steps") end
  for i, step in ipairs(t) do steps[i] = check_step(step, i, where) end
  if #steps == 0 then
    message.user("%s: space.steps without a step; expected { reads = { 0 } }, ...", place)
  end
  for key, value in pairs(t) do -- order can't matter: a copy
    if type(key) ~= "number" or key > #t then rest[key] = value end
  end
  local g = check(rest, {
    inputs = INPUTS, input = INPUT_NAME, output_name = OUTPUT_NAME, output = NODES,
    edges = { type = "table", fields = { max = { type = "number", integer = true, min = 1,
      required = true } } },
  }, "space.steps")
  g.form, g.steps, g.edges = "steps", steps, g.edges and g.edges.max
  return g
end

-- Reads of a step: exactly n of the nodes (by default of all earlier ones). `after`: an earlier
-- step's node; all sources come after that one's last, so that the order of two equal steps doesn't
-- count.
function space.choose(n, nodes, after)
  local _, where = here()
  schema.value(n, { type = "number", integer = true, min = 1, max = 8 }, where, { "choose" })
  if nodes then nodes = schema.value(nodes, NODES, where, { "choose" }) end
  if after then schema.value(after, NODE, where, { "choose" }) end
  return { read = "choose", picks = n, nodes = nodes, after = after }
end

-- Reads of a step: any of the nodes (by default of all earlier ones), at least one.
function space.any(nodes)
  local _, where = here()
  if nodes then nodes = schema.value(nodes, NODES, where, { "any" }) end
  return { read = "free", nodes = nodes }
end

-- ---- vocabularies ----

local function collect(lists, depth, chosen, emit)
  if depth > #lists then return emit(chosen) end
  for _, value in ipairs(lists[depth]) do
    chosen[depth] = value
    collect(lists, depth + 1, chosen, emit)
  end
end

-- Names from every combination of the lists, the last list running fastest, then the single names:
-- product("k%d_e%d", { 3, 5 }, { 2, 4 }, "skip") is k3_e2, k3_e4, k5_e2, k5_e4, skip. Functions of
-- space.sum get the values of a name as further arguments.
function space.product(format, ...)
  local place = here()
  local lists, names, values = {}, {}, {}
  for i = 1, select("#", ...) do
    local part = select(i, ...)
    if type(part) == "table" then lists[#lists + 1] = part
    elseif type(part) == "string" then names[#names + 1] = part
    else message.user("%s: argument %d of space.product is %s; expected a list of values or a name", place,
      i + 1,
        message.value(part)) end
  end
  local made = {}
  collect(lists, 1, {}, function(chosen)
    local ok, name = pcall(string.format, format, unpack(chosen, 1, #lists))
    if not ok then
      message.user("%s: %s does not fit %d lists; expected one %% directive a list", place,
        message.quote(format), #lists)
    end
    made[#made + 1], values[name] = name, { unpack(chosen, 1, #lists) }
  end)
  for _, name in ipairs(names) do made[#made + 1] = name end
  return setmetatable(made, { values = values })
end

-- One vocabulary of several: lists of names (of space.product too) and single names, in order.
function space.ops(...)
  local place = here()
  local names, values = {}, {}
  for i = 1, select("#", ...) do
    local part = select(i, ...)
    local known = type(part) == "table" and getmetatable(part)
    if type(part) == "string" then part = { part } end
    if type(part) ~= "table" then
      message.user("%s: argument %d of space.ops is %s; expected names of operations", place, i,
        message.value(part))
    end
    for _, name in ipairs(part) do
      names[#names + 1] = name
      values[name] = known and known.values and known.values[name]
    end
  end
  return setmetatable(names, { values = values })
end

-- ---- measures ----

local function measure(kind, fields)
  fields.measure, fields.where = kind, message.caller() or "?"
  return fields
end

local SUM = {
  base = { type = "number", default = 0 },
  by = { type = "number", integer = true, min = 1, max = 62, expected = "the number of a step" },
}

-- A sum over the steps: fn(step, op, ...) is called once for each step (from 1) and operation when
-- the space loads; `...` are the values of an operation made by space.product. `options` is a number
-- that is added once, or { base = number, by = step }.
--
-- With `by` what later steps add depends on the operation of that step: fn(step, op, given, ...) is
-- called for each of them. `given` is what it stands for: its value where space.product made it of
-- one, a list of its values where of several, else its name; nil for steps up to `by` itself.
function space.sum(fn, options)
  local place, where = here()
  if type(fn) ~= "function" then
    message.user("%s: space.sum of %s; expected a function(step, op)", place, message.value(fn))
  end
  if type(options) == "number" then options = { base = options } end
  if options ~= nil and type(options) ~= "table" then
    message.user("%s: the base of space.sum is %s; expected a number, or { base =, by = }", place,
      message.value(options))
  end
  local checked = schema.check(options or {}, SUM, where, { "sum" })
  if checked.base ~= checked.base or math.abs(checked.base) == math.huge then
    message.user("%s: the base of space.sum is %s; expected a number", place, message.value(checked.base))
  end
  return measure("sum", { fn = fn, base = checked.base, by = checked.by })
end

-- A sum whose entries are rows of a file, read when the measure is first used:
--   space.prices { file = "phone.csv", key = "layer", value = "ms", row = function(step, op, ...) ... end }
-- `row` is called as the function of space.sum is and gives a key, nil for what costs nothing; `once`:
-- keys that every candidate pays for.
function space.prices(t)
  local m = check(t, {
    file = { type = "string", required = true, expected = "the name of a CSV file, plain or .gz" },
    key = { type = "string", required = true, expected = "the column of the keys" },
    value = { type = "string", required = true, expected = "the column of the numbers" },
    row = { type = "function", required = true, expected = "a function(step, op) that gives a key" },
    once = { type = "list", of = "string", default = {} },
  }, "space.prices", "prices")
  m.measure = "prices"
  return m
end

-- What a predictor reads (ganas.predictor): fn(step, op, ...), called as that of space.sum is, gives a
-- table of numbers by name for a block of the network, nil for none. options: { by = step }.
function space.blocks(fn, options)
  local place, where = here()
  if type(fn) ~= "function" then
    message.user("%s: space.blocks of %s; expected a function(step, op)", place, message.value(fn))
  end
  local checked = schema.check(options or {}, { by = SUM.by }, where, { "blocks" })
  return { blocks = true, fn = fn, by = checked.by, where = place }
end

local function name_list(what, ...)
  local names = { ... }
  if type(names[1]) == "table" and #names == 1 then names = names[1] end
  for _, name in ipairs(names) do
    if type(name) ~= "string" then
      message.here("%s of %s; expected names of operations", what, message.value(name))
    end
  end
  return names
end

-- How often operations occur: count("a", "b") or count { "a", "b" }.
function space.count(...)
  local names = name_list("space.count", ...)
  if #names == 0 then message.here "space.count of nothing; expected names of operations" end
  return measure("count", { names = names })
end

-- Most nodes on one path from input to output, these two not counted. Nodes of the operations
-- `broken_by` (a name or a list; by default the space's `dead` ones) cut a path.
function space.longest_path(t)
  local _, where = here()
  schema.value(t or {}, { type = "table", expected = "{ broken_by = names of operations }" }, where,
    { "longest_path" })
  local checked = schema.check(t or {}, { broken_by = { type = { "string", "list" }, of = "string" } }, where,
    { "longest_path" })
  local broken = checked.broken_by
  return measure("depth", { names = type(broken) == "string" and { broken } or broken })
end

-- The same with the space's `dead` operations.
function space.depth() return measure("depth", {}) end

-- Nodes of the network, inputs and outputs included; its edges. What does not lie between input and
-- output doesn't count.
function space.nodes() return measure("nodes", {}) end
function space.edges() return measure("edges", {}) end

-- ---- keys ----

-- The MD5 digest of a text, 32 lower-case hexadecimal digits: for tables whose rows are named by one.
function space.md5(text)
  if type(text) ~= "string" then message.here("space.md5 of %s; expected a text", message.value(text)) end
  return core.md5(text)
end

-- ---- networks ----

local function is_size(x) return type(x) == "number" and x >= 1 and x <= 1e6 and x % 1 == 0 end

-- The memory that a prediction needs for activations, in kB (1024 bytes) of float32, as a measure of a space
-- whose `network` is that function(arch, net): for images { channels, height, width } of so many classes.
function space.ram_kb(network, shape, classes)
  if type(network) ~= "function" then
    message.here("the network of space.ram_kb is %s; expected function(arch, net)", message.value(network))
  end
  local list = type(shape) == "table" and shape or {}
  if #list ~= 3 or not (is_size(list[1]) and is_size(list[2]) and is_size(list[3])) then
    message.here("the shape of images of space.ram_kb is %s; expected { channels, height, width }",
      type(shape) == "table" and "another list" or message.value(shape))
  end
  if not is_size(classes) then
    message.here("the classes of space.ram_kb are %s; expected how many there are", message.value(classes))
  end
  local Convnet = require "ganas.convnet"
  return function(arch) return Convnet.build(network, arch, shape, classes).floats * 4 / 1024 end
end

return message.guarded("function of ganas.space", space)
