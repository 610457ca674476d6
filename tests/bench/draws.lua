-- draws.lua - random combinations of rules against every cell of a benchmark, by the benchmark's own file:
--
--   ganas-lua lua tests/bench/draws.lua space=nasbench201 combinations=200 draws=1000000 data=DIR
--   ganas-lua lua tests/bench/draws.lua space=nasbench101 combinations=20 draws=1000000 data=DIR
--
-- What a rule is about (operations, parameters, vertices, edges) is read from the file, by code of its own
-- here. Of every cell the constraints have to say what the file says; what is listed under masks, which are
-- the choices that a draw has, has to be the cells that the file allows, each once; nothing that is drawn may
-- break a rule. Ends with 1 where that isn't so. Which share of the cells allowed was drawn is said besides.

local Batch = require "ganas.batch"
local Pool = require "ganas.pool"
local Rng = require "ganas.rng"
local Table = require "ganas.table"
local constraints = require "ganas.constraints"
local core = require "ganas.core"
local data = require "ganas.data"
local grammar = require "ganas.grammar"

local BLOCK = 10000

local own = { space = "nasbench201", combinations = "200", draws = "10000", seed = "1" }
for _, word in ipairs { ... } do
  local name, value = word:match "^(%w+)=(.*)$"
  own[name] = value
end

-- ---- the cells, by their file ----

-- { space, batch = all cells, values = { name -> list by row, from 0 }, of(batch, row) -> row of the file }
local world = {}

local function read(name)
  local t = Table.open(data.find(name, { data = own.data }))
  return t, function(column) return t:numbers(t:need(column)) end
end

local function push_all(space, t, columns, notation)
  local batch, numbers = Batch.new(space, t.rows), {}
  for i, column in ipairs(columns) do numbers[i] = t:need(column) end
  for row = 0, t.rows - 1 do
    local words = {}
    for i, number in ipairs(numbers) do words[i] = t:text(row, number) end
    assert(space:push(batch, table.concat(words, ","), space.key_notations[notation]))
  end
  return batch
end

function world.nasbench201()
  local space, t, numbers = grammar.load "nasbench201", read "nb201.csv.gz"
  local values, digits, row_of = {}, t:need "ops", {}
  for _, name in ipairs { "params_c10", "macs_c10", "params_in16" } do values[name] = numbers(name) end
  for op, name in ipairs(space.own) do
    local counts = core.doubles(t.rows)
    for row = 0, t.rows - 1 do counts[row] = select(2, t:text(row, digits):gsub(tostring(op - 1), "")) end
    values["count." .. name] = counts
  end
  for row = 0, t.rows - 1 do row_of[tonumber(t:text(row, digits), 5)] = row end
  return { space = space, batch = push_all(space, t, { "ops" }, "ops"), values = values,
    of = function(batch)
      local view, rows = batch:view(), core.int32(batch:count())
      for i = 0, batch:count() - 1 do
        local code = 0
        for node = 1, 6 do code = 5 * code + view.op[view.nodes * i + node] end
        rows[i] = row_of[code]
      end
      return rows
    end }
end

local function count_bits(number)
  local n = 0
  while number > 0 do number, n = math.floor(number / 2), n + number % 2 end
  return n
end

function world.nasbench101()
  local space, t, numbers = grammar.load "nasbench101", read "nb101_test108.csv.gz"
  local values, edges = { nodes = numbers "v", params = numbers "params" }, numbers "adj"
  for row = 0, t.rows - 1 do edges[row] = count_bits(edges[row]) end
  values.edges = edges
  local batch, pool = push_all(space, t, { "v", "adj", "ops" }, "v,adj,ops"), Pool.new(space)
  for row = 0, t.rows - 1 do pool:add(batch, row, 0) end
  return { space = space, batch = batch, values = values, written = { "params" },
    of = function(some) return pool:find(some) end }
end

-- ---- rules at random ----

local SIGNS = {
  ["<="] = function(a, b) return a <= b end, [">="] = function(a, b) return a >= b end,
  ["<"] = function(a, b) return a < b end, [">"] = function(a, b) return a > b end,
  ["=="] = function(a, b) return a == b end, ["!="] = function(a, b) return a ~= b end,
}
local ORDER = { "<=", ">=", "<", ">", "==", "!=" }

-- A comparison as text, and what it says of a row of the file; its bound is the value of some cell.
local function comparison(self, rng)
  local name = self.names[1 + rng:below(#self.names)]
  local values, sign = self.values[name], ORDER[1 + rng:below(#ORDER)]
  local bound, holds = values[rng:below(self.rows)], SIGNS[sign]
  return ("%s %s %.17g"):format(name, sign, bound), function(row) return holds(values[row], bound) end
end

local function alternative(self, rng)
  local text, holds = comparison(self, rng)
  local other_text, other = comparison(self, rng)
  return text .. " or " .. other_text, function(row) return holds(row) or other(row) end
end

local function combination(self, rng)
  local texts, all = {}, {}
  for i = 1, 1 + rng:below(3) do
    texts[i], all[i] = (rng:below(3) == 0 and alternative or comparison)(self, rng)
  end
  return texts, function(row)
    for _, holds in ipairs(all) do
      if not holds(row) then return false end
    end
    return true
  end
end

-- ---- holding them to it ----

local function here() return "draws.lua" end

-- The rows that the rules allow by the file; whether the constraints say the same of every cell.
local function check_all(self, rules, holds)
  local keep, number = rules:judge(self.batch), 0
  for row = 0, self.rows - 1 do
    local allowed = holds(row)
    if allowed ~= (keep[row] ~= 0) then return number, false end
    number = number + (allowed and 1 or 0)
  end
  return number, true
end

-- Whether row i of a batch, row `row` of the file, has a measure that hangs on how the cell is written:
-- which of two like vertices comes first decides who gets the channel that can't be shared.
local function written_otherwise(self, batch, i, row)
  for _, name in ipairs(self.written or {}) do
    local values = batch:measure(name, core.doubles(batch.capacity))
    if values[i] ~= self.values[name][row] then return true end
  end
  return false
end

local function all_masked(rules)
  for _, rule in ipairs(rules.items) do
    if not rule.masked then return false end
  end
  return true
end

-- Whether the choices that masked rules leave lead to the `number` cells that the file allows and to no
-- other.
local function check_support(self, rules, holds, number)
  local list, seen = Batch.new(self.space, self.rows), core.bytes(self.rows)
  local more = list:enumerate(rules.rules, 0)
  local rows = self.of(list)
  for i = 0, list:count() - 1 do
    if seen[rows[i]] ~= 0 or not holds(rows[i]) then return false end
    seen[rows[i]] = 1
  end
  return not more and list:count() == number
end

-- Draws that break a rule; masked ones are held by the draw alone.
local function check_draws(self, rules, holds, rng, tally)
  local batch, seen = Batch.new(self.space, BLOCK), core.bytes(self.rows)
  local masked = all_masked(rules)
  for _ = 1, self.draws / BLOCK do
    batch:clear()
    local found = batch:try_random(rules.rules, rng, BLOCK)
    if not found then break end
    if not masked then rules:filter(batch) end
    local rows = self.of(batch)
    for i = 0, batch:count() - 1 do
      if not holds(rows[i]) then
        local kind = written_otherwise(self, batch, i, rows[i]) and "otherwise" or "broken"
        tally[kind] = tally[kind] + 1
      end
      tally.reached, seen[rows[i]] = tally.reached + 1 - seen[rows[i]], 1
    end
    tally.drawn, tally.tried = tally.drawn + batch:count(), tally.tried + BLOCK
  end
end

local function try(self, rng, tally)
  local texts, holds = combination(self, rng)
  local ok, rules = pcall(constraints.new, texts, self.space, here)
  local number, agrees = 0, true
  if ok then
    number, agrees = check_all(self, rules, holds)
  else
    assert(tostring(rules.text):find("accepts nothing", 1, true), rules.text)
    for row = 0, self.rows - 1 do agrees = agrees and not holds(row) end
  end
  if not agrees then
    tally.wrong = tally.wrong + 1
    print("not what the file says: " .. table.concat(texts, "; "))
  end
  if number == 0 then
    tally.empty = tally.empty + 1
    return
  end
  if all_masked(rules) then
    tally.masked = tally.masked + 1
    if not check_support(self, rules, holds, number) then
      tally.wrong = tally.wrong + 1
      print("another support: " .. table.concat(texts, "; "))
    end
  end
  tally.allowed = tally.allowed + number
  check_draws(self, rules, holds, rng, tally)
end

local self = world[own.space]()
self.rows, self.names, self.draws = self.batch:count(), {}, tonumber(own.draws)
for name in pairs(self.values) do self.names[#self.names + 1] = name end
table.sort(self.names)
local rng, tally = Rng.new(tonumber(own.seed), "draws"),
  { broken = 0, otherwise = 0, tried = 0, drawn = 0, reached = 0, allowed = 0, wrong = 0, empty = 0,
    masked = 0 }
for _ = 1, tonumber(own.combinations) do try(self, rng, tally) end
print(("%s: %s combinations on %d cells, %d of them empty, %d all masked; %d say what the file does not or "
  .. "have another support; %.0f draws, %.0f kept, %d of them infeasible, %d only as the file writes them; "
  .. "%.4g %% of the cells allowed were drawn"):format(
  own.space, own.combinations, self.rows, tally.empty, tally.masked, tally.wrong, tally.tried,
  tally.drawn, tally.broken, tally.otherwise, 100 * tally.reached / tally.allowed))
if tally.wrong + tally.broken > 0 or tally.drawn == 0 then os.exit(1, true) end
