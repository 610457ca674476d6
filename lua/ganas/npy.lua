-- npy - arrays of float32 as NumPy's .npy files, version 1.0.

local core = require "ganas.core"
local fs = require "ganas.fs"

local npy = {}

-- Writes n numbers in that shape, a list of sizes.
function npy.write(path, values, n, shape)
  local sizes = table.concat(shape, ", ") .. (#shape == 1 and "," or "")
  local head = ("{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }"):format(sizes)
  head = head .. (" "):rep(63 - (10 + #head) % 64) .. "\n"
  local length = string.char(#head % 256, math.floor(#head / 256))
  fs.write_atomic(path, "\147NUMPY\1\0" .. length .. head .. core.text(core.cast_text(values), 4 * n))
end

return npy
