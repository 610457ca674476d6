/* runs.c - gathers runs into rows: means, counts, and the runs themselves. */
#include "runs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "pack.h"
#include "sheet.h"
#include "spool.h"
#include "status.h"

_Static_assert((int)SPOOL_ROWS == (int)SHEET_ROWS, "blocks of one are blocks of the other");

struct series {
    char name[RUNS_NAME];
    int32_t kind, order;
    int32_t labels, label[RUNS_KEPT];
    int32_t column, count_column, run_column[RUNS_KEPT]; /* -1: none */
    double *sum;                                         /* [SHEET_ROWS] of the block at hand */
    uint32_t *count;
};

struct runs {
    char *path;
    char mark[8];
    int32_t rows, count, columns, blocks_done;
    struct series *series; /* [RUNS_SERIES] */
    struct spool *spool;
    struct sheet *sheet; /* NULL while values come */
};

/* ---- life ---- */

static int32_t open_runs(struct runs *r, const char *path, const char *mark)
{
    size_t length = strlen(path) + 1;
    (void)snprintf(r->mark, sizeof r->mark, "%s", mark);
    r->path = memory_new(length, 1);
    r->series = memory_new(RUNS_SERIES, sizeof *r->series);
    if (!r->path || !r->series)
        return GANAS_E_MEMORY;
    memcpy(r->path, path, length);
    return spool_new(&r->spool, path);
}

int32_t runs_new(struct runs **out, const char *path, const char *mark)
{
    struct runs *r = memory_new(1, sizeof *r);
    if (!r)
        return GANAS_E_MEMORY;
    int32_t status = open_runs(r, path, mark);
    if (status)
        runs_free(r);
    else
        *out = r;
    return status;
}

void runs_free(struct runs *runs)
{
    if (!runs)
        return;
    for (int32_t i = 0; i < runs->count; i++) {
        memory_free(runs->series[i].sum);
        memory_free(runs->series[i].count);
    }
    spool_free(runs->spool);
    sheet_free(runs->sheet);
    memory_free(runs->series);
    memory_free(runs->path);
    memory_free(runs);
}

int32_t runs_rows(const struct runs *runs)
{
    return runs->rows;
}

int32_t runs_columns(const struct runs *runs)
{
    return runs->columns;
}

/* ---- values ---- */

int32_t runs_series(struct runs *runs, const char *name, int32_t kind, int32_t order,
                    int32_t *series)
{
    for (*series = 0; *series < runs->count; ++*series)
        if (strcmp(runs->series[*series].name, name) == 0)
            return GANAS_OK;
    if (runs->count == RUNS_SERIES)
        return status_fail(GANAS_E_PARSE, "%s: more than %d different measurements", runs->path,
                           RUNS_SERIES);
    struct series *s = &runs->series[runs->count++];
    *s = (struct series){.kind = kind, .order = order};
    (void)snprintf(s->name, sizeof s->name, "%s", name);
    return GANAS_OK;
}

/* A label that is seen for the first time gets a column, as long as there are some. */
static void note_label(struct series *s, int32_t label)
{
    for (int32_t k = 0; k < s->labels; k++)
        if (s->label[k] == label)
            return;
    if (s->labels < RUNS_KEPT)
        s->label[s->labels++] = label;
}

int32_t runs_number(struct runs *runs, int32_t row, int32_t series, int32_t label, double value)
{
    struct spool_value v = {.series = series, .run = label, .number = value};
    runs->rows = int_max(runs->rows, row + 1);
    if (!isfinite(value))
        return GANAS_OK;
    note_label(&runs->series[series], label);
    return spool_put(runs->spool, row, &v);
}

int32_t runs_text(struct runs *runs, int32_t row, int32_t series, const char *text, size_t length)
{
    struct spool_value v = {
        .series = series, .text = text, .length = length < INT32_MAX ? (int32_t)length : INT32_MAX};
    runs->rows = int_max(runs->rows, row + 1);
    return spool_put(runs->spool, row, &v);
}

/* ---- columns ---- */

static int32_t add_column(struct runs *r, const char *name, int32_t kind, int32_t *column)
{
    *column = r->columns++;
    return sheet_column(r->sheet, name, kind);
}

static void sort_labels(struct series *s)
{
    for (int32_t i = 1; i < s->labels; i++)
        for (int32_t k = i; k > 0 && s->label[k] < s->label[k - 1]; k--) {
            int32_t label = s->label[k];
            s->label[k] = s->label[k - 1];
            s->label[k - 1] = label;
        }
}

/* The columns of single runs, where there are several. */
static int32_t add_run_columns(struct runs *r, struct series *s)
{
    char name[RUNS_NAME + 32];
    int32_t status = GANAS_OK;
    sort_labels(s);
    for (int32_t k = 0; k < RUNS_KEPT && !status; k++) {
        s->run_column[k] = -1;
        if (s->kind < RUNS_SERIES_OF || s->labels < 2 || k >= s->labels)
            continue;
        (void)snprintf(name, sizeof name, "%s%s%d", s->name, r->mark, s->label[k]);
        status = add_column(r, name, PACK_NUMBERS, &s->run_column[k]);
    }
    return status;
}

static int32_t add_columns(struct runs *r, struct series *s)
{
    char name[RUNS_NAME + 8];
    int32_t status =
        add_column(r, s->name, s->kind == RUNS_TEXT ? PACK_TEXTS : PACK_NUMBERS, &s->column);
    s->count_column = -1;
    (void)snprintf(name, sizeof name, "%s_runs", s->name);
    if (!status && s->kind == RUNS_COUNTED)
        status = add_column(r, name, PACK_NUMBERS, &s->count_column);
    if (!status)
        status = add_run_columns(r, s);
    if (status || s->kind == RUNS_TEXT)
        return status;
    s->sum = memory_new(SHEET_ROWS, sizeof *s->sum);
    s->count = memory_new(SHEET_ROWS, sizeof *s->count);
    return s->sum && s->count ? GANAS_OK : GANAS_E_MEMORY;
}

/* The series after one of order `order` and number `last`, -1 after the last. */
static int32_t series_after(const struct runs *r, int32_t order, int32_t last)
{
    int32_t best = -1;
    for (int32_t i = 0; i < r->count; i++) {
        int32_t own = r->series[i].order;
        bool later = own > order || (own == order && i > last);
        if (later && (best < 0 || own < r->series[best].order))
            best = i;
    }
    return best;
}

static int32_t begin(struct runs *r)
{
    int32_t status = sheet_new(&r->sheet, r->path);
    int32_t i = series_after(r, INT32_MIN, -1);
    for (; i >= 0 && !status; i = series_after(r, r->series[i].order, i))
        status = add_columns(r, &r->series[i]);
    return status ? status : sheet_begin(r->sheet);
}

/* ---- blocks ---- */

static int32_t place_value(struct runs *r, const struct spool_value *v)
{
    struct series *s = &r->series[v->series];
    if (v->text)
        return sheet_text(r->sheet, v->row, s->column, v->text, (size_t)v->length);
    s->sum[v->row] += v->number;
    s->count[v->row]++;
    for (int32_t k = 0; k < s->labels; k++)
        if (s->label[k] == v->run && s->run_column[k] >= 0)
            sheet_numbers(r->sheet, s->run_column[k])[v->row] = v->number;
    return GANAS_OK;
}

static void place_means(struct runs *r, struct series *s, int32_t rows)
{
    double *mean = sheet_numbers(r->sheet, s->column);
    double *count = s->count_column < 0 ? NULL : sheet_numbers(r->sheet, s->count_column);
    for (int32_t i = 0; i < rows; i++) {
        if (s->count[i])
            mean[i] = s->sum[i] / s->count[i];
        if (count)
            count[i] = s->count[i];
    }
    memset(s->sum, 0, SHEET_ROWS * sizeof *s->sum);
    memset(s->count, 0, SHEET_ROWS * sizeof *s->count);
}

static int32_t write_block(struct runs *r)
{
    struct spool_value v;
    bool more = true;
    int32_t first = r->blocks_done * SHEET_ROWS, rows = int_min(SHEET_ROWS, r->rows - first);
    int32_t status = spool_rewind(r->spool, r->blocks_done);
    while (!status && more) {
        status = spool_next(r->spool, &v, &more);
        if (!status && more)
            status = place_value(r, &v);
    }
    for (int32_t i = 0; i < r->count && !status; i++)
        if (r->series[i].kind != RUNS_TEXT)
            place_means(r, &r->series[i], rows);
    r->blocks_done++;
    return status ? status : sheet_write(r->sheet, rows);
}

int32_t runs_write(struct runs *runs, double *share)
{
    int32_t status = runs->sheet ? GANAS_OK : begin(runs);
    int32_t blocks = (runs->rows + SHEET_ROWS - 1) / SHEET_ROWS;
    if (!status && runs->blocks_done < blocks)
        status = write_block(runs);
    *share = (double)runs->blocks_done / (blocks + 1);
    if (status || runs->blocks_done < blocks)
        return status;
    *share = 1;
    return sheet_finish(runs->sheet);
}
