#!/bin/sh
# other.sh - the golden trajectories by a program that another compiler made:
# other.sh COMPILER SOURCES BUILD GENERATOR
# Optimised like a release; what takes a compiler time and moves no bit, warnings and debug information, is left out.
set -eu
make_program() {
    cmake -S "$2" -B "$3" -G "$4" -DCMAKE_C_COMPILER="$1" -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_C_FLAGS=-w -DGANAS_DEBUG_INFO=OFF -DGANAS_TESTS=OFF &&
        cmake --build "$3" --target ganas-lua -j 2
}
if ! make_program "$@" >"$3.log" 2>&1; then
    cat "$3.log"
    exit 1
fi
exec "$3/ganas-lua" lua tests/golden/run.lua --one
