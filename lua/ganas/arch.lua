-- arch - one candidate, as predicates, evaluators and hooks see it.
--
--   a.ops           operations at the nodes that carry one of the space's, in node order
--   a:op(i)         operation of node i, input and output nodes included; nodes are numbered from 0
--   a:reads(i, j)   whether node i reads node j;  a:sources(i)  the nodes that it reads
--   a:count(name)   how often an operation occurs; of several names, together
--   a.depth a.nodes a.edges, and each measure of the space by its name
--   a.size          nodes as written;  a.graph  { ops = { per node }, edges = { { from, to }, ... } }
--   a:live(i)       whether node i lies between input and output
--   a.network       what lies there: size, op[i], sources[i], its nodes numbered from 0 (ganas.network)
--   tostring(a)     the official string
--
-- Two kinds: a detached one owns its graph; a view is pointed at the rows of a batch in turn,
-- allocates nothing, and pulls a measure for the whole batch when it is first asked for.

local bit = require "bit"
local core = require "ganas.core"
local message = require "ganas.message"
local network = require "ganas.network"
local sandbox = require "ganas.sandbox"

local band, rshift = bit.band, bit.rshift
local Arch, methods, getters = {}, {}, {}

-- Fields of the objects, and those that a search sets. A measure can't have one of these names.
local FIELDS = { "space", "code", "words", "at", "size", "row", "batch", "stamp", "stamps", "columns", "list",
  "alive", "net", "fresh", "score", "report", "error", "query", "source",
  "screened" }
local FIELD = {}
for _, name in ipairs(FIELDS) do FIELD[name] = true end

-- ---- measures ----

-- The value of a view's measure: the batch's column, fetched once for each content of the batch.
local function column(self, name)
  local values = self.columns[name]
  if self.stamps[name] ~= self.stamp then
    values = self.batch:measure(name, values or core.doubles(self.batch.capacity))
    self.columns[name], self.stamps[name] = values, self.stamp
  end
  return values[self.row]
end

local function measure(self, name)
  if self.batch then return column(self, name) end
  local value = self.space:measure_of(self, name)
  rawset(self, name, value)
  return value
end

local function names_of(space)
  local names = { "ops", "graph", "size", "score", "report" }
  for _, entry in ipairs(space:measure_names(true)) do names[#names + 1] = entry end
  return names
end

Arch.__index = function(self, key)
  local method = methods[key]
  if method then return method end
  local getter = getters[key]
  if getter then return getter(self) end
  local space = rawget(self, "space")
  if space:measure(key) then return measure(self, key) end
  if FIELD[key] or type(key) ~= "string" or rawget(Arch, key) then return nil end
  message.here("%s", message.unknown("field of an architecture", key, names_of(space)))
end

-- Words of the live nodes, and where this candidate's are.
local function live_words(self)
  local batch = self.batch
  if not batch then
    if not rawget(self, "alive") then rawset(self, "alive", self.space:put(self):live()) end
    return self.alive, 0
  end
  if self.stamps.live ~= self.stamp then
    self.columns.live = batch:live(self.columns.live or core.words(2 * batch.capacity))
    self.stamps.live = self.stamp
  end
  return self.columns.live, 2 * self.row
end

-- ---- the graph ----

local function check_node(self, i)
  if type(i) ~= "number" or i < 0 or i >= self.size or i % 1 ~= 0 then
    message.here("no node %s; this graph has nodes 0 to %d", message.value(i), self.size - 1)
  end
end

function methods:op(i)
  check_node(self, i)
  return self.space.ops[self.code[self.at + i] + 1]
end

function methods:reads(i, j)
  check_node(self, i)
  check_node(self, j)
  if j >= i then return false end
  local word = self.words[2 * (self.at + i) + (j < 32 and 0 or 1)]
  return band(rshift(word, j), 1) ~= 0
end

function methods:sources(i)
  check_node(self, i)
  local list = {}
  for j = 0, i - 1 do
    if self:reads(i, j) then list[#list + 1] = j end
  end
  return list
end

function methods:live(i)
  check_node(self, i)
  local words, at = live_words(self)
  return band(rshift(words[at + (i < 32 and 0 or 1)], i), 1) ~= 0
end

-- is[op] = 1 for the operation of that number, 0 for any other: adding these up, a trace has no branches.
local is_op = {}
for op = 0, 63 do
  local is = core.bytes(64)
  is[op], is_op[op] = 1, is
end

-- Where graphs end early only what lies between input and output counts, and the core knows what
-- that is.
local function count(self, name)
  local space = self.space
  local op = space.numbers[name]
  if not op or space.ends then return measure(self, space.counts[name] or space:need_count(name)) end
  local is, steps, code, n, first = is_op[op], space.steps, self.code, 0, self.at
  for i = 1, #steps do n = n + is[code[first + steps[i]]] end
  return n
end

function methods:count(name, ...)
  if type(name) == "table" then return self:count(unpack(name)) end
  local sum = count(self, name)
  for i = 1, select("#", ...) do sum = sum + count(self, (select(i, ...))) end
  return sum
end

-- The table is the view's own and is filled anew when the view moves on.
function getters.ops(self)
  local list, space, n = self.list or {}, self.space, 0
  for _, node in ipairs(space.steps) do
    local op = node < self.size and self.code[self.at + node] or space.end_op
    if op ~= space.end_op then
      n = n + 1
      list[n] = space.ops[op + 1]
    end
  end
  for i = n + 1, #list do list[i] = nil end
  self.list = list
  return list
end

-- The table is the view's own, as that of the operations.
function getters.network(self)
  if self.net and self.fresh then return self.net end
  local words, at = live_words(self)
  self.net, self.fresh = network.fill(self.net or network.new(), self, words[at], words[at + 1]), true
  return self.net
end

function getters.graph(self)
  local graph = { ops = {}, edges = {} }
  for i = 0, self.size - 1 do
    graph.ops[i + 1] = self:op(i)
    for _, j in ipairs(self:sources(i)) do graph.edges[#graph.edges + 1] = { j, i } end
  end
  return graph
end

Arch.__tostring = function(self) return self.space:write(self) end

-- ---- making them ----

-- Row i of a batch as an object of its own.
function Arch.detach(batch, i)
  local view, space = batch:view(), batch.space
  if i < 0 or i >= view.count then error(string.format("no row %d in a batch of %d", i, view.count), 2) end
  local n, size = space.nodes, view.size[i]
  local code, words = core.bytes(n), core.words(2 * n)
  core.copy(code, view.op + i * n, n)
  core.copy(words, view.reads + 2 * i * n, 8 * n)
  return setmetatable({ space = space, code = code, words = words, at = 0, size = size }, Arch)
end

-- A view of a batch, to be pointed at its rows. Call Arch.renew when the batch has changed.
function Arch.view(batch)
  local view = batch:view()
  return setmetatable({
    space = batch.space, batch = batch, code = view.op, words = view.reads,
    at = 0, size = 0, row = -1, stamp = 0, stamps = {}, columns = {}, list = {},
  }, Arch)
end

-- Forgets what was measured: the rows of the batch are others now.
function Arch.renew(self) self.stamp = self.stamp + 1 end

-- Points a view at row i.
function Arch.point(self, i)
  self.row, self.at, self.fresh = i, i * self.space.nodes, false
  self.size = self.batch.seen.size[i]
end

-- Whether a name is taken by the object itself, so that no measure can have it.
function Arch.reserved(name)
  return (methods[name] or getters[name] or FIELD[name]) ~= nil
end

sandbox.face(Arch, {
  methods = { "op", "reads", "sources", "count", "live" }, fields = { "ops", "graph", "network" },
})

return Arch
