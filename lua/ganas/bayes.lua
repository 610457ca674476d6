-- bayes - Bayesian linear regression: scores as a linear function of given numbers.

local core = require "ganas.core"

local lib = core.lib
local Bayes = core.class("regression", lib.ganas_bayes_free)

-- A regression on so many inputs a row.
function Bayes.new(inputs)
  local handle = core.new("ganas_bayes", lib.ganas_bayes_new, lib.ganas_bayes_free, inputs)
  return setmetatable({ handle = handle, inputs = inputs }, Bayes)
end

-- Learns anew from `count` rows of inputs and their scores (arrays of doubles; NaN: left out).
function Bayes:fit(phi, scores, count)
  core.check(lib.ganas_bayes_fit(self.handle, phi, scores, count))
end

-- The expected scores of `count` rows.
function Bayes:mean(phi, count)
  local value = core.doubles(count)
  core.check(lib.ganas_bayes_mean(self.handle, phi, count, value))
  return value
end

return Bayes
