-- sorted - walks over tables in an order that every process shares.
--
-- LuaJIT's `pairs` over string keys has another order in every process, so nothing whose order can
-- reach a result walks with it. `for k, v in sorted(t)`: numbers first, ascending, then strings by
-- bytes, then false and true, then keys that have no order (tables, functions).

local sorted = {}

local RANK = { number = 1, string = 2, boolean = 3 }

local function before(a, b)
  local ra, rb = RANK[type(a)] or 4, RANK[type(b)] or 4
  if ra ~= rb then return ra < rb end
  if ra <= 2 then return a < b end
  return ra == 3 and not a and b
end

-- The keys of a table in order.
function sorted.keys(t)
  local keys = {}
  for k in next, t do keys[#keys + 1] = k end
  table.sort(keys, before)
  return keys
end

-- An iterator over key, value. A key whose value became nil on the way is skipped.
function sorted.pairs(t)
  local keys, i = sorted.keys(t), 0
  return function()
    repeat
      i = i + 1
      local k = keys[i]
      if k == nil then return nil end
      local v = t[k]
      if v ~= nil then return k, v end
    until false
  end, t, nil
end

return setmetatable(sorted, { __call = function(_, t) return sorted.pairs(t) end })
