#!/bin/sh
# winner.sh RUN [IMAGES] - the exported C of a run of recipes/quickstart.lua on all test images:
#
#     sh tests/bench/winner.sh runs/quickstart-1-1
#
# Compiles RUN/winner/network.h alone, classifies the images of Fashion-MNIST's test set and prints the accuracy, that
# which the run has reported, and the memory that a prediction takes beside what was promised.
set -e
run=$1
images=${2:-/usr/share/datasets/fashion-mnist}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for part in images-idx3 labels-idx1; do
    gzip -dc "$images/t10k-$part-ubyte.gz" > "$work/$part"
done
cat > "$work/main.c" <<'C'
#include <stdio.h>
#include "network.h"
int main(int argc, char **argv)
{
    static unsigned char pixels[28 * 28];
    float logits[network_classes];
    int right = 0, all = 0, label;
    FILE *images = fopen(argv[1], "rb"), *labels = fopen(argv[argc - 1], "rb");
    if (!images || !labels || fseek(images, 16, SEEK_SET) || fseek(labels, 8, SEEK_SET))
        return 1;
    while (fread(pixels, sizeof pixels, 1, images) == 1 && (label = getc(labels)) != EOF) {
        right += network_predict(pixels, logits) == label;
        all++;
    }
    printf("%d images, test accuracy %.2f %%, %.1f kB of activations\n", all, 100.0 * right / all,
           network_floats * 4 / 1024.0);
    return 0;
}
C
cc -std=c99 -O2 -I "$run/winner" -o "$work/main" "$work/main.c"
"$work/main" "$work/images-idx3" "$work/labels-idx1"
grep -o '"ram_kb":[0-9.]*\|"test_acc":[0-9.]*' "$run/winner/network.json"
