-- tokens - official strings of graphs that have no pattern: "conv(0) pool(0,1) output(2)".
--
-- One token for each node that chooses its operation or its sources, in node order: the operation,
-- and the nodes that it reads where these are chosen.

local draft = require "ganas.draft"
local message = require "ganas.message"

local Tokens = {}
Tokens.__index = Tokens

function Tokens.new(space) return setmetatable({ space = space }, Tokens) end

-- Whether a node has a token.
local function shown(entry) return entry.role == "step" or entry.read ~= "fixed" end

-- ---- writing ----

local function token(space, arch, node)
  local name = arch:op(node)
  if space.plan[node + 1].read == "fixed" then return name end
  return name .. "(" .. table.concat(arch:sources(node), ",") .. ")"
end

function Tokens:write(arch)
  local space, words = self.space, {}
  for node = 0, arch.size - 1 do
    if shown(space.plan[node + 1]) then words[#words + 1] = token(space, arch, node) end
  end
  return table.concat(words, " ")
end

-- ---- reading ----

local function wrong(at, ...) return nil, string.format("character %d: ", at) .. string.format(...) end

local function split_list(list)
  local sources = {}
  for word in (list .. ","):gmatch "([^,]*)," do
    if not word:find "^%d+$" then return nil end
    sources[#sources + 1] = tonumber(word)
  end
  return sources
end

local function put_sources(space, node, list, at)
  if space.plan[node + 1].read == "fixed" then
    if not list then return true end
    return wrong(at, "node %d does not choose its sources; expected no parentheses", node)
  end
  local sources = list and split_list(list)
  if not sources then
    return wrong(at, "expected the sources of node %d behind its operation, such as (0) or (0,1)", node)
  end
  local ok, why = draft.put_reads(space, node, sources)
  if not ok then return wrong(at, "%s", why) end
  return true
end

local function put_name(space, node, name, at)
  local entry = space.plan[node + 1]
  if name == space.output_name then
    if not entry.ends and entry.role ~= "output" then
      return wrong(at, "node %d can't be the output", node)
    end
    space.code[node] = space.output_op
    return true
  elseif entry.role == "output" then
    return wrong(at, "expected %s, got %s", message.quote(space.output_name), message.quote(name))
  end
  local ok, why = draft.put_name(space, node, name)
  if not ok then return wrong(at, "%s", why) end
  return true
end

-- Place, name, sources and the place after of the token at a place of a text.
local function split_token(text, at)
  local start, name, after = text:match("^%s*()([^%s()]+)()", at)
  if not start then return nil end
  local list, behind = text:match("^%(([^()]*)%)()", after)
  return start, name, list, behind or after
end

-- Reads the token of a node; the place after it and whether it was the output of a graph that ends.
local function read_token(space, text, at, node)
  local start, name, list, after = split_token(text, at)
  if not start then
    return wrong(at, "expected the operation of node %d, got %s", node,
      at > #text and "the end" or message.quote(text:sub(at)))
  end
  local ok, why = put_name(space, node, name, start)
  if not ok then return nil, why end
  ok, why = put_sources(space, node, list, start)
  if not ok then return nil, why end
  return after, space.ends and name == space.output_name
end

local function finish(space, text, at, size)
  local rest = text:match("^%s*()%S", at)
  if rest then return wrong(rest, "%s is too much", message.quote(text:sub(rest))) end
  return draft.finish(space, size)
end

function Tokens:read(text)
  local space, at = self.space, 1
  draft.begin(space)
  for node = 0, space.nodes - 1 do
    if shown(space.plan[node + 1]) then
      local after, last = read_token(space, text, at, node)
      if not after then return nil, last end
      if last then return finish(space, text, after, node + 1) end
      at = after
    end
  end
  return finish(space, text, at, space.nodes)
end

return Tokens
