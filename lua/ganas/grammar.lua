-- grammar - loads a space: finds its file, checks every field, compiles it (ganas.domain), tries
-- its official string.
--
-- Fields of a space: name, about, ops, grow (ganas.space), dead, measures, blocks, format, parse, keys,
-- features, pytorch, identity, network, expect.

local chunk = require "ganas.chunk"
local Arch = require "ganas.arch"
local Batch = require "ganas.batch"
local Domain = require "ganas.domain"
local Formula = require "ganas.formula"
local Pool = require "ganas.pool"
local Rng = require "ganas.rng"
local features_of = require "ganas.features"
local fs = require "ganas.fs"
local grow = require "ganas.grow"
local library = require "ganas.library"
local message = require "ganas.message"
local notation = require "ganas.notation"
local sandbox = require "ganas.sandbox"
local schema = require "ganas.schema"
local sorted = require "ganas.sorted"
local source = require "ganas.source"

local grammar = {}

local TRIED = 4         -- random graphs whose string is read back when a space loads
local ROUNDING = 1e-12  -- of sizes that no number holds exactly
local COUNTABLE = 200000 -- graphs that are counted one by one for `expect`

-- ---- fields ----

local function check_name(name)
  if name == "" or name:find "[%s%c(),|'\"]" then
    return message.quote(name) .. " is no name of an operation; "
      .. "expected no spaces, quotes, commas, bars or parentheses"
  end
end

local function check_ops(ops)
  local seen = {}
  for _, name in ipairs(ops) do
    if seen[name] then return "names " .. message.quote(name) .. " twice" end
    seen[name] = true
  end
end

local FORMAT = { type = { "string", "list", "function" },
  expected = "a pattern with one %s for each operation, { separator } or a function" }

local FIELDS = {
  name = "string",
  about = { type = "string", default = "" },
  ops = { type = "list", of = { type = "string", check = check_name }, least = 1, required = true,
    check = check_ops,
    expected = "a list of names of operations" },
  grow = { type = "table", required = true,
    expected = "space.fixed { }, space.free { }, space.cells { }, space.chain(n) or space.steps { }" },
  dead = { type = { "list", "string" }, of = "string" },
  measures = { type = "table", default = {} },
  blocks = { type = "table", expected = "space.blocks(function(step, op) ... end)" },
  format = FORMAT,
  parse = "function",
  pytorch = { type = "string", expected = "the name of a Python file beside this one" },
  keys = { type = "table", default = {} },
  features = { type = "table", default = {}, expected = "a table: name = function(arch)" },
  identity = { enum = { "string", "network" } },
  network = { type = "function", expected = "a function(arch, net) that builds a candidate's network" },
  expect = { type = "table", default = {}, fields = {
    size = { type = "number", integer = true, min = 1 },
    example = "string",
  } },
}

local function check_form(fields, where)
  if not grow.is_form(fields.grow) then
    message.user("%s: field 'grow' is a table of another kind; expected %s", where "grow",
      FIELDS.grow.expected)
  end
  if fields.parse and type(fields.format) ~= "function" then
    message.user("%s: field 'parse' without a format function; expected both or none", where "parse")
  end
  if type(fields.format) == "function" and not fields.parse then
    message.user("%s: field 'format' is a function; expected its inverse too, parse = function(text) ... end",
      where "format")
  end
end

local function default_identity(plan)
  for _, node in ipairs(plan) do
    if node.read == "free" then return "network" end
  end
  return "string"
end

-- ---- measures and strings ----

local function add_measures(domain, measures, factors, where)
  for name, m in sorted(measures) do
    local place = where("measures", name)
    if type(name) ~= "string" or not name:find "^[%a_][%w_]*$" then
      message.user("%s: %s is no name of a measure; expected letters, digits and underscores", place,
        message.value(name))
    end
    if Arch.reserved(name) then
      message.user("%s: a measure can't be called %s, architectures have something else of that name", place,
        message.quote(name))
    end
    if type(m) == "function" then
      m = { measure = "given", source = Formula.new(name, m), where = message.defined(m) }
    end
    if type(m) ~= "table" or not m.measure then
      message.user("%s: measure %s is %s; expected space.sum(...), space.count(...), "
        .. "space.longest_path(...), space.nodes(), space.edges() or a function(arch)", place,
        message.quote(name), message.value(m))
    end
    m.factors = factors
    domain:add_measure(name, m)
  end
end

local function make_fail(where, ...)
  local path = { ... }
  return function(...)
    message.user("%s: field %s %s", where(unpack(path)), message.quote(table.concat(path, ".")),
      string.format(...))
  end
end

-- Notations of the key columns: a pattern, { format =, parse = } with two functions, or one function
-- that names a candidate by something that can't be read back, such as a hash.
local function key_notation(domain, name, value, where)
  local fail = make_fail(where, "keys", name)
  if type(value) == "string" then return notation.new(domain, value, nil, fail) end
  if type(value) == "function" then return notation.digest(domain, value) end
  local pair = type(value) == "table" and type(value.format) == "function" and type(value.parse) == "function"
  if not pair then
    fail("is %s; expected a pattern with %%d or %%s, { format = function, parse = function }, or a "
      .. "function(arch)",
      message.value(value))
  end
  return notation.new(domain, value.format, value.parse, fail)
end

local function add_notations(domain, fields, where)
  domain.notation = notation.new(domain, fields.format, fields.parse, make_fail(where, "format"))
  domain.keys, domain.key_notations = {}, {}
  for name, value in sorted(fields.keys) do
    if type(name) ~= "string" then
      message.user("%s: field 'keys' has %s without the name of a column; expected column = '%%d%%d' or such",
        where("keys", name), message.value(value))
    end
    domain.keys[#domain.keys + 1] = name
    domain.key_notations[name] = key_notation(domain, name, value, where)
  end
end

-- A few random graphs, the same in every process.
local function samples(domain, n)
  local batch = Batch.new(domain, n)
  batch:random(nil, Rng.new(0, "notation"), n)
  return batch
end

-- Raises when a notation does not read back what it writes.
local function try_notation(domain, reader, batch, fail)
  local back = Batch.new(domain, 1)
  for i = 0, batch:count() - 1 do
    local text = reader:write(batch:arch(i))
    back:clear()
    local ok, why = domain:push(back, text, reader)
    if not ok then fail("writes %s but can't read it back: %s", message.quote(text), why) end
    local again = domain.notation:write(back:arch(0))
    if again ~= domain.notation:write(batch:arch(i)) then
      fail("writes %s and reads it back as another graph, %s", message.quote(text), message.quote(again))
    end
  end
end

-- Raises when a digest of a candidate is not that of its official string.
local function try_digest(domain, digest, batch, fail)
  for i = 0, batch:count() - 1 do
    local arch = batch:arch(i)
    local text, again = digest:write(arch), digest:write(domain:arch(tostring(arch)))
    if text ~= again then
      fail("names %s %s, and after it was read back %s", message.quote(tostring(arch)), message.quote(text),
        message.quote(again))
    end
  end
end

local function try_notations(domain, batch, where)
  try_notation(domain, domain.notation, batch, make_fail(where, "format"))
  for _, name in ipairs(domain.keys) do
    local key = domain.key_notations[name]
    local try = key.is_digest and try_digest or try_notation
    try(domain, key, batch, make_fail(where, "keys", name))
  end
end

-- Raises when a function that measures gives no number.
local function try_measures(domain, batch)
  for _, entry in ipairs(domain.measure_list) do
    if entry.source then batch:measure(entry.name) end
  end
end

-- ---- features ----

local function add_features(domain, features, batch, where)
  for name, fn in sorted(features) do
    local fail = make_fail(where, "features", name)
    if type(name) ~= "string" or type(fn) ~= "function" then
      fail("is %s; expected a function(arch)", message.value(fn))
    end
    features_of.call(fn, batch:arch(0))
  end
  domain.features = features
end

-- ---- loading ----

-- A space from its table. `where(path...)` answers "file:line" of a field; `name` is what it is
-- called by default.
function grammar.compile(spec, name, where)
  local fields = schema.check(spec, FIELDS, where)
  check_form(fields, where)
  local meta, dead = getmetatable(spec.ops), fields.dead or {}
  fields.name, fields.dead = fields.name or name, type(dead) == "string" and { dead } or dead
  local plan = grow.plan(fields.grow)
  fields.identity = fields.identity or default_identity(plan)
  local domain = Domain.new(plan, fields, where)
  add_measures(domain, fields.measures, meta and meta.values, where)
  add_notations(domain, fields, where)
  local batch = samples(domain, TRIED)
  try_notations(domain, batch, where)
  try_measures(domain, batch)
  add_features(domain, fields.features, batch, where)
  domain.network = fields.network
  domain.expect, domain.blocks, domain.factors = fields.expect, fields.blocks, meta and meta.values
  domain.pytorch = fields.pytorch
  return domain
end

-- Whether a file (library.find) gives a space; otherwise it is a recipe.
function grammar.is_space(found)
  local value = chunk.run(found.path, found.text)
  if type(value) ~= "table" then
    message.user("%s:1: this file gives %s; expected a recipe or a space, 'return { ... }'", found.path,
      message.value(value))
  end
  if next(value) == nil then
    message.user("%s:1: this file gives an empty table; expected a recipe, with the field 'space', or a "
      .. "space, with 'ops' and 'grow'", found.path)
  end
  return value.grow ~= nil or value.ops ~= nil and value.evaluate == nil
end

-- A space from the text of a file.
function grammar.read(path, text, env)
  local spec = chunk.run(path, text, env)
  if type(spec) ~= "table" then
    message.user("%s:1: this file gives %s; expected 'return { ops = ..., grow = ... }'", path,
      message.value(spec))
  end
  return grammar.compile(spec, fs.stem(path), source.where(path, text))
end

local function find(name, context)
  if not sandbox.inside(name) then sandbox.refuse(context.where "space", "the file " .. message.quote(name)
    .. " is elsewhere") end
  local ok, found = pcall(library.find, "spaces", name)
  local beside = context.path and library.is_path(name) and fs.join(fs.dirname(context.path), name)
  if ok and not found and beside and fs.is_file(beside) then found = library.find("spaces", beside) end
  if ok and found then return found end
  local where = context.where and context.where "space" .. ": " or ""
  if not ok and message.is_user(found) then error(message.prefixed(where, found), 0) end
  if not ok then error(found, 0) end
  message.user("%s%s", where, library.missing("spaces", name, context))
end

-- The space that a recipe or a user names: a name, a path or a table. `context`: path (of the
-- recipe), where (its lines), env (the environment in which files run); all may be absent.
function grammar.load(spec, context)
  context = context or {}
  if type(spec) == "string" then
    local found = find(spec, context)
    local domain = grammar.read(found.path, found.text, context.env)
    if context.files and not found.embedded then context.files[found.path] = true end
    domain.context, domain.origin = context, found
    return domain
  end
  local base = context.where or function() return "?" end
  if type(spec) ~= "table" then
    message.user("%s: field 'space' is %s; expected the name of a space, its path, or a table", base "space",
      message.value(spec))
  end
  local domain = grammar.compile(spec, context.name or "space", function(...) return base("space", ...) end)
  domain.context = context
  return domain
end

-- ---- what a file says of itself ----

-- How many different candidates there are, nil where they are too many to count or differ by more
-- than their text.
local function distinct(domain)
  local size, exact = domain:size()
  if not exact then return nil end
  if domain.identity == "string" then return size end
  if size > COUNTABLE then return nil end
  local batch, pool = Batch.new(domain, COUNTABLE), Pool.new(domain, domain.identity)
  batch:enumerate(nil, 0)
  pool:unique(batch, false)
  return batch:count()
end

-- The same, or an estimate with the share by which it may be off.
local function reckon(domain)
  local size = distinct(domain)
  if size then return size, ROUNDING end
  local count, off = domain:networks()
  if count then return count, 2 * off end
end

local function check_size(domain, failures)
  local expected = domain.expect.size
  if not expected then return end
  local size, off = reckon(domain)
  if size and math.abs(size - expected) > expected * off then
    failures[#failures + 1] = string.format("%s: expect.size is %s, but there are %s candidates",
      domain.where("expect", "size"), message.number(expected),
      off == ROUNDING and message.number(size) or string.format("about %.3g", size))
  end
end

local function check_example(domain, failures)
  local text = domain.expect.example
  if not text then return end
  local arch, why = domain:arch(text)
  local again = arch and tostring(arch)
  if not arch then
    why = "is not read: " .. why
  elseif again ~= text then
    why = "is written back as " .. message.quote(again)
  else
    return
  end
  failures[#failures + 1] = string.format("%s: expect.example %s %s", domain.where("expect", "example"),
    message.quote(text), why)
end

-- Holds a space to its `expect`: a list of sentences, empty when all is well.
function grammar.check_expect(domain)
  local failures = {}
  check_size(domain, failures)
  check_example(domain, failures)
  return failures
end

-- Number of different candidates, nil when it is not known.
grammar.distinct = distinct

-- How check_expect knows a size: "counted", "estimated" or nil.
function grammar.size_known(domain)
  local size, off = reckon(domain)
  return size and (off == ROUNDING and "counted" or "estimated")
end

-- n random candidates, the same in every process.
grammar.samples = samples

grammar.FIELDS = FIELDS -- for the stubs of editors

return grammar
