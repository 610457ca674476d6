#!/bin/sh
# picture.sh - the picture of README.md: docs/picture.sh [PROGRAM] > docs/search.svg
#
# NAS-Bench-201 on CIFAR-10, seeds 200 to 209: test accuracy of the best cell so far by validation, mean and
# standard deviation. Needs gnuplot and the benchmark's file in $GANAS_DATA; a minute on one core.
set -eu
program=${1:-build/ganas-lua}
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
"$program" compare nb201_cifar10 methods=best,evolution,random seeds=200..209 \
    budgets=10,20,30,40,50,60,80,100,120,140,160,180,200 --json --quiet >"$temp/json"

# A block for each method: queries, mean, deviation.
for method in best evolution random; do
    sed 's/{"method"/\n&/g' "$temp/json" | sed -n 's/^{"method":"'$method'","budget":\([0-9]*\),"mean":\([0-9.]*\),"sd":\([0-9.e-]*\),.*/\1 \2 \3/p'
    printf '\n\n'
done >"$temp/points"

gnuplot -e "file='$temp/points'" - <<'END'
set terminal svg size 720,380 font "sans-serif,13" background "#ffffff"
set key right bottom
set xlabel "cells evaluated"
set ylabel "test accuracy of the best so far (%)"
set yrange [92.5:94.55]
set grid ytics lc "#dddddd"
set border 3
set tics nomirror
set style fill transparent solid 0.15 noborder
set label "the best cell" at 200,94.44 right tc "#555555"
plot file index 2 using 1:($2-$3):($2+$3) with filledcurves lc "#999999" notitle, \
     file index 1 using 1:($2-$3):($2+$3) with filledcurves lc "#e69f00" notitle, \
     file index 0 using 1:($2-$3):($2+$3) with filledcurves lc "#0072b2" notitle, \
     94.373333 with lines dt 3 lc "#555555" notitle, \
     file index 2 using 1:2 with lines lw 2 lc "#999999" title "random", \
     file index 1 using 1:2 with lines lw 2 lc "#e69f00" title "evolution", \
     file index 0 using 1:2 with lines lw 3 lc "#0072b2" title "ganas-lua"
END
