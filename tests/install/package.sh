#!/bin/sh
# package.sh - the .deb has what it should and asks for what it needs: package.sh CPACK BUILD VERSION
set -eu
cpack=$1 build=$2 version=$3
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
cd "$build"

fail() {
    echo "$*"
    exit 1
}

"$cpack" -G DEB -B "$temp" >"$temp/log" 2>&1 || fail "$(cat "$temp/log")"
deb=$(ls "$temp"/*.deb)
[ "$(dpkg-deb -f "$deb" Package)" = ganas-lua ] || fail "the package has another name"
[ "$(dpkg-deb -f "$deb" Version)" = "$version" ] || fail "the package has another version"
needs=$(dpkg-deb -f "$deb" Depends)
for library in libluajit-5.1-2 libopenblas0 libuv1 libjansson4 libxxhash0 zlib1g libnauty2 libisal2 libspng0 libc6; do
    case $needs in
    *"$library"*) ;;
    *) fail "the package doesn't ask for $library: $needs" ;;
    esac
done

dpkg-deb -x "$deb" "$temp/root"
for file in bin/ganas-lua include/ganas.h lib/libganas.so.0 lib/pkgconfig/ganas.pc share/man/man1/ganas-lua.1 \
    share/bash-completion/completions/ganas-lua share/zsh/vendor-completions/_ganas-lua \
    share/ganas/recipes/demo.lua share/doc/ganas-lua/README.md share/doc/ganas-lua/copyright; do
    [ -e "$temp/root/usr/$file" ] || fail "no $file in the package"
done
[ -z "$(find "$temp/root" -perm /022 ! -type l)" ] || fail "others may write to what is in the package"
readelf -S "$temp/root/usr/bin/ganas-lua" | grep -q '[.]debug_info' && fail "the program isn't stripped"
[ "$(stat -c %s "$deb")" -lt 8000000 ] || fail "the package is of $(stat -c %s "$deb") bytes"
"$temp/root/usr/bin/ganas-lua" --version | grep -q "$version" || fail "the program doesn't run"
