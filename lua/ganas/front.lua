-- front - sets of points of which none is better than another in everything.
--
-- A point is a list of numbers, more being better in each; a point with a NaN belongs nowhere. Points
-- that are equal don't dominate each other.

local front = {}

local function known(p)
  for _, x in ipairs(p) do
    if x ~= x then return false end
  end
  return true
end

local function dominates(a, b)
  local better = false
  for i = 1, #a do
    if a[i] < b[i] then return false end
    better = better or a[i] > b[i]
  end
  return better
end

local function equal(a, b)
  for i = 1, #a do
    if a[i] ~= b[i] then return false end
  end
  return true
end

-- Indices of the points without a NaN, best in the first number first, ties by the next, then as they came:
-- nothing dominates what comes before it.
local function in_order(points)
  local order = {}
  for i, p in ipairs(points) do
    if known(p) then order[#order + 1] = i end
  end
  table.sort(order, function(a, b)
    local p, q = points[a], points[b]
    for k = 1, #p do
      if p[k] ~= q[k] then return p[k] > q[k] end
    end
    return a < b
  end)
  return order
end

-- Whether a member of a front dominates a point. With two numbers the last member decides: it has the
-- greatest second one.
local function beaten(points, members, p)
  if #p == 2 then
    local last = points[members[#members]]
    return dominates(last, p)
  end
  for _, i in ipairs(members) do
    if dominates(points[i], p) then return true end
  end
  return false
end

-- The fronts one after another, as lists of indices: the first is dominated by nothing, the second by the
-- first alone, and so on.
function front.sort(points)
  local fronts = {}
  for _, i in ipairs(in_order(points)) do
    local low, high = 1, #fronts + 1 -- the first front that doesn't beat the point
    while low < high do
      local middle = math.floor((low + high) / 2)
      if beaten(points, fronts[middle], points[i]) then low = middle + 1 else high = middle end
    end
    fronts[low] = fronts[low] or {}
    table.insert(fronts[low], i)
  end
  return fronts
end

-- distance[i] of the members of a front: how far its neighbours are from each other, as a share of the
-- front's extent, added up over the numbers; infinite at the ends (Deb et al. 2002).
function front.crowding(points, members)
  local distance = {}
  for _, i in ipairs(members) do distance[i] = 0 end
  for k = 1, #points[members[1]] do
    local order = { unpack(members) }
    table.sort(order, function(a, b)
      if points[a][k] ~= points[b][k] then return points[a][k] < points[b][k] end
      return a < b
    end)
    local extent = points[order[#order]][k] - points[order[1]][k]
    distance[order[1]], distance[order[#order]] = math.huge, math.huge
    for n = 2, #order - 1 do
      local gap = points[order[n + 1]][k] - points[order[n - 1]][k]
      distance[order[n]] = distance[order[n]] + (extent > 0 and gap / extent or 0)
    end
  end
  return distance
end

-- One number a point, more being better: points of earlier fronts before those of later ones, less
-- crowded ones before others. NaN for points with one.
function front.fitness(points)
  local fitness = {}
  for i = 1, #points do fitness[i] = 0 / 0 end
  for rank, members in ipairs(front.sort(points)) do
    local distance = front.crowding(points, members)
    for _, i in ipairs(members) do
      local d = distance[i]
      fitness[i] = -rank + (d == math.huge and 0.75 or 0.75 * d / (1 + d))
    end
  end
  return fitness
end

-- ---- what a front is worth ----

-- The points that are better than the reference in everything, and dominated by none of the others.
local function above(points, reference)
  local list = {}
  for _, p in ipairs(points) do
    local inside = known(p)
    for k = 1, #p do inside = inside and p[k] > reference[k] end
    if inside then list[#list + 1] = p end
  end
  local members, best = front.sort(list)[1] or {}, {}
  for i, member in ipairs(members) do best[i] = list[member] end
  return best
end

local function without_last(p) return { unpack(p, 1, #p - 1) } end

-- By slices along the last number, from the top down.
local function volume(points, reference)
  local m, sum, seen = #reference, 0, {}
  local list = above(points, reference)
  if m == 1 then return list[1] and list[1][1] - reference[1] or 0 end
  table.sort(list, function(a, b) return a[m] > b[m] end)
  for i, p in ipairs(list) do
    seen[i] = without_last(p)
    local below = list[i + 1] and list[i + 1][m] or reference[m]
    if p[m] > below then sum = sum + (p[m] - below) * volume(seen, without_last(reference)) end
  end
  return sum
end

-- What the points dominate above a reference point: length, area, volume.
front.volume = volume

-- The member of a front that is best if all numbers count alike, each as a share of the front's extent:
-- with two numbers the farthest from the line between the ends.
function front.knee(points, members)
  local best, most
  for _, i in ipairs(members) do
    local sum = 0
    for k = 1, #points[i] do
      local low, high = math.huge, -math.huge
      for _, j in ipairs(members) do
        low, high = math.min(low, points[j][k]), math.max(high, points[j][k])
      end
      sum = sum + (high > low and (points[i][k] - low) / (high - low) or 0)
    end
    if not most or sum > most then best, most = i, sum end
  end
  return best
end

front.dominates, front.equal = dominates, equal

return front
