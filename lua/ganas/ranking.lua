-- ranking - the best few of many rows without sorting them all.

local ranking = {}

-- Whether row a goes before row b: the higher value first, then the earlier row. Values are those of rows
-- 0, 1, ... at values[1], values[2], ...; a missing one is 0.
local function before(values, a, b)
  local x, y = values[a + 1] or 0, values[b + 1] or 0
  if x ~= y then return x > y end
  return a < b
end

-- Restores the order of a heap, whose last is at its root, below place i.
local function sink(heap, size, values, i)
  local row = heap[i]
  while true do
    local child = 2 * i
    if child > size then break end
    if child < size and before(values, heap[child], heap[child + 1]) then child = child + 1 end
    if not before(values, row, heap[child]) then break end
    heap[i], i = heap[child], child
  end
  heap[i] = row
end

-- The n best of rows 0..count-1 by their values, best first. `wanted` (optional): which rows take part, a
-- function of the row.
function ranking.best(values, count, n, wanted)
  local heap, size = {}, 0
  if n < 1 then return heap end
  for row = 0, count - 1 do
    if not wanted or wanted(row) then
      if size < n then
        size = size + 1
        heap[size] = row
        if size == n then
          for i = math.floor(n / 2), 1, -1 do sink(heap, n, values, i) end
        end
      elseif before(values, row, heap[1]) then
        heap[1] = row
        sink(heap, n, values, 1)
      end
    end
  end
  table.sort(heap, function(a, b) return before(values, a, b) end)
  return heap
end

return ranking
