-- source - the line of a field in a Lua file.
--
-- Errors about a table that a file returned say where the field was written. The text is cut into
-- tokens and the field is found by its path: { "search", "truncate" }, list items by number: {
-- "constraints", 2 }. Understood are constructors, calls around them, functions that return them,
-- locals, and fields set afterwards (M.field = ...). What can't be followed has the line of the
-- nearest thing around it.

local source = {}

-- ---- tokens: { kind =, value =, line = } ----

local OPENS = { ["{"] = true, ["("] = true, ["["] = true, ["function"] = true, ["do"] = true, ["if"] = true,
  ["repeat"] = true }
local CLOSES = { ["}"] = true, [")"] = true, ["]"] = true, ["end"] = true, ["until"] = true }
local PAIRS = { ["=="] = true, ["~="] = true, ["<="] = true, [">="] = true, [".."] = true }

-- End of a long bracket that starts at i ("[[" or "[=["), and its content; nil if there is none.
local function long_bracket(text, i)
  local level = text:match("^%[(=*)%[", i)
  if not level then return nil end
  local from, to = text:find("]" .. level .. "]", i, true)
  if not from then return #text, text:sub(i) end
  return to, text:sub(i + #level + 2, from - 1)
end

local function comment_end(text, i)
  local to = long_bracket(text, i + 2)
  return to or (text:find("\n", i, true) or #text + 1) - 1
end

-- End of a quoted string that starts at i; an unfinished one ends with its line.
local function quoted_end(text, i)
  local mark, at = text:sub(i, i), i + 1
  while at <= #text do
    local c = text:sub(at, at)
    if c == mark or c == "\n" then return at end
    at = at + (c == "\\" and 2 or 1)
  end
  return #text
end

-- Kind, value and end of the token at i, which is not white space.
local function scan(text, i)
  if text:find("^%-%-", i) then return "comment", nil, comment_end(text, i) end
  local long, content = long_bracket(text, i)
  if long then return "string", content, long end
  if text:find("^[\"']", i) then
    local to = quoted_end(text, i)
    return "string", text:sub(i + 1, to - 1), to
  end
  local _, to = text:find("^[%a_][%w_]*", i)
  if to then return "name", text:sub(i, to), to end
  _, to = text:find("^%.?%d[%w.]*", i)
  if to then return "number", tonumber(text:sub(i, to)), to end
  local two = text:sub(i, i + 1)
  if PAIRS[two] then return "mark", two, i + 1 end
  return "mark", text:sub(i, i), i
end

local function tokenize(text)
  local tokens, i, line = {}, text:match "^#[^\n]*()" or 1, 1
  while true do
    local next_i = text:find("%S", i)
    if not next_i then return tokens end
    line = line + select(2, text:sub(i, next_i - 1):gsub("\n", ""))
    local kind, value, to = scan(text, next_i)
    if kind ~= "comment" then tokens[#tokens + 1] = { kind = kind, value = value, line = line } end
    line = line + select(2, text:sub(next_i, to):gsub("\n", ""))
    i = to + 1
  end
end

local last_text, last_tokens

local function tokens_of(text)
  if text ~= last_text then last_text, last_tokens = text, tokenize(text) end
  return last_tokens
end

-- ---- walking ----

-- The value of a token that opens, closes or separates; nil for strings and numbers, whose value
-- could be "{".
local function mark(token)
  return token and (token.kind == "mark" or token.kind == "name") and token.value or nil
end

local function step(token, depth)
  local m = mark(token)
  if OPENS[m] then return depth + 1 end
  if CLOSES[m] then return depth - 1 end
  return depth
end

local INFIX = { ["and"] = true, ["or"] = true, ["not"] = true }
local ENDS = { [")"] = true, ["}"] = true, ["]"] = true }

-- Whether a token can be the last of an operand: a name, a number, a string, a closing mark.
local function ends_operand(token)
  if token.kind == "name" then return not INFIX[token.value] end
  return token.kind ~= "mark" or ENDS[token.value] == true
end

-- Whether a statement begins at i: a name right after an operand.
local function begins_statement(tokens, i)
  local token = tokens[i]
  return token.kind == "name" and not INFIX[token.value] and ends_operand(tokens[i - 1])
end

-- Last token of the expression that starts at i: before a separator, a closing mark or the next
-- statement at its own depth.
local function expression_end(tokens, i)
  local depth = 0
  for at = i, #tokens do
    local m = mark(tokens[at])
    local over = m == "," or m == ";" or CLOSES[m] or at > i and begins_statement(tokens, at)
    if depth == 0 and over then return at - 1 end
    depth = step(tokens[at], depth)
  end
  return #tokens
end

local function key_at(tokens, i)
  local a, b, c, d = tokens[i], tokens[i + 1], tokens[i + 2], tokens[i + 3]
  if a.kind == "name" and mark(b) == "=" then return a.value, i + 2 end
  if mark(a) == "[" and mark(c) == "]" and mark(d) == "=" then return b.value, i + 4 end
  return nil, i
end

-- The entry of the constructor that opens at token `open`: line, first and last token of its value.
local function entry(tokens, open, wanted)
  local i, position = open + 1, 0
  while tokens[i] and mark(tokens[i]) ~= "}" do
    local key, first = key_at(tokens, i)
    if first == i then
      position = position + 1
      key = position
    end
    local last = expression_end(tokens, first)
    if key == wanted then return tokens[i].line, first, last end
    i = math.max(last + 1, i)
    local m = mark(tokens[i])
    if m == "," or m == ";" then i = i + 1 elseif m ~= "}" then return nil end
  end
end

-- First token after the last `return` among tokens first..last that is `depth` blocks deep.
local function returned(tokens, first, last, wanted)
  local depth, found = 0, nil
  for i = first, last do
    if depth == wanted and tokens[i].kind == "name" and tokens[i].value == "return" then found = i + 1 end
    depth = step(tokens[i], depth)
  end
  return found
end

-- First token of the value last given to a variable before token `before`: "name = value".
local function assigned(tokens, name, before)
  for i = before - 2, 1, -1 do
    local a = tokens[i]
    local free = mark(tokens[i - 1]) ~= "." and a.kind == "name" and a.value == name
    if free and mark(tokens[i + 1]) == "=" then return i + 2 end
  end
end

local constructor

-- The constructor that a value comes from: token of its `{` and, if a variable holds it, the
-- variable's name.
local function of_variable(tokens, first, depth)
  local name = tokens[first].value
  local value = assigned(tokens, name, first)
  local open = value and constructor(tokens, value, expression_end(tokens, value), depth + 1)
  return open, name
end

constructor = function(tokens, first, last, depth)
  local token = tokens[first]
  if not token or depth > 8 then return nil end
  if mark(token) == "function" then
    local value = returned(tokens, first, last, 1)
    return value and constructor(tokens, value, expression_end(tokens, value), depth + 1)
  end
  for i = first, last do
    if mark(tokens[i]) == "{" then return i end
  end
  if token.kind == "name" then return of_variable(tokens, first, depth) end
end

-- A field set after the table was made: "name.key = value".
local function set_later(tokens, name, key)
  for i = 1, #tokens - 3 do
    local owner = tokens[i].kind == "name" and tokens[i].value == name
    if owner and mark(tokens[i + 1]) == "." and tokens[i + 2].value == key and mark(tokens[i + 3]) == "=" then
      return tokens[i].line, i + 4, expression_end(tokens, i + 4)
    end
  end
end

-- The line (from 1) of the field at `path` in the table that the file returns.
function source.line(text, path)
  local tokens = tokens_of(text)
  local first = returned(tokens, 1, #tokens, 0)
  if not first then return 1 end
  local line, last = tokens[first - 1].line, expression_end(tokens, first)
  for _, key in ipairs(path) do
    local open, name = constructor(tokens, first, last, 0)
    local found, from, to
    if open then found, from, to = entry(tokens, open, key) end
    if not found and name then found, from, to = set_later(tokens, name, key) end
    if not found then return line end
    line, first, last = found, from, to
  end
  return line
end

-- A function (...) -> "file:line" of the field at the path given as arguments, for the table that a
-- file returns.
function source.where(path, text)
  return function(...) return path .. ":" .. source.line(text, { ... }) end
end

return source
