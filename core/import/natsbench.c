/*
 * natsbench.c - imports a folder of NATS-Bench (NATS-tss-...-simple, NATS-sss-...-simple): a file
 * NNNNNN.pickle.pbz2 for each architecture, and meta.pickle.pbz2 with the names of all. One row an
 * architecture:
 *
 *     index arch          number and official string
 *     params_c10 mflops_c10 latency_c10_s     parameters, millions of multiply-adds, seconds a
 * batch c10_val200          CIFAR-10, trained on half of the training images (25k), x-valid: the
 * others c10half_test200     the same network, ori-test: 10k test images c10_test200 CIFAR-10,
 * trained on all training images, ori-test c100_val200 c100_test200 c100_valtest200    CIFAR-100:
 * x-valid, x-test, ori-test (both) in16_...            the same of ImageNet16-120 c10_trainacc200
 * c10_trainloss200 c10_traintime200_s     in training; seconds in all
 *
 * Accuracies in %, after the last of so many epochs, each as mean and by seed (runs.h). The numbers
 * are those of the official interface: get_more_info(index, dataset, None, epochs, is_random) and
 * get_cost_info of nats_bench/api_topology.py and api_utils.py.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "bunzip.h"
#include "importer.h"
#include "pickle.h"
#include "runs.h"
#include "status.h"

enum { MOST_EPOCHS = 100000, MOST_SEED = 65535 };

struct natsbench {
    char *from, *path; /* folder; the file at hand */
    size_t path_room;
    int32_t *cell; /* [cells] numbers of the architectures there are */
    int32_t cells, done;
    struct bunzip file, meta_file;
    struct pickle cell_pickle, meta;
    uint32_t names;      /* of all architectures, in `meta`; 0: no such file */
    int32_t index, arch; /* series */
    struct runs *table;
};

/* ---- files ---- */

/* The number of a file NNNNNN.pickle.pbz2, -1 for any other. */
static int64_t number_of(const char *name)
{
    char *end;
    if (!isdigit((unsigned char)*name))
        return -1;
    unsigned long n = strtoul(name, &end, 10);
    return strcmp(end, ".pickle.pbz2") == 0 && n < INT32_MAX ? (int64_t)n : -1;
}

static int32_t add_cell(struct natsbench *n, int64_t number, int32_t *room)
{
    if (number < 0)
        return GANAS_OK;
    if (n->cells == *room) {
        int32_t next = int_max(1024, 2 * *room);
        int32_t *bigger = memory_grow(n->cell, (size_t)n->cells, (size_t)next, sizeof *bigger);
        if (!bigger)
            return GANAS_E_MEMORY;
        n->cell = bigger;
        *room = next;
    }
    n->cell[n->cells++] = (int32_t)number;
    return GANAS_OK;
}

static int compare(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static int32_t list_cells(struct natsbench *n)
{
    int32_t status = GANAS_OK, room = 0;
    const struct dirent *entry;
    DIR *folder = opendir(n->from);
    if (!folder)
        return status_fail(GANAS_E_FILE, "%s: can't be opened: %s", n->from, strerror(errno));
    while (!status && (entry = readdir(folder)))
        status = add_cell(n, number_of(entry->d_name), &room);
    (void)closedir(folder);
    if (!status && n->cells == 0)
        return status_fail(GANAS_E_FILE,
                           "%s: no file of an architecture in it; expected 000000.pickle.pbz2 and "
                           "so on",
                           n->from);
    if (!status)
        qsort(n->cell, (size_t)n->cells, sizeof *n->cell, compare);
    return status;
}

/* Puts the path of the file before "byte N: ..." */
static int32_t locate(const struct natsbench *n, int32_t status)
{
    char why[400];
    if (status != GANAS_E_PARSE)
        return status;
    (void)snprintf(why, sizeof why, "%s", ganas_errmsg());
    return status_fail(GANAS_E_PARSE, "%s: unpacked, %s", n->path, why);
}

static int32_t load(struct natsbench *n, struct bunzip *file, struct pickle *pickle, uint32_t *root)
{
    int32_t status = bunzip_file(file, n->path);
    return status ? status : locate(n, pickle_read(pickle, file->bytes, file->size, root));
}

static int32_t fail(const struct natsbench *n, const char *why)
{
    return status_fail(GANAS_E_PARSE, "%s: %s", n->path, why);
}

/* ---- meta ---- */

static int32_t read_meta(struct natsbench *n)
{
    uint32_t root;
    (void)snprintf(n->path, n->path_room, "%s/meta.pickle.pbz2", n->from);
    FILE *there = fopen(n->path, "rb");
    if (!there)
        return GANAS_OK;
    (void)fclose(there);
    int32_t status = load(n, &n->meta_file, &n->meta, &root);
    if (status)
        return status;
    n->names = pickle_get(&n->meta, root, "meta_archs");
    if (!pickle_items(&n->meta, n->names))
        return fail(n, "it has no list 'meta_archs'; this is no folder of NATS-Bench");
    return GANAS_OK;
}

/* Architectures that the benchmark has, 0 where meta doesn't tell. */
static int32_t expected_rows(const struct natsbench *n)
{
    return n->names ? (int32_t)n->meta.value[n->names].count : 0;
}

/* ---- series ---- */

enum { DATA_SETS = 4 };

static const struct {
    const char *name, *training, *costs; /* and what its columns begin with */
} data_sets[DATA_SETS] = {{"cifar10-valid", "c10half", "c10"},
                          {"cifar10", "c10", "c10"},
                          {"cifar100", "c100", "c100"},
                          {"ImageNet16-120", "in16", "in16"}};

static const struct {
    int32_t data_set;
    const char *set, *column;
} accuracies[] = {{0, "x-valid", "c10_val%d"},      {0, "ori-test", "c10half_test%d"},
                  {1, "ori-test", "c10_test%d"},    {2, "x-valid", "c100_val%d"},
                  {2, "x-test", "c100_test%d"},     {2, "ori-test", "c100_valtest%d"},
                  {3, "x-valid", "in16_val%d"},     {3, "x-test", "in16_test%d"},
                  {3, "ori-test", "in16_valtest%d"}};

enum { ACCURACIES = sizeof accuracies / sizeof accuracies[0] };

/* One training: which row, data set, epochs and seed; its dictionary. */
struct training {
    int32_t row, data_set, epochs, seed;
    uint32_t result;
};

/* Columns: by data set, costs first, then by epochs, accuracies first. */
static int32_t put(struct natsbench *n, const struct training *t, const char *column, int32_t kind,
                   int32_t epochs, double value)
{
    int32_t series, order = t->data_set * 2 * MOST_EPOCHS + epochs;
    int32_t status = runs_series(n->table, column, kind, order, &series);
    return status ? status : runs_number(n->table, t->row, series, t->seed, value);
}

/* ---- one training ---- */

static double last_of(const struct natsbench *n, const struct training *t, const char *field)
{
    const struct pickle *p = &n->cell_pickle;
    uint32_t curve = pickle_get(p, t->result, field);
    return pickle_number(p, pickle_get_number(p, curve, t->epochs - 1));
}

/* NaN where a number is missing. */
static double sum_of(const struct pickle *p, uint32_t values, int32_t *count)
{
    double sum = 0;
    const struct pickle_item *item = pickle_items(p, values);
    for (*count = 0; item; item = pickle_after(p, item), ++*count)
        sum += pickle_number(p, item->value);
    return sum;
}

static int32_t put_accuracies(struct natsbench *n, const struct training *t)
{
    const struct pickle *p = &n->cell_pickle;
    uint32_t curves = pickle_get(p, t->result, "eval_acc1es");
    char name[RUNS_NAME], key[RUNS_NAME];
    int32_t status = GANAS_OK;
    for (int i = 0; i < ACCURACIES && !status; i++) {
        if (accuracies[i].data_set != t->data_set)
            continue;
        (void)snprintf(name, sizeof name, accuracies[i].column, t->epochs);
        (void)snprintf(key, sizeof key, "%s@%d", accuracies[i].set, t->epochs - 1);
        status =
            put(n, t, name, RUNS_COUNTED, t->epochs, pickle_number(p, pickle_get(p, curves, key)));
    }
    return status;
}

static int32_t put_training(struct natsbench *n, const struct training *t)
{
    const struct pickle *p = &n->cell_pickle;
    const char *prefix = data_sets[t->data_set].training;
    int32_t times, epochs = t->epochs;
    double time = sum_of(p, pickle_get(p, t->result, "train_times"), &times);
    char name[RUNS_NAME];
    (void)snprintf(name, sizeof name, "%s_trainacc%d", prefix, epochs);
    int32_t status = put(n, t, name, RUNS_SERIES_OF, epochs, last_of(n, t, "train_acc1es"));
    (void)snprintf(name, sizeof name, "%s_trainloss%d", prefix, epochs);
    if (!status)
        status = put(n, t, name, RUNS_SERIES_OF, epochs, last_of(n, t, "train_losses"));
    (void)snprintf(name, sizeof name, "%s_traintime%d_s", prefix, epochs);
    if (!status)
        status = put(n, t, name, RUNS_SERIES_OF, epochs, times == epochs ? time : (double)NAN);
    return status;
}

/* What it costs, whatever the training: parameters and multiply-adds are given in millions, the
   latency as a list of measurements, those up to 0 meaning none. */
static int32_t put_costs(struct natsbench *n, const struct training *t)
{
    const struct pickle *p = &n->cell_pickle;
    const char *prefix = data_sets[t->data_set].costs;
    int32_t count;
    double params = pickle_number(p, pickle_get(p, t->result, "params"));
    double latency = sum_of(p, pickle_get(p, t->result, "latency"), &count);
    char name[RUNS_NAME];
    (void)snprintf(name, sizeof name, "params_%s", prefix);
    int32_t status = put(n, t, name, RUNS_VALUE, 0, round(1e6 * params));
    (void)snprintf(name, sizeof name, "mflops_%s", prefix);
    if (!status)
        status = put(n, t, name, RUNS_VALUE, 0, pickle_number(p, pickle_get(p, t->result, "flop")));
    (void)snprintf(name, sizeof name, "latency_%s_s", prefix);
    if (!status && count > 0 && latency > 0)
        status = put(n, t, name, RUNS_VALUE, 0, latency / count);
    return status;
}

static int32_t find_data_set(const struct natsbench *n, uint32_t name, int32_t *data_set)
{
    for (*data_set = 0; *data_set < DATA_SETS; ++*data_set)
        if (pickle_is_text(&n->cell_pickle, name, data_sets[*data_set].name))
            return GANAS_OK;
    return fail(n, "results of a data set that isn't known; expected cifar10-valid, cifar10, "
                   "cifar100 or ImageNet16-120");
}

/* A key (data set, seed) and its result. */
static int32_t put_result(struct natsbench *n, struct training *t, const struct pickle_item *item)
{
    const struct pickle *p = &n->cell_pickle;
    const struct pickle_item *name = pickle_items(p, item->key);
    const struct pickle_item *seed = name ? pickle_after(p, name) : NULL;
    double number = seed ? pickle_number(p, seed->value) : NAN;
    if (!(number >= 0 && number <= MOST_SEED))
        return fail(n, "a result's key is not (data set, seed)");
    int32_t status = find_data_set(n, name->value, &t->data_set);
    t->seed = (int32_t)number;
    t->result = item->value;
    double epochs = pickle_number(p, pickle_get(p, t->result, "epochs"));
    if (!status && !(epochs >= 1 && epochs < MOST_EPOCHS))
        return fail(n, "a result without its number of epochs");
    t->epochs = (int32_t)epochs;
    if (!status)
        status = put_accuracies(n, t);
    if (!status)
        status = put_training(n, t);
    return status ? status : put_costs(n, t);
}

/* ---- one architecture ---- */

static bool same_text(const struct pickle *a, uint32_t x, const struct pickle *b, uint32_t y)
{
    const struct pickle_value *v = &a->value[x], *w = &b->value[y];
    return v->kind == PICKLE_TEXT && w->kind == PICKLE_TEXT && v->count == w->count &&
           memcmp(v->bytes, w->bytes, v->count) == 0;
}

/* The architecture's string must be the one that meta has at its number. */
static int32_t check_name(const struct natsbench *n, uint32_t name)
{
    int32_t number = n->cell[n->done];
    if (n->cell_pickle.value[name].kind != PICKLE_TEXT)
        return fail(n, "it has no text 'arch_str'; this is no file of an architecture");
    if (!n->names)
        return GANAS_OK;
    const struct pickle_item *item = pickle_items(&n->meta, n->names);
    for (int32_t k = 0; item && k < number; k++)
        item = pickle_after(&n->meta, item);
    if (!item)
        return fail(n, "meta.pickle.pbz2 has no architecture of this number");
    return same_text(&n->meta, item->value, &n->cell_pickle, name)
               ? GANAS_OK
               : fail(n, "meta.pickle.pbz2 has another architecture at this number");
}

static int32_t put_name(struct natsbench *n, int32_t row, uint32_t name)
{
    const struct pickle_value *text = &n->cell_pickle.value[name];
    int32_t status = runs_number(n->table, row, n->index, 0, n->cell[row]);
    if (!status && memchr(text->bytes, 0, text->count))
        return fail(n, "'arch_str' has bytes 0");
    return status ? status : runs_text(n->table, row, n->arch, text->bytes, text->count);
}

/* Results of one training schedule. */
static int32_t put_results(struct natsbench *n, uint32_t results)
{
    struct training t = {.row = n->done};
    const struct pickle_item *item = pickle_items(&n->cell_pickle, results);
    if (!item)
        return fail(n, "it has no dictionary 'all_results'; this is no file of an architecture");
    int32_t status = GANAS_OK;
    for (; item && !status; item = pickle_after(&n->cell_pickle, item))
        status = put_result(n, &t, item);
    return status;
}

/* The file's value: by training schedule, "12" or "200", what was measured. */
static int32_t put_cell(struct natsbench *n, uint32_t root)
{
    const struct pickle *p = &n->cell_pickle;
    const struct pickle_item *item = pickle_items(p, root);
    if (!item || p->value[root].kind != PICKLE_DICT)
        return fail(n, "it holds no dictionary; this is no file of an architecture");
    uint32_t name = pickle_get(p, item->value, "arch_str");
    int32_t status = check_name(n, name);
    if (!status)
        status = put_name(n, n->done, name);
    for (; item && !status; item = pickle_after(p, item))
        status = put_results(n, pickle_get(p, item->value, "all_results"));
    return status;
}

static int32_t read_cell(struct natsbench *n)
{
    uint32_t root;
    (void)snprintf(n->path, n->path_room, "%s/%06" PRId32 ".pickle.pbz2", n->from,
                   n->cell[n->done]);
    int32_t status = load(n, &n->file, &n->cell_pickle, &root);
    if (!status)
        status = put_cell(n, root);
    n->done += !status;
    return status;
}

/* ---- the importer ---- */

static void close_folder(void *state)
{
    struct natsbench *n = state;
    if (!n)
        return;
    bunzip_free(&n->file);
    bunzip_free(&n->meta_file);
    pickle_free(&n->cell_pickle);
    pickle_free(&n->meta);
    runs_free(n->table);
    memory_free(n->cell);
    memory_free(n->from);
    memory_free(n->path);
    memory_free(n);
}

static int32_t name_folder(struct natsbench *n, const char *from)
{
    size_t length = strlen(from);
    while (length > 1 && from[length - 1] == '/')
        length--;
    n->path_room = length + 40;
    n->from = memory_new(length + 1, 1);
    n->path = memory_new(n->path_room, 1);
    if (!n->from || !n->path)
        return GANAS_E_MEMORY;
    memcpy(n->from, from, length);
    return GANAS_OK;
}

static int32_t prepare(struct natsbench *n, const char *from, const char *to)
{
    int32_t status = name_folder(n, from);
    if (!status)
        status = list_cells(n);
    if (!status)
        status = read_meta(n);
    if (!status)
        status = runs_new(&n->table, to, "_s");
    if (!status)
        status = runs_series(n->table, "index", RUNS_VALUE, -1, &n->index);
    return status ? status : runs_series(n->table, "arch", RUNS_TEXT, -1, &n->arch);
}

static int32_t open_folder(void **state, const char *from, const char *to)
{
    struct natsbench *n = memory_new(1, sizeof *n);
    if (!n)
        return GANAS_E_MEMORY;
    int32_t status = prepare(n, from, to);
    if (status)
        close_folder(n);
    else
        *state = n;
    return status;
}

static int32_t step(void *state, ganas_import_progress *progress)
{
    struct natsbench *n = state;
    int32_t status = n->done < n->cells ? read_cell(n) : runs_write(n->table, &progress->written);
    progress->read = (double)n->done / n->cells;
    progress->records = n->done;
    progress->rows = runs_rows(n->table);
    progress->columns = runs_columns(n->table);
    progress->expected = expected_rows(n);
    return status;
}

const struct importer importer_natsbench = {"nats-bench", open_folder, step, close_folder};
