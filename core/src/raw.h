/*
 * raw.h - files that are one column of numbers without text: little-endian, with nothing between
 * them, plain or gzip, one after another. The path says how wide they are.
 */
#ifndef GANAS_RAW_H
#define GANAS_RAW_H

#include "base.h"

enum { RAW_TEXT = 24 }; /* room for a number of 64 bits */

struct raw {
    const char *path;
    void *file; /* gzFile */
    int width;  /* bytes of a number */
};

/* Whether a path ends in .u8, .u16, .u32 or .u64, with or without .gz behind it. */
bool raw_is(const char *path);

/* The path must stay. On failure there is nothing to close. */
int32_t raw_open(struct raw *raw, const char *path);
void raw_close(struct raw *raw);

/* Where the name of the file begins, and its length without the ending: that of the column. */
const char *raw_name(const char *path, size_t *length);

/* The next number in decimal digits; *more is false after the last. GANAS_E_PARSE when it is cut
   short. */
int32_t raw_next(struct raw *raw, char text[RAW_TEXT], bool *more);

#endif
