-- Which network of ProxylessNAS's space is the best on a Pixel 1 within the latency of ProxylessNAS-Mobile?
--   ganas-lua proxylessnas_pixel1 seed=3 --data DIR
--   ganas-lua proxylessnas_pixel1 budget_ms=60
--
-- DIR holds proxyless_pixel1_latency_lut.csv, autobuild_pn_acc.f32 and its manifest. The latency is exact:
-- the sum of the layers' measured ones, held while sampling. The accuracy is a stand-in. Nobody has published
-- a table of this space (width 1.0), so networks are ranked by what AutoBuild predicts for the same blocks in
-- Once-for-all's ProxylessNAS (width 1.3, 224 pixels); there every stage has two blocks at least, so that the
-- search keeps to these. Read the order, not the percents.

local rule = require "ganas.rule"

-- ProxylessNAS-Mobile: the paper's network for this phone; its first stage here has the 24 channels that all
-- networks of the space have, not the 32 of the released weights.
local MOBILE = "d244441:k5373557555555577777:e3333336333633366336"

return {
  about = "ProxylessNAS's own space under a Pixel 1's latency, ranked by a predictor of a wider space",
  args = { budget_ms = 0, queries = 500 }, -- 0: the latency of ProxylessNAS-Mobile
  space = "proxylessnas",

  evaluate = { "predictor", file = "autobuild_pn_acc.f32", scale = 100, score = "standin_top1" },

  start_from = MOBILE,

  constraints = function(args, space)
    local budget = args.budget_ms > 0 and args.budget_ms or space:candidate(MOBILE).pixel1_latency_ms
    return {
      rule.sum("pixel1_latency_ms", "<=", budget),
      rule.at({ 2, 6, 10, 14, 18 }, "k3_e3", "k3_e6", "k5_e3", "k5_e6", "k7_e3", "k7_e6"), -- not skipped
    }
  end,
}
