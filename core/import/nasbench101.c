/*
 * nasbench101.c - imports a file of NAS-Bench-101: one row a cell.
 *
 *     hash adjacency ops   as the file has them; the first record of a cell counts
 *     params               trainable parameters
 *     val108 test108 train108             accuracies (0..1) at the end of 108 epochs
 *     train_time108_s                     seconds of training until then
 *     val108_half ... train_time108_half_s    the same half way
 *
 * for each number of epochs that occurs, each as mean and by run (runs.h). The columns are those of
 * the official interface (nasbench/api.py), whose query() gives the numbers of one run.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "arena.h"
#include "cell.h"
#include "importer.h"
#include "keys.h"
#include "runs.h"
#include "status.h"
#include "tfrecord.h"

enum {
    PIECE = 2000,   /* records of a step */
    SCHEDULES = 16, /* different numbers of epochs, at most */
    NUMBERS = 8,    /* of a run */
    MOST_RUNS = UINT8_MAX
};

/* A number of epochs, and the series of its runs' numbers. */
struct schedule {
    int32_t epochs, series[NUMBERS];
};

struct nasbench101 {
    struct tfrecord file;
    struct cell cell;
    struct keys rows;           /* by hash */
    uint8_t (*runs)[SCHEDULES]; /* [room] runs of a cell and schedule, up to MOST_RUNS */
    int32_t room, schedules;
    int32_t hash, adjacency, operations, parameters; /* series */
    struct schedule schedule[SCHEDULES];
    struct runs *table;
    bool read; /* to the end */
};

/* ---- columns ---- */

static int32_t add_fixed(struct nasbench101 *n)
{
    int32_t status = runs_series(n->table, "hash", RUNS_TEXT, 0, &n->hash);
    if (!status)
        status = runs_series(n->table, "adjacency", RUNS_TEXT, 0, &n->adjacency);
    if (!status)
        status = runs_series(n->table, "ops", RUNS_TEXT, 0, &n->operations);
    return status ? status : runs_series(n->table, "params", RUNS_VALUE, 0, &n->parameters);
}

/* The eight numbers of a run, in the order of `numbers_of`. */
static int32_t add_schedule(struct nasbench101 *n, struct schedule *s)
{
    static const char *const names[NUMBERS] = {
        "val%d",      "test%d",      "train%d",      "train_time%d_s",
        "val%d_half", "test%d_half", "train%d_half", "train_time%d_half_s"};
    char name[RUNS_NAME];
    int32_t status = GANAS_OK;
    for (int i = 0; i < NUMBERS && !status; i++) {
        (void)snprintf(name, sizeof name, names[i], s->epochs);
        status = runs_series(n->table, name, i == 0 ? RUNS_COUNTED : RUNS_SERIES_OF, s->epochs,
                             &s->series[i]);
    }
    return status;
}

static void numbers_of(const struct cell_metrics *m, double value[NUMBERS])
{
    const struct cell_evaluation *end = &m->evaluation[CELL_END], *half = &m->evaluation[CELL_HALF];
    const double all[NUMBERS] = {end->validation,  end->test,  end->train,  end->time,
                                 half->validation, half->test, half->train, half->time};
    memcpy(value, all, sizeof all);
}

static int32_t find_schedule(struct nasbench101 *n, int32_t epochs, int32_t *schedule)
{
    for (*schedule = 0; *schedule < n->schedules; ++*schedule)
        if (n->schedule[*schedule].epochs == epochs)
            return GANAS_OK;
    if (n->schedules == SCHEDULES)
        return status_fail(GANAS_E_PARSE, "more than %d different numbers of epochs", SCHEDULES);
    n->schedule[n->schedules].epochs = epochs;
    return add_schedule(n, &n->schedule[n->schedules++]);
}

/* ---- rows ---- */

static int32_t reserve_row(struct nasbench101 *n)
{
    int32_t rows = (int32_t)n->rows.count, room = int_max(1024, 2 * n->room);
    if (keys_reserve(&n->rows, rows + 1) != GANAS_OK)
        return GANAS_E_MEMORY;
    if (rows < n->room)
        return GANAS_OK;
    void *bigger = memory_grow(n->runs, (size_t)rows, (size_t)room, sizeof *n->runs);
    if (!bigger)
        return GANAS_E_MEMORY;
    n->runs = bigger;
    n->room = room;
    return GANAS_OK;
}

static int32_t put_text(struct nasbench101 *n, int32_t row, int32_t series, const char *text)
{
    return runs_text(n->table, row, series, text, strlen(text));
}

static int32_t add_row(struct nasbench101 *n, const uint64_t key[2], int32_t *row)
{
    const struct cell *c = &n->cell;
    int32_t status = reserve_row(n);
    if (status)
        return status;
    *row = (int32_t)n->rows.count;
    keys_add(&n->rows, key, *row);
    status = put_text(n, *row, n->hash, c->hash);
    if (!status)
        status = put_text(n, *row, n->adjacency, c->adjacency);
    if (!status)
        status = put_text(n, *row, n->operations, c->operations);
    if (!status)
        status = runs_number(n->table, *row, n->parameters, 0, c->metrics.parameters);
    return status;
}

/* The row of the cell at hand, a new one if need be. */
static int32_t find_row(struct nasbench101 *n, int32_t *row)
{
    XXH128_hash_t h = XXH3_128bits(n->cell.hash, strlen(n->cell.hash));
    const uint64_t key[2] = {h.low64, h.high64};
    *row = keys_find(&n->rows, key);
    return *row >= 0 ? GANAS_OK : add_row(n, key, row);
}

static int32_t add_run(struct nasbench101 *n)
{
    double value[NUMBERS];
    int32_t row, schedule;
    int32_t status = find_row(n, &row);
    if (!status)
        status = find_schedule(n, n->cell.epochs, &schedule);
    if (status)
        return status;
    uint8_t *runs = &n->runs[row][schedule];
    *runs = (uint8_t)int_min(*runs + 1, MOST_RUNS);
    numbers_of(&n->cell.metrics, value);
    for (int i = 0; i < NUMBERS && !status; i++)
        status = runs_number(n->table, row, n->schedule[schedule].series[i], *runs, value[i]);
    return status;
}

/* ---- the importer ---- */

static void close_file(void *state)
{
    struct nasbench101 *n = state;
    if (!n)
        return;
    tfrecord_close(&n->file);
    cell_free(&n->cell);
    keys_free(&n->rows);
    memory_free(n->runs);
    runs_free(n->table);
    memory_free(n);
}

static int32_t open_file(void **state, const char *from, const char *to)
{
    struct nasbench101 *n = memory_new(1, sizeof *n);
    if (!n)
        return GANAS_E_MEMORY;
    n->file.fd = -1;
    int32_t status = tfrecord_open(&n->file, from);
    if (!status)
        status = runs_new(&n->table, to, "_");
    if (!status)
        status = add_fixed(n);
    if (status)
        close_file(n);
    else
        *state = n;
    return status;
}

/* Puts the record's place before what is wrong with it. */
static int32_t locate(const struct nasbench101 *n, int32_t status)
{
    char why[256];
    if (status != GANAS_E_PARSE)
        return status;
    (void)snprintf(why, sizeof why, "%s", ganas_errmsg());
    return tfrecord_fail(&n->file, why);
}

static int32_t read_record(struct nasbench101 *n)
{
    struct tfrecord_frame frame;
    bool more;
    int32_t status = tfrecord_next(&n->file, &frame, &more);
    if (status)
        return status;
    n->read = !more;
    if (!more)
        return n->file.record > 1
                   ? GANAS_OK
                   : status_fail(GANAS_E_PARSE, "%s: there are no records in it", n->file.path);
    status = cell_read(&n->cell, frame.data, frame.length);
    return locate(n, status ? status : add_run(n));
}

static int32_t step(void *state, ganas_import_progress *progress)
{
    struct nasbench101 *n = state;
    int32_t status = GANAS_OK;
    if (n->read)
        status = runs_write(n->table, &progress->written);
    for (int i = 0; i < PIECE && !n->read && !status; i++)
        status = read_record(n);
    progress->read = n->read ? 1 : (double)n->file.behind / (double)n->file.length;
    progress->records = n->file.record - n->read;
    progress->rows = runs_rows(n->table);
    progress->columns = runs_columns(n->table);
    return status;
}

const struct importer importer_nasbench101 = {"nasbench101", open_file, step, close_file};
