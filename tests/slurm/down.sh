#!/bin/bash
# down.sh FOLDER - ends what up.sh has started, and removes the folder.
dir=$(realpath -m "$1")
for name in slurmd slurmctld munged; do
    pid=$(cat "$dir/run/$name" 2>/dev/null) || continue
    kill "$pid" 2>/dev/null || continue
    for _ in $(seq 100); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    kill -9 "$pid" 2>/dev/null
done
rm -rf "$dir"
