-- domain - a space that is compiled into the core: its operations, nodes, measures, official
-- strings.
--
-- Fields: name, about, identity, handle, where(path...) -> "file:line";
--   ops      every operation's name in the order of its number, input, state and output nodes' last
--   own      those of the space file;  numbers: name -> number (own ones);  nodes: most nodes of a graph
--   steps    numbers of the nodes that carry an own operation;  keys: names of key columns
--   fixed    only operations are chosen;  varies: graphs differ in their number of choices
--   measure_list  the declared measures by name: { name, id, kind, whole, maskable, least, greatest }
--   context  where files are (ganas.data)

local Rng = require "ganas.rng"
local core = require "ganas.core"
local measure = require "ganas.measure"
local message = require "ganas.message"
local sandbox = require "ganas.sandbox"
local sorted = require "ganas.sorted"

local lib = core.lib
local ESTIMATED = 50000 -- random graphs
local Domain = core.class("space", lib.ganas_space_free)

local PSEUDO = { "input", "state", "output" }
local BUILT_IN = { depth = true, nodes = true, edges = true }

-- ---- vocabulary ----

local function add_pseudo(self, plan)
  local used = {}
  for _, node in ipairs(plan) do used[node.role] = true end
  for _, role in ipairs(PSEUDO) do
    if used[role] then
      local name = plan.pseudo[role] or role
      if self.numbers[name] then
        message.user("%s: operation %s has the name of the %s node; rename it, or give the node another name",
          plan.where, message.quote(name), role)
      end
      self.ops[#self.ops + 1] = name
      self.pseudo[role] = #self.ops - 1
    end
  end
end

local function by_length(names)
  local list = { unpack(names) }
  table.sort(list, function(a, b) return #a > #b or #a == #b and a < b end)
  return list
end

local function set_vocabulary(self, names, plan)
  self.ops, self.own, self.numbers, self.pseudo = {}, {}, {}, {}
  for i, name in ipairs(names) do
    self.ops[i], self.own[i], self.numbers[name] = name, name, i - 1
  end
  add_pseudo(self, plan)
  self.by_length = by_length(self.own)
  self.end_op = plan.ends and self.pseudo.output or -1
  self.output_op, self.output_name = self.pseudo.output, self.ops[self.pseudo.output + 1]
  if #self.ops > lib.GANAS_MAX_OPS then
    message.user("%s: %d operations, counting those of input and output nodes; expected at most %d",
      self.where "ops", #self.ops, tonumber(lib.GANAS_MAX_OPS))
  end
end

-- Numbers of the operations that a node may take.
local function node_set(self, node)
  if node.role ~= "step" then return { self.pseudo[node.role] } end
  local set = {}
  for _, name in ipairs(node.ops or self.own) do
    local op = self.numbers[name]
    if not op then message.user("%s: %s", self.plan.where, message.unknown("operation", name, self.own)) end
    set[#set + 1] = op
  end
  if node.ends then set[#set + 1] = self.pseudo.output end
  return set
end

-- ---- choices, for notations ----

local function members(list)
  local set = {}
  for _, i in ipairs(list) do set[i] = true end
  return set
end

local function add_choices(self, i, node)
  if node.role == "step" then self.steps[#self.steps + 1] = i end
  if node.read == "choose" then
    self.choosers[#self.choosers + 1] = i
    self.picks = self.picks + node.picks
    for _ = 1, node.picks do self.pick_nodes[#self.pick_nodes + 1] = i end
  elseif node.read == "free" then self.varies = true end
  local labels = {}
  for _, j in ipairs(node.sources) do
    labels[self.plan[j + 1].label] = j
    if node.read == "choose" then self.labels = math.max(self.labels, self.plan[j + 1].label + 1) end
  end
  self.may_be[i], self.may_read[i], self.by_label[i] = members(self.sets[i]), members(node.sources), labels
  self.template[i] = self.sets[i][1]
end

-- Groups of steps with one source each that come after one another: their order doesn't count.
local function set_groups(self)
  local group_of = {}
  for i, node in ipairs(self.plan) do
    local before = node.after and self.plan[node.after + 1]
    if before and before.picks == 1 and node.picks == 1 and before.ops == node.ops then
      local group = group_of[node.after] or { node.after }
      if not group_of[node.after] then self.groups[#self.groups + 1] = group end
      group[#group + 1] = i - 1
      group_of[i - 1] = group
    end
  end
end

local function set_choices(self)
  self.steps, self.choosers, self.pick_nodes, self.groups = {}, {}, {}, {}
  self.picks, self.labels, self.varies = 0, 0, self.plan.ends
  self.may_be, self.may_read, self.by_label = {}, {}, {}
  self.template, self.code, self.words = core.bytes(self.nodes), core.bytes(self.nodes),
    core.words(2 * self.nodes)
  for i, node in ipairs(self.plan) do add_choices(self, i - 1, node) end
  self.fixed = self.picks == 0 and not self.varies
  set_groups(self)
end

-- The operations of a node by name.
function Domain:node_ops(i)
  local names = {}
  for k, op in ipairs(self.sets[i]) do names[k] = self.ops[op + 1] end
  return names
end

-- The sources of a node for a message: "0, 1 or 2", as the official string writes them.
function Domain:sources_text(i)
  local labels = {}
  for k, j in ipairs(self.plan[i + 1].sources) do labels[k] = tostring(self.plan[j + 1].label) end
  local last = table.remove(labels)
  return #labels > 0 and table.concat(labels, ", ") .. " or " .. last or last or "none"
end

-- ---- into the core ----

-- The set that an operation of an earlier node leaves to this one.
local function left_after(self, at, word, left)
  local open = {}
  for _, op in ipairs(self:numbers_of(left, self.plan.where)) do
    for _, own in ipairs(self.sets[at]) do
      if own == op then open[#open + 1] = op end
    end
  end
  if #open > 0 then return core.set(open) end
  message.user("%s: after %s node %d is left none of its operations %s", self.plan.where,
    message.quote(word), at, message.names(self:node_ops(at), "and", 12))
end

-- What operations of an earlier node leave to this one: given[node * ops + operation of that node].
local function fill_given(self, arrays, at, node)
  arrays.op_after[at] = node.given and node.given.node or -1
  if not node.given then return end
  self:numbers_of(sorted.keys(node.given.left), self.plan.where)
  local all = core.set(self.sets[at])
  for op = 0, #self.ops - 1 do
    local word = self.ops[op + 1]
    local left = node.given.left[word]
    arrays.op_given[at * #self.ops + op] = left and left_after(self, at, word, left) or all
  end
end

local function fill_nodes(self, arrays)
  for i, node in ipairs(self.plan) do
    local at = i - 1
    self.sets[at] = node_set(self, node)
    arrays.op_set[at] = core.set(self.sets[at])
    arrays.read_kind[at] = core.read[node.read]
    arrays.read_count[at] = node.picks or 0
    arrays.read_set[at] = core.set(node.sources)
    arrays.read_after[at] = node.after or -1
    fill_given(self, arrays, at, node)
  end
end

local function make_spec(self, dead)
  local n, plan = self.nodes, self.plan
  local arrays = { op_set = core.u64(n), read_kind = core.bytes(n), read_count = core.bytes(n),
    read_set = core.u64(n), read_after = core.int8(n), op_after = core.int8(n),
    op_given = core.u64(n * #self.ops) }
  self.sets = {}
  fill_nodes(self, arrays)
  local spec = core.struct("ganas_space_spec", nil, arrays)
  spec.nodes, spec.ops, spec.end_op = n, #self.ops, self.end_op
  spec.min_nodes, spec.max_edges = plan.least or 0, plan.edges
  spec.dead_ops = core.set(dead)
  spec.output_set = core.set(plan.outputs or {})
  return spec, arrays
end

-- The numbers of operations by name; an unknown one is a user error at `where`.
function Domain:numbers_of(names, where)
  local list = {}
  for i, name in ipairs(names) do
    list[i] = self.numbers[name]
    if not list[i] then message.user("%s: %s", where, message.unknown("operation", name, self.own)) end
  end
  return list
end

local function compile(self, dead)
  local spec, arrays = make_spec(self, dead)
  local ok, result = pcall(core.new, "ganas_space", lib.ganas_space_new, lib.ganas_space_free, spec)
  if ok then
    self.handle = result
  elseif message.is_user(result) then
    message.user("%s: %s", self.plan.where, result.text)
  else
    error(result, 0)
  end
  return arrays -- alive until here
end

-- A space from a plan (ganas.grow) and the checked fields of its file: name, about, ops, dead,
-- identity.
function Domain.new(plan, fields, where)
  local self = setmetatable({
    name = fields.name, about = fields.about, identity = fields.identity,
    where = where, plan = plan, nodes = #plan, ends = plan.ends, least = plan.least or #plan,
    measures = {}, measure_list = {}, counts = {}, registered = 0, paths = {},
    outside = {}, outside_names = {},
  }, Domain)
  set_vocabulary(self, fields.ops, plan)
  self.dead = self:numbers_of(fields.dead, where "dead")
  compile(self, self.dead)
  set_choices(self)
  return self
end

-- ---- measures ----

-- Adds a declared measure; `m` is a description of ganas.space. One by a file is opened when it is
-- first used.
function Domain:add_measure(name, m)
  if m.measure == "prices" then
    self:declare_measure(name, function() return require("ganas.prices").sum(m, self.context or {}) end)
    return nil
  end
  local entry = measure.add(self, name, m)
  self.measure_list[#self.measure_list + 1] = entry
  return entry
end

-- Declares a measure that comes from outside of the space; open() -> its description (ganas.measure) is
-- called when it is first used.
function Domain:declare_measure(name, open)
  self.outside[name] = open
  self.outside_names[#self.outside_names + 1] = name
end

-- A measure by name, nil if there is none. Depth, nodes and edges are there without being declared.
function Domain:measure(name)
  local entry = self.measures[name]
  if entry then return entry end
  if self.outside[name] then
    return self:add_measure(name, self.outside[name]())
  end
  if BUILT_IN[name] then return measure.add(self, name, { measure = name }) end
end

-- Whether there is a measure of that name; opens nothing.
function Domain:knows_measure(name)
  return (self.measures[name] or self.outside[name] or BUILT_IN[name]) ~= nil
end

-- The same as Domain:measure; a missing one is a fault of the caller's.
function Domain:need_measure(name)
  local entry = self:measure(name)
  if not entry then message.here("%s", message.unknown("measure", name, self:measure_names(true))) end
  return entry
end

-- Names of the measures: the declared ones, then depth, nodes and edges; with `all` also those from outside
-- that nobody has used yet.
function Domain:measure_names(all)
  local names, listed = {}, {}
  local function add(name)
    if not listed[name] then names[#names + 1], listed[name] = name, true end
  end
  for _, entry in ipairs(self.measure_list) do add(entry.name) end
  for _, name in ipairs(all and self.outside_names or {}) do add(name) end
  for name in sorted(BUILT_IN) do add(name) end
  return names
end

-- The measure that counts operations: one name or a list of names. Returns its name; unknown
-- operations are an error at `where`, by default at the caller's place.
function Domain:need_count(names, where)
  if type(names) ~= "table" then names = { names } end
  if #names == 0 then message.here "count of nothing; expected the name of an operation" end
  local key = "count(" .. table.concat(names, ",") .. ")"
  if not self.measures[key] then
    measure.add(self, key, { measure = "count", names = names, where = where or message.caller() or "?" })
    if #names == 1 then self.counts[names[1]] = key end
  end
  return key
end

-- The value of a measure for an architecture object.
function Domain:measure_of(arch, name)
  local batch = self:put(arch)
  return batch:measure(name)[0]
end

-- ---- candidates ----

-- The space's batch of one, empty.
local function one(self)
  if not self.single then self.single = require("ganas.batch").new(self, 1) end
  self.single:clear()
  return self.single
end

-- An architecture object as a batch of one.
function Domain:put(arch)
  local batch = one(self)
  batch:push(arch.size, arch.code + arch.at, arch.words + 2 * arch.at)
  return batch
end

-- The official string of an architecture object.
function Domain:write(arch) return self.notation:write(arch) end

-- The official string of row i of a batch.
function Domain:format(batch, i) return self.notation:write(batch:arch(i)) end

-- Size, ops and reads of an official string for Batch:push, valid until the next call; nil and what
-- is wrong.
function Domain:parse(text) return self.notation:read(text) end

-- Appends the graph of a text to a batch; true, or nil and what is wrong. `reader`: a notation
-- other than the official.
function Domain:push(batch, text, reader)
  local size, ops, reads = (reader or self.notation):read(text)
  if not size then return nil, ops end
  local ok, err = pcall(batch.push, batch, size, ops, reads)
  if ok then return true end
  if not message.is_user(err) then error(err, 0) end
  return nil, err.text
end

-- The architecture object of an official string; nil and what is wrong.
function Domain:arch(text)
  local batch = one(self)
  local ok, why = self:push(batch, text)
  if not ok then return nil, why end
  return batch:arch(0)
end

-- The same for recipes: what is wrong is an error at the caller's place.
function Domain:candidate(text)
  if type(text) ~= "string" then
    message.here("a candidate of %s; expected an official string of %s", message.value(text), self.name)
  end
  local arch, why = self:arch(text)
  if not arch then message.here("%s is no candidate of %s: %s", message.quote(text), self.name, why) end
  return arch
end

-- How many graphs the grammar can write, and whether that is exact or an upper bound.
function Domain:size()
  if not self.total then
    local size, exact = core.doubles(1), core.int32(1)
    core.check(lib.ganas_space_size(self.handle, size, exact))
    self.total, self.exact = size[0], exact[0] ~= 0
  end
  return self.total, self.exact
end

-- How many networks there are, isomorphic graphs being one, and by which share that may be off (twice the
-- standard deviation): an estimate, the same in every process; nil where there is none.
function Domain:networks()
  local count, deviation = core.doubles(1), core.doubles(1)
  local rng = Rng.new(0, "networks")
  core.check(lib.ganas_space_networks(self.handle, rng.handle, ESTIMATED, count, deviation))
  if count[0] > 0 then return count[0], 2 * deviation[0] end
end

-- The space in words: a list of { what, text }.
function Domain:describe() return require("ganas.summary")(self) end

sandbox.face(Domain, { methods = { "candidate" } })

return Domain
