-- phrase - rules as text: reads and writes what the command line's --where and strings in `constraints` say.
--
--   latency_ms <= 5 and count.avg_pool_3x3 <= 1 and not (has.none or depth < 2)
--   2 * count(a, b) < count.c + 3        1 <= depth <= 3        only(a, b)    at(1..3, a)
--   reaches(input, 4)                    has."an operation with (marks)"
--
-- "not" binds tighter than "and", that tighter than "or". Reading gives the descriptions that ganas.rule
-- makes; comparisons keep their own words. docs/CONSTRAINTS.md has the grammar.

local message = require "ganas.message"

local phrase = {}

-- ---- comparisons ----

local COMPARISONS = { ["<="] = "<=", [">="] = ">=", ["=="] = "==", ["<"] = "<", [">"] = ">", ["!="] = "!=",
  ["~="] = "!=" }
local NEARLY = { ["="] = "==", ["=<"] = "<=", ["=>"] = ">=", ["<>"] = "!=", ["==="] = "==", ["!"] = "!=" }
local MIRROR = { ["<="] = ">=", [">="] = "<=", ["=="] = "==", ["<"] = ">", [">"] = "<", ["!="] = "!=" }

-- The comparison of a word; nil and the one that was probably meant, if that is clear.
function phrase.comparison(sign)
  return COMPARISONS[sign], NEARLY[sign]
end

-- ---- writing ----

local function word(op) return op:find "^[%w_][%w_%-]*$" and op or '"' .. op .. '"' end

local function words(ops)
  local list = {}
  for i, op in ipairs(ops) do list[i] = word(op) end
  return table.concat(list, ", ")
end

-- How often operations occur.
function phrase.count(ops)
  return #ops == 1 and "count." .. word(ops[1]) or "count(" .. words(ops) .. ")"
end

local write = {}

function write.has(r) return #r.ops == 1 and "has." .. word(r.ops[1]) or "has(" .. words(r.ops) .. ")" end

function write.only(r) return "only(" .. words(r.ops) .. ")" end

function write.at(r)
  local steps, last = r.steps, r.steps[#r.steps]
  if last - steps[1] == #steps - 1 then
    return ("at(%s, %s)"):format(#steps == 1 and tostring(last) or steps[1] .. ".." .. last, words(r.ops))
  end
  local list = {}
  for i, step in ipairs(steps) do list[i] = ("at(%d, %s)"):format(step, words(r.ops)) end
  return table.concat(list, " and ")
end

function write.reaches(r)
  return ("reaches(%s, %s%s)"):format(r.from, r.to, r.through and ", " .. words(r.through) or "")
end

-- A rule of a kind that is no comparison and no combination.
function phrase.write(kind, r) return write[kind](r) end

-- ---- reading: places and complaints ----

-- Raises what is wrong at a place of the text, shown under its line.
local function fail(p, at, ...)
  local from = 1
  for newline in p.text:gmatch "()\n" do
    if newline < at then from = newline + 1 end
  end
  local line = p.text:sub(from):match "^[^\n]*":gsub("%c", " ")
  p.raise("%s: %s\n  %s\n  %s^", p.where, string.format(...), line, (" "):rep(at - from))
end

local function skip(p) p.at = p.text:find("%S", p.at) or #p.text + 1 end

-- Whether a mark comes next; if so it is passed.
local function take(p, mark)
  skip(p)
  if p.text:sub(p.at, p.at + #mark - 1) ~= mark then return false end
  p.at = p.at + #mark
  return true
end

local function peek_word(p)
  skip(p)
  return p.text:match("^[%a_][%w_]*", p.at)
end

-- What comes next, for a message.
local function found(p)
  skip(p)
  if p.at > #p.text then return "the end" end
  return message.quote(p.text:match("^[%w_.]+", p.at) or p.text:match("^%p[<>=&|]*", p.at))
end

local function need(p, mark, after)
  if take(p, mark) then return end
  skip(p)
  fail(p, p.at, "expected %s %s, not %s", message.quote(mark), after, found(p))
end

-- ---- operations and steps ----

-- The longest operation that begins here; what is written there if none does.
local function match_op(p)
  local quoted, to = p.text:match("^\"([^\"]*)\"()", p.at)
  if not quoted then quoted, to = p.text:match("^'([^']*)'()", p.at) end
  if quoted then return quoted, to end
  for _, op in ipairs(p.space.by_length) do
    local after = p.at + #op
    if p.text:sub(p.at, after - 1) == op and not p.text:find("^[%w_]", after) then return op, after end
  end
  return p.text:match("^([^%s(),<>=!]+)()", p.at)
end

local function read_op(p)
  skip(p)
  local at = p.at
  local op, to = match_op(p)
  if not op then fail(p, at, "expected the name of an operation, not %s", found(p)) end
  if not p.space.numbers[op] or p.space.numbers[op] >= #p.space.own then
    fail(p, at, "%s", message.unknown("operation", op, p.space.own))
  end
  p.at = to
  return op
end

-- Operations up to the closing mark.
local function read_ops(p, what)
  local ops = { read_op(p) }
  while take(p, ",") do ops[#ops + 1] = read_op(p) end
  need(p, ")", "after the operations of " .. what)
  return ops
end

-- "count.a" or "count(a, b)", after the word.
local function read_counted(p, what)
  if take(p, ".") then return { read_op(p) } end
  need(p, "(", ("after '%s', as in '%s.%s'"):format(what, what, p.space.own[1]))
  return read_ops(p, what)
end

local function read_step(p, word_for)
  skip(p)
  local at, name = p.at, peek_word(p)
  if word_for and name == word_for then
    p.at = at + #name
    return name
  end
  local digits = p.text:match("^%d+", at)
  local step, most = tonumber(digits), #p.space.steps
  if not step or step < 1 or step > most then
    fail(p, at, "expected a step from 1 to %d%s, not %s", most,
      word_for and (" or '%s'"):format(word_for) or "", digits and message.quote(digits) or found(p))
  end
  p.at = at + #digits
  return step
end

-- ---- atoms ----

local atom = {}

local function number(terms, constant) return { number = true, terms = terms, constant = constant } end

local function described(kind, fields)
  fields.rule, fields.kind = true, kind
  return fields
end

function atom.count(p) return number({ { factor = 1, ops = read_counted(p, "count") } }, 0) end

function atom.has(p) return described("has", { ops = read_counted(p, "has") }) end

function atom.only(p)
  need(p, "(", "after 'only'")
  return described("only", { ops = read_ops(p, "only") })
end

function atom.at(p)
  need(p, "(", "after 'at'")
  local first = read_step(p)
  local last, steps = take(p, "..") and read_step(p) or first, {}
  if last < first then fail(p, p.at, "steps from %d down to %d; expected them ascending", first, last) end
  for step = first, last do steps[#steps + 1] = step end
  need(p, ",", "and operations after the step")
  return described("at", { steps = steps, ops = read_ops(p, "at") })
end

function atom.reaches(p)
  need(p, "(", "after 'reaches'")
  local from = read_step(p, "input")
  need(p, ",", "between two steps")
  local to, through = read_step(p, "output"), nil
  if take(p, ",") then through = read_ops(p, "reaches") else need(p, ")", "after the steps of reaches") end
  return described("reaches", { from = from, to = to, through = through })
end

local FORMS = { "count", "has", "only", "at", "reaches" }
local INSTEAD = { ["&"] = "and", ["|"] = "or", ["!"] = "not", ["~"] = "not" }
local JOINTS = { ["and"] = true, ["or"] = true, ["not"] = true }
local SIGNS = { ["\226\137\164"] = "<=", ["\226\137\165"] = ">=", ["\226\137\160"] = "!=" } -- in UTF-8

-- "and", "or" or "not" written in capitals.
local function lowered(name)
  local small = name and name:lower()
  return small ~= name and JOINTS[small] and small or nil
end

-- What was probably meant by what stands here, for the end of a message.
local function hint(p)
  local instead = INSTEAD[p.text:sub(p.at, p.at)] or SIGNS[p.text:sub(p.at, p.at + 2)]
    or lowered(p.text:match("^%a+", p.at))
  return instead and ("; did you mean '%s'?"):format(instead) or ""
end

local function read_measure(p, name, at)
  local after = p.text:match("^%s*([.(])", at + #name)
  if after and not p.space:knows_measure(name) then
    fail(p, at, "%s", message.unknown("word", name, FORMS))
  elseif not p.space:knows_measure(name) then
    local names = p.space:measure_names(true)
    if p.space.numbers[name] then
      fail(p, at, "%s is an operation; expected 'count.%s' or 'has.%s'", message.quote(name), name, name)
    end
    if lowered(name) then fail(p, at, "unknown word %s%s", message.quote(name), hint(p)) end
    fail(p, at, "%s", message.unknown("measure", name, names))
  end
  p.at = at + #name
  return number({ { factor = 1, measure = name } }, 0)
end

local function read_number(p)
  local text = p.text:match("^%d+%.?%d*[eE][+-]?%d+", p.at) or p.text:match("^%.%d+[eE][+-]?%d+", p.at)
    or p.text:match("^%d+%.?%d*", p.at) or p.text:match("^%.%d+", p.at)
  local value = text and tonumber(text)
  if not value then return nil end
  local at = p.at
  p.at = at + #text
  if p.text:find("^[%w_.]", p.at) or p.text:find("^,%d", p.at) then
    fail(p, at, "%s is no number; expected digits alone, in the measure's unit, such as 2.5 or 5e5",
      message.quote(p.text:match("^[%w_.,]+", at)))
  end
  return number({}, value)
end

local expression

local function read_atom(p)
  local name, at = peek_word(p), p.at
  if name and atom[name] and p.text:find("^%s*[.(]", at + #name) then
    p.at = at + #name
    return atom[name](p)
  end
  if name and not JOINTS[name] then return read_measure(p, name, at) end
  local value = not name and read_number(p)
  if value then return value end
  if not name and take(p, "(") then
    local inside = expression(p)
    need(p, ")", "to close '('")
    return inside
  end
  fail(p, p.at, "expected a measure, a number or a condition, not %s%s", found(p), hint(p))
end

-- ---- sums ----

local function need_number(p, value, at)
  if not value.number then fail(p, at, "this is a condition; expected a number") end
  return value
end

local function scale(value, by)
  local terms = {}
  for i, term in ipairs(value.terms) do
    terms[i] = { factor = term.factor * by, measure = term.measure, ops = term.ops }
  end
  return number(terms, value.constant * by)
end

local function add(a, b)
  local terms = { unpack(a.terms) }
  for _, term in ipairs(b.terms) do terms[#terms + 1] = term end
  return number(terms, a.constant + b.constant)
end

local function multiply(p, a, b, at)
  need_number(p, a, at)
  need_number(p, b, at)
  if #a.terms > 0 and #b.terms > 0 then
    fail(p, at, "two measures can't be multiplied here; a function(arch) can do it")
  end
  return #a.terms > 0 and scale(a, b.constant) or scale(b, a.constant)
end

local function divide(p, a, b, at)
  need_number(p, a, at)
  need_number(p, b, at)
  if #b.terms > 0 or b.constant == 0 then
    fail(p, at, "expected a number other than 0 after '/'; a function(arch) can divide by a measure")
  end
  return scale(a, 1 / b.constant)
end

local function read_product(p)
  skip(p)
  local at = p.at
  local value = take(p, "-") and scale(need_number(p, read_product(p), at + 1), -1) or read_atom(p)
  while true do
    skip(p)
    at = p.at
    if take(p, "*") then value = multiply(p, value, read_atom(p), at)
    elseif take(p, "/") then value = divide(p, value, read_atom(p), at)
    else return value end
  end
end

local function read_sum(p)
  local value = read_product(p)
  while true do
    skip(p)
    local at = p.at
    local sign = take(p, "+") and 1 or take(p, "-") and -1
    if not sign then return value end
    need_number(p, value, at)
    value = add(value, scale(need_number(p, read_product(p), at + 1), sign))
  end
end

-- ---- comparisons ----

-- A comparison that comes next, and its place; nil if none does.
local function read_sign(p)
  skip(p)
  local at, text = p.at, p.text:match("^[<>=!~]+", p.at)
  if not text then return nil, at end
  local known, near = phrase.comparison(text)
  if not known then
    fail(p, at, "unknown comparison %s; %s", message.quote(text),
      near and ("did you mean %s?"):format(message.quote(near)) or "expected <=, >=, ==, !=, < or >")
  end
  p.at = at + #text
  return known, at
end

-- Everything on the left, the numbers on the right.
local function compare(p, left, sign, right, at, text)
  local all, terms = add(left, scale(right, -1)), {}
  for _, term in ipairs(all.terms) do
    if term.factor ~= 0 then terms[#terms + 1] = term end
  end
  if #terms == 0 then fail(p, at, "there is no measure on either side; expected one") end
  if #left.terms == 0 then -- 3 >= depth is depth <= 3
    for _, term in ipairs(terms) do term.factor = -term.factor end
    return described("compare", { terms = terms, compare = MIRROR[sign], bound = all.constant, text = text })
  end
  return described("compare", { terms = terms, compare = sign, bound = 0 - all.constant, text = text })
end

local function text_from(p, from) return (p.text:sub(from, p.at - 1):gsub("^%s+", ""):gsub("%s+$", "")) end

local function read_comparison(p)
  skip(p)
  local from, list = p.at, {}
  local left = read_sum(p)
  local sign, at = read_sign(p)
  while sign do
    need_number(p, left, from)
    skip(p)
    local right_from = p.at
    local right = need_number(p, read_sum(p), right_from)
    list[#list + 1] = compare(p, left, sign, right, at, text_from(p, from))
    left, from = right, right_from
    sign, at = read_sign(p)
  end
  if #list == 0 then return left end
  return #list == 1 and list[1] or described("all", { list = list })
end

-- ---- conditions ----

local function need_condition(p, value, at, from)
  if value.rule then
    value.text = value.text or from
    return value
  end
  skip(p)
  local text = text_from(p, at)
  fail(p, p.at, "%s is a number; expected a comparison after it, as in '%s <= 3'%s", message.quote(text),
    text, hint(p))
end

-- A condition with its words.
local function condition(p, read)
  skip(p)
  local at = p.at
  local value = read(p)
  return need_condition(p, value, at, text_from(p, at))
end

local function read_not(p)
  if peek_word(p) ~= "not" then return read_comparison(p) end
  p.at = p.at + 3
  return described("no", { condition(p, read_not) })
end

-- Operands joined by a word; a single one as it is, number or condition.
local function join(kind, joint, read)
  return function(p)
    skip(p)
    local at = p.at
    local first = read(p)
    if peek_word(p) ~= joint then return first end
    local list = { need_condition(p, first, at, text_from(p, at)) }
    while peek_word(p) == joint do
      p.at = p.at + #joint
      list[#list + 1] = condition(p, read)
    end
    return described(kind, { list = list })
  end
end

local read_all = join("all", "and", read_not)

expression = join("any", "or", read_all)

local function check_end(p)
  skip(p)
  if p.at > #p.text then return end
  if INSTEAD[p.text:sub(p.at, p.at)] then fail(p, p.at, "unknown mark %s%s", found(p), hint(p)) end
  fail(p, p.at, "expected 'and', 'or' or the end, not %s%s", found(p), hint(p))
end

-- Gives every part its place.
local function locate(r, where)
  r.where = where
  for _, inner in ipairs(r.list or r.kind == "no" and r or {}) do locate(inner, where) end
end

-- The rule that a text says, for a space (its operations, steps and measures). `where` ("file:line", or the
-- option) begins its messages, which `raise` raises.
function phrase.read(text, space, where, raise)
  local p = { text = text, space = space, where = where, raise = raise, at = 1 }
  skip(p)
  if p.at > #text then raise("%s: the rule is empty; expected 'depth >= 2' or such", where) end
  local r = condition(p, expression)
  check_end(p)
  locate(r, where)
  return r
end

return phrase
