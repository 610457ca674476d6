-- front - fronts, crowding, volume and knee against what their definitions say.

local Rng = require "ganas.rng"
local front = require "ganas.front"

-- n points of m numbers, many of them equal, some with a NaN.
local function cloud(rng, n, m)
  local points = {}
  for i = 1, n do
    points[i] = {}
    for k = 1, m do points[i][k] = rng:below(8) end
    if rng:below(20) == 0 then points[i][1 + rng:below(m)] = 0 / 0 end
  end
  return points
end

local function is_known(p)
  for _, x in ipairs(p) do
    if x ~= x then return false end
  end
  return true
end

-- Rank by peeling: what nothing left dominates goes first.
local function peel(points)
  local rank, left = {}, {}
  for i, p in ipairs(points) do left[i] = is_known(p) or nil end
  local level = 0
  while next(left) do
    local top = {}
    level = level + 1
    for i in pairs(left) do -- order can't matter: a set
      local free = true
      for j in pairs(left) do -- order can't matter: all of them
        free = free and not front.dominates(points[j], points[i])
      end
      if free then top[#top + 1] = i end
    end
    for _, i in ipairs(top) do rank[i], left[i] = level, nil end
  end
  return rank
end

describe("fronts", function()
  it("are those of peeling", function()
    local rng = Rng.new(1, "fronts")
    for round = 1, 60 do
      local points = cloud(rng, 40, 2 + round % 3)
      local rank, seen = peel(points), 0
      for level, members in ipairs(front.sort(points)) do
        for _, i in ipairs(members) do
          assert.equal(rank[i], level)
          seen = seen + 1
        end
      end
      local known = 0
      for _, p in ipairs(points) do known = known + (is_known(p) and 1 or 0) end
      assert.equal(known, seen)
    end
  end)

  it("order the fitness, ends before what is crowded", function()
    local points = { { 0, 10 }, { 5, 5 }, { 5.1, 4.9 }, { 10, 0 }, { 1, 1 }, { 0 / 0, 9 } }
    local f = front.fitness(points)
    assert.is_true(f[1] == f[4] and f[1] > f[2] and f[2] > f[5] and f[3] > f[5])
    assert.is_true(f[6] ~= f[6])
    local d = front.crowding(points, { 1, 2, 3, 4 })
    assert.is_true(d[1] == math.huge and math.abs(d[2] - 1.02) < 1e-12 and math.abs(d[3] - 1) < 1e-12)
  end)
end)

describe("the volume", function()
  it("counts the cells that are dominated", function()
    local rng = Rng.new(2, "volume")
    for round = 1, 40 do
      local m = 2 + round % 2
      local points, cells = cloud(rng, 9, m), 0
      for cell = 0, 8 ^ m - 1 do
        local x, covered = {}, false
        for k = 1, m do x[k] = math.floor(cell / 8 ^ (k - 1)) % 8 end
        for _, p in ipairs(points) do
          local inside = true
          for k = 1, m do inside = inside and p[k] > x[k] end
          covered = covered or inside
        end
        cells = cells + (covered and 1 or 0)
      end
      local reference = m == 2 and { 0, 0 } or { 0, 0, 0 }
      assert.equal(cells, front.volume(points, reference))
    end
    assert.equal(0, front.volume({ { 1, 5 } }, { 1, 1 }))
  end)
end)

describe("the knee", function()
  it("is farthest from the line between the ends", function()
    assert.equal(3, front.knee({ { 0, 100 }, { 3, 55 }, { 7, 50 }, { 10, 0 } }, { 1, 2, 3, 4 }))
    assert.equal(2, front.knee({ { 0, 100 }, { 1, 99.5 }, { 10, 0 } }, { 1, 2, 3 }))
    assert.equal(1, front.knee({ { 4, 4 } }, { 1 }))
  end)
end)
