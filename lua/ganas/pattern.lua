-- pattern - official strings by a pattern such as "|%s~0|+|%s~0|%s~1|", both ways.
--
--   %s  the name of a step's operation      %d  its number, from 0
--   %r  a source of a step that chooses its sources
--   %%  a percent sign
--
-- Directives follow the order of the nodes, operations and sources each for themselves. Numbers
-- below ten are one digit and need nothing behind them; everything else needs a text to end it.

local draft = require "ganas.draft"
local message = require "ganas.message"

local Pattern = {}
Pattern.__index = Pattern

local KINDS = { s = "name", d = "number", r = "source" }

-- ---- compiling ----

local function add_text(items, text)
  local last = items[#items]
  if last and last.kind == "text" then last.text = last.text .. text
  elseif text ~= "" then items[#items + 1] = { kind = "text", text = text } end
end

local function split(pattern, fail)
  local items, at = {}, 1
  while at <= #pattern do
    local before, letter, after = pattern:match("^([^%%]*)%%(.?)()", at)
    if not before then break end
    add_text(items, before)
    if letter == "%" then add_text(items, "%")
    elseif KINDS[letter] then items[#items + 1] = { kind = KINDS[letter] }
    else fail("has '%%%s'; expected %%s, %%d, %%r or %%%%", letter) end
    at = after
  end
  add_text(items, pattern:sub(at))
  return items
end

local function count(items, kind)
  local n = 0
  for _, item in ipairs(items) do
    if item.kind == kind then n = n + 1 end
  end
  return n
end

local function check_counts(space, items, fail)
  local ops, sources = count(items, "name") + count(items, "number"), count(items, "source")
  if ops ~= #space.steps then
    fail("writes %d operations; expected %d, one %%s or %%d for each step", ops, #space.steps)
  end
  if sources ~= space.picks then
    fail("writes %d sources; expected %d, one %%r for each source that is chosen", sources, space.picks)
  end
end

local function check_neighbours(space, items, fail)
  for i, item in ipairs(items) do
    local after = items[i + 1]
    local greatest = item.kind == "number" and #space.own or item.kind == "source" and space.labels
    item.one_digit = greatest and greatest <= 10
    if after and item.kind ~= "text" and after.kind ~= "text" and not item.one_digit then
      fail "has two directives side by side that can't be told apart; expected a text between them"
    end
    item.follow = after and after.text
  end
end

-- fail(sentence, ...) raises what is wrong with the pattern.
function Pattern.new(space, text, fail)
  if space.varies then
    fail("can't be a pattern: these graphs differ in their number of choices; "
      .. "expected two functions, format and parse")
  end
  local items = split(text, fail)
  check_counts(space, items, fail)
  check_neighbours(space, items, fail)
  return setmetatable({ space = space, items = items, picked = {} }, Pattern)
end

-- ---- writing ----

local function all_sources(space, arch)
  local list = {}
  for _, node in ipairs(space.choosers) do
    for _, j in ipairs(arch:sources(node)) do list[#list + 1] = space.plan[j + 1].label end
  end
  return list
end

function Pattern:write(arch)
  local space, parts, step, source = self.space, {}, 0, 0
  local sources = space.picks > 0 and all_sources(space, arch)
  for i, item in ipairs(self.items) do
    local kind = item.kind
    if kind == "text" then parts[i] = item.text
    elseif kind == "source" then
      source = source + 1
      parts[i] = sources[source]
    else
      step = step + 1
      local op = arch.code[arch.at + space.steps[step]]
      parts[i] = kind == "name" and space.ops[op + 1] or op
    end
  end
  return table.concat(parts)
end

-- ---- reading: functions answer the place after what they read, or nil and what is wrong ----

local function wrong(at, ...) return nil, string.format("character %d: ", at) .. string.format(...) end

-- What stands at a place of a text, for a message: n characters, or a word or one character.
local function word_at(text, at, n)
  if at > #text then return "the end" end
  return message.quote(n and text:sub(at, at + n - 1) or text:match("^[%w_.]+", at) or text:sub(at, at))
end

local function expected(text, at, what)
  if not what then return wrong(at, "expected the end, got %s", word_at(text, at)) end
  return wrong(at, "expected %s, got %s", message.quote(what), word_at(text, at, #what))
end

local function followed(text, at, follow)
  if not follow then return at == #text + 1 end
  return text:sub(at, at + #follow - 1) == follow
end

-- The operation whose name is at a place and is followed by the right text; and the place after it.
local function match_name(space, text, at, follow)
  local stop = follow and text:find(follow, at, true) or not follow and #text + 1
  local op = stop and space.numbers[text:sub(at, stop - 1)]
  if op then return op, stop end
  for _, name in ipairs(space.by_length) do
    local after = at + #name
    if text:sub(at, after - 1) == name and followed(text, after, follow) then
      return space.numbers[name], after
    end
  end
end

local function explain_name(space, text, at, follow)
  for _, name in ipairs(space.by_length) do
    local after = at + #name
    if text:sub(at, after - 1) == name and not text:find("^[%w_]", after) then
      return expected(text, after, follow)
    end
  end
  local word = text:match("^[%w_.]+", at)
  if not word then return wrong(at, "expected an operation, got %s", word_at(text, at)) end
  return wrong(at, "%s", message.unknown("operation", word, space.own))
end

local function match_number(text, at, one_digit)
  local word = text:match(one_digit and "^%d" or "^%d+", at)
  if word then return tonumber(word), at + #word end
end

local function read_number(space, item, text, at)
  local op, after = match_number(text, at, item.one_digit)
  if not op then return wrong(at, "expected the number of an operation, got %s", word_at(text, at)) end
  if op < #space.own then return op, after end
  return wrong(at, "no operation has the number %d; expected 0 to %d", op, #space.own - 1)
end

local function read_op(space, item, text, at, node)
  local op, after
  if item.kind == "number" then
    op, after = read_number(space, item, text, at)
    if not op then return nil, after end
  else
    op, after = match_name(space, text, at, item.follow)
    if not op then return explain_name(space, text, at, item.follow) end
  end
  local ok, why = draft.put_op(space, node, op)
  if not ok then return wrong(at, "%s", why) end
  return after
end

-- Single sources wait for the order of their group (finish); several of one step are put at once.
local function read_source(self, item, text, at, node)
  local space = self.space
  local label, after = match_number(text, at, item.one_digit)
  if not label then return wrong(at, "expected a source, got %s", word_at(text, at)) end
  local j = space.by_label[node][label]
  if not j then return wrong(at, "%d is no source here; expected %s", label, space:sources_text(node)) end
  if space.plan[node + 1].picks == 1 then
    self.picked[node] = j
  elseif draft.reads(space, node, j) then
    return wrong(at, "this step reads %d twice", label)
  else
    draft.put_read(space, node, j)
  end
  return after
end

local function read_text(item, text, at)
  local after = at + #item.text
  if text:sub(at, after - 1) == item.text then return after end
  return expected(text, at, item.text)
end

-- Steps whose sources ascend may be written in any order: sorts a group of them by source.
local function sort_group(space, group, picked)
  local choices = {}
  for i, node in ipairs(group) do choices[i] = { op = space.code[node], source = picked[node] } end
  table.sort(choices, function(a, b) return a.source < b.source end)
  for i, node in ipairs(group) do
    if i > 1 and choices[i].source == choices[i - 1].source then
      return nil, string.format("two operations of one state read %d; expected different sources",
        space.plan[choices[i].source + 1].label)
    end
    space.code[node], picked[node] = choices[i].op, choices[i].source
  end
  return true
end

local function finish(self)
  local space = self.space
  for _, group in ipairs(space.groups) do
    local ok, why = sort_group(space, group, self.picked)
    if not ok then return nil, why end
  end
  for _, node in ipairs(space.choosers) do
    if space.plan[node + 1].picks == 1 then draft.put_read(space, node, self.picked[node]) end
  end
  return draft.finish(space, space.nodes)
end

function Pattern:read(text)
  local space, at, step, source = self.space, 1, 0, 0
  local why
  draft.begin(space)
  for _, item in ipairs(self.items) do
    if item.kind == "text" then
      at, why = read_text(item, text, at)
    elseif item.kind == "source" then
      source = source + 1
      at, why = read_source(self, item, text, at, space.pick_nodes[source])
    else
      step = step + 1
      at, why = read_op(space, item, text, at, space.steps[step])
    end
    if not at then return nil, why end
  end
  if at <= #text then return wrong(at, "%s is too much", message.quote(text:sub(at))) end
  return finish(self)
end

return Pattern
