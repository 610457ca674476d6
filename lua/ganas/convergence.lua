-- convergence - how a search came to its end, in plain words, from its levels (ganas.levels, ganas.vitals).

local convergence = {}

local STALLED = 3   -- iterations without a change of the truth set that are called a stall
local RECENT = 5    -- iterations that a share of repeats is the mean of
local REPEATS = 0.1 -- a share of repeats worth a word

-- Iterations at the end that left the truth set as it was; nil where levels don't say.
local function unchanged(levels)
  local n = 0
  for i = #levels, 2, -1 do
    if not levels[i].changed then return nil end
    if levels[i].changed > 0 then break end
    n = n + 1
  end
  return n
end

-- Mean of a field over the last iterations that have it.
local function recent(levels, field)
  local sum, n = 0, 0
  for i = math.max(2, #levels - RECENT + 1), #levels do
    if levels[i][field] then sum, n = sum + levels[i][field], n + 1 end
  end
  return n > 0 and sum / n or nil
end

local function first_of(levels, field)
  for _, level in ipairs(levels) do
    if level[field] then return level[field] end
  end
end

local function plural(n, word) return ("%d %s%s"):format(n, word, n == 1 and "" or "s") end

local function truth_text(n)
  if n >= STALLED then return "stalled: the truth set hasn't changed for " .. plural(n, "iteration") end
  if n == 0 then return "still moving: the last iteration changed the truth set" end
  return ("still moving: the truth set last changed %s ago"):format(plural(n, "iteration"))
end

local function repeats_text(levels)
  local fresh = recent(levels, "fresh")
  if not fresh or 1 - fresh < REPEATS then return nil end
  return ("%.0f %% of samples are repeats"):format(100 * (1 - fresh))
end

local function entropy_text(levels)
  local before, now = first_of(levels, "entropy"), levels[#levels].entropy
  if not before or not now or before == now then return nil end
  return ("the generator's entropy went from %.2f to %.2f nats a choice"):format(before, now)
end

local function divergence_text(levels)
  local jsd = recent(levels, "jsd")
  if not jsd then return nil end
  local words = jsd < 0.1 and "can hardly tell" or jsd > 0.9 and "tells" or "partly tells"
  return ("the discriminator %s its candidates from the truth set (divergence about %.2f of 1 bit)")
    :format(words, jsd)
end

-- One sentence; nil where there are too few sets to speak of.
function convergence.reading(levels)
  local n = #levels > 1 and unchanged(levels)
  if not n then return nil end
  local words = { truth_text(n) }
  for _, describe in ipairs { repeats_text, entropy_text, divergence_text } do
    words[#words + 1] = describe(levels)
  end
  return table.concat(words, "; ")
end

return convergence
