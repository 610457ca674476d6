#!/bin/sh
# run.sh - exit codes, signals, modules and messages of the launcher: run.sh PROGRAM LUA-FOLDER
set -u
program=$1
lua=$2
failed=0
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
cd "$temp" || exit 1

run() {
    GANAS_LUA_DIR=$lua "$program" "$@" >out 2>err
    code=$?
}

# expect WHAT CODE [FILE PATTERN]: the code, and a line of `out` or `err`.
expect() {
    if [ "$code" -ne "$2" ]; then
        echo "$1: exit code $code, expected $2"
        cat err
        failed=1
    elif [ $# -gt 2 ] && ! grep -q -- "$4" "$3"; then
        echo "$1: no '$4' in:"
        cat "$3"
        failed=1
    fi
}

for wanted in 0 1 2 130; do
    run code $wanted
    expect "code $wanted" $wanted
done
run fault
expect fault 3 err 'ganas-lua: a fault of ours: .*cli.lua:[0-9]*: broken on purpose'
expect 'traceback of a fault' 3 err '^stack traceback:'
run object
expect 'fault that is an object' 3 err 'a fault of ours: an object'
run table
expect 'fault that is a table' 3 err 'a fault of ours: an error of type table'
run none
expect 'no exit code' 3 err 'returned no exit code'
run arguments 'a b' '' --x=1
expect arguments 0 out '^\[a b\]\[\]\[--x=1\]$'
run facts
expect facts 0
expect 'GANAS_LUA_DIR is said' 0 err "^ganas-lua: Lua modules come from '$lua' (GANAS_LUA_DIR)$"
run abi
expect 'another ABI' 3 err 'the header is of ABI 1, the program of ABI 99, its core of ABI 1; build all three'
GANAS_JIT= run jit
expect 'jit on' 0 out '^on$'
GANAS_JIT=off run jit
expect 'jit off' 0 out '^off$'

# A stray ./ganas folder takes no part, other modules beside it do.
mkdir ganas
echo 'error "the stray module ran"' >ganas/stray.lua
echo 'error "the stray module ran"' >argparse.lua
echo 'return true' >mine.lua
run module ganas.stray
expect 'stray module' 0 out "module 'ganas.stray' is not part of ganas-lua: no '.*/ganas/stray.lua'"
run module argparse
expect 'stray argparse' 0 out '^found$'
run module mine
expect "the user's module" 0 out '^found$'

GANAS_LUA_DIR=$temp/nowhere "$program" code 0 >out 2>err
code=$?
expect 'a wrong GANAS_LUA_DIR' 1 err "there is no '.*/nowhere/ganas/cli.lua'; it should name the sources' folder 'lua'"

# Output: a reader that went away ends the program quietly, a full disk is said.
{
    GANAS_LUA_DIR=$lua "$program" flood 2>err
    echo $? >code
} | head -n 1 >out
code=$(cat code)
expect 'broken pipe' 141 out '^1$'
[ "$(wc -l <err)" -eq 1 ] || { echo "broken pipe: not quiet:"; cat err; failed=1; }
run child
expect 'broken pipe to a child' 0 out '^alive$'
if [ -w /dev/full ]; then
    GANAS_LUA_DIR=$lua "$program" arguments text >/dev/full 2>err
    code=$?
    expect 'full disk' 1 err "^ganas-lua: can't write to standard output: No space left on device$"
fi

# interrupt DEED TIMES: starts it, waits until it is ready, interrupts it.
interrupt() {
    mkfifo pipe
    GANAS_LUA_DIR=$lua "$program" "$1" >pipe 2>err &
    pid=$!
    read -r _ <pipe
    for _ in $(seq "$2"); do
        kill -INT $pid
        sleep 0.3
    done
    wait $pid
    code=$?
    rm pipe
}

interrupt wait 1
expect 'one interrupt' 130
interrupt deaf 2
expect 'two interrupts' 130
exit $failed
