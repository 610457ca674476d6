-- Which network for Fashion-MNIST is the most accurate under 8,000 parameters and 200,000 multiply-adds, with
-- activations in 32 kB? A search with real training that needs neither Python nor a GPU, nor a download.
--   ganas-lua quickstart
--   ganas-lua quickstart params=4000 macs=100000 ram_kb=16        other limits
--   ganas-lua quickstart retrain=0                                the search alone
--
-- The images are those of Debian's package dataset-fashion-mnist; data=NAME takes another set of IDX files.
-- Each candidate is trained for two epochs and judged by 10,000 images that it has not seen. The best
-- `finals` of them are then trained for `retrain` epochs; the best of those by the same images is the winner,
-- which alone is tested. With rivals=1 it is compared with the best of five networks made by hand and of as
-- many random candidates, which are chosen in the same way.

local finals = require "ganas.finals"
local rule = require "ganas.rule"

-- Chosen before any search, to nearly fill the default limits.
-- In this order: plain 3x3 convolutions; residual ones; separable ones, residual; the same with wider
-- windows; several side by side, joined.
local HAND = {
  "w6_x1.5:stem3:conv3|none+skip:last_max:conv3|none+skip:last_max:conv3|none+skip:last",
  "w6_x1.5:stem3:conv3|skip+skip:last_max:conv3|skip+skip:last_max:conv3|skip+skip:last",
  "w8_x2:stem3:sep3|skip+sep3:last_max:sep3|skip+sep3:last_max:sep3|skip+sep3:last",
  "w8_x1.5:stem3:sep5|skip+sep3:last_max:sep5|skip+sep3:last_max:sep5|skip+sep3:last",
  "w8_x2:stem3:sep3|conv1+max:both_max:sep3|conv1+max:both_max:sep3|conv1+max:both",
}

return {
  about = "real training on Fashion-MNIST: the best network for a small processor",
  args = { queries = 60, params = 8000, macs = 200000, ram_kb = 32, epochs = 2, finals = 3, retrain = 10,
    rivals = 1, data = "fashion-mnist" },

  space = "tinycell",
  evaluate = { "train", data = function(args) return args.data end,
    epochs = function(args) return args.epochs end, batch = 32,
    confirm = function(args)
      return args.retrain > 0 and { budget = args.retrain, best = args.finals } or nil
    end },

  constraints = function(args) return {
    rule.sum("params", "<=", args.params),  -- held while sampling: never broken
    rule.sum("macs", "<=", args.macs),
    rule.sum("ram_kb", "<=", args.ram_kb),  -- known before anything is trained
    rule.depth(">=", 3),                    -- a way from the image to the classifier
  } end,

  -- Within the limits larger networks are better, on the whole: a hint that costs nothing.
  search = { initial = 20, discriminator = { signals = { "params", "macs" } } },

  done = function(run)
    local args = run.plan.args
    finals.report(run, { retrain = args.retrain, rivals = args.rivals == 1, hand = HAND })
  end,
}
