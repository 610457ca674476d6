-- The cells of NAS-Bench-201 of which none is both more accurate and faster on a phone than another.
--   ganas-lua front_nb201 seed=3 --data DIR          DIR holds nb201.csv.gz and nb201_hwnas.csv.gz

return {
  about = "NAS-Bench-201 on CIFAR-10: accuracy against the latency on a Pixel 3",
  space = "nasbench201",
  evaluate = { "table", file = "nb201.csv.gz", score = "c10_val200", report = "c10_test200" },

  -- Milliseconds on a Pixel 3 (HW-NAS-Bench).
  measures = { file = "nb201_hwnas.csv.gz", pixel3_latency_ms = "c10_pixel3_latency" },
  objectives = { max = "c10_val200", min = "pixel3_latency_ms",
    reference = { c10_val200 = 10, pixel3_latency_ms = 40 } },
}
