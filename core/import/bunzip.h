/* bunzip.h - a bzip2 file in memory. */
#ifndef GANAS_BUNZIP_H
#define GANAS_BUNZIP_H

#include "base.h"

enum { BUNZIP_MOST = 1 << 26 /* bytes of a file, packed and unpacked */ };

struct bunzip {
    unsigned char *bytes; /* [room], `size` of them unpacked */
    size_t size, room;
    unsigned char *packed; /* [packed_room] */
    size_t packed_room;
};

/* Unpacks a file in place of the one before; `b` starts as zeros. GANAS_E_PARSE with
   "path: byte N: ..." */
int32_t bunzip_file(struct bunzip *b, const char *path);

/* The same from bytes in memory. */
int32_t bunzip_bytes(struct bunzip *b, const char *path, const unsigned char *bytes, size_t size);

void bunzip_free(struct bunzip *b);

#endif
