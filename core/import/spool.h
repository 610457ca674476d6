/*
 * spool.h - values of a table's rows that come in any order, kept on the disk and given back block
 * of rows by block of rows, within a block in the order in which they came.
 *
 * The file has no name: whatever happens, nothing is left. Memory: 16 kB a block of 8192 rows.
 */
#ifndef GANAS_SPOOL_H
#define GANAS_SPOOL_H

#include "base.h"

enum {
    SPOOL_ROWS = 8192, /* of a block */
    SPOOL_TEXT = 16000 /* most bytes of a text */
};

struct spool;

struct spool_value {
    int32_t row; /* within its block */
    int32_t series, run;
    const char *text; /* NULL: a number */
    int32_t length;
    double number;
};

/* A spool beside the file `path`. */
int32_t spool_new(struct spool **out, const char *path);
void spool_free(struct spool *spool);

/* Keeps a value of row `row` of the table; series and run: 0..65535. */
int32_t spool_put(struct spool *spool, int32_t row, const struct spool_value *value);

/* Starts at the first value of a block. */
int32_t spool_rewind(struct spool *spool, int32_t block);

/* The next value of that block; *more is false after the last. Texts stay until the next call. */
int32_t spool_next(struct spool *spool, struct spool_value *value, bool *more);

#endif
