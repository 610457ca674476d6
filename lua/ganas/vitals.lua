-- vitals - what the inside of a search looked like in one iteration, for its levels (ganas.levels):
--
--   queries     evaluated so far
--   changed     members of the truth set that were not in it before
--   entropy     of a choice of the generator's, in nats; nil without a generator
--   acceptance  share of the candidates looked at that obey the constraints and are new
--   fresh       share of those that obey the constraints that are new: the rest are repeats
--   loss        the discriminator's, in its last step
--   jsd         of a pairwise discriminator: an estimate of the Jensen-Shannon divergence between the truth
--               set and the generator's candidates, in bits: 0, nothing tells them apart, to 1. With the mean
--               cross-entropy L in nats it is 1 - L / log 2 (Goodfellow et al. 2014), a lower bound where the
--               discriminator could be better
--
-- Where all that is left of a small space is listed, acceptance and fresh are nil: nothing is drawn.

local vitals = {}

local function share(part, whole) return whole > 0 and part / whole or nil end

-- The divergence that a mean cross-entropy of two classes speaks of.
function vitals.divergence(loss) return math.min(1, math.max(0, 1 - loss / math.log(2))) end

-- How many rows of a list are not in a set, and the set of the list.
local function count_new(rows, before)
  local n, set = 0, {}
  for _, row in ipairs(rows) do
    set[row] = true
    n = n + (before[row] and 0 or 1)
  end
  return n, set
end

-- What has happened since the last call.
function vitals.take(state)
  local run, last = state.run, state.vitals or { proposed = 0, accepted = 0, obeyed = 0, truth = {} }
  local changed, truth = count_new(state.truth_rows, last.truth)
  local stats = run.iteration > 0 and run.discriminator or nil
  state.vitals = { proposed = run.proposed, accepted = run.accepted, obeyed = run.obeyed, truth = truth }
  return {
    queries = run.queries, changed = changed, entropy = run.entropy,
    acceptance = share(run.accepted - last.accepted, run.proposed - last.proposed),
    fresh = share(run.accepted - last.accepted, run.obeyed - last.obeyed),
    loss = stats and stats.loss,
    jsd = stats and state.settings.discriminator.kind == "pairwise" and vitals.divergence(stats.loss) or nil,
  }
end

return vitals
