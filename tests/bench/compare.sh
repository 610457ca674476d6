#!/bin/sh
# compare.sh - ganas-lua against PyTorch on this machine: the same works, in turn, in one run.
#
#   sh tests/bench/compare.sh [BUILD]            checks, then prints the table of ratios (3 minutes)
#   sh tests/bench/compare.sh --check [BUILD]    only: the same loss and gradients, relative error < 1e-4
#
# BUILD is the build folder, ./build by default. PYTHON has torch (/usr/bin/python3), ROUNDS is how often
# each pair is measured (5, fewer once 4 minutes are over), SECONDS_EACH for how long (0.25). Exit 77:
# there is no torch.
#
# A pair is one measurement of ours and one of PyTorch's right after it, or before it in every other round;
# each counts with its best repetition. A ratio is the median of those of the pairs. PyTorch keeps one
# process, tries all its forms first and answers with the better one of the two fastest. On two threads
# ours meets PyTorch's best of one and two.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
check_only=
if [ "${1-}" = --check ]; then
    check_only=yes
    shift
fi
build=${1:-$root/build}
python=${PYTHON:-/usr/bin/python3}
rounds=${ROUNDS:-5}
seconds=${SECONDS_EACH:-0.25}
folder=$(mktemp -d)
peer_pid=
trap 'exec 3>&-; [ -z "$peer_pid" ] || kill "$peer_pid" 2>/dev/null || :; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

fail() {
    echo "compare.sh: $*" >&2
    exit 1
}

# PyTorch at its fastest: OpenBLAS's and its own kernels for AVX-512 where the CPU has it, and a malloc
# that keeps its memory. Ours has the environment of whoever calls this.
peer() {
    set -- "$python" "$root/tests/bench/peer_torch.py" "$@"
    if grep -qw avx512f /proc/cpuinfo 2>/dev/null; then
        set -- OPENBLAS_CORETYPE=SkylakeX ATEN_CPU_CAPABILITY=avx512 "$@"
    fi
    exec env -u OPENBLAS_L2_SIZE MALLOC_TOP_PAD_=268435456 MALLOC_MMAP_THRESHOLD_=4294967296 \
        MALLOC_TRIM_THRESHOLD_=8589934592 "$@"
}

"$python" -c 'import torch' 2>/dev/null || {
    echo "compare.sh: '$python' has no torch; Debian's package is python3-torch" >&2
    exit 77
}

# ---- the same loss and gradients ----

dump=$build/tests/bench/bench_dump
[ -x "$dump" ] || fail "no program '$dump'; build with the tests first"
"$dump" "$folder/7" 7 64
"$dump" "$folder/24" 24 32
(peer check "$folder/7" "$folder/24") >"$folder/check" || {
    cat "$folder/check"
    fail "PyTorch computes something else"
}
if [ -n "$check_only" ]; then
    cat "$folder/check"
    exit 0
fi
echo "loss and gradients: $(tail -n 1 "$folder/check")"

# ---- timing ----

program=$build/ganas-lua
mkfifo "$folder/ask" "$folder/answer"
(peer serve) <"$folder/ask" >"$folder/answer" &
peer_pid=$!
exec 3>"$folder/ask" 4<"$folder/answer"

# ours WORK SIZE WIDTH THREADS: sets us, share
ours() {
    line=$("$program" bench "$1" size="$2" width="$3" nodes=7 threads="$4" seconds="$seconds" --json)
    # shellcheck disable=SC2046 # two words
    set -- $(echo "$line" | sed -n 's/.*"us":\([^,]*\),.*"of_peak":\([^,}]*\).*/\1 \2/p')
    [ $# = 2 ] || fail "'$program bench' said: $line"
    us=$1 share=$2
}

# theirs WORK SIZE WIDTH THREADS: sets best, form
theirs() {
    echo "$1 $2 $3 7 $4 $seconds" >&3
    read -r best _ form <&4 || fail "PyTorch's process ended"
}

# measure WORK SIZE WIDTH THREADS ROUND
measure() {
    if [ $(($5 % 2)) = 0 ]; then
        ours "$1" "$2" "$3" "$4"
        theirs "$1" "$2" "$3" "$4"
    else
        theirs "$1" "$2" "$3" "$4"
        ours "$1" "$2" "$3" "$4"
    fi
    echo "$1 $2 $3 $4 $5 $us $best $form $share" >>"$folder/times"
}

end=$(($(date +%s) + 240))
cases="disc_step:64 disc_step:512 disc_epoch:25 ppo_update:256 sampling:256"
round=0
while [ "$round" -lt "$rounds" ] && { [ "$round" = 0 ] || [ "$(date +%s)" -lt "$end" ]; }; do
    for width in 64 128; do
        for case in $cases; do
            for threads in 1 2; do
                measure "${case%:*}" "${case#*:}" "$width" "$threads" "$round"
            done
        done
    done
    round=$((round + 1))
    [ ! -t 2 ] || printf '\rround %d of %d ' "$round" "$rounds" >&2
done
[ ! -t 2 ] || printf '\r                 \r' >&2

# ---- the table ----

awk '
function median(list, n,    i, j, x) {
    for (i = 2; i <= n; i++) {
        x = list[i]
        for (j = i - 1; j > 0 && list[j] > x; j--) list[j + 1] = list[j]
        list[j + 1] = x
    }
    return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}
# Medians over the rounds of a case on so many threads: into m_us, m_them, m_ratio, m_share.
function summarise(name, threads,    r, n, us, them, ratio, share, t) {
    n = 0
    for (r = 0; r < rounds; r++) {
        t = theirs[name, threads, r]
        if (threads == 2 && theirs[name, 1, r] < t) t = theirs[name, 1, r]
        n++
        us[n] = ours[name, threads, r]; them[n] = t; ratio[n] = t / us[n]
        share[n] = peak[name, threads, r]
    }
    m_us = median(us, n); m_them = median(them, n); m_ratio = median(ratio, n); m_share = median(share, n)
}
{
    name = $1 " " $2 " " $3
    if (!(name in known)) { known[name] = 1; names[++count] = name }
    ours[name, $4, $5] = $6; theirs[name, $4, $5] = $7; form[name, $4] = $8; peak[name, $4, $5] = $9
    if ($5 + 1 > rounds) rounds = $5 + 1
}
END {
    print "microseconds: medians over " rounds " rounds of the best of each; ratio: of PyTorch to ours"
    print "form: of the sums over neighbours/threads of PyTorch + of OpenBLAS"
    print ""
    printf "%-16s %5s | %9s %9s %6s %7s | %9s %9s %6s | %s\n", "7 nodes", "", "1 thread", "PyTorch", "ratio",
        "of peak", "2 threads", "PyTorch", "ratio", "form on 1, on 2"
    for (i = 1; i <= count; i++) {
        split(names[i], word, " ")
        summarise(names[i], 1)
        printf "%-11s %4s %5s | %9.0f %9.0f %6.2f %5.0f %% |", word[1], word[2], word[3], m_us, m_them,
            m_ratio, 100 * m_share
        summarise(names[i], 2)
        printf " %9.0f %9.0f %6.2f | %s %s\n", m_us, m_them, m_ratio, form[names[i], 1], form[names[i], 2]
    }
}' "$folder/times"
