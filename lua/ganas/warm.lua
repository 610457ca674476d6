-- warm - what another run has paid for, as the beginning of a new one.
--
-- `plan.warm` is a list of official strings whose scores the ledger remembers. Those that are candidates of
-- the space and obey the constraints come first in X_0; asking for their scores costs nothing.

local Batch = require "ganas.batch"
local Pool = require "ganas.pool"

local warm = {}

-- The strings of `plan.warm` that are candidates, as a batch.
local function known(state)
  local plan = state.plan
  local batch = Batch.new(plan.space, #plan.warm)
  for _, text in ipairs(plan.warm) do plan.space:push(batch, text) end
  state.constraints:filter(batch)
  return batch
end

-- The first set of a search: what is known, then of `set` what isn't, at least `n` in all as far as there
-- are.
function warm.lead(state, set, n)
  local plan = state.plan
  if not plan.warm or #plan.warm == 0 then return set end
  local old = known(state)
  local all = Batch.new(plan.space, math.max(1, old:count() + set:count()))
  all:append(old)
  all:append(set)
  Pool.new(plan.space, plan.identity):unique(all, false)
  local most = math.min(state.run.budget, math.max(n, old:count()))
  if all:count() > most then all:truncate(most) end
  return all
end

return warm
