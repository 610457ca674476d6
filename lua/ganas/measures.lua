-- measures - the recipe's field `measures`: numbers of a candidate that the space doesn't know.
--
--   measures = {
--     file = "nb201_hwnas.csv.gz", pixel3_latency_ms = "c10_pixel3_latency",  column (ganas.readings)
--     { blocks = "mine.csv", latency_ms = "ms" },                             by step (ganas.blocks)
--     mults = function(arch) return ... end,                                  any Lua
--     cpu_ms = { "predictor", file = "lat_cpu.f32" },                         network (ganas.predictor)
--     phone_ms = space.prices { ... },                                        a measure of ganas.space
--     gpu_ms = object,           an object with a method values(batch) -> doubles, one a candidate
--   }
--
-- A table without a name is one more of the same kind. Nothing is opened before a measure is used: by a
-- constraint, a function or the search. A value that is nil or NaN is missing: no rule on it holds.

local Arch = require "ganas.arch"
local chunk = require "ganas.chunk"
local message = require "ganas.message"
local prices = require "ganas.prices"
local schema = require "ganas.schema"
local sorted = require "ganas.sorted"

local measures = {}

local FIELDS = {
  file = { type = "string", expected = "the name of a CSV file, plain or .gz" },
  blocks = { type = "string", expected = "the name of a CSV file with the columns step, op and more" },
  key = { type = "string", expected = "the column that names a candidate" },
  index = { type = "string", expected = "the name of a file that names the candidates of this one" },
  missing = { type = { "number", "boolean" }, expected = "the number that stands for no value, or false" },
}

local FIELD_NAMES = {}
for name in sorted(FIELDS) do FIELD_NAMES[#FIELD_NAMES + 1] = name end

-- ---- functions ----

local Function = {}
Function.__index = Function

local function call_all(self, view, n, into)
  for row = 0, n - 1 do
    Arch.point(view, row)
    local value = self.fn(view)
    if value ~= nil and type(value) ~= "number" then
      message.user("%s: measure %s gave %s; expected a number, or nil for none", self.where,
        message.quote(self.name), message.value(value))
    end
    into[row] = value or 0 / 0
  end
end

function Function:values(batch, into)
  local view = Arch.view(batch)
  local ok, err = pcall(chunk.call, self.where, call_all, self, view, batch:count(), into)
  if ok then return end
  if not message.is_user(err) then error(err, 0) end
  message.user("%s; the candidate was %s", err.text, message.quote(tostring(view)))
end

-- ---- objects ----

local Object = {}
Object.__index = Object

function Object:values(batch, into)
  local values = self.object:values(batch)
  for row = 0, batch:count() - 1 do into[row] = values[row] end
end

-- ---- declaring them ----

local function check_name(name, space, place)
  if type(name) ~= "string" or not name:find "^[%a_][%w_]*$" then
    message.user("%s: %s is no name of a measure; expected letters, digits and underscores", place,
      message.value(name))
  end
  if Arch.reserved(name) or space:knows_measure(name) then
    message.user("%s: the measure %s is there already; expected another name", place, message.quote(name))
  end
end

-- A measure of ganas.space, or a trained network, as a function that opens it; nil for anything else.
local function described(value, space, plan, path)
  if type(value) ~= "table" then return nil end
  if value[1] == "predictor" then
    return function()
      local predictor = require("ganas.predictor").open(value, space, plan, nil, unpack(path))
      return { measure = "given", source = predictor, where = plan.where(unpack(path)) }
    end
  elseif value.measure then
    return function()
      value.factors = space.factors
      return value.measure == "prices" and prices.sum(value, plan) or value
    end
  end
end

-- A function that opens the measure: -> a description for ganas.measure.
local function opener(name, value, column_of, place)
  if type(value) == "string" and column_of then
    return function()
      local made = column_of(value, place)
      return made.measure and made or { measure = "given", source = made, where = place }
    end
  end
  local source
  if type(value) == "function" then
    source = setmetatable({ fn = value, name = name, where = message.defined(value) }, Function)
  elseif type(value) == "table" and type(value.values) == "function" then
    source = setmetatable({ object = value, least = value.least, greatest = value.greatest }, Object)
  else
    local field = message.nearest(name, FIELD_NAMES)
    message.user("%s: measure %s is %s; expected %sa function(arch) or an object with values(batch)%s", place,
      message.quote(name), message.value(value), column_of and "a column, " or "",
      field and ("; did you mean the field %s?"):format(message.quote(field)) or "")
  end
  return function() return { measure = "given", source = source, where = place } end
end

-- Declares the measures of a table, and of those in it.
local function attach(spec, space, plan, path)
  local function where(...)
    local full = { unpack(path) }
    for _, key in ipairs { ... } do full[#full + 1] = key end
    return plan.where(unpack(full))
  end
  local fields, column_of = {}, nil
  for name, rule in sorted(FIELDS) do
    if spec[name] ~= nil then fields[name] = schema.value(spec[name], rule, where, { name }) end
  end
  if fields.file and fields.blocks then
    message.user("%s: measures of a file and of blocks in one table; expected one of them, the other in a "
      .. "table of its own: { blocks = ..., name = column }", where "blocks")
  end
  if fields.file then column_of = require("ganas.readings").source(fields, space, plan, where) end
  if fields.blocks then column_of = require("ganas.blocks").source(fields, space, plan, where) end
  for name, value in sorted(spec) do
    if type(name) == "number" then
      if type(value) ~= "table" then
        message.user("%s: a measure without a name; expected name = 'column', or { file = ..., name = "
          .. "'column' }", where(name))
      end
      attach(value, space, plan, { unpack(path), name })
    elseif not FIELDS[name] then
      local place = where(name)
      check_name(name, space, place)
      local inside = { unpack(path) }
      inside[#inside + 1] = name
      local open = described(value, space, plan, inside) or opener(name, value, column_of, place)
      space:declare_measure(name, open)
    end
  end
end

-- Declares what a recipe's field `measures` says (nil: nothing) on a space.
function measures.attach(spec, space, plan)
  if spec then attach(spec, space, plan, { "measures" }) end
end

measures.FIELDS = FIELDS -- for the stubs of editors

return measures
