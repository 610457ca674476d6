#!/bin/sh
# trajectory.sh - the same seed gives the same journal, byte for byte, in every process, with any
# number of threads: trajectory.sh PROGRAM [RECIPE [name=value ...]]...  ("--" between recipes)
# Instruction sets are for tests/golden.
set -u
program=$1
shift
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
failed=0

# journal NAME THREADS: runs $recipe; its sets and results are in $temp/NAME.jsonl
journal() {
    # shellcheck disable=SC2086
    "$program" $recipe --threads "$2" --out "$temp/$1" --quiet >/dev/null || failed=1
    grep -E '^."event":"(batch|result)"' "$temp/$1/journal.jsonl" >"$temp/$1.jsonl"
    rm -r "${temp:?}/$1"
}

compare() {
    if ! cmp "$temp/a.jsonl" "$temp/$1.jsonl"; then
        echo "$recipe: another trajectory $2"
        failed=1
    fi
}

check() {
    journal a 1
    journal b 1
    compare b "in a second process"
    journal c 1
    compare c "in a third process"
    journal d 2
    compare d "with 2 threads"
    journal e 4
    compare e "with 4 threads"
    [ "$(wc -l <"$temp/a.jsonl")" -ge 60 ] || { echo "$recipe: a short journal"; failed=1; }
}

recipe=
for word in "$@" --; do
    if [ "$word" != -- ]; then
        recipe="$recipe $word"
    elif [ -n "$recipe" ]; then
        check
        recipe=
    fi
done
exit $failed
