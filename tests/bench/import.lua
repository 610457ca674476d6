-- import.lua - how fast and in how much memory a file of NAS-Bench-101 is imported.
--
--   ganas-lua lua tests/bench/import.lua FILE.tfrecord [records=1000000] [runs=3] [folder=/tmp] [epochs=108]
--     [keep=no]
--
-- Writes a file of so many records into the folder: those of the given file with so many epochs (all: any)
-- over and over, a new cell
-- (another hash) every `runs` records, as many cells as fit; imports it in a process of its own; prints
-- seconds, records a minute, peak memory of the process. The files are removed; keep=yes leaves the table
-- bench.ganas, for tests/bench/open.lua.

local bit = require "bit"
local fs = require "ganas.fs"
local uv = require "luv"

local OWN = { records = "1000000", runs = "3", folder = "/tmp", epochs = "108", keep = "no" }

local function fail(...)
  io.stderr:write(string.format(...), "\n")
  os.exit(1, true)
end

-- ---- CRC-32C, masked ----

local TABLE = {}
for i = 0, 255 do
  local c = i
  for _ = 1, 8 do c = bit.bxor(bit.rshift(c, 1), bit.band(c, 1) * 0x82F63B78) end
  TABLE[i] = c
end

local function u32(x)
  return string.char(bit.band(x, 255), bit.band(bit.rshift(x, 8), 255), bit.band(bit.rshift(x, 16), 255),
    bit.band(bit.rshift(x, 24), 255))
end

local function masked_sum(text)
  local c = -1
  for i = 1, #text do
    c = bit.bxor(TABLE[bit.band(bit.bxor(c, text:byte(i)), 255)], bit.rshift(c, 8))
  end
  return bit.tobit(bit.bor(bit.rshift(bit.bnot(c), 15), bit.lshift(bit.bnot(c), 17)) + 0xa282ead8)
end

-- ---- the file ----

local function read_payloads(path)
  local text, why = fs.read(path)
  if not text then fail("%s: %s", path, why) end
  local payloads, at = {}, 1
  while at <= #text do
    local a, b, c, d = text:byte(at, at + 3)
    local n = a + 256 * (b + 256 * (c + 256 * d))
    local payload = text:sub(at + 12, at + 11 + n)
    local epochs = payload:match '^%[".-", *(%d+)'
    if OWN.epochs == "all" or OWN.epochs == epochs then payloads[#payloads + 1] = payload end
    at = at + 16 + n
  end
  return payloads
end

local function write_file(path, payloads, records, runs)
  local out = assert(io.open(path, "wb"))
  for i = 0, records - 1 do
    local hash = ('["%032x"'):format(math.floor(i / runs))
    local payload = payloads[i % #payloads + 1]:gsub('^%["[^"]*"', hash)
    local length = u32(#payload) .. "\0\0\0\0"
    out:write(length, u32(masked_sum(length)), payload, u32(masked_sum(payload)))
  end
  out:close()
end

-- ---- measuring ----

-- Runs a command to its end: exit code, seconds, what it used.
local function run(program, ...)
  local code
  local began = uv.hrtime()
  local handle, why = uv.spawn(program, { args = { ... }, stdio = { nil, nil, 2 } }, function(c) code = c end)
  if not handle then fail("%s: %s", program, why) end
  uv.run()
  local seconds = (uv.hrtime() - began) * 1e-9
  handle:close()
  uv.run() -- a handle that is left to the end of the program crashes there
  return code, seconds
end

-- The peak memory of children is what GNU time says.
local function import(source, target)
  local said = os.tmpname()
  local code, seconds = run("/usr/bin/time", "-f", "%M", "-o", said, uv.exepath(), "import", "nasbench101",
    source, "-o", target, "--quiet")
  local kilobytes = tonumber(fs.read(said):match "(%d+)%s*$")
  os.remove(said)
  return code, seconds, kilobytes
end

local function main(path, ...)
  if not path then fail "no file; expected a TFRecord file of NAS-Bench-101" end
  for _, word in ipairs { ... } do
    local name, value = word:match "^(%w+)=(.*)$"
    if not OWN[name] then fail("'%s'; expected records=, runs=, folder=, epochs= or keep=", word) end
    OWN[name] = value
  end
  local records, runs = tonumber(OWN.records), tonumber(OWN.runs)
  local source, target = fs.join(OWN.folder, "bench.tfrecord"), fs.join(OWN.folder, "bench.ganas")
  write_file(source, read_payloads(path), records, runs)
  local bytes = fs.size(source)
  local code, seconds, kilobytes = import(source, target)
  os.remove(source)
  if OWN.keep ~= "yes" then os.remove(target) end
  if code ~= 0 then fail("the import failed with exit code %d", code) end
  print(("%d records, %.0f MB: %.1f s, %.2g records a minute, %.0f MB at most"):format(records, bytes / 1e6,
    seconds, records / seconds * 60, kilobytes / 1024))
end

main(...)
