-- draft - a graph of a space that is being read, choice by choice, in the space's own arrays.
--
-- The arrays (space.code, space.words) are what Batch:push takes; they hold one draft at a time.
-- Functions that can refuse answer nil and what is wrong.

local core = require "ganas.core"
local message = require "ganas.message"

local draft = {}

-- Starts anew: every node has the first operation that it may take and chooses no source.
function draft.begin(space)
  core.copy(space.code, space.template, space.nodes)
  core.fill(space.words, 8 * space.nodes)
end

function draft.reads(space, node, j)
  local word = space.words[2 * node + (j < 32 and 0 or 1)]
  return math.floor(word / 2 ^ (j % 32)) % 2 == 1
end

-- Adds a source that the node has not yet.
function draft.put_read(space, node, j)
  local k = 2 * node + (j < 32 and 0 or 1)
  space.words[k] = space.words[k] + 2 ^ (j % 32)
end

-- Gives a node the sources of a list of node numbers.
function draft.put_reads(space, node, list)
  for _, j in ipairs(list) do
    if not space.may_read[node][j] then
      return nil, string.format("node %d can't read node %s; expected %s", node, message.value(j),
        space:sources_text(node))
    end
    if draft.reads(space, node, j) then return nil, string.format("node %d reads node %d twice", node, j) end
    draft.put_read(space, node, j)
  end
  return true
end

-- Gives a node an operation by number.
function draft.put_op(space, node, op)
  if not space.may_be[node][op] then
    return nil, string.format("%s can't be the operation of node %d; expected %s",
      message.quote(space.ops[op + 1]), node, message.names(space:node_ops(node), "or", 12))
  end
  space.code[node] = op
  return true
end

-- The same by name.
function draft.put_name(space, node, name)
  local op = space.numbers[name]
  if not op then return nil, message.unknown("operation", name, space.own) end
  return draft.put_op(space, node, op)
end

-- The graph as Batch:push takes it.
function draft.finish(space, size) return size, space.code, space.words end

return draft
