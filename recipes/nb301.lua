-- Which pair of DARTS cells does a surrogate of NAS-Bench-301 think most accurate on CIFAR-10?
--   ganas-lua nb301 queries=150 seed=3 --data DIR          DIR holds nb301_distilled_xgb.json
--
-- Needs XGBoost's library (Debian: libxgboost0).

return {
  about = "NAS-Bench-301 (DARTS cells): search by a surrogate's validation accuracy",
  space = "darts",

  -- In %. This model is no official one: it was fitted to 10,000 cells labelled by NAS-Bench-301 v0.9.
  evaluate = { "xgboost",
    model = "nb301_distilled_xgb.json",
    features = "one_hot",
    score = "distilled_acc",
  },
}
