#!/bin/sh
# display.sh - the live line in a real terminal that changes its width: display.sh PROGRAM
set -eu
program=$1
temp=$(mktemp -d)
tmux() { command tmux -L "ganas-$$" -f /dev/null "$@"; }
trap 'tmux kill-server 2>/dev/null || true; rm -rf "$temp"' EXIT
cd "$temp"

cat >slow.lua <<'END'
local space = require "ganas.space"
return {
  about = "slow", args = { queries = 1000 }, search = { initial = 500 },
  space = { name = "letters", ops = { "a", "b", "c", "d" }, grow = space.chain(9) },
  evaluate = { "command", "sh", "-c", "sleep 0.05; exit $((GANAS_ID % 5 == 4))", workers = 2 },
  constraints = { "count.a <= 4" },
}
END

fail() {
    echo "$1; the screen is:"
    tmux capture-pane -p -S -50
    exit 1
}

# Waits until the screen has a line with that pattern, ten seconds at most.
see() {
    n=0
    until tmux capture-pane -p | grep -q "$1"; do
        n=$((n + 1))
        [ $n -lt 100 ] || fail "no '$1'"
        sleep 0.1
    done
}

# One line with the state, and what stood above it.
check() {
    [ "$(tmux capture-pane -p -S -50 | grep -c '/1000')" -eq 1 ] || fail "at $1 columns: not one line"
    tmux capture-pane -p -S -50 | grep -q '^before 9' || fail "at $1 columns: what was above is gone"
    [ -z "$(tmux capture-pane -p | grep /1000 | tail -c +"$1")" ] || fail "at $1 columns: too wide"
}

# On a screen that isn't full, tmux (3.3) itself puts the cursor a line too low when lines are folded.
for i in 1 2 3 4 5 6 7 8 9; do echo "before $i"; done >full
tmux new-session -d -x 110 -y 10 "PS1='$ ' exec sh"
tmux send-keys "cat full; $program slow.lua --out r; echo code \$?" Enter
see '[1-9]/1000 queries .* failed  [12] of 2 busy .* left'
check 110
tmux resize-window -x 40
see '^[0-9]*/1000 .* \(failed\|left\|yet\)$'
sleep 0.5
check 40
tmux resize-window -x 90
see 'iteration 0 .*/1000 queries .* failed  [12] of 2 busy'
check 90
tmux send-keys C-c
see '^code 130'
tmux capture-pane -p -S -50 | grep -q 'scored yet' && fail "the line is left behind"
tmux capture-pane -p -S -50 | grep -q "interrupted after" || fail "no word on the interrupt"

# A terminal that knows nothing gets plain lines.
tmux send-keys "clear; TERM=dumb $program demo queries=300 seed=1 --out d 2>said; echo code \$?" Enter
see '^code 0'
grep -q "$(printf '\033')" said && fail "codes for a dumb terminal"
exit 0
