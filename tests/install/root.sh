#!/bin/sh
# root.sh - the .deb in a Debian with nothing else, as root: root.sh PACKAGE.deb [FOLDER]
#
# Makes the system in FOLDER (by default a temporary one that is removed; one that is there is used again),
# installs the package with what it asks for, and uses it as a user would: a search, a resume, the manual page's
# file, a C program against the library. Needs debootstrap and a mirror of Debian (MIRROR).
set -eu
deb=$(realpath "$1")
root=${2:-}
mirror=${MIRROR:-$(sed -n 's/^deb [^h]*\(http[^ ]*\) .*/\1/p;s/^URIs: *\([^ ]*\).*/\1/p' /etc/apt/sources.list \
    /etc/apt/sources.list.d/* 2>/dev/null | head -n 1)}
if [ -z "$root" ]; then
    root=$(mktemp -d)
    trap 'rm -rf "$root"' EXIT
fi

say() { echo "root.sh: $*"; }
within() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive "$@"; }

if [ ! -x "$root/usr/bin/apt-get" ]; then
    say "a new Debian 12 from $mirror"
    debootstrap --variant=minbase bookworm "$root" "$mirror" >"$root.log" 2>&1 || {
        tail -n 20 "$root.log"
        exit 1
    }
    rm -f "$root.log"
fi
for file in /etc/apt/apt.conf.d/*proxy* /etc/apt/apt.conf.d/99* /etc/resolv.conf; do
    [ -e "$file" ] && cp -L "$file" "$root$file"
done
cp "$deb" "$root/root/ganas-lua.deb"
within apt-get update -qq
within apt-get install -qq -y --no-install-recommends /root/ganas-lua.deb >/dev/null 2>&1 ||
    within apt-get install -y --no-install-recommends /root/ganas-lua.deb
say "installed: $(within dpkg-query -W -f '${binary:Package} ${Version}' ganas-lua)"

within sh -euc '
cd /root
rm -rf runs
ganas-lua --version
ganas-lua check demo >/dev/null
ganas-lua demo queries=60 seed=3 --quiet --out runs/first
ganas-lua new space mine && ganas-lua check mine.lua | head -n 3 && rm mine.lua
ganas-lua help spaces | head -n 1
test -f /usr/share/man/man1/ganas-lua.1
ldconfig -p | grep -q "libganas.so.0 "
ldd /usr/bin/ganas-lua | grep "not found" && exit 1
exit 0'
cp "$(dirname "$0")/../c/example/example.c" "$root/root/example.c"
within apt-get install -qq -y --no-install-recommends gcc libc6-dev >/dev/null 2>&1
within sh -euc 'cd /root && gcc -o example example.c -lganas && ./example | tail -n 1'
within apt-get purge -qq -y ganas-lua >/dev/null 2>&1
[ -z "$(find "$root/usr" -name '*ganas*' | head -n 1)" ] || { say "something is left after the purge"; exit 1; }
say "it installs, runs, links and goes away"
