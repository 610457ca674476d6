/*
 * csv.h - the rows of a CSV file, plain or gzip, one after another.
 *
 * A header line, one row a line, \n or \r\n; a field that begins with a double quote ends with one
 * and may hold anything, "" being a quote. A byte order mark (UTF-8) before the header and empty
 * lines after the last row are left out. Only the row at hand is in memory.
 */
#ifndef GANAS_CSV_H
#define GANAS_CSV_H

#include <locale.h>

#include "base.h"

enum { CSV_COLUMNS = 4096 }; /* at most */

struct csv {
    char *path;
    void *file;     /* gzFile */
    int64_t length; /* of the file, in bytes as it lies on the disk */
    char *text;     /* [room + 1] what was read and not yet taken is from `at` to `size` */
    size_t at, size, room;
    bool ended;               /* everything was read */
    int32_t line;             /* of `at`, from 1 */
    int32_t blanks;           /* empty lines before `at` that may turn out to be rows */
    int32_t columns;          /* 0 before the header */
    int32_t row_line, fields; /* of the row at hand */
    char **field;             /* [fields] its texts; they stay until the next row is asked for */
    char *nothing;            /* the field of an empty line */
};

/* Opens a file and reads its header: the names are in `field`. On failure there is nothing to
   close. */
int32_t csv_open(struct csv *csv, const char *path);
void csv_close(struct csv *csv);

/* The next row; *more is false after the last. GANAS_E_PARSE with "path:line: ..." */
int32_t csv_next(struct csv *csv, bool *more);

/* How much of the file was read, 0..1. */
double csv_share(const struct csv *csv);

/* Whether a text is a finite decimal number and nothing else, and which; `c` is the locale "C",
   whatever the program's is. */
bool csv_number(const char *text, locale_t c, double *value);

/* "", "nan" and "NaN" stand for a missing number. */
bool csv_missing(const char *text);

#endif
