-- Which network of EfficientNet's space is the most accurate with no more parameters than EfficientNet-B0?
--   ganas-lua efficientnet_b0_better seed=3 --data DIR       DIR holds anb_top1_xgb.json, accel_nasbench.csv.gz
--
-- Accuracies are ImageNet top-1 in % after Accel-NASBench's short training, not after full training:
-- the trained value where there is one, else a model's prediction; the result says which.

local rule = require "ganas.rule"

local B0 = "e1666666:k3353553:l1223341:s1111111"

return {
  about = "EfficientNet-B0 made better: top-1 after a short training, at most its parameters",
  args = { queries = 500 },
  space = "efficientnet",

  evaluate = { "predictor", file = "x" },

  start_from = B0,

  constraints = function(_, space) return {
    rule.sum("params", "<=", space:candidate(B0).params),
  } end,
}
