-- Which cell of NAS-Bench-201 is the most accurate on ImageNet16-120, and how few queries find it?
--   ganas-lua nb201_imagenet16 seed=3 --data DIR          DIR holds nb201.csv.gz
--   ganas-lua nb201_imagenet16 preset=paper queries=444

return {
  about = "NAS-Bench-201 on ImageNet16-120: search by validation accuracy, report test accuracy",
  space = "nasbench201",

  -- Accuracies in % after 200 epochs, means over the training runs there are.
  evaluate = { "table", file = "nb201.csv.gz", score = "in16_val200", report = "in16_test200" },

  -- What a cell costs on six devices (HW-NAS-Bench); the file is needed only when one of these is used:
  --   --where 'pixel3_latency_ms <= 5'
  measures = {
    file = "nb201_hwnas.csv.gz",
    edgegpu_latency_ms = "in16_edgegpu_latency", edgegpu_energy_mj = "in16_edgegpu_energy",
    raspi4_latency_ms = "in16_raspi4_latency", edgetpu_latency_ms = "in16_edgetpu_latency",
    pixel3_latency_ms = "in16_pixel3_latency",
    eyeriss_latency_ms = "in16_eyeriss_latency", eyeriss_energy_mj = "in16_eyeriss_energy",
    eyeriss_intensity = "in16_eyeriss_arithmetic_intensity",
    fpga_latency_ms = "in16_fpga_latency", fpga_energy_mj = "in16_fpga_energy",
  },
}
