-- edgegpu_energy_mj <= budget: the most accurate NAS-Bench-201 cell for the energy of an edge GPU.
--   ganas-lua nb201_edge budget=9 seed=7 --data DIR           DIR holds nb201.csv.gz and nb201_hwnas.csv.gz

local rule = require "ganas.rule"

return {
  about = "NAS-Bench-201 on CIFAR-10 under an energy bound on an edge GPU (HW-NAS-Bench)",
  args = { budget = 17 }, -- mJ

  space = "nasbench201",
  evaluate = { "table", file = "nb201.csv.gz", score = "c10_val200", report = "c10_test200" },
  measures = { file = "nb201_hwnas.csv.gz", edgegpu_energy_mj = "c10_edgegpu_energy" },

  constraints = function(args) return {
    rule.sum("edgegpu_energy_mj", "<=", args.budget),
  } end,
}
