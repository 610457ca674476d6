#!/bin/sh
# quickstart.sh FIRST LAST [name=value ...] - recipes/quickstart.lua with each of these seeds, one thread each:
#
#     sh tests/bench/quickstart.sh 230 239
#
# Test accuracies of what the search has found, of the best that it has found with no more parameters than the
# network made by hand (-: none), of that and of the best random one; parameters of the first and the third. Then
# means, and in how many runs the search is ahead. GANAS_LUA is the program (build/ganas-lua); the runs go away.
set -eu

first=$1 last=$2
shift 2
program=$(realpath "${GANAS_LUA:-build/ganas-lua}")
runs=$(mktemp -d)
trap 'rm -rf "$runs"' EXIT

# One line of a run's table: seed, four accuracies, two numbers of parameters.
row_of() {
    awk -v seed="$1" '
        /^found by the search / { best = $(NF - 3); params = $(NF - 2) }
        /^  with at most /      { small = $(NF - 3) }
        / made by hand /        { hand = $(NF - 3); of_hand = $(NF - 2) }
        / random ones /         { chance = $(NF - 3) }
        END {
            if (small == "") small = params <= of_hand ? best : "-"
            print seed, best, small, hand, chance, params, of_hand
        }'
}

echo "seed search no_larger hand random params of_hand"
for seed in $(seq "$first" "$last"); do
    "$program" quickstart seed="$seed" --threads 1 --quiet --out "$runs/$seed" "$@" >"$runs/out"
    row_of "$seed" <"$runs/out"
    rm -rf "${runs:?}/$seed"
done | tee "$runs/rows"

awk '
    { n++; best += $2; hand += $4; chance += $5; by_hand += $2 > $4; smaller += $3 != "-" && $3 > $4; by_chance += $2 > $5 }
    END {
        printf "mean %.2f - %.2f %.2f\n", best / n, hand / n, chance / n
        printf "ahead of the network made by hand in %d of %d, ", by_hand, n
        printf "with no more parameters in %d; of random search in %d\n", smaller, by_chance
    }' "$runs/rows"
