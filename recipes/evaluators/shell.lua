-- Any command can score a candidate: here a line of shell, which likes one letter in each place.
--   ganas-lua recipes/evaluators/shell.lua --workers 4
--
-- The candidate is in $GANAS_ARCH and, as JSON, in the file $GANAS_TRIAL_SPEC; {arch} stands for it in the
-- words of other commands (in a line of shell its '|' would be pipes). The last line of the output is the
-- result: a number, name=value, or JSON.

local space = require "ganas.space"

return {
  about = "a line of shell as the evaluator",
  args = { queries = 60 },

  space = { name = "letters", ops = { "a", "b", "c", "d" }, grow = space.chain(6) },
  evaluate = { "command", "sh", "-c", "echo likes=$(printf %s $GANAS_ARCH | tr -cd a | wc -c)",
    score = "likes" },
}
