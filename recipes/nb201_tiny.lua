-- params_c10 <= params and macs_c10 <= macs: the most accurate small NAS-Bench-201 cell.
--   ganas-lua nb201_tiny params=200000 macs=30e6 --data DIR          DIR holds nb201.csv.gz

local rule = require "ganas.rule"

return {
  about = "NAS-Bench-201 on CIFAR-10 under bounds on parameters and multiply-adds",
  args = { params = 300000, macs = 40e6 },

  space = "nasbench201",
  evaluate = { "table", file = "nb201.csv.gz", score = "c10_val200", report = "c10_test200" },

  constraints = function(args) return { -- sums: held while sampling
    rule.sum("params_c10", "<=", args.params),
    rule.sum("macs_c10", "<=", args.macs),
  } end,
}
