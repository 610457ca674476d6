-- plain.lua - the core from plain luajit, with nothing but the installed header and library:
-- luajit plain.lua PREFIX LIBDIR
--
-- Counts the graphs of a chain of three blocks, draws some under a bound and checks that they keep it.

local ffi = require "ffi"

local prefix, libdir = arg[1], arg[2]
local header = assert(io.open(prefix .. "/include/ganas.h")):read "*a"
ffi.cdef(header:match "/%* cdef: on %*/(.*)/%* cdef: off %*/")
local ganas = ffi.load(prefix .. "/" .. libdir .. "/libganas.so")
assert(ganas.ganas_abi() == ganas.GANAS_ABI, "the library is of another ABI than the header")

local function check(status)
  if status ~= ganas.GANAS_OK then error(ffi.string(ganas.ganas_errmsg()), 2) end
end

-- An object made through an out slot, freed when nobody has it any more.
local function new(name, ...)
  local out = ffi.new(name .. "*[1]")
  check(ganas[name .. "_new"](out, ...))
  return ffi.gc(out[0], ganas[name .. "_free"])
end

-- input, three blocks of operations 2 to 4, output.
local NODES, OPS = 5, 5
local op_set = ffi.new("uint64_t[?]", NODES, { 1, 28, 28, 28, 2 })
local read_set = ffi.new("uint64_t[?]", NODES, { 0, 1, 2, 4, 8 })
local spec = ffi.new("ganas_space_spec", {
  nodes = NODES, ops = OPS, end_op = -1, output_set = 16, op_set = op_set, read_set = read_set,
  read_kind = ffi.new("uint8_t[?]", NODES), read_count = ffi.new("uint8_t[?]", NODES),
  read_after = ffi.new("int8_t[?]", NODES, { -1, -1, -1, -1, -1 }),
})
local space = new("ganas_space", spec)
local size, exact = ffi.new "double[1]", ffi.new "int32_t[1]"
check(ganas.ganas_space_size(space, size, exact))
assert(size[0] == 27 and exact[0] == 1)

-- Each block costs its operation's number; at most 7 in all.
local price, measure = ffi.new("double[?]", NODES * OPS), ffi.new "int32_t[1]"
for node = 1, 3 do
  for op = 2, 4 do price[node * OPS + op] = op end
end
check(ganas.ganas_space_measure(space, ganas.GANAS_MEASURE_SUM, price, 0, measure))
local rules, masked = new("ganas_rules", space), ffi.new "int32_t[1]"
check(ganas.ganas_rules_add(rules, measure[0], ganas.GANAS_LE, 7, masked))
assert(masked[0] == 1)
local batch = new("ganas_batch", space, 100)
check(ganas.ganas_batch_random(batch, rules, new("ganas_rng", 7, "plain"), 100, nil))
local value, most = ffi.new "double[100]", 0
check(ganas.ganas_batch_measure(batch, measure[0], value))
for i = 0, 99 do most = math.max(most, value[i]) end
assert(most == 7, most)

-- What can't be is an error with a sentence.
assert(ganas.ganas_rules_add(rules, measure[0], ganas.GANAS_LE, 5, masked) == ganas.GANAS_E_EMPTY)
assert(ffi.string(ganas.ganas_errmsg()) ~= "")
print "27 graphs, 100 drawn within the bound"
