/*
 * png.h - pictures in PNG files, by libspng.
 *
 * Palettes and fewer bits are expanded, 16 bits reduced to 8. A channel of opacity may be there if
 * all is opaque: what lies behind a transparent pixel nobody knows.
 */
#ifndef GANAS_PNG_H
#define GANAS_PNG_H

#include "picture.h"

/* Whether a file begins as a PNG file does. */
bool png_is(const unsigned char *bytes, size_t size);

int32_t png_read(struct picture *picture, const char *path, const unsigned char *bytes, size_t size,
                 bool whole);

#endif
