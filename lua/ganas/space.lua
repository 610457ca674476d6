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

local space = {}

local function here()
  local place = message.caller() or "?"
  return place, function() return place end
end

local function check(t, fields, name)
  local place, where = here()
  if type(t) ~= "table" then
    message.user("%s: %s of %s; expected a table { ... }", place, name, message.value(t))
  end
  local checked = schema.check(t, fields, where, { "grow" })
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

-- A list with extra names: { 0, 1, ops = { "conv" } } as the list and the names.
local function split(entry)
  local list, rest = {}, {}
  for i, item in ipairs(entry) do list[i] = item end
  rest.ops = entry.ops
  return list, rest
end

local function fixed_step(entry, i, where)
  if type(entry) ~= "table" then
    message.user("%s: field 'grow.reads[%d]' is %s; expected the nodes that the step reads, { 0 }", where(),
      i, message.value(entry))
  end
  local list, rest = split(entry)
  schema.check(entry, { ops = NAMES }, where, { "grow", "reads", i }, true)
  return { reads = schema.value(list, NODES, where, { "grow", "reads", i }), ops = rest.ops }
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

-- Blocks in a row. The number of blocks, or a list with the operations of each: { { "a", "b" }, {
-- "b" } }.
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
  for i, ops in ipairs(t) do g.steps[i] = { ops = schema.value(ops, NAMES, where, { "grow", i }) } end
  return g
end

local function check_step(step, i, where)
  local path = { "grow", i }
  if type(step) ~= "table" then
    message.user("%s: step %d is %s; expected { reads = ..., ops = ... }", where(), i, message.value(step))
  end
  local checked = schema.check(step, {
    ops = NAMES,
    reads = { type = "table", required = true, expected = "{ nodes }, space.choose(n) or space.any()" },
  }, where, path)
  if not checked.reads.read then
    checked.reads = schema.value(checked.reads, NODES, where, { "grow", i, "reads" })
  end
  return checked
end

-- The general form, one table a step: { reads = { nodes } | space.choose(n, nodes) |
-- space.any(nodes), ops = names }. `output`: the nodes that the output reads, by default those that
-- no step reads or may read.
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

-- ---- measures ----

local function measure(kind, fields)
  fields.measure, fields.where = kind, message.caller() or "?"
  return fields
end

-- A sum over the steps: fn(step, op, ...) is called once for each step (from 1) and operation when
-- the space loads; `...` are the values of an operation made by space.product. `base` is added
-- once.
function space.sum(fn, base)
  local place = here()
  if type(fn) ~= "function" then
    message.user("%s: space.sum of %s; expected a function(step, op)", place, message.value(fn))
  end
  if base ~= nil and (type(base) ~= "number" or base ~= base or math.abs(base) == math.huge) then
    message.user("%s: the base of space.sum is %s; expected a number", place, message.value(base))
  end
  return measure("sum", { fn = fn, base = base or 0 })
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

return space
