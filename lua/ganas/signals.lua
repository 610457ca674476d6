-- signals - what is known of a candidate without a query, as inputs of a model: measures of its space.
--
--   search = { discriminator = { signals = { "params", "macs" } } }
--
-- Each measure becomes two inputs: how many deviations it is from the mean of what was evaluated, and the
-- square of that; 0 where a table has no value. A regression on them is a trend from which the other models
-- need only learn the deviations.

local Bayes = require "ganas.bayes"
local core = require "ganas.core"
local message = require "ganas.message"

local Signals = {}
Signals.__index = Signals

-- Of a space, by names of its measures.
function Signals.new(space, names)
  return setmetatable({ space = space, names = names, inputs = 2 * #names,
    regression = Bayes.new(2 * #names), center = {}, width = {} }, Signals)
end

-- Raises where a name is not a measure's. `where(path...)` answers "file:line".
function Signals.check(names, space, where)
  for i, name in ipairs(names) do
    if not space:knows_measure(name) then
      message.user("%s: %s", where("search", "discriminator", "signals", i),
        message.unknown("measure", name, space:measure_names(true)))
    end
  end
end

-- Mean and deviation of what is known among n values.
local function spread(values, n)
  local known, sum, square = 0, 0, 0
  for i = 0, n - 1 do
    if values[i] == values[i] then known, sum = known + 1, sum + values[i] end
  end
  local mean = known > 0 and sum / known or 0
  for i = 0, n - 1 do
    if values[i] == values[i] then square = square + (values[i] - mean) ^ 2 end
  end
  local deviation = math.sqrt(square / math.max(known, 1))
  return mean, deviation > 1e-9 * math.abs(mean) and deviation or 1
end

-- Numbers [rows][inputs] of a batch.
function Signals:of(batch)
  local n, all = batch:count(), self.inputs
  local inputs = core.doubles(n * all)
  for k, name in ipairs(self.names) do
    local values, at = batch:measure(name), 2 * (k - 1)
    for i = 0, n - 1 do
      local known = values[i] == values[i]
      local z = known and (values[i] - self.center[k]) / self.width[k] or 0
      inputs[i * all + at], inputs[i * all + at + 1] = z, z * z
    end
  end
  return inputs
end

-- Learns the trend of scores (an array, NaN: left out) from the rows of a batch; returns their numbers.
function Signals:learn(batch, scores)
  local n = batch:count()
  for k, name in ipairs(self.names) do self.center[k], self.width[k] = spread(batch:measure(name), n) end
  local numbers = self:of(batch)
  self.regression:fit(numbers, scores, n)
  return numbers
end

-- The trend of n rows by their numbers, an array.
function Signals:trend(numbers, n) return self.regression:mean(numbers, n) end

-- n rows of inputs [n][width] with the signals' numbers after them.
function Signals:join(inputs, width, numbers, n)
  local own, all = self.inputs, width + self.inputs
  local joined = core.doubles(n * all)
  for i = 0, n - 1 do
    for j = 0, width - 1 do joined[i * all + j] = inputs[i * width + j] end
    for j = 0, own - 1 do joined[i * all + width + j] = numbers[i * own + j] end
  end
  return joined
end

return Signals
