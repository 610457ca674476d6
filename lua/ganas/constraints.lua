-- constraints - what a recipe allows: declared rules, held by the core, and plain Lua functions.
--
-- A candidate that breaks one of them is never evaluated. Rules on sums are masked: the samplers
-- can't break them. Everything else is checked on finished candidates, in batches, and counted by
-- rule; values that are looked up or predicted are asked for only where the other rules hold.

local Arch = require "ganas.arch"
local Batch = require "ganas.batch"
local Rng = require "ganas.rng"
local Ruleset = require "ganas.ruleset"
local chunk = require "ganas.chunk"
local clause = require "ganas.clause"
local core = require "ganas.core"
local message = require "ganas.message"
local uv = require "luv"

local Constraints = {}
Constraints.__index = Constraints

local SURVEYED = 2000 -- random candidates that say which share of the space a rule accepts
local SLOW = 1e-4     -- seconds a candidate from which on a function's time is worth saying

-- ---- making them ----

local function add_item(self, item)
  item.seen, item.rejected = 0, 0
  self.items[#self.items + 1] = item
end

local function add_function(self, fn, text, where)
  where = where or message.defined(fn)
  add_item(self, { fn = fn, where = where, text = text or "function at " .. where, masked = false })
  self.functions = true
end

-- A rule that is no "and".
local function add_part(self, part)
  local made = clause.compile(part, self.space, self.rules, self.compiled)
  if made.item then self.compiled[#self.compiled + 1] = made end
  for _, entry in ipairs(made.given) do self.given[entry.id] = entry end
  add_item(self, { part = part, made = made, text = part.text, where = part.where, masked = made.masked,
    index = made.index, given = #made.given > 0 })
end

local function add_rule(self, rule)
  for _, part in ipairs(clause.split(rule, self.space)) do add_part(self, part) end
end

local function add(self, i, value, where)
  if type(value) == "function" then return add_function(self, value) end
  if type(value) == "table" and value.predicate then
    return add_function(self, value.predicate, value.text, value.where)
  end
  if type(value) == "table" and value.rule then return add_rule(self, value) end
  if type(value) == "string" then
    return add_rule(self, { kind = "text", source = value, where = where("constraints", i) })
  end
  message.user("%s: constraint %d is %s; expected 'depth >= 2', rule.sum(...) and so on, or a function(arch)",
    where("constraints", i), i, message.value(value))
end

local function empty(space)
  return setmetatable({
    space = space, rules = Ruleset.new(space), items = {}, compiled = {}, given = {},
  }, Constraints)
end

-- Constraints of a recipe on a space: a list of rules, texts of rules, functions and { predicate =
-- function, text =, where = }, nil for none, and `texts` of the command line. `where(path...)` ->
-- "file:line".
local function new(list, space, where, texts)
  list = list or {}
  if type(list) ~= "table" or list.rule or next(list) ~= nil and #list == 0 then
    message.user("%s: field 'constraints' is %s; expected a list { rule, ... }", where "constraints",
      type(list) == "table" and "not a list" or message.value(list))
  end
  local self = empty(space)
  for i, value in ipairs(list) do add(self, i, value, where) end
  for _, text in ipairs(texts or {}) do
    add_rule(self, { kind = "text", source = text, where = "--where", raise = message.usage })
  end
  return self
end

-- How many there are.
function Constraints:count() return #self.items end

-- The same constraints without the i-th.
function Constraints:without(i)
  local others = empty(self.space)
  for k, item in ipairs(self.items) do
    if k ~= i and item.fn then add_function(others, item.fn, item.text, item.where) end
    if k ~= i and item.part then add_part(others, item.part) end
  end
  return others
end

-- ---- declared rules ----

local function all_rows(n)
  local keep = core.bytes(n)
  core.fill(keep, n, 1)
  return keep
end

-- The values of the given measures for a batch, by their numbers.
local function look_up(self, batch)
  local columns = {}
  for id, entry in pairs(self.given) do -- order can't matter: each is looked up by itself
    columns[id] = batch:measure(entry.name)
  end
  return columns
end

local function count(self, given, seen, rejected)
  for _, item in ipairs(self.items) do
    if item.index and item.given == given then
      item.seen = item.seen + seen
      item.rejected = item.rejected + tonumber(rejected[item.index])
    end
  end
end

-- Rows of a batch with keep[row] ~= 0, in a batch of their own, and their numbers.
local function survivors(self, batch, keep, n)
  local rows, part = {}, self.part
  for row = 0, n - 1 do
    if keep[row] ~= 0 then rows[#rows + 1] = row end
  end
  if #rows == n then return batch, rows end
  if not part or part.capacity < #rows then part = Batch.new(self.space, #rows) end
  self.part = part
  part:clear()
  part:append(batch, rows)
  return part, rows
end

-- The rules with given measures, where the others hold.
local function check_given(self, batch, keep, n)
  local part, rows = survivors(self, batch, keep, n)
  if #rows == 0 then return end
  local ok, rejected = part:check(self.rules, look_up(self, part))
  count(self, true, #rows, rejected)
  for i, row in ipairs(rows) do keep[row] = ok[i - 1] end
end

-- keep[row] of the declared rules; all rows without any.
local function check_rules(self, batch, n)
  if self.rules.count == 0 then return all_rows(n) end
  local keep, rejected = batch:check(self.rules)
  count(self, false, n, rejected)
  if next(self.given) then
    for _, item in ipairs(self.items) do -- what they reject without looking anything up
      local broken = item.given and tonumber(rejected[item.index]) or 0
      item.seen, item.rejected = item.seen + broken, item.rejected + broken
    end
    check_given(self, batch, keep, n)
  end
  return keep
end

-- ---- functions ----

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
  return seen, rejected
end

-- The view of a batch is kept: measures have their arrays there.
local function view_of(self, batch)
  if not self.view or self.view.batch ~= batch then self.view = Arch.view(batch) end
  batch:view()
  Arch.renew(self.view)
  return self.view
end

local function check_function(item, view, keep, n)
  local began = uv.hrtime()
  local ok, seen, rejected = pcall(chunk.call, item.where, ask, item, view, keep, n)
  if ok then
    item.asked, item.seconds = (item.asked or 0) + seen, (item.seconds or 0) + (uv.hrtime() - began) * 1e-9
    return seen, rejected
  end
  if not message.is_user(seen) then error(seen, 0) end
  message.user("%s; the candidate was %s", seen.text, message.quote(tostring(view)))
end

-- ---- judging ----

-- keep[row] ~= 0 for the candidates of a batch that all constraints accept.
function Constraints:judge(batch)
  local n = batch:count()
  local keep = check_rules(self, batch, n)
  for _, item in ipairs(self.items) do
    if item.fn then
      local seen, rejected = check_function(item, view_of(self, batch), keep, n)
      item.seen, item.rejected = item.seen + seen, item.rejected + rejected
    end
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

-- keep[row] as Constraints:judge gives it, and excess[row]: how far a candidate is from what the constraints
-- accept, 0 for those; a function adds 1. Counts nothing.
function Constraints:distance(batch)
  local n = batch:count()
  local excess, keep = core.doubles(n), all_rows(n)
  if self.rules.count > 0 then keep = batch:check(self.rules, look_up(self, batch), excess) end
  for _, item in ipairs(self.items) do
    if item.fn then
      local before = core.bytes(n)
      core.copy(before, keep, n)
      check_function(item, view_of(self, batch), keep, n)
      for row = 0, n - 1 do excess[row] = excess[row] + before[row] - keep[row] end
    end
  end
  return keep, excess
end

-- ---- the account ----

local function survey_rules(self, batch)
  local n = batch:count()
  local _, rejected = batch:check(self.rules, look_up(self, batch))
  for _, item in ipairs(self.items) do
    if item.index then item.share = (n - tonumber(rejected[item.index])) / n end
  end
end

local function survey_functions(self, batch)
  local n = batch:count()
  local keep = self.rules.count > 0 and batch:check(self.rules, look_up(self, batch)) or all_rows(n)
  for _, item in ipairs(self.items) do
    if item.fn then
      local seen, rejected = check_function(item, view_of(self, batch), keep, n)
      item.share = seen > 0 and (seen - rejected) / seen or nil
    end
  end
end

-- Which share of the space each constraint accepts, from random candidates; for a function the share of those
-- that the constraints before it accept. The same in every process; counts nothing.
local function survey(self)
  local batch, rng = Batch.new(self.space, SURVEYED), Rng.new(0, "survey")
  self.surveyed = true
  if self.rules.count > 0 then
    batch:random(nil, rng, SURVEYED)
    survey_rules(self, batch)
  end
  batch:clear()
  if self.functions and pcall(batch.random, batch, self.rules, rng, SURVEYED) then
    survey_functions(self, batch)
  end
end

-- One entry a constraint, in order: { rule = text, where, masked, seen, rejected, share }: how many
-- candidates it was asked about, how many of these it rejected; which share of random candidates it accepts.
-- A function is only asked about what the ones before it accept, a rule on given measures about what the
-- others do. A function has also each = seconds that it takes for one.
function Constraints:report()
  local list = {}
  if not self.surveyed and #self.items > 0 then survey(self) end
  for i, item in ipairs(self.items) do
    list[i] = { rule = item.text, where = item.where, masked = item.masked, seen = item.seen,
      rejected = item.rejected, share = item.share, each = item.seconds and item.seconds / item.asked }
  end
  return list
end

-- The constraint that has rejected the greatest share of what it was asked about: { rule, share rejected };
-- nil when none has rejected anything.
function Constraints:busiest()
  local most
  for _, item in ipairs(self.items) do
    local share = item.seen > 0 and item.rejected / item.seen or 0
    if share > (most and most.share or 0) then most = { rule = item.text, share = share } end
  end
  return most
end

-- The constraint that accepts least of the space, as in the report, and its number; nil without any. Where it
-- is a bound, `bound` says of what: { name (in words), measure, upper }.
function Constraints:tightest()
  local least, index
  for i, entry in ipairs(self:report()) do
    if entry.share and (not least or entry.share < least.share) then least, index = entry, i end
  end
  if least and self.items[index].made then least.bound = clause.bound(self.items[index].made, self.space) end
  return least, index
end

-- What a share of the report says, in words.
local function share_words(share)
  if share == 0 then return ("accepts none of %d random candidates"):format(SURVEYED) end
  return ("accepts %.3g %% of random candidates"):format(100 * share)
end

-- How long a function of the report takes, in words, where that is long.
local function time_words(rule)
  if not rule.each or rule.each < SLOW then return "" end
  return ("; takes %.2g ms a candidate"):format(1e3 * rule.each)
end

return { new = new, share_words = share_words, time_words = time_words }
