-- Which network inside Once-for-all's ProxylessNAS beats a released one at no more latency on a CPU?
--   ganas-lua proxyless_better seed=3 --data DIR             DIR holds autobuild_pn_*.f32 and their manifests
--   ganas-lua proxyless_better against=cpu17                 against another released network
--
-- Accuracy (ImageNet top-1 in %) and latency (ms on a 2990WX) are AutoBuild's predictions, also of the
-- released networks: two predictions are compared, never a prediction with a measured value.

local over = require "ganas.schedule"
local rule = require "ganas.rule"

-- Networks that Once-for-all released for this space: for a V100 at 11 ms, for a CPU at 17 ms.
local RELEASED = {
  v100 = "r192:d223441:k3355737753735533:e3363334443466464",
  cpu17 = "r208:d223331:k33533735533533:e34346333466434",
}

return {
  about = "a released ProxylessNAS network made better: predicted top-1 at no more predicted CPU latency",
  args = { against = "v100", queries = 500 },
  space = "ofa_proxyless",

  evaluate = { "predictor", file = "autobuild_pn_acc.f32", scale = 100, score = "predicted_top1" },
  measures = { cpu_latency_ms = { "predictor", file = "autobuild_pn_lat_cpu.f32" } },

  start_from = function(args) return RELEASED[args.against] or args.against end,

  constraints = function(args, space) return {
    rule.sum("cpu_latency_ms", "<=", space:candidate(RELEASED[args.against] or args.against).cpu_latency_ms),
  } end,

  search = {
    discriminator = { signals = { "params", "macs", "cpu_latency_ms" } }, -- they go with accuracy
    screen = { optimism = over.impatient(1, 10) }, -- bolder, the longer nothing better was found
  },
}
