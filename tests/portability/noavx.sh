#!/bin/sh
# noavx.sh BUILD [TEST...] - the program and the tests in C on an emulated x86-64 without AVX (Nehalem, of 2008), where
# such an instruction ends a process; a search must find there what it finds here. Emulation is slow: tests do less
# (GANAS_QUICK_TESTS).
set -eu
export GANAS_QUICK_TESTS=1

build=$1
shift
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT

# OpenBLAS chooses its kernels by the CPU it sees, and not by what was wanted elsewhere.
old() {
    qemu-x86_64 -cpu Nehalem -U OPENBLAS_CORETYPE "$@"
}

fail() {
    echo "noavx: $*" >&2
    exit 1
}

echo 'int main(void) { __asm__ volatile("vxorps %ymm0, %ymm0, %ymm0"); return 0; }' >"$temp/avx.c"
"${CC:-cc}" -o "$temp/avx" "$temp/avx.c"
if old "$temp/avx" 2>/dev/null; then fail "this emulator does have AVX, so that nothing is shown"; fi

for isa in avx2 avx512; do
    if GANAS_ISA=$isa old "$build/ganas-lua" recipes/demo.lua queries=5 --out "$temp/no" --quiet 2>"$temp/err"; then
        fail "GANAS_ISA=$isa was not refused"
    fi
    grep -q "GANAS_ISA is '$isa', which this CPU lacks" "$temp/err" || fail "$isa: $(cat "$temp/err")"
done

# Twenty queries: three steps, with training. Nothing is started, so that the report has no graphviz: under qemu 7.2
# whatever uses luv, Debian's luajit too, breaks down when a child of its ends.
search() {
    "$@" "$build/ganas-lua" recipes/demo.lua seed=7 queries=20 --out "$temp/run" --quiet >/dev/null
    grep -E '^."event":"(batch|result)"' "$temp/run/journal.jsonl"
    rm -r "$temp/run"
}

no_child="LD_PRELOAD=$build/tests/faults/shim.so"
search env "$no_child" GANAS_SHIM=fork=1 >"$temp/here"
search old -E "$no_child" -E GANAS_SHIM=fork=1 >"$temp/there"
[ "$(wc -l <"$temp/here")" -ge 20 ] || fail "a short journal"
cmp "$temp/here" "$temp/there" || fail "another trajectory"
echo "noavx: the same search"

[ $# -gt 0 ] || set -- "$build"/tests/c/test_*
for program in "$@"; do
    [ -f "$program" ] && [ -x "$program" ] || continue
    old "$program" >"$temp/log" 2>&1 || { tail -n 30 "$temp/log"; fail "${program##*/}"; }
    echo "noavx: ${program##*/} passes"
done
