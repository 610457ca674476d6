-- constraints - what a recipe allows: declared rules, held by the core, and plain Lua functions.
--
-- A candidate that breaks one of them is never evaluated. Rules on sums are masked: the samplers
-- can't break them. Everything else is checked on finished candidates, in batches, and counted by
-- rule.

local Arch = require "ganas.arch"
local chunk = require "ganas.chunk"
local core = require "ganas.core"
local message = require "ganas.message"

local lib = core.lib
local Rules = core.class("rules", lib.ganas_rules_free)
local Constraints = {}
Constraints.__index = Constraints

-- ---- compiling rules ----

-- "<" and ">" as "<=" and ">=" where values are whole.
local function as_closed(rule, entry)
  if rule.compare ~= "<" and rule.compare ~= ">" then return rule.compare, rule.bound end
  if not entry.whole then
    message.user("%s: '%s' on %s, whose values are not whole numbers; expected '%s='", rule.where,
      rule.compare, entry.name, rule.compare)
  end
  if rule.compare == "<" then return "<=", math.ceil(rule.bound) - 1 end
  return ">=", math.floor(rule.bound) + 1
end

-- Says what the space has when nothing in it can satisfy a rule.
local function check_range(rule, entry, compare, bound)
  local what
  if compare ~= ">=" and entry.least > bound then
    what = "least in this space is " .. message.number(entry.least)
  elseif compare ~= "<=" and entry.greatest < bound then
    what = "greatest in this space is " .. message.number(entry.greatest)
  elseif compare == "==" and entry.whole and bound % 1 ~= 0 then
    message.user("%s: %s accepts nothing: values are whole numbers", rule.where, rule.text)
  end
  if what then message.user("%s: %s accepts nothing: the %s", rule.where, rule.text, what) end
end

local function entry_of(rule, space)
  if rule.ops then return space:measure(space:need_count(rule.ops, rule.where)) end
  local entry = space:measure(rule.measure)
  if entry then return entry end
  message.user("%s: %s", rule.where, message.unknown("measure", rule.measure, space:measure_names()))
end

local function add_rule(self, rule, item)
  local entry, masked = entry_of(rule, self.space), core.int32(1)
  local compare, bound = as_closed(rule, entry)
  check_range(rule, entry, compare, bound)
  local ok, err = pcall(core.check,
    lib.ganas_rules_add(self.rules.handle, entry.id, core.compare[compare], bound, masked))
  if not ok and message.is_user(err) then message.user("%s: %s: %s", rule.where, rule.text, err.text) end
  if not ok then error(err, 0) end
  self.rules.count = self.rules.count + 1
  item.text, item.where, item.masked, item.index = rule.text, rule.where, masked[0] ~= 0, self.rules.count - 1
end

local function add_item(self, i, value, where)
  local item = { masked = false, seen = 0, rejected = 0 }
  if type(value) == "function" then
    item.fn, item.where = value, message.defined(value)
    item.text = "function at " .. item.where
  elseif type(value) == "table" and value.rule then
    add_rule(self, value, item)
  else
    message.user("%s: constraint %d is %s; expected rule.sum(...), rule.count(...), rule.depth(...) or a "
      .. "function(arch)", where("constraints", i), i, message.value(value))
  end
  self.items[i] = item
end

-- Constraints of a recipe on a space: a list of rules and functions, nil for none. `where(path...)`
-- -> "file:line".
local function new(list, space, where)
  list = list or {}
  if type(list) ~= "table" or list.rule or next(list) ~= nil and #list == 0 then
    message.user("%s: field 'constraints' is %s; expected a list { rule, ... }", where "constraints",
      type(list) == "table" and "not a list" or message.value(list))
  end
  local handle = core.new("ganas_rules", lib.ganas_rules_new, lib.ganas_rules_free, space.handle)
  local rules = setmetatable({ handle = handle, space = space, count = 0 }, Rules)
  local self = setmetatable({ space = space, rules = rules, items = {} }, Constraints)
  for i, value in ipairs(list) do add_item(self, i, value, where) end
  return self
end

-- ---- filtering ----

-- keep[row] of the declared rules; all rows without any.
local function check_rules(self, batch)
  local n = batch:count()
  if self.rules.count == 0 then
    local all = core.bytes(n)
    core.fill(all, n, 1)
    return all
  end
  local ok, rejected = batch:check(self.rules)
  for _, item in ipairs(self.items) do
    if item.index then
      item.seen, item.rejected = item.seen + n, item.rejected + tonumber(rejected[item.index])
    end
  end
  return ok
end

local function ask(item, view, keep, n)
  local fn, seen, rejected = item.fn, 0, 0
  for row = 0, n - 1 do
    if keep[row] ~= 0 then
      Arch.point(view, row)
      seen = seen + 1
      local answer = fn(view)
      if answer == false then
        keep[row], rejected = 0, rejected + 1
      elseif answer ~= true then
        message.user("%s: this constraint gave %s; expected true or false", item.where, message.value(answer))
      end
    end
  end
  item.seen, item.rejected = item.seen + seen, item.rejected + rejected
end

-- The view of a batch is kept: measures have their arrays there.
local function view_of(self, batch)
  if not self.view or self.view.batch ~= batch then self.view = Arch.view(batch) end
  batch:view()
  Arch.renew(self.view)
  return self.view
end

local function check_function(item, view, keep, n)
  local ok, err = pcall(chunk.call, item.where, ask, item, view, keep, n)
  if ok then return end
  if not message.is_user(err) then error(err, 0) end
  message.user("%s; the candidate was %s", err.text, message.quote(tostring(view)))
end

-- keep[row] ~= 0 for the candidates of a batch that all constraints accept.
function Constraints:judge(batch)
  local n = batch:count()
  local keep = check_rules(self, batch)
  for _, item in ipairs(self.items) do
    if item.fn then check_function(item, view_of(self, batch), keep, n) end
  end
  return keep
end

-- Keeps these candidates; returns how many there are.
function Constraints:filter(batch)
  local n = batch:count()
  if #self.items == 0 or n == 0 then return n end
  batch:filter(self:judge(batch))
  return batch:count()
end

-- One entry a constraint, in order: { rule = text, where, masked, seen, rejected }: how many
-- candidates it was asked about and how many of these it rejected. A function is only asked about
-- what the ones before it accept.
function Constraints:report()
  local list = {}
  for i, item in ipairs(self.items) do
    list[i] = { rule = item.text, where = item.where, masked = item.masked, seen = item.seen,
      rejected = item.rejected }
  end
  return list
end

return { new = new }
