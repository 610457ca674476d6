-- batch - candidates side by side, as rows 0..count-1 of a batch of the core's.
--
-- Row numbers, operations and reads cross as arrays of the core's (ganas.core) or as Lua lists of
-- rows.

local Arch = require "ganas.arch"
local core = require "ganas.core"
local sorted = require "ganas.sorted"

local lib = core.lib
local Batch = core.class("batch", lib.ganas_batch_free)

-- Room for `capacity` candidates of a space (an object of ganas.grammar).
function Batch.new(space, capacity)
  local handle = core.new("ganas_batch", lib.ganas_batch_new, lib.ganas_batch_free, space.handle, capacity)
  return setmetatable({
    handle = handle,
    space = space,
    capacity = capacity,
    seen = core.struct "ganas_batch_view",
  }, Batch)
end

function Batch:count() return lib.ganas_batch_count(self.handle) end

function Batch:clear() lib.ganas_batch_clear(self.handle) end

-- Drops the rows from `count` on.
function Batch:truncate(count) core.check(lib.ganas_batch_truncate(self.handle, count)) end

-- The arrays behind the rows (ganas_batch_view): count, size, op, reads. Always the same object,
-- brought up to date; its arrays stay where they are as long as the batch lives.
function Batch:view()
  lib.ganas_batch_view_get(self.handle, self.seen)
  return self.seen
end

local function row_array(from, rows, n)
  if core.is_data(rows) then return rows, n end
  if rows then
    local array, count = core.int32(rows)
    return array, n or count
  end
  n = n or from:count()
  local array = core.int32(n)
  for i = 0, n - 1 do array[i] = i end
  return array, n
end

-- Appends rows of another batch: those of a list, the first n of an array, the first n, or all.
function Batch:append(from, rows, n)
  local array, count = row_array(from, rows, n)
  core.check(lib.ganas_batch_append(self.handle, from.handle, array, count))
end

-- Keeps the rows with keep[row] ~= 0, in order.
function Batch:filter(keep) core.check(lib.ganas_batch_filter(self.handle, keep)) end

-- Appends one graph; `ops` and `reads` as Space:parse gives them.
function Batch:push(size, ops, reads) core.check(lib.ganas_batch_push(self.handle, size, ops, reads)) end

local function handle_of(rules) return rules and rules.handle or nil end

-- Appends n random candidates under the masked rules; returns how many walks met a dead end.
function Batch:random(rules, rng, n)
  local dropped = core.int64(1)
  core.check(lib.ganas_batch_random(self.handle, handle_of(rules), rng.handle, n, dropped))
  return tonumber(dropped[0])
end

-- The same, where it may be that nothing is found: whether there was something, and how many dead ends.
function Batch:try_random(rules, rng, n)
  local dropped = core.int64(1)
  local found = core.found(lib.ganas_batch_random(self.handle, handle_of(rules), rng.handle, n, dropped))
  return found, tonumber(dropped[0])
end

-- Appends n mutants of random rows of `parents`: 1 + Geometric(more) edits, at most `most`. Returns
-- the rows of the parents as an array.
function Batch:mutate(parents, rules, rng, n, more, most)
  local rows = core.int32(n)
  core.check(lib.ganas_batch_mutate(self.handle, parents.handle, handle_of(rules), rng.handle, n, more,
    most, rows))
  return rows
end

-- Appends what the grammar and the masked rules allow, from the skip-th graph on, until the batch
-- is full; returns whether graphs are left.
function Batch:enumerate(rules, skip)
  local more = core.int32(1)
  core.check(lib.ganas_batch_enumerate(self.handle, handle_of(rules), skip or 0, more))
  return more[0] ~= 0
end

-- All that the grammar and the masked rules allow, in blocks of at most n: an iterator that gives the
-- same batch each time, filled anew. What the caller does with it changes nothing.
function Batch.blocks(space, rules, n)
  local batch, last, more = Batch.new(space, n), Batch.new(space, 1), core.int32(1)
  return function()
    batch:clear()
    if last:count() == 0 then
      core.check(lib.ganas_batch_enumerate(batch.handle, handle_of(rules), 0, more))
    elseif more[0] == 0 then
      return nil
    else
      core.check(lib.ganas_batch_enumerate_after(batch.handle, handle_of(rules), last.handle, 0, more))
    end
    if batch:count() == 0 then return nil end
    last:clear()
    last:append(batch, { batch:count() - 1 })
    return batch
  end
end

-- The 128-bit keys of the rows, two words each; `identity` is "string" or "network".
function Batch:keys(identity)
  local keys = core.u64(2 * self:count())
  core.check(lib.ganas_batch_keys(self.handle, core.identity[identity], keys))
  return keys
end

-- The sets of live nodes, two words a row; into an array of words that is there already, if one is
-- given.
function Batch:live(into)
  into = into or core.words(2 * self:count())
  core.check(lib.ganas_batch_live(self.handle, into))
  return into
end

-- The values of a measure by name, one a row; into an array of doubles that is there already, if
-- one is given.
function Batch:measure(name, into)
  local measure = self.space:need_measure(name)
  into = into or core.doubles(self:count())
  if measure.source then
    measure.source:values(self, into)
    return into
  end
  core.check(lib.ganas_batch_measure(self.handle, measure.id, into))
  return into
end

-- ok[row] ~= 0 where every rule holds; rejected[rule] counts the rows that break each rule, from 0;
-- excess[row] says how far a row is from obeying (into an array, if one is given). `given`: arrays of
-- doubles by the number of a given measure; where there is none nobody has looked: rules about it hold.
function Batch:check(rules, given, excess)
  local ok, rejected = core.bytes(self:count()), core.int64(rules.count)
  local columns = given and core.columns(self.space.registered) or nil
  for id, values in sorted(given or {}) do columns[id] = values end
  core.check(lib.ganas_batch_judge(self.handle, rules.handle, columns, ok, rejected, excess))
  return ok, rejected
end

-- The table [nodes * ops] of the sum that comes nearest to values (doubles, NaN: unknown), and what is left
-- of each value.
function Batch:fit(values)
  local table, residual = core.doubles(self.space.nodes * #self.space.ops), core.doubles(self:count())
  core.check(lib.ganas_batch_fit(self.handle, values, table, residual))
  return table, residual
end

-- Row i as an object of its own, which survives the batch.
function Batch:arch(i) return Arch.detach(self, i) end

return Batch
