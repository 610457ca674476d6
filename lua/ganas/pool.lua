-- pool - everything evaluated: which networks are known, their scores, the best of them. Rows in
-- order of addition.

local core = require "ganas.core"

local lib = core.lib
local Pool = core.class("pool", lib.ganas_pool_free)

-- An empty pool for a space; two candidates are one when they are the same "string" or the same
-- "network".
function Pool.new(space, identity)
  identity = identity or space.identity
  local code = core.identity[identity]
  if not code then error("no identity '" .. tostring(identity) .. "'; expected 'string' or 'network'", 2) end
  local handle = core.new("ganas_pool", lib.ganas_pool_new, lib.ganas_pool_free, space.handle, code)
  return setmetatable({ handle = handle, space = space, identity = identity }, Pool)
end

function Pool:count() return lib.ganas_pool_count(self.handle) end

-- Adds row i of a batch; a score of nil or NaN says that its evaluation failed.
function Pool:add(batch, i, score)
  core.check(lib.ganas_pool_add(self.handle, batch.handle, i, score or 0 / 0))
end

-- Adds row i of a batch unless the pool knows it; returns whether it was new.
function Pool:try(batch, i, score)
  if i < 0 or i >= batch:count() then
    error(string.format("no row %d in a batch of %d", i, batch:count()), 2)
  end
  local status = lib.ganas_pool_add(self.handle, batch.handle, i, score or 0 / 0)
  if status == lib.GANAS_E_ARGUMENT then return false end
  core.check(status)
  return true
end

-- Where the rows of a batch are in the pool, -1 where they are new.
function Pool:find(batch)
  local rows = core.int32(batch:count())
  core.check(lib.ganas_pool_find(self.handle, batch.handle, rows))
  return rows
end

-- For each row of a batch the entry of `by_row` (doubles, one a row of the pool), NaN where the pool doesn't
-- know it; into an array.
function Pool:values(batch, by_row, into)
  core.check(lib.ganas_pool_values(self.handle, batch.handle, by_row, into))
end

-- Keeps of a batch the first of each network, with `fresh` only those that the pool doesn't know.
function Pool:unique(batch, fresh)
  core.check(lib.ganas_pool_unique(self.handle, batch.handle, fresh and 1 or 0))
end

-- The scores of all rows.
function Pool:scores()
  local scores = core.doubles(self:count())
  core.check(lib.ganas_pool_scores(self.handle, scores))
  return scores
end

-- Appends the k best of the rows from `first` on to a batch, best first; returns their rows as a
-- list.
function Pool:top(k, first, batch)
  local rows, before = core.int32(math.max(k, 1)), batch:count()
  core.check(lib.ganas_pool_top(self.handle, first, k, batch.handle, rows))
  local list = {}
  for i = 0, batch:count() - before - 1 do list[i + 1] = rows[i] end
  return list
end

-- Appends rows of the pool (a list, or the first n of an array) to a batch.
function Pool:rows(rows, batch, n)
  local array, count = rows, n
  if not core.is_data(rows) then array, count = core.int32(rows) end
  core.check(lib.ganas_pool_rows(self.handle, array, count, batch.handle))
end

return Pool
