/*
 * fuzz_png.c - a PNG file. The checksums of its chunks are put right first, or nothing behind them
 * would ever be seen.
 */
#include "target.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "ganas.h"
#include "png.h"

enum { SIGNATURE = 8, AROUND = 12 }; /* bytes of a chunk besides its data: length, type, checksum */

static uint32_t length_at(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void mend(uint8_t *bytes, size_t size)
{
    size_t at = SIGNATURE;
    while (at + AROUND <= size && length_at(bytes + at) <= size - at - AROUND) {
        size_t length = length_at(bytes + at);
        uLong sum = crc32(0, bytes + at + 4, (uInt)length + 4);
        for (size_t i = 0; i < 4; i++)
            bytes[at + 8 + length + i] = (uint8_t)(sum >> (24 - 8 * i));
        at += length + AROUND;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct picture p = {0};
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        return 0;
    memcpy(copy, bytes, size);
    mend(copy, size);
    if (png_is(copy, size) && png_read(&p, "t.png", copy, size, true) == GANAS_OK) {
        size_t area = (size_t)p.height * (size_t)p.width;
        fuzz_sink = p.pixel[0] + p.pixel[(size_t)p.channels * area - 1];
        picture_free(&p);
    }
    free(copy);
    return 0;
}
