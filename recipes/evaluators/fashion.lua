-- Which cell of NAS-Bench-201 learns Fashion-MNIST best, if each is trained for three epochs?
--   ganas-lua recipes/evaluators/fashion.lua --workers 4
--
-- Two processes train with PyTorch, fashion.py beside this file; Debian's packages python3-torch and
-- dataset-fashion-mnist are all that it needs. A training takes about a minute on one core: the search can be
-- stopped at any time (Ctrl-C), 'ganas-lua resume RUN' goes on.

return {
  about = "NAS-Bench-201's cells trained on Fashion-MNIST by PyTorch",
  args = { queries = 60 },

  space = "nasbench201",
  evaluate = { "worker", "python3", "fashion.py", "--images", "10000",
    score = "valid", report = "test", budget = 3, workers = 2, timeout = 3600, retries = 1 },

  search = { initial = 16, batch = 8, truncate = 8 },
}
