-- Which cell of NAS-Bench-201 is the most accurate on CIFAR-100, and how few queries find it?
--   ganas-lua nb201_cifar100 seed=3 --data DIR          DIR holds nb201.csv.gz
--   ganas-lua nb201_cifar100 preset=paper queries=444

return {
  about = "NAS-Bench-201 on CIFAR-100: search by validation accuracy, report test accuracy",
  space = "nasbench201",

  -- Accuracies in % after 200 epochs, means over the training runs there are.
  evaluate = { "table", file = "nb201.csv.gz", score = "c100_val200", report = "c100_test200" },
}
