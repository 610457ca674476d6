-- Which network inside Once-for-all's MobileNetV3 is the most accurate under 230 million multiply-adds?
--   ganas-lua mobilenetv3_small seed=3 --data DIR      DIR holds autobuild_mbv3_acc.f32 and its manifest
--   ganas-lua mobilenetv3_small macs_M=300
--
-- Accuracies are ImageNet top-1 in %, predicted by AutoBuild for networks of width 1.2; the multiply-adds
-- are exact, and no candidate is ever drawn that has more.

local rule = require "ganas.rule"

return {
  about = "the most accurate MobileNetV3 of Once-for-all within a number of multiply-adds",
  args = { macs_M = 230, queries = 500 },
  space = "mobilenetv3",

  evaluate = { "predictor", file = "autobuild_mbv3_acc.f32", scale = 100, score = "predicted_top1" },

  constraints = function(args) return {
    rule.sum("macs", "<=", args.macs_M * 1e6),
  } end,
}
