-- statistics - numbers about lists of numbers, and a paired test.

local statistics = {}

function statistics.mean(list)
  local sum = 0
  for _, x in ipairs(list) do sum = sum + x end
  return sum / #list
end

-- Standard deviation of the sample (n - 1); 0 for one number.
function statistics.deviation(list)
  if #list < 2 then return 0 end
  local mean, sum = statistics.mean(list), 0
  for _, x in ipairs(list) do sum = sum + (x - mean) ^ 2 end
  return math.sqrt(sum / (#list - 1))
end

function statistics.median(list)
  local ordered, n = { unpack(list) }, #list
  table.sort(ordered)
  local middle = math.floor((n + 1) / 2)
  return n % 2 == 1 and ordered[middle] or (ordered[middle] + ordered[middle + 1]) / 2
end

-- ---- the paired test ----

local EXACT = 20      -- up to so many pairs all assignments of signs are counted
local DRAWN = 100000  -- above, so many are drawn

-- Which bit of the Gray code changes at step i: the number of zeros at the end of i.
local function zeros(i)
  local n = 0
  while i % 2 == 0 do i, n = i / 2, n + 1 end
  return n
end

local function count_all(differences, limit)
  local n = #differences
  local sum, extreme, sign = 0, 1, {}
  for i = 1, n do sum, sign[i] = sum + differences[i], 1 end
  for i = 1, 2 ^ n - 1 do
    local k = zeros(i) + 1
    sign[k] = -sign[k]
    sum = sum + 2 * sign[k] * differences[k]
    if math.abs(sum) >= limit then extreme = extreme + 1 end
  end
  return extreme / 2 ^ n
end

local function count_drawn(differences, limit, uniform)
  local extreme = 1
  for _ = 1, DRAWN do
    local sum = 0
    for _, d in ipairs(differences) do sum = sum + (uniform() < 0.5 and d or -d) end
    if math.abs(sum) >= limit then extreme = extreme + 1 end
  end
  return extreme / (DRAWN + 1)
end

-- Fisher's randomisation test of pairs (two-sided): the share of all ways to swap a and b within pairs
-- that move the means at least as far apart. Exact up to 20 pairs that differ, above by 100,000 draws of
-- `uniform`. 1 when no pair differs.
function statistics.paired(a, b, uniform)
  local differences, sum = {}, 0
  for i = 1, #a do
    local d = a[i] - b[i]
    if d ~= 0 then differences[#differences + 1] = d end
    sum = sum + d
  end
  if #differences == 0 then return 1 end
  local limit = math.abs(sum) * (1 - 1e-12)
  if #differences <= EXACT then return math.min(1, count_all(differences, limit)) end
  return count_drawn(differences, limit, uniform)
end

return statistics
