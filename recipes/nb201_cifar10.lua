-- Which cell of NAS-Bench-201 is the most accurate on CIFAR-10, and how few queries find it?
--   ganas-lua nb201_cifar10 seed=3 --data DIR          DIR holds nb201.csv.gz
--   ganas-lua nb201_cifar10 preset=paper queries=444

return {
  about = "NAS-Bench-201 on CIFAR-10: search by validation accuracy, report test accuracy",
  space = "nasbench201",

  -- Accuracies in % after 200 epochs, means over the training runs there are.
  evaluate = { "table", file = "nb201.csv.gz", score = "c10_val200", report = "c10_test200" },

  -- What a cell costs on six devices (HW-NAS-Bench); the file is needed only when one of these is used:
  --   --where 'pixel3_latency_ms <= 5'
  measures = {
    file = "nb201_hwnas.csv.gz",
    edgegpu_latency_ms = "c10_edgegpu_latency", edgegpu_energy_mj = "c10_edgegpu_energy",
    raspi4_latency_ms = "c10_raspi4_latency", edgetpu_latency_ms = "c10_edgetpu_latency",
    pixel3_latency_ms = "c10_pixel3_latency",
    eyeriss_latency_ms = "c10_eyeriss_latency", eyeriss_energy_mj = "c10_eyeriss_energy",
    eyeriss_intensity = "c10_eyeriss_arithmetic_intensity",
    fpga_latency_ms = "c10_fpga_latency", fpga_energy_mj = "c10_fpga_energy",
  },
}
