-- robust - scores for models that a few very bad candidates would lead astray.

local core = require "ganas.core"

local robust = {}

-- Scores (an array of n doubles; NaN stays) that are no farther below the median than twice what the best is
-- above it: a new array.
function robust.clip(scores, n)
  local list, value = {}, core.doubles(n)
  for i = 0, n - 1 do
    if scores[i] == scores[i] then list[#list + 1] = scores[i] end
  end
  table.sort(list)
  local middle, best = list[math.ceil(#list / 2)], list[#list]
  for i = 0, n - 1 do value[i] = scores[i] end
  if not best then return value end
  local least = middle - 2 * (best - middle)
  for i = 0, n - 1 do
    if value[i] < least then value[i] = least end
  end
  return value
end

return robust
