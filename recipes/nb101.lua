-- Which cell of NAS-Bench-101 is the most accurate on CIFAR-10, and how few queries find it?
--   ganas-lua nb101 seed=3 --data DIR          DIR holds the files nb101_*
--   ganas-lua nb101 preset=paper setup=1
--   ganas-lua nb101 score=val108               by validation accuracy, among the 30,001 cells that have one

return {
  about = "NAS-Bench-101: search by mean test accuracy, or by validation accuracy where it is known",
  space = "nasbench101",

  -- Accuracies in %. `test` is the mean of three trainings of 108 epochs, each k of 9,984 images, and
  -- known for every cell; `val4` to `val108` are of one training of so many epochs, of some cells only:
  -- a search by one of them stays among these. Rows are found by the benchmark's own hash.
  evaluate = { "table",
    file = "nb101_test108.csv.gz",
    join = { { "nb101_hash64.u64", as = "hash64" }, { "nb101_val_subset.csv.gz", by = "idx" } },
    columns = {
      test = function(row) return row.test_sum3 / 299.52 end,
      val4 = function(row) return row.val4 / 99.84 end,
      val12 = function(row) return row.val12 / 99.84 end,
      val36 = function(row) return row.val36 / 99.84 end,
      val108 = function(row) return row.val108 / 99.84 end,
    },
    score = "test", report = "test",
  },
}
