#!/bin/sh
# arm64.sh FOLDER - builds the tests in C for arm64 in FOLDER and runs them under qemu-user, less of each
# (GANAS_QUICK_TESTS): a vector takes qemu some forty times as long.
#
# FOLDER/root gets Debian's arm64 packages unpacked; nothing of them is installed. apt is told of another
# machine, one for arm64 with no package: its lists and archives are in FOLDER/apt.
set -eu

here=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
GANAS_ARM64_ROOT=$folder/root
export GANAS_ARM64_ROOT

packages="libc6-dev libgcc-12-dev libopenblas-pthread-dev librandom123-dev libnauty2-dev libjansson-dev
zlib1g-dev libbz2-dev libisal-dev libxxhash-dev libmd-dev libspng-dev libluajit-5.1-dev lua-luv-dev
libuv1-dev libseccomp-dev libcmocka-dev lua-argparse libjs-chart.js"

describe_machine() {
    mkdir -p "$folder/apt/lists/partial" "$folder/apt/archives/partial"
    : >"$folder/apt/status"
    cat >"$folder/apt/conf" <<END
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
Dir::State::lists "$folder/apt/lists";
Dir::State::status "$folder/apt/status";
Dir::Cache "$folder/apt";
END
    export APT_CONFIG="$folder/apt/conf"
}

fill_root() {
    describe_machine
    apt-get update
    apt-get install --download-only -y --no-install-recommends $packages
    mkdir -p "$GANAS_ARM64_ROOT"
    for package in "$folder"/apt/archives/*.deb; do
        dpkg -x "$package" "$GANAS_ARM64_ROOT"
    done
    # Links to /lib mean this machine's.
    find "$GANAS_ARM64_ROOT" -type l -lname '/*' | while read -r link; do
        ln -sfn "$GANAS_ARM64_ROOT$(readlink "$link")" "$link"
    done
    touch "$GANAS_ARM64_ROOT/complete"
}

[ -f "$GANAS_ARM64_ROOT/complete" ] || (fill_root) >"$folder/root.log" 2>&1 || {
    tail -n 20 "$folder/root.log" >&2
    exit 1
}
cmake -S "$here" -B "$folder/build" -DCMAKE_BUILD_TYPE=Release -DGANAS_WERROR=ON \
    -DCMAKE_TOOLCHAIN_FILE="$here/tests/portability/arm64.cmake" >"$folder/configure.log" 2>&1 || {
    tail -n 20 "$folder/configure.log" >&2
    exit 1
}
cmake --build "$folder/build" -j "$(nproc)" --target core_tests >"$folder/build.log" 2>&1 || {
    tail -n 60 "$folder/build.log" >&2
    exit 1
}
export GANAS_QUICK_TESTS=1
ctest --test-dir "$folder/build" --output-on-failure -j "$(nproc)" -L '^c$' -R '^test_'
