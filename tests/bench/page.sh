#!/bin/sh
# page.sh - how long a browser takes to open the report of a run: sh tests/bench/page.sh RUN/report.html [TIMES]
#
# Opens an empty page and the report in turn, TIMES times (5), with headless Chromium, each in a process of its
# own, until all scripts have run. Prints the seconds of both (medians) and the report's size; what the report
# takes is the difference.
set -eu
page=$(realpath "$1")
times=${2:-5}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# seconds ADDRESS: opens it once
seconds() {
    before=$(date +%s%N)
    chromium --headless --no-sandbox --disable-gpu --user-data-dir="$folder/profile" --dump-dom "$1" \
        >/dev/null 2>&1
    echo $((($(date +%s%N) - before) / 1000000))
}

median() { sort -n "$1" | sed -n "$(((times + 1) / 2))p"; }

for _ in $(seq "$times"); do
    seconds about:blank >>"$folder/blank"
    seconds "file://$page" >>"$folder/page"
done
blank=$(median "$folder/blank")
whole=$(median "$folder/page")
echo "empty page $blank ms, report $whole ms: $((whole - blank)) ms for $(stat -c %s "$page") bytes"
