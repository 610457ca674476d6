-- Which cell of NAS-Bench-201 is the most accurate on ImageNet16-120, and how few queries find it?
--   ganas-lua nb201_imagenet16 seed=3 --data DIR          DIR holds nb201.csv.gz
--   ganas-lua nb201_imagenet16 preset=paper queries=444

return {
  about = "NAS-Bench-201 on ImageNet16-120: search by validation accuracy, report test accuracy",
  space = "nasbench201",

  -- Accuracies in % after 200 epochs, means over the training runs there are.
  evaluate = { "table", file = "nb201.csv.gz", score = "in16_val200", report = "in16_test200" },
}
