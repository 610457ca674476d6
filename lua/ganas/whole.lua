-- whole - a small space as a list: every candidate that obeys the constraints and was not evaluated yet.

local Batch = require "ganas.batch"

local whole = {}

local function list(state, most)
  local all = Batch.new(state.space, most)
  for block in Batch.blocks(state.space, state.constraints.rules, most) do
    state.constraints:filter(block)
    all:append(block)
  end
  state.pool:unique(all, false)
  return all
end

-- What is left of a space of at most `most` candidates, as a batch; nil for a larger one. The batch is the
-- same each time.
function whole.left(state, most)
  if state.space:size() > most then return nil end
  state.whole = state.whole or list(state, most)
  state.pool:unique(state.whole, true)
  return state.whole
end

return whole
