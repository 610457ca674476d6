-- fit - turns measured values of whole networks into a table by step and operation, and says how well that
-- works: `ganas-lua fit FILE --space NAME [column=NAME] [key=COLUMNS] [missing=-1] [--out TABLE.csv]`.
--
-- FILE has a row a network: a column that names it (ganas.readings) and the measured one. The table is what a
-- recipe's measures = { blocks = TABLE.csv, name = column } takes (ganas.blocks). How well it works is judged
-- on networks that were held out, a fifth at a time.

local Lookup = require "ganas.lookup"
local Pool = require "ganas.pool"
local Rng = require "ganas.rng"
local core = require "ganas.core"
local data = require "ganas.data"
local fs = require "ganas.fs"
local grammar = require "ganas.grammar"
local json = require "ganas.json"
local message = require "ganas.message"
local sorted = require "ganas.sorted"

local fit = {}

local PARTS = 5
local ARGUMENTS = { "column", "key", "missing" }

-- ---- reading ----

local function read_arguments(given)
  local known = {}
  for _, name in ipairs(ARGUMENTS) do known[name] = true end
  for name in sorted(given.args) do
    if not known[name] then message.usage("%s", message.unknown("argument", name, ARGUMENTS)) end
  end
  local missing = given.args.missing and tonumber(given.args.missing) or -1
  if given.args.missing and not tonumber(given.args.missing) then
    message.usage("argument 'missing' is %s; expected a number", message.quote(given.args.missing))
  end
  if not given.space then message.usage "fit needs the space of the networks; expected --space NAME" end
  return given.args.column, given.args.key, missing
end

-- The only column that isn't a part of the key.
local function only_column(table, keys, path)
  local others = {}
  for _, name in ipairs(table.names) do
    if not keys[name] then others[#others + 1] = name end
  end
  if #others == 1 then return others[1] end
  message.usage("%s has %d columns besides the network's; say which with column=NAME: %s", path, #others,
    message.names(others, "or", 12))
end

local function load(given)
  local column, key, missing = read_arguments(given)
  local space = grammar.load(given.space)
  if space.ends then
    message.user("the graphs of %s have no fixed steps, so there is no table by step to fit", space.name)
  end
  local path = data.find(given.operand, given)
  local table, batch, keys = Lookup.rows(path, space, key, path)
  column = column or only_column(table, keys, path)
  local values = table:numbers(table:need(column), true)
  for row = 0, table.rows - 1 do
    if values[row] == missing then values[row] = 0 / 0 end
  end
  return { space = space, path = path, batch = batch, values = values, column = column, rows = table.rows }
end

-- ---- fitting ----

local function each_cell(space, fn)
  for step, node in ipairs(space.steps) do
    for _, op in ipairs(space.sets[node]) do
      if op < #space.own then fn(step, space.ops[op + 1], node * #space.ops + op) end
    end
  end
end

-- Which entries some network with a value has.
local function seen_cells(self)
  local seen, view, width = {}, self.batch:view(), #self.space.ops
  for row = 0, self.rows - 1 do
    if self.values[row] == self.values[row] then
      for _, node in ipairs(self.space.steps) do
        seen[node * width + view.op[row * self.space.nodes + node]] = true
      end
    end
  end
  return seen
end

local function predict(self, table, row)
  local view, width, nodes, sum = self.batch.seen, #self.space.ops, self.space.nodes, 0
  for node = 0, nodes - 1 do sum = sum + table[node * width + view.op[row * nodes + node]] end
  return sum
end

-- part[row]: in which of PARTS a row's network is; rows of one network are in the same.
local function cut(self)
  local pool, part, rng = Pool.new(self.space, "string"), {}, Rng.new(0, "fit")
  for row = 0, self.rows - 1 do pool:try(self.batch, row, 0) end
  local of, rows = {}, pool:find(self.batch)
  for i = 0, pool:count() - 1 do of[i] = math.floor(rng:uniform() * PARTS) end
  for row = 0, self.rows - 1 do part[row] = of[rows[row]] end
  return part, pool:count()
end

-- The value that each row would have by a table fitted to the other parts.
local function hold_out(self, part)
  local predicted, kept = {}, core.doubles(self.rows)
  for p = 0, PARTS - 1 do
    local some = false
    for row = 0, self.rows - 1 do
      kept[row] = part[row] == p and 0 / 0 or self.values[row]
      some = some or kept[row] == kept[row]
    end
    if some then
      local table = self.batch:fit(kept)
      for row = 0, self.rows - 1 do
        if part[row] == p and self.values[row] == self.values[row] then
          predicted[row] = predict(self, table, row)
        end
      end
    end
  end
  return predicted
end

-- ---- how well ----

-- rank[i] of the numbers of a list, ones that are equal but for rounding sharing their mean rank.
local function ranks(list)
  local order, rank, size = {}, {}, 0
  for i = 1, #list do order[i], size = i, math.max(size, math.abs(list[i])) end
  table.sort(order, function(a, b)
    if list[a] ~= list[b] then return list[a] < list[b] end
    return a < b
  end)
  local i = 1
  while i <= #order do
    local last = i
    while last < #order and list[order[last + 1]] - list[order[i]] <= 1e-12 * size do last = last + 1 end
    for k = i, last do rank[order[k]] = (i + last) / 2 end
    i = last + 1
  end
  return rank
end

local function mean(list)
  local sum = 0
  for _, x in ipairs(list) do sum = sum + x end
  return sum / #list
end

local function correlation(a, b)
  local ma, mb, ab, aa, bb = mean(a), mean(b), 0, 0, 0
  for i = 1, #a do
    local x, y = a[i] - ma, b[i] - mb
    ab, aa, bb = ab + x * y, aa + x * x, bb + y * y
  end
  return aa > 0 and bb > 0 and ab / math.sqrt(aa * bb) or 0
end

local function judge(truth, guess)
  local m, left, all = mean(truth), 0, 0
  for i = 1, #truth do left, all = left + (truth[i] - guess[i]) ^ 2, all + (truth[i] - m) ^ 2 end
  local rms = math.sqrt(left / #truth)
  return { rms = rms, relative = m ~= 0 and rms / math.abs(m) or nil, r2 = all > 0 and 1 - left / all or 1,
    rank = correlation(ranks(truth), ranks(guess)) }
end

local function worst(residual, n)
  local most = 0
  for row = 0, n - 1 do
    if residual[row] == residual[row] then most = math.max(most, math.abs(residual[row])) end
  end
  return most
end

-- ---- the table ----

-- Every entry is moved so that the least of each step is 0; the rest goes into the base.
local function entries(self, table, seen)
  local list, missing, least = {}, {}, {}
  local base = table[self.space.sets[0][1]] -- the first input carries the constant
  each_cell(self.space, function(step, op, cell)
    if seen[cell] then least[step] = math.min(least[step] or math.huge, table[cell])
    else missing[#missing + 1] = ("step %d, %s"):format(step, op) end
  end)
  each_cell(self.space, function(step, op, cell)
    if seen[cell] then list[#list + 1] = { step, op, table[cell] - least[step] } end
  end)
  for step = 1, #self.space.steps do base = base + (least[step] or 0) end
  return list, base, missing
end

local function table_text(self, list, base)
  local lines = { "step,op," .. self.column, ("base,,%.9g"):format(base) }
  for _, entry in ipairs(list) do lines[#lines + 1] = ("%d,%s,%.9g"):format(unpack(entry)) end
  return table.concat(lines, "\n") .. "\n"
end

-- ---- the command ----

local function run(self)
  local truth, guess, known = {}, {}, 0
  for row = 0, self.rows - 1 do
    if self.values[row] == self.values[row] then known = known + 1 end
  end
  if known == 0 then message.user("%s: column %s has no values", self.path, message.quote(self.column)) end
  local part, networks = cut(self)
  local seen = seen_cells(self)
  local fitted, residual = self.batch:fit(self.values)
  local list, base, missing = entries(self, fitted, seen)
  if networks < #list - #self.space.steps + 1 + PARTS then
    message.user("%s: %d networks can't say what %d entries are; expected more of them", self.path, networks,
      #list)
  end
  local predicted = hold_out(self, part)
  for row = 0, self.rows - 1 do
    if predicted[row] then truth[#truth + 1], guess[#guess + 1] = self.values[row], predicted[row] end
  end
  local result = judge(truth, guess)
  result.known, result.networks, result.entries, result.base, result.missing = known, networks, list, base,
    missing
  result.worst = worst(residual, self.rows)
  return result
end

local function short(x) return ("%.4g"):format(x) end

local function facts_of(self, r, out)
  local relative = r.relative and (", %.2g %% of the mean"):format(100 * r.relative) or ""
  local facts = {
    { "column", self.column },
    { "networks", ("%d, %d of %d rows have a value"):format(r.networks, r.known, self.rows) },
    { "table", ("%d entries by step and operation, base %s"):format(#r.entries, short(r.base)) },
    { "held-out error", ("%s root mean square%s; R2 %.4f"):format(short(r.rms), relative, r.r2) },
    { "held-out ranks", ("%.4f (Spearman's correlation)"):format(r.rank) },
    { "worst miss", short(r.worst) .. " on the networks that the table is made from" },
  }
  if #r.missing > 0 then
    facts[#facts + 1] = { "never measured",
      ("%d of %d entries, first %s: add their lines by hand"):format(#r.missing, #r.missing + #r.entries,
        r.missing[1]) }
  end
  local use = out and ("%s; a recipe has it as measures = { blocks = %s, %s = %s }"):format(out,
    message.quote(out), (self.column:gsub("[^%w_]", "_")), message.quote(self.column))
  facts[#facts + 1] = { "written", use or "nothing; --out TABLE.csv writes the table" }
  return facts
end

local function json_of(self, r, out)
  return json.encode(json.object {
    { "file", self.path }, { "space", self.space.name }, { "column", self.column }, { "rows", self.rows },
    { "known", r.known }, { "networks", r.networks }, { "entries", #r.entries }, { "base", r.base },
    { "held_out", json.object { { "rms", r.rms }, { "relative", r.relative }, { "r2", r.r2 },
      { "rank", r.rank } } },
    { "worst", r.worst }, { "missing", json.array(r.missing) }, { "out", out },
  })
end

-- Does what the options ask for; facts as a list of { what, text }, or with --json one line.
function fit.run(given)
  local self = load(given)
  local result = run(self)
  if given.out then fs.write_atomic(given.out, table_text(self, result.entries, result.base)) end
  if given.json then return nil, json_of(self, result, given.out) end
  return facts_of(self, result, given.out)
end

return fit
