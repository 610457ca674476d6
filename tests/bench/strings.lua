-- strings.lua - official strings both ways: ganas-lua lua tests/bench/strings.lua [N [SEED]]
--
-- N random candidates of each shipped space (1e6 by default) are written and read again: the same operations
-- and reads at every node, and the same string.

local Batch = require "ganas.batch"
local Rng = require "ganas.rng"
local grammar = require "ganas.grammar"
local uv = require "luv"

local N, SEED = tonumber(arg[1]) or 1e6, tonumber(arg[2]) or 1
local ROOM = 10000
local SPACES = { "nasbench101", "nasbench201", "darts", "proxylessnas", "ofa_proxyless", "mobilenetv3",
  "efficientnet" }

local function differs(domain, a, i, b)
  local x, y, nodes = a:view(), b:view(), domain.nodes
  if x.size[i] ~= y.size[0] then return true end
  for node = 0, x.size[i] - 1 do
    local at = i * nodes + node
    if x.op[at] ~= y.op[node] or x.reads[2 * at] ~= y.reads[2 * node]
      or x.reads[2 * at + 1] ~= y.reads[2 * node + 1] then
      return true
    end
  end
end

local function check(domain, batch, one)
  for i = 0, batch:count() - 1 do
    local text = domain:format(batch, i)
    one:clear()
    local ok, why = domain:push(one, text)
    if not ok then error(("%s: %s can't be read: %s"):format(domain.name, text, why)) end
    if differs(domain, batch, i, one) then error(("%s: %s is read as another"):format(domain.name, text)) end
    local again = domain:format(one, 0)
    if again ~= text then error(("%s: %s is written as %s"):format(domain.name, text, again)) end
  end
end

for _, name in ipairs(SPACES) do
  local domain, rng = grammar.load(name), Rng.new(SEED, "strings")
  local batch, one, since = Batch.new(domain, ROOM), Batch.new(domain, 1), uv.hrtime()
  local left = N
  while left > 0 do
    batch:clear()
    batch:random(nil, rng, math.min(left, ROOM))
    check(domain, batch, one)
    left = left - batch:count()
  end
  print(("%-14s %8d strings, %5.1f us each"):format(name, N, (uv.hrtime() - since) / N / 1e3))
end
