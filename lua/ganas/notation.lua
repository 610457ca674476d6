-- notation - the official string of a space in the form that its file asks for.
--
-- A notation has write(arch) -> text and read(text) -> size, ops, reads (arrays as for Batch:push,
-- the space's own, valid until the next read) or nil and what is wrong. The forms:
--   pattern    "|%s~0|+|%s~0|%s~1|" (ganas.pattern)
--   list       { "-" }: the names of the operations with a separator between them
--   functions  format(arch) -> text and parse(text) -> { ops = names, reads = { nodes, ... } }, or nil, why:
--              operations of the steps, sources of the nodes that choose theirs, in node order
--   digest     format(arch) -> text alone, for keys that can't be read back: has no read, is_digest is true
--   none       a pattern made up, or tokens (ganas.tokens) where graphs differ in their number of choices

local Pattern = require "ganas.pattern"
local Tokens = require "ganas.tokens"
local draft = require "ganas.draft"
local message = require "ganas.message"

local notation = {}

-- ---- two functions ----

local Functions = {}
Functions.__index = Functions

local function traced(err) return message.is_user(err) and err.text or message.relocate(tostring(err)) end

local function call(fn, argument)
  local ok, value, why = xpcall(function() return fn(argument) end, traced)
  if not ok then message.user("%s", value) end
  return value, why
end

function Functions:write(arch)
  local text = call(self.format, arch)
  if type(text) == "string" then return text end
  message.user("%s: this function gave %s; expected a string", message.defined(self.format),
    message.value(text))
end

local Digest = { is_digest = true, write = Functions.write }
Digest.__index = Digest

-- A key that can be written only: format(arch) -> text, the same for all forms of one candidate.
function notation.digest(space, format) return setmetatable({ space = space, format = format }, Digest) end

local function size_of(space, graph)
  local n, steps = #graph.ops, #space.steps
  if not space.ends then
    if n == steps then return space.nodes end
    return nil, string.format("%d operations; expected %d", n, steps)
  end
  local size = space.nodes - steps + n
  if size >= space.least and size <= space.nodes then return size end
  local least = space.least < space.nodes and space.least .. " to " or ""
  return nil, string.format("a graph of %d nodes; expected %s%d", size, least, space.nodes)
end

local function put_ops(space, graph, size)
  for i, name in ipairs(graph.ops) do
    local ok, why = draft.put_name(space, space.steps[i], name)
    if not ok then return nil, why end
  end
  if space.ends then space.code[size - 1] = space.output_op end
  return true
end

local function put_sources(space, graph, size)
  local k, lists = 0, type(graph.reads) == "table" and graph.reads or {}
  for node = 0, size - 1 do
    if space.plan[node + 1].read ~= "fixed" then
      k = k + 1
      if type(lists[k]) ~= "table" then
        return nil, string.format("no list reads[%d] with the sources of node %d", k, node)
      end
      local ok, why = draft.put_reads(space, node, lists[k])
      if not ok then return nil, why end
    end
  end
  return true
end

-- The graph of names and sources that a parse function gave.
local function put_graph(space, graph)
  draft.begin(space)
  local size, why = size_of(space, graph)
  if not size then return nil, why end
  local ok, wrong = put_ops(space, graph, size)
  if not ok then return nil, wrong end
  ok, wrong = put_sources(space, graph, size)
  if not ok then return nil, wrong end
  return draft.finish(space, size)
end

function Functions:read(text)
  local graph, why = call(self.parse, text)
  if graph == nil then return nil, why and tostring(why) or "the parse function doesn't know it" end
  if type(graph) == "table" and type(graph.ops) == "table" then return put_graph(self.space, graph) end
  message.user("%s: this parse function gave %s; expected { ops = { names }, reads = { { nodes }, ... } }",
    message.defined(self.parse), message.value(graph))
end

-- ---- patterns made up ----

local function joined(space, list, fail)
  if type(list[1]) ~= "string" or #list ~= 1 then fail "is a list; expected one separator, { '-' }" end
  if space.varies or space.picks > 0 then
    fail "writes operations only, but sources are chosen too; expected a pattern or two functions"
  end
  local directives = {}
  for i = 1, #space.steps do directives[i] = "%s" end
  return table.concat(directives, (list[1]:gsub("%%", "%%%%")))
end

-- "%s(%r)" with as many sources as a step chooses.
local function directive(entry)
  if entry.read ~= "choose" then return "%s" end
  return "%s(%r" .. (",%r"):rep(entry.picks - 1) .. ")"
end

-- What stands between two steps: operations of one state are closer than states, states than cells.
local function between(before, entry)
  if not entry.cell then return "|" end
  if entry.cell ~= before.cell then return "; " .. entry.cell .. ": " end
  return entry.group == before.group and " " or " | "
end

-- op|op|op, or normal: op(0) op(1) | op(0) op(2); reduce: ...
local function default_pattern(space)
  local first = space.plan[space.steps[1] + 1]
  local text, before = first.cell and first.cell .. ": " or "", nil
  for _, node in ipairs(space.steps) do
    local entry = space.plan[node + 1]
    text = text .. (before and between(before, entry) or "") .. directive(entry)
    before = entry
  end
  return text
end

-- The notation of a space: `format` and `parse` as the user wrote them, both nil for the default.
-- fail(sentence, ...) raises what is wrong with the format.
function notation.new(space, format, parse, fail)
  if type(format) == "function" then
    return setmetatable({ space = space, format = format, parse = parse }, Functions)
  end
  if type(format) == "table" then return Pattern.new(space, joined(space, format, fail), fail) end
  if format then return Pattern.new(space, format, fail) end
  if space.varies then return Tokens.new(space) end
  return Pattern.new(space, default_pattern(space), fail)
end

return notation
