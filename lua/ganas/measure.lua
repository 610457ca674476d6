-- measure - adds the measures of a space to its core: tables of sums, depth, nodes, edges.
--
-- A description is what ganas.space makes: { measure = "sum", "count", "depth", "nodes" or "edges",
-- where = "file:line" }, or { measure = "given", source = } for values that are looked up. A measure is
-- { name, id, kind, whole (only whole numbers), maskable (a bound on it can be held while sampling), least,
-- greatest }; a given one also has its source: { values = function(self, batch, into), least, greatest,
-- additive = table of a sum that it is, miss = by how much at most it is not, partial = whether some
-- candidates have no value }.

local core = require "ganas.core"
local message = require "ganas.message"

local lib = core.lib
local measure = {}

local MOST = 128 -- measures of one space in the core

-- ---- sums ----

local function finite(x) return type(x) == "number" and x == x and math.abs(x) ~= math.huge end

local function traced(err) return message.is_user(err) and err or message.relocate(tostring(err)) end

-- The user's number for a step and an operation; `values`: what its function gets besides, up to
-- number n.
local function call_sum(m, name, step, op, values, n)
  local ok, value = xpcall(function() return m.fn(step, op, unpack(values, 1, n)) end, traced)
  if ok and finite(value) then return value end
  if not ok and message.is_user(value) then error(value, 0) end
  local prefix = string.format("%s: measure %s: ", m.where, message.quote(name))
  if not ok then message.user("%sstep %d, %s: %s", prefix, step, message.quote(op), value) end
  message.user("%sthe function gave %s for step %d, %s; expected a finite number", prefix,
    message.value(value),
    step, message.quote(op))
end

-- value(step, op number) as the core's table [nodes * ops], `base` at the first input; whether all
-- are whole numbers.
local function sum_table(space, base, value)
  local width, whole = #space.ops, base % 1 == 0
  local values = core.doubles(space.nodes * width)
  values[space.pseudo.input] = base
  for step, node in ipairs(space.steps) do
    for _, op in ipairs(space.sets[node]) do
      if op < #space.own then
        local x = value(step, op)
        values[node * width + op], whole = x, whole and x % 1 == 0
      end
    end
  end
  return values, whole
end

-- ---- sums by an earlier step ----

-- What an operation stands for.
local function meaning(space, factors, op)
  local word = space.ops[op + 1]
  local values = factors[word]
  if not values then return word end
  return #values == 1 and values[1] or values
end

-- Fills the table of one operation of the node `by`: value(step, op number, given).
local function fill_table(space, values, at, by, given, value)
  local width, whole = #space.ops, true
  for step, node in ipairs(space.steps) do
    for _, op in ipairs(space.sets[node]) do
      local x = value(step, op, node > by and given or nil)
      values[at + node * width + op], whole = x, whole and x % 1 == 0
    end
  end
  return whole
end

-- value(step, op number, given) as the core's tables [ops][nodes * ops], one for each operation of a
-- node.
local function tables_by(space, base, by, factors, value)
  local cells, whole = space.nodes * #space.ops, base % 1 == 0
  local values = core.doubles(#space.ops * cells)
  for _, row in ipairs(space.sets[by]) do
    local filled = fill_table(space, values, row * cells, by, meaning(space, factors, row), value)
    values[row * cells + space.pseudo.input], whole = base, whole and filled
  end
  return values, whole
end

-- ---- into the core ----

local function range(space, id)
  local ends = core.doubles(2)
  core.check(lib.ganas_space_measure_range(space.handle, id, ends, ends + 1))
  return ends[0], ends[1]
end

-- Adds a measure to the core; returns its number. `by`: node of a sum by an earlier step.
local function put(space, kind, values, broken, by)
  local id = core.int32(1)
  if by then
    core.check(lib.ganas_space_sum_by(space.handle, by, values, id))
  else
    core.check(lib.ganas_space_measure(space.handle, core.measure[kind], values, core.set(broken or {}), id))
  end
  return id[0]
end

local function check_room(space, name)
  if space.registered == MOST then
    message.here("%s is one measure too many; expected at most %d, counts of operations and paths included",
      message.quote(name), MOST)
  end
end

local function register(space, name, kind, values, broken, whole, where, by)
  check_room(space, name)
  local entry = { name = name, id = put(space, kind, values, broken, by), kind = kind, whole = whole,
    maskable = kind == "sum" and not space.ends }
  entry.least, entry.greatest = range(space, entry.id)
  if kind ~= "given" and not (finite(entry.least) and finite(entry.greatest)) then
    message.user("%s: measure %s: its sums are too large for a number; expected another unit", where,
      message.quote(name))
  end
  space.measures[name], space.registered = entry, space.registered + 1
  return entry
end

local add = {}

-- The node of the step that a sum is by.
local function node_by(space, name, m)
  if space.ends then
    message.user("%s: measure %s is by an earlier step, but graphs of this space differ in size; "
      .. "expected a sum without 'by'", m.where, message.quote(name))
  end
  local node = space.steps[m.by]
  if node then return node end
  message.user("%s: measure %s is by step %d; expected one of the %d steps", m.where, message.quote(name),
    m.by, #space.steps)
end

local function add_by(space, name, m, factors)
  local by = node_by(space, name, m)
  local values, whole = tables_by(space, m.base, by, factors, function(step, op, given)
    local word = space.ops[op + 1]
    local list = factors[word] or {}
    return call_sum(m, name, step, word, { given, unpack(list) }, 1 + #list)
  end)
  return register(space, name, "sum", values, nil, whole, m.where, by)
end

-- Declared sums are costs: less is better.
local function cost(entry)
  entry.cost = true
  return entry
end

function add.sum(space, name, m)
  local factors = m.factors or {}
  if m.by then return cost(add_by(space, name, m, factors)) end
  local values, whole = sum_table(space, m.base, function(step, op)
    local word = space.ops[op + 1]
    return call_sum(m, name, step, word, factors[word] or {})
  end)
  return cost(register(space, name, "sum", values, nil, whole, m.where))
end

function add.count(space, name, m)
  local counted = {}
  for _, op in ipairs(space:numbers_of(m.names, m.where)) do counted[op] = true end
  local values = sum_table(space, 0, function(_, op) return counted[op] and 1 or 0 end)
  return register(space, name, "sum", values, nil, true)
end

function add.depth(space, name, m)
  local broken = m.names and space:numbers_of(m.names, m.where) or space.dead
  return register(space, name, "depth", nil, broken, true)
end

-- The sum that a given measure is, as a measure without a name of its own.
local function add_additive(space, entry, source)
  local id = core.int32(1)
  check_room(space, entry.name)
  core.check(lib.ganas_space_measure(space.handle, core.measure.sum, source.additive, 0, id))
  space.registered = space.registered + 1
  entry.sum, entry.miss, entry.maskable = id[0], source.miss, not space.ends and not source.partial
end

function add.given(space, name, m)
  local entry = register(space, name, "given", nil, nil, false, m.where)
  local source = m.source
  entry.cost = source.cost ~= false
  entry.source, entry.least, entry.greatest = source, source.least or entry.least,
    source.greatest or entry.greatest
  if source.additive then add_additive(space, entry, source) end
  return entry
end

function add.nodes(space, name) return register(space, name, "nodes", nil, nil, true) end
function add.edges(space, name) return register(space, name, "edges", nil, nil, true) end

-- Adds the measure that is 1 where a path leads from a node of a list (empty: the inputs) to one of another
-- (empty: the outputs), not over operations of `broken` between them; returns its number.
function measure.add_path(space, path, broken)
  local id = core.int32(1)
  check_room(space, "reaches")
  core.check(lib.ganas_space_path(space.handle, core.set(path.from), core.set(path.to), core.set(broken), id))
  space.registered = space.registered + 1
  return id[0]
end

-- Adds the measure of a description under a name, and returns it.
function measure.add(space, name, m) return add[m.measure](space, name, m) end

return measure
