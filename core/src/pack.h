/*
 * pack.h - the table file: columns of numbers and texts that are mapped into memory as they lie on
 * the disk. Written by sheet.c, read by pack.c.
 *
 *     header | chunks and indices, each at a multiple of 8 bytes | directory
 *
 * The directory is columns, then chunks, then names: for each column a struct pack_column; for each
 * block of rows and in it for each column a struct pack_chunk; the columns' names, NUL-terminated.
 * All is little-endian. A checksum is XXH3's 64 bits of 64 kB and the next 64 kB and so on, each
 * with the one before as seed, the first with 0. A chunk holds the rows of one block:
 *
 *     numbers  one of a fixed width for each row; NaN is a missing one
 *     texts    for each row the offset (uint32) of its text in the bytes that follow; the texts are
 *              NUL-terminated, equal ones may share a place, the chunk's last byte is NUL
 *
 * An index finds the row of a text: `slots` numbers (uint32), row + 1 or 0, at index_hash(text) and
 * the places behind it, around the end.
 *
 * The header's and directory's checksums and every offset in them are checked when a file is
 * opened, a chunk's or index's checksum when it is first used, an offset of a text when it is.
 * Nothing that a file says is believed before.
 */
#ifndef GANAS_PACK_H
#define GANAS_PACK_H

#include "base.h"

#define PACK_MAGIC "\x89GANAS\r\n" /* damaged by whatever takes the file for text */

enum {
    PACK_VERSION = 1,
    PACK_ORDER = 0x01020304,
    PACK_COLUMNS = 4096,  /* at most */
    PACK_PIECE = 1 << 16, /* bytes of a step of a checksum */
    PACK_BLOCK = 1 << 20  /* most rows of a block */
};

enum pack_kind { PACK_NUMBERS = 0, PACK_TEXTS = 1 };

enum pack_form { PACK_U8, PACK_U16, PACK_U32, PACK_F32, PACK_F64, PACK_TEXT, PACK_FORMS };

struct pack_header {
    char magic[8];
    uint32_t version, order; /* PACK_ORDER as this machine reads it */
    uint64_t size;           /* of the file */
    uint32_t rows, columns;
    uint32_t block; /* rows of every block but the last, which may have fewer */
    uint32_t names; /* bytes */
    uint64_t directory;
    uint64_t directory_sum;
    uint64_t sum; /* of the 56 bytes before */
};

struct pack_column {
    uint64_t index, index_sum; /* 0: none */
    uint32_t slots, name;      /* name: its offset among the names */
    uint32_t kind, reserved;   /* enum pack_kind; 0 */
};

struct pack_chunk {
    uint64_t offset;
    uint32_t size, form; /* bytes; enum pack_form */
    uint64_t sum;
};

_Static_assert(sizeof(struct pack_header) == 64, "no padding");
_Static_assert(sizeof(struct pack_column) == 32, "no padding");
_Static_assert(sizeof(struct pack_chunk) == 24, "no padding");

/* Bytes of a number, 0 for texts. */
uint32_t pack_width(uint32_t form);

uint64_t pack_sum(const void *bytes, uint64_t size);

/* A file in memory. */
struct pack {
    char *path;
    const unsigned char *bytes; /* mapped, or anywhere */
    uint64_t size;
    int fd; /* of the mapped file, else -1 */
    int32_t rows, columns, block;
    const struct pack_column *column; /* [columns] */
    const struct pack_chunk *chunk;   /* [blocks * columns] */
    const char *name;
    uint8_t *sound; /* [(blocks + 1) * columns] chunks, then indices: the checksum was right */
    unsigned char *buffer; /* [room] for what is read once, and would stay in memory if mapped */
    uint64_t room;
};

/* Whether a file begins like one of these, or should by its name. */
bool pack_is(const char *path);

/* GANAS_E_FILE or GANAS_E_PARSE with "path: byte N: ...". */
int32_t pack_open(struct pack **out, const char *path);
void pack_close(struct pack *pack);

/* The same over bytes that are in memory already, at a multiple of 8, and stay there; `path` is for
   messages. */
int32_t pack_over(struct pack **out, const char *path, const void *bytes, uint64_t size);

const char *pack_name(const struct pack *pack, int32_t column);

/* value[rows] of a column of numbers; missing ones are NaN. */
int32_t pack_numbers(struct pack *pack, int32_t column, double *value);

/* One number of such a column. */
int32_t pack_number(struct pack *pack, int32_t row, int32_t column, double *value);

/* One text of a column of texts; it stays as long as the pack. */
int32_t pack_text(struct pack *pack, int32_t row, int32_t column, const char **text);

/* The index of a column, *slot NULL where it has none. */
int32_t pack_index(struct pack *pack, int32_t column, const uint32_t **slot, uint32_t *slots);

/* Reads all there is and checks it. */
int32_t pack_check(struct pack *pack);

#endif
