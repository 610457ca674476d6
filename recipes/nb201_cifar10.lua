-- Which cell of NAS-Bench-201 is the most accurate on CIFAR-10, and how few queries find it?
--   ganas-lua nb201_cifar10 seed=3 --data DIR          DIR holds nb201.csv.gz
--   ganas-lua nb201_cifar10 preset=paper queries=444

return {
  about = "NAS-Bench-201 on CIFAR-10: search by validation accuracy, report test accuracy",
  space = "nasbench201",

  -- Accuracies in % after 200 epochs, means over the training runs there are.
  evaluate = { "table", file = "nb201.csv.gz", score = "c10_val200", report = "c10_test200" },
}
