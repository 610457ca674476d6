-- params < its and macs < its: which NAS-Bench-101 cell is also more accurate than the Inception-like one?
--   ganas-lua nb101_beats_inception seed=3 --data DIR     DIR holds nb101_test108.csv.gz, nb101_hash64.u64

local rule = require "ganas.rule"

local INCEPTION = "0111100/0000001/0000001/0000001/0000010/0000001/0000000:"
  .. "input,conv3x3-bn-relu,conv1x1-bn-relu,maxpool3x3,conv3x3-bn-relu,conv3x3-bn-relu,output"

return {
  about = "the Inception-like cell of NAS-Bench-101 made better with fewer parameters and multiply-adds",
  args = { queries = 500 },
  space = "nasbench101",

  -- The mean test accuracy in % of three trainings of 108 epochs.
  evaluate = { "table", file = "nb101_test108.csv.gz", join = { { "nb101_hash64.u64", as = "hash64" } },
    columns = { test = function(row) return row.test_sum3 / 299.52 end }, score = "test" },

  start_from = INCEPTION, -- evaluated and compared with; as it has not less than itself, it is no candidate

  constraints = function(_, space)
    local its = space:candidate(INCEPTION)
    return { rule.sum("params", "<", its.params), rule.sum("macs", "<", its.macs) }
  end,
}
