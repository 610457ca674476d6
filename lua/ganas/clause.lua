-- clause - compiles declared rules into the core.
--
-- A rule (ganas.rule, ganas.phrase) is brought into a form without "not": comparisons of linear forms, joined
-- by "and" and "or"; has, only, at and reaches are comparisons of counts. Each comparison is a term of the
-- core's. One about a given measure that is a sum in truth has a second term beside it, of that sum and a
-- little wider, so that sampling holds it and the looked-up value decides; where candidates without a value
-- are left, sampling is steered by it only.

local core = require "ganas.core"
local measure = require "ganas.measure"
local message = require "ganas.message"
local phrase = require "ganas.phrase"

local clause = {}

-- ---- without "not" ----

local OPPOSITE = { ["<="] = ">", [">="] = "<", ["<"] = ">=", [">"] = "<=", ["=="] = "!=", ["!="] = "==" }

local form = {}

local function reduce(r, space, no) return form[r.kind](r, space, no) end

local function leaf(r, terms, compare, bound, no)
  if no then compare = OPPOSITE[compare] end
  return { leaf = true, rule = r, terms = terms, compare = compare, bound = bound }
end

local function joined(joint, list)
  if #list == 1 then return list[1] end
  return { joint = joint, list = list }
end

local function combination(joint, other)
  return function(r, space, no)
    local list = {}
    for i, inner in ipairs(r.list) do list[i] = reduce(inner, space, no) end
    return joined(no and other or joint, list)
  end
end

form.all = combination("and", "or")
form.any = combination("or", "and")

function form.no(r, space, no) return reduce(r[1], space, not no) end

function form.compare(r, _, no) return leaf(r, r.terms, r.compare, r.bound, no) end

function form.text(r, space, no)
  return reduce(phrase.read(r.source, space, r.where, message.user), space, no)
end

function form.has(r, _, no)
  local list = {}
  for i, op in ipairs(r.ops) do list[i] = leaf(r, { { factor = 1, ops = { op } } }, ">=", 1, no) end
  return joined(no and "or" or "and", list)
end

local function members(list)
  local set = {}
  for _, item in ipairs(list) do set[item] = true end
  return set
end

function form.only(r, space, no)
  local allowed, others = members(space:numbers_of(r.ops, r.where)), {}
  for op, name in ipairs(space.own) do
    if not allowed[op - 1] then others[#others + 1] = name end
  end
  return leaf(r, { { factor = 1, ops = others } }, "<=", 0, no)
end

local function check_places(r, space)
  if space.ends then
    message.user("%s: %s: the graphs of this space have no fixed steps, their nodes can be numbered anew; "
      .. "expected a rule without steps", r.where, r.text)
  end
end

local function node_of(step, r, space)
  local node = space.steps[step]
  if node then return node end
  message.user("%s: %s: there is no step %d; expected 1 to %d", r.where, r.text, step, #space.steps)
end

function form.at(r, space, no)
  check_places(r, space)
  local nodes = {}
  for i, step in ipairs(r.steps) do nodes[i] = node_of(step, r, space) end
  return leaf(r, { { factor = 1, ops = r.ops, nodes = nodes } }, ">=", #nodes, no)
end

function form.reaches(r, space, no)
  if type(r.from) == "number" or type(r.to) == "number" then check_places(r, space) end
  local path = {
    from = type(r.from) == "number" and { node_of(r.from, r, space) } or {},
    to = type(r.to) == "number" and { node_of(r.to, r, space) } or {},
    through = r.through,
  }
  return leaf(r, { { factor = 1, path = path } }, ">=", 1, no)
end

-- ---- terms ----

-- The measure of a path; the same one for the same path.
local function path_measure(path, r, space)
  local broken, names = {}, path.through and table.concat(path.through, ",") or ""
  local key = ("path(%s,%s,%s)"):format(path.from[1] or "input", path.to[1] or "output", names)
  if space.paths[key] then return space.paths[key] end
  if path.through then
    local allowed = members(space:numbers_of(path.through, r.where))
    for op = 0, #space.own - 1 do
      if not allowed[op] then broken[#broken + 1] = op end
    end
  end
  space.paths[key] = measure.add_path(space, path, broken)
  return space.paths[key]
end

-- Adds factor to the entries of operations in a term's table, at all steps or some.
local function add_counts(sum, term, r, space)
  local width = #space.ops
  sum.table = sum.table or core.doubles(space.nodes * width)
  for _, op in ipairs(space:numbers_of(term.ops, r.where)) do
    for _, node in ipairs(term.nodes or space.steps) do
      sum.table[node * width + op] = sum.table[node * width + op] + term.factor
    end
  end
end

local function measure_entry(name, r, space)
  local entry = space:measure(name)
  if entry then return entry end
  message.user("%s: %s", r.where, message.unknown("measure", name, space:measure_names(true)))
end

local function put(sum, id, factor)
  sum.measures[#sum.measures + 1], sum.factors[#sum.factors + 1] = id, factor
end

-- A leaf's left side: numbers of measures with factors, a table of counts, the given measures in it. The
-- second result is the same with sums in place of given measures, nil when one is no sum.
local function left_side(item, space)
  local sum = { measures = {}, factors = {}, given = {}, whole = true }
  local mask = { measures = {}, factors = {}, miss = 0 }
  for _, term in ipairs(item.terms) do
    sum.whole = sum.whole and term.factor % 1 == 0
    if term.ops then
      add_counts(sum, term, item.rule, space)
    elseif term.path then
      put(sum, path_measure(term.path, item.rule, space), term.factor)
      mask.broken = true
    else
      local entry = measure_entry(term.measure, item.rule, space)
      put(sum, entry.id, term.factor)
      sum.whole = sum.whole and entry.whole
      if entry.source then sum.given[#sum.given + 1] = entry end
      put(mask, entry.sum or entry.id, term.factor)
      mask.miss = mask.miss + math.abs(term.factor) * (entry.miss or 0)
      mask.broken = mask.broken or not (entry.maskable or entry.sum)
      mask.partial = mask.partial or not entry.maskable
    end
  end
  mask.table = sum.table
  return sum, #sum.given > 0 and not mask.broken and mask or nil
end

-- A failure of the core's as the user's: there are too many of something.
local function refuse(r, err)
  if message.is_user(err) then message.user("%s: %s: %s", r.where, r.text, err.text) end
  message.user("%s: %s: %s", r.where, r.text, (tostring(err):gsub("^GANAS_E_%u+: ", "")))
end

local function add_term(rules, side, compare, bound, item)
  local ok, number, masked = pcall(rules.term, rules, side.measures, side.factors, side.table, compare, bound)
  if not ok then refuse(item.rule, number) end
  return number, masked
end

-- Terms of the sum that a looked-up value is, wider by what the two may differ; their numbers.
local function mask_terms(mask, item, rules)
  local numbers = {}
  local function add(compare, bound)
    numbers[#numbers + 1] = add_term(rules, mask, compare, bound, item)
  end
  local compare, bound = item.compare, item.bound
  if compare == "<=" or compare == "<" or compare == "==" then add("<=", bound + mask.miss) end
  if compare == ">=" or compare == ">" or compare == "==" then add(">=", bound - mask.miss) end
  return numbers
end

-- Strict bounds on whole numbers as closed ones, so that messages name numbers that can be.
local function close(item)
  local compare, bound = item.compare, item.bound
  if compare == "<" then return "<=", math.ceil(bound) - 1 end
  if compare == ">" then return ">=", math.floor(bound) + 1 end
  return compare, bound
end

local function add_leaf(item, space, rules, made)
  local sum, mask = left_side(item, space)
  local compare, bound = item.compare, item.bound
  if sum.whole then compare, bound = close(item) end
  local number, masked = add_term(rules, sum, compare, bound, item)
  made.program[#made.program + 1] = number
  if mask then
    for _, extra in ipairs(mask_terms(mask, item, rules)) do
      made.program[#made.program + 1] = extra
      made.program[#made.program + 1] = "and"
      masked = not mask.partial
    end
  end
  made.masked = made.masked and masked
  for _, entry in ipairs(sum.given) do made.given[#made.given + 1] = entry end
  item.number, item.whole, item.closed, item.limit = number, sum.whole, compare, bound
  item.left = sum
end

-- A form as a postfix program; its terms go into the core's.
local function emit(node, space, rules, made)
  if node.leaf then return add_leaf(node, space, rules, made) end
  for i, inner in ipairs(node.list) do
    emit(inner, space, rules, made)
    if i > 1 then made.program[#made.program + 1] = node.joint end
  end
end

-- ---- rules that leave nothing ----

local function accepts_nothing(r, ...)
  message.user("%s: %s accepts nothing: %s", r.where, r.text, string.format(...))
end

-- The range of a leaf's left side; a given measure knows its own.
local function range_of(item, rules)
  local least, greatest = rules:range(item.number)
  local given = #item.terms == 1 and item.left.given[1]
  if not given then return least, greatest end
  local factor = item.terms[1].factor
  least, greatest = factor * given.least, factor * given.greatest
  return math.min(least, greatest), math.max(least, greatest)
end

local function check_leaf(r, item, rules)
  local least, greatest = range_of(item, rules)
  local compare, bound = item.closed, item.limit
  local slack = 1e-12 * math.abs(bound)
  local low = compare == "<=" and least > bound + slack or compare == "<" and least >= bound
    or compare == "==" and least > bound + slack
  local high = compare == ">=" and greatest < bound - slack or compare == ">" and greatest <= bound
    or compare == "==" and greatest < bound - slack
  local partial = #item.terms == 1 and item.left.given[1] and item.left.given[1].source.partial
  local among = partial and "among the values known" or "in this space"
  if low then accepts_nothing(r, "the least %s is %s", among, message.number(least)) end
  if high then accepts_nothing(r, "the greatest %s is %s", among, message.number(greatest)) end
  if compare == "==" and item.whole and bound % 1 ~= 0 then accepts_nothing(r, "values are whole numbers") end
end

-- What two leaves have to have in common to be about the same thing.
local function signature(item)
  local words = {}
  for i, term in ipairs(item.terms) do
    local what = term.measure or term.ops and "count:" .. table.concat(term.ops, ",")
      .. "@" .. table.concat(term.nodes or {}, ",") or "path"
    words[i] = term.path and tostring(term.path) or message.number(term.factor) .. "*" .. what
  end
  return table.concat(words, "+")
end

local function limits(item)
  local low = (item.closed == ">=" or item.closed == ">" or item.closed == "==") and item.limit or -math.huge
  local high = (item.closed == "<=" or item.closed == "<" or item.closed == "==") and item.limit or math.huge
  return low, high, item.closed == "<" or item.closed == ">"
end

local function check_beside(r, item, before)
  local low, high, strict = limits(item)
  for _, other in ipairs(before) do
    local other_low, other_high, other_strict = limits(other.item)
    low, high = math.max(low, other_low), math.min(high, other_high)
    local touching = low == high and (strict or other_strict)
    if other.signature == signature(item) and (low > high + 1e-12 * math.abs(high) or touching) then
      accepts_nothing(r, "not beside %s (%s)", other.rule.text, other.rule.where)
    end
    low, high, strict = limits(item)
  end
end

local function range_words(node, rules, words, seen)
  if node.leaf then
    local least, greatest = range_of(node, rules)
    local what = #node.terms == 1 and (node.terms[1].measure
      or node.terms[1].ops and not node.terms[1].nodes and phrase.count(node.terms[1].ops))
    if what and not seen[what] then
      seen[what] = true
      words[#words + 1] = ("%s goes from %s to %s"):format(what, message.number(least),
        message.number(greatest))
    end
    return words
  end
  for _, inner in ipairs(node.list) do range_words(inner, rules, words, seen) end
  return words
end

local function combine(r, node, rules, program)
  local ok, result = pcall(rules.combine, rules, program)
  if ok then return result end
  if not message.is_user(result) then refuse(r, result) end
  local words = range_words(node, rules, {}, {})
  accepts_nothing(r, "%s", #words > 0 and table.concat(words, ", ") or "no candidate of this space obeys it")
end

-- ---- compiling ----

-- Compiles a rule into `rules` (ganas.ruleset) of a space. `before`: what this function returned for the
-- rules before it. Returns { rule, index (its number), masked, given (entries of the given measures that it
-- needs) }.
function clause.compile(r, space, rules, before)
  local node, made = reduce(r, space, false), { rule = r, program = {}, masked = true, given = {} }
  emit(node, space, rules, made)
  if node.leaf then
    check_leaf(r, node, rules)
    check_beside(r, node, before)
    made.item, made.signature = node, signature(node)
  end
  made.index = combine(r, node, rules, made.program)
  return made
end

local UPPER = { ["<="] = true, ["<"] = true, [">="] = false, [">"] = false }

-- What a bound on one measure or count is about: { name (in words), measure, upper }; nil for other rules.
function clause.bound(made, space)
  local item = made.item
  local term = item and #item.terms == 1 and item.terms[1]
  if not term or term.factor ~= 1 or term.path or term.nodes or UPPER[item.compare] == nil then return nil end
  return { upper = UPPER[item.compare], name = term.measure or phrase.count(term.ops),
    measure = term.measure or space:need_count(term.ops, made.rule.where) }
end

-- The rules that have to hold all: those of "and" at the top one by one, so that each has its own account.
function clause.split(r, space)
  if r.kind == "text" then r = phrase.read(r.source, space, r.where, r.raise or message.user) end
  if r.kind ~= "all" then return { r } end
  local list = {}
  for _, inner in ipairs(r.list) do
    for _, part in ipairs(clause.split(inner, space)) do list[#list + 1] = part end
  end
  return list
end

return clause
