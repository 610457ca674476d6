-- pixel3_latency_ms <= budget: the most accurate NAS-Bench-201 cell that a Pixel 3 runs in its time.
--   ganas-lua nb201_phone budget=5 seed=7 --data DIR          DIR holds nb201.csv.gz and nb201_hwnas.csv.gz

local rule = require "ganas.rule"

return {
  about = "NAS-Bench-201 on CIFAR-10 under a latency bound on a phone (HW-NAS-Bench)",
  args = { budget = 10 }, -- ms

  space = "nasbench201",
  evaluate = { "table", file = "nb201.csv.gz", score = "c10_val200", report = "c10_test200" },
  measures = { file = "nb201_hwnas.csv.gz", pixel3_latency_ms = "c10_pixel3_latency" },

  constraints = function(args) return {
    rule.sum("pixel3_latency_ms", "<=", args.budget),
  } end,
}
