/*
 * sheet.h - writes table files (pack.h), a block of rows at a time.
 *
 * The file is written beside its name, synced and renamed at the end: under the name there is
 * always the old file or the whole new one. A column of texts that all differ gets an index.
 */
#ifndef GANAS_SHEET_H
#define GANAS_SHEET_H

#include "base.h"

enum { SHEET_ROWS = 8192 /* of a block */ };

struct sheet;

int32_t sheet_new(struct sheet **out, const char *path);

/* Without sheet_finish before, nothing is left behind. */
void sheet_free(struct sheet *sheet);

/* Adds a column, before the first block; `kind` is an enum pack_kind. */
int32_t sheet_column(struct sheet *sheet, const char *name, int32_t kind);

/* After the last column: makes room for a block. */
int32_t sheet_begin(struct sheet *sheet);

/* [SHEET_ROWS] of a column of numbers, of the block at hand: missing (NaN) until they are set. */
double *sheet_numbers(struct sheet *sheet, int32_t column);

/* Sets a text of the block at hand, "" until then: `length` bytes without a NUL among them. */
int32_t sheet_text(struct sheet *sheet, int32_t row, int32_t column, const char *text,
                   size_t length);

/* Writes the block at hand: SHEET_ROWS rows, or fewer in the last. Infinite numbers become missing
   ones. */
int32_t sheet_write(struct sheet *sheet, int32_t rows);

/* Writes the rest and gives the file its name. */
int32_t sheet_finish(struct sheet *sheet);

#endif
