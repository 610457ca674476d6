-- packed - a long text made short for a page: zlib's format, in base64, as DecompressionStream reads it.

local bit = require "bit"
local core = require "ganas.core"

local DECLARATIONS = [[
unsigned long compressBound(unsigned long size);
int compress2(uint8_t *to, unsigned long *space, const char *from, unsigned long size, int level);
]]

local LEVEL = 6

local band, rshift, bor, lshift = bit.band, bit.rshift, bit.bor, bit.lshift
local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local function deflate(text)
  local lib, why = core.foreign({ "libz.so.1", "z" }, DECLARATIONS)
  if not lib then error("zlib can't be loaded: " .. tostring(why)) end
  local space = core.array("unsigned long", 1)
  space[0] = lib.compressBound(#text)
  local to = core.bytes(tonumber(space[0]))
  if lib.compress2(to, space, text, #text, LEVEL) ~= 0 then error "zlib failed" end
  return to, tonumber(space[0])
end

local digits = {}
for i = 0, 63 do digits[i] = ALPHABET:sub(i + 1, i + 1) end

-- Four digits for each three bytes; "=" where the last ones are missing.
local function base64(bytes, n)
  local parts = {}
  for i = 0, n - 1, 3 do
    local left = n - i
    local word = bor(lshift(bytes[i], 16), left > 1 and lshift(bytes[i + 1], 8) or 0,
      left > 2 and bytes[i + 2] or 0)
    parts[#parts + 1] = digits[rshift(word, 18)] .. digits[band(rshift(word, 12), 63)]
      .. (left > 1 and digits[band(rshift(word, 6), 63)] or "=") .. (left > 2 and digits[band(word,
        63)] or "=")
  end
  return table.concat(parts)
end

return function(text) return base64(deflate(text)) end
