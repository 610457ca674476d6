-- features - a candidate as a list of numbers, for models that know no graphs.
--
--   features = function(arch) return { 1, 0, 3 } end    a function
--   features = "one_hot"                                one of the space's `features` by name
--   features = { "params", "depth" }                    measures of the space

local chunk = require "ganas.chunk"
local message = require "ganas.message"
local sorted = require "ganas.sorted"

local features = {}

-- The list that a function gives for an architecture.
function features.call(fn, arch)
  local where = message.defined(fn)
  local list = chunk.call(where, fn, arch)
  if type(list) ~= "table" or #list == 0 then
    message.user("%s: the features are %s; expected a list of numbers", where, message.value(list))
  end
  for i, x in ipairs(list) do
    if type(x) ~= "number" then
      message.user("%s: feature %d is %s; expected a number", where, i, message.value(x))
    end
  end
  return list
end

local function by_name(space, name, where)
  local fn = space.features[name]
  if fn then return fn end
  local names = sorted.keys(space.features)
  message.user("%s: %s", where, message.unknown("features of " .. space.name, name, names))
end

-- Measures are numbers already.
local function by_measures(space, names, where)
  for _, name in ipairs(names) do
    if type(name) ~= "string" or not space:measure(name) then
      message.user("%s: %s", where, message.unknown("measure", tostring(name), space:measure_names()))
    end
  end
  return function(arch)
    local list = {}
    for i, name in ipairs(names) do list[i] = arch[name] end
    return list
  end
end

-- What a recipe asks for as a function(arch) -> list of numbers; a mistake is a user error at `where`.
function features.open(spec, space, where)
  if type(spec) == "string" then spec = by_name(space, spec, where) end
  if type(spec) == "table" and #spec > 0 then return by_measures(space, spec, where) end
  if type(spec) ~= "function" then
    message.user("%s: the features are %s; expected a function(arch), the name of the space's, or a list of "
      .. "measures", where, message.value(spec))
  end
  return function(arch) return features.call(spec, arch) end
end

return features
