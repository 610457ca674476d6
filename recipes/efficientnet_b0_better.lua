-- Which network of EfficientNet's space is the most accurate with no more parameters than EfficientNet-B0?
--   ganas-lua efficientnet_b0_better seed=3 --data DIR
-- DIR holds accel_nasbench.csv.gz and anb_top1_xgb.json.
--
-- Accuracies are ImageNet top-1 in % after Accel-NASBench's short training, not after a full one: the mean of
-- the trainings of a network where there are any, else what a model predicts that was fitted to all of
-- them (ours, not the authors'). The result says of each network which it is. Needs XGBoost's library
-- (Debian: libxgboost0).

local over = require "ganas.schedule"
local rule = require "ganas.rule"

local B0 = "e1666666:k3353553:l1223341:s1111111"

return {
  about = "EfficientNet-B0 made better: the best top-1 after a short training with at most its parameters",
  args = { queries = 500 },
  space = "efficientnet",

  evaluate = { "first",
    { "trials", file = "accel_nasbench.csv.gz", score = "val_top1" },
    { "xgboost", model = "anb_top1_xgb.json", features = "one_hot", score = "val_top1" },
  },

  start_from = B0,

  constraints = function(_, space) return {
    rule.sum("params", "<=", space:candidate(B0).params),
  } end,

  -- Larger ones are better, on the whole; bolder the longer nothing better was found.
  search = { discriminator = { signals = { "params", "macs_M" } },
    screen = { optimism = over.impatient(1, 10) } },
}
