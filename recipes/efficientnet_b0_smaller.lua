-- Which of EfficientNet's networks has the fewest parameters and is at least as accurate as EfficientNet-B0?
--   ganas-lua efficientnet_b0_smaller seed=3 --data DIR
-- DIR holds accel_nasbench.csv.gz and anb_top1_xgb.json.
--
-- Accuracies are ImageNet top-1 in % after Accel-NASBench's short training, not after a full one: the mean of
-- the trainings of a network where there are any, else what a model predicts that was fitted to all of
-- them (ours, not the authors'). The result says of each network which it is. Needs XGBoost's library
-- (Debian: libxgboost0).

local over = require "ganas.schedule"
local rule = require "ganas.rule"

local B0 = "e1666666:k3353553:l1223341:s1111111"

-- Among networks as accurate as B0 the score is the parameters that they save, in millions. What a less
-- accurate one lacks is charged at a price that no network near the boundary can earn back, so that the
-- best is always one that is as accurate.
local PRICE = 1   -- million parameters for a point of accuracy: near the boundary a point costs less
local ENTRY = 0.2 -- million parameters for being below at all

return {
  about = "EfficientNet-B0 made smaller: the fewest parameters with at least its short-trained top-1",
  args = { queries = 500 },
  space = "efficientnet",

  evaluate = { "first",
    { "trials", file = "accel_nasbench.csv.gz", score = "val_top1" },
    { "xgboost", model = "anb_top1_xgb.json", features = "one_hot", score = "val_top1" },
  },

  start_from = B0,

  objective = function(m)
    local saved = (m.baseline.params - m.params) / 1e6
    local lacking = m.baseline.val_top1 - m.val_top1
    if lacking <= 0 then return saved end
    return saved - PRICE * lacking - ENTRY
  end,

  constraints = function(_, space) return {
    rule.sum("params", "<=", space:candidate(B0).params), -- larger ones answer another question
  } end,

  -- Accuracy goes with size, on the whole; bolder the longer nothing better was found.
  search = { discriminator = { signals = { "params", "macs_M" } },
    screen = { optimism = over.impatient(1, 10) } },
}
