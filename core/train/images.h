/*
 * images.h - a labelled set of 8-bit images in memory.
 *
 * IDX (LeCun's MNIST files), big endian: 0 0 8 d, then d sizes of four bytes, then the bytes.
 * Images have d = 3, labels d = 1.
 */
#ifndef GANAS_IMAGES_H
#define GANAS_IMAGES_H

#include "base.h"

enum { IMAGES_SIDE = 4096 }; /* the most rows or columns of an image */

struct ganas_images {
    ganas_images_view view;
    uint8_t *pixel, *label; /* what the view shows */
};

/* Bytes of one image. */
static inline size_t images_bytes(const ganas_images *images)
{
    const ganas_images_view *v = &images->view;
    return (size_t)v->channels * (size_t)v->height * (size_t)v->width;
}

#endif
