-- ruleset - declared rules in the core: terms, which compare a linear form with a bound, and programs over
-- them.

local core = require "ganas.core"

local lib = core.lib
local Ruleset = core.class("rules", lib.ganas_rules_free)

-- No rules on a space yet. Field: count.
function Ruleset.new(space)
  local handle = core.new("ganas_rules", lib.ganas_rules_new, lib.ganas_rules_free, space.handle)
  return setmetatable({ handle = handle, space = space, count = 0 }, Ruleset)
end

-- Adds the term `sum of factors[k] * measures[k], plus the sum over nodes of table[node, op], compare bound`.
-- `measures`: their numbers; `table`: doubles [nodes * ops] or nil. Returns the number of the term and
-- whether sampling holds it.
function Ruleset:term(measures, factors, table, compare, bound)
  local term, values = core.struct "ganas_term", core.doubles(#factors)
  local numbers, masked = core.int32(measures), core.int32(2)
  for k, factor in ipairs(factors) do values[k - 1] = factor end
  term.count, term.compare, term.bound = #measures, core.compare[compare], bound
  term.measure, term.factor, term.table = numbers, values, table
  core.check(lib.ganas_rules_term(self.handle, term, masked, masked + 1))
  return masked[0], masked[1] ~= 0
end

-- Least and greatest of the left side of a term.
function Ruleset:range(term)
  local ends = core.doubles(2)
  core.check(lib.ganas_rules_term_range(self.handle, term, ends, ends + 1))
  return ends[0], ends[1]
end

-- Adds a rule: a postfix list of numbers of terms, "and" and "or". Returns its number.
function Ruleset:combine(program)
  local codes = {}
  for i, code in ipairs(program) do codes[i] = core.joint[code] or code end
  local array, n = core.int32(codes)
  core.check(lib.ganas_rules_combine(self.handle, array, n, (core.int32(1))))
  self.count = self.count + 1
  return self.count - 1
end

return Ruleset
