/*
 * runs.h - from single training runs to a table: values by row, series and run come in any order,
 * through a spool; out come for each series its mean over the runs and a column for each run.
 *
 *     val108        mean of the runs there are, added up in the order in which they came
 *     val108_runs   how many there are (counted series)
 *     val108_1 ...  the runs, where a series has more than one; of more than RUNS_KEPT runs the
 *                   first labels that came are kept
 */
#ifndef GANAS_RUNS_H
#define GANAS_RUNS_H

#include "base.h"

enum {
    RUNS_KEPT = 8,
    RUNS_NAME = 64,    /* bytes of a series' name, its NUL included */
    RUNS_SERIES = 1024 /* at most */
};

enum runs_kind {
    RUNS_TEXT,      /* one text a row: the last that came */
    RUNS_VALUE,     /* one number a row: the mean of those that came */
    RUNS_SERIES_OF, /* a number for each run */
    RUNS_COUNTED    /* the same, and how many there are */
};

struct runs;

/* A table at `path` to be; `mark` is what stands between a series' name and a run's label. */
int32_t runs_new(struct runs **out, const char *path, const char *mark);
void runs_free(struct runs *runs);

/* The number of a series, which is made if there is none of that name. Columns are in the order of
   `order`, then of making. */
int32_t runs_series(struct runs *runs, const char *name, int32_t kind, int32_t order,
                    int32_t *series);

/* Values. Rows are numbered from 0, labels may be any from 0 to 65535; NaN and infinities count as
   nothing. */
int32_t runs_number(struct runs *runs, int32_t row, int32_t series, int32_t label, double value);
int32_t runs_text(struct runs *runs, int32_t row, int32_t series, const char *text, size_t length);

/* Writes one block of rows of the table, at last its end; *share says how far it is, 1: done. */
int32_t runs_write(struct runs *runs, double *share);

int32_t runs_rows(const struct runs *runs);
int32_t runs_columns(const struct runs *runs);

#endif
