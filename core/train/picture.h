/*
 * picture.h - one picture out of a file: 8-bit samples, channel by channel.
 *
 * The readers of each format (pnm, png) take the bytes of a whole file and its path, for messages;
 * `whole` says whether the samples are wanted or the shape alone. The picture is all zeros before
 * and, as to its memory, after a failure.
 */
#ifndef GANAS_PICTURE_H
#define GANAS_PICTURE_H

#include "base.h"

struct picture {
    int32_t channels, height, width; /* 1: grey, 3: red, green, blue */
    uint8_t *pixel;                  /* [channels][height][width], NULL where not wanted */
};

/* Memory for the samples of a picture whose shape is known. */
int32_t picture_reserve(struct picture *picture);
void picture_free(struct picture *picture);

/* A sample of 0..most as one of 0..255, rounded. */
static inline uint8_t picture_sample(uint32_t value, uint32_t most)
{
    return (uint8_t)((value * 255 + most / 2) / most);
}

#endif
