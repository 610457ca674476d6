/*
 * Every call of ganas.h that can fail, with each of its allocations failing once: the status, the
 * sentence, and nothing stored. The list is held to the header: a function that is not in it fails
 * the last test.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

#include "drawn.h"
#include "fails.h"
#include "grammars.h"

enum { N = 24, ROOM = 64, NODES = 8, OPS = 7, INPUTS = 3, WIDTH = 8, HEAD = 16 };

/* One of everything, over the space of fixed reads. */
static struct {
    ganas_space *space;
    ganas_rules *rules;
    ganas_batch *batch, *other, *all;
    ganas_rng *rng;
    ganas_threads *threads;
    ganas_pool *pool;
    ganas_table *table;
    ganas_policy *policy;
    ganas_disc *disc;
    ganas_rank *rank;
    ganas_bayes *bayes;
    ganas_gp *gp;
    ganas_predictor *predictor;
    ganas_images *images;
    ganas_convnet *convnet;
    int32_t sum, term;
    double by_op[NODES * OPS], by_node[OPS * NODES * OPS], score[ROOM], value[ROOM * HEAD],
        two[ROOM];
    float input[NODES * OPS * INPUTS], weights[2 * WIDTH * INPUTS + WIDTH + WIDTH + 1];
    uint64_t key[2 * ROOM];
    int64_t rejected[8];
    uint32_t live[2 * ROOM];
    int32_t index[ROOM];
    uint8_t ok[ROOM];
    ganas_net net;
    ganas_stats stats;
} w;

static char csv[] = "/tmp/ganas-memory-XXXXXX", packed[64], idx[2][64], picture[64];

/* ---- handles: made and freed, and left untouched by a failure ---- */

#define MAKES(name, type, free, ...)                                                               \
    static int32_t make_##name(void)                                                               \
    {                                                                                              \
        type *made = NULL;                                                                         \
        int32_t status = ganas_##name##_new(&made, __VA_ARGS__);                                   \
        assert_true((status == GANAS_OK) == (made != NULL));                                       \
        free(made);                                                                                \
        return status;                                                                             \
    }

MAKES(threads, ganas_threads, ganas_threads_free, 3)
MAKES(rng, ganas_rng, ganas_rng_free, 1, "memory")
MAKES(rules, ganas_rules, ganas_rules_free, w.space)
MAKES(batch, ganas_batch, ganas_batch_free, w.space, 10)
MAKES(import, ganas_import, ganas_import_free, "csv", csv, packed)
MAKES(pool, ganas_pool, ganas_pool_free, w.space, GANAS_IDENTITY_STRING)
MAKES(policy, ganas_policy, ganas_policy_free, w.space, w.rules, &w.net, w.threads, w.rng)
MAKES(disc, ganas_disc, ganas_disc_free, w.space, &w.net, w.threads, w.rng)
MAKES(rank, ganas_rank, ganas_rank_free, w.space, &w.net, w.threads, w.rng)
MAKES(bayes, ganas_bayes, ganas_bayes_free, 5)
MAKES(gp, ganas_gp, ganas_gp_free, w.space)

static const int32_t one_out[] = {1};
static const double linear[] = {1};

static int32_t make_predictor(void)
{
    const ganas_predictor_spec spec = {.inputs = INPUTS,
                                       .width = WIDTH,
                                       .layers = 1,
                                       .dense = 1,
                                       .by = -1,
                                       .slope = 0.1,
                                       .input = w.input,
                                       .weights = w.weights,
                                       .out = one_out,
                                       .dense_slope = linear};
    ganas_predictor *made = NULL;
    int32_t status = ganas_predictor_new(&made, w.space, &spec);
    assert_true((status == GANAS_OK) == (made != NULL));
    ganas_predictor_free(w.predictor ? made : NULL);
    w.predictor = w.predictor ? w.predictor : made;
    return status;
}

static int32_t make_space(void)
{
    struct grammar g;
    ganas_space *made = NULL;
    grammar_start(&g, 3, 3);
    for (int i = 0; i < 3; i++)
        grammar_node(&g, i, (uint64_t)1 << i, GANAS_READ_FIXED, 0, i ? (uint64_t)1 << (i - 1) : 0);
    g.spec.output_set = 4;
    int32_t status = ganas_space_new(&made, &g.spec);
    assert_true((status == GANAS_OK) == (made != NULL));
    ganas_space_free(made);
    return status;
}

static int32_t open_table(void)
{
    ganas_table *made = NULL;
    int32_t status = ganas_table_open(&made, csv);
    assert_true((status == GANAS_OK) == (made != NULL));
    ganas_table_free(made);
    return status;
}

/* ---- calls on them ---- */

#define CALLS(name, call)                                                                          \
    static int32_t call_##name(void)                                                               \
    {                                                                                              \
        return call;                                                                               \
    }

/* What appends to w.other appends nothing when it fails. */
#define APPENDS(name, call)                                                                        \
    static int32_t call_##name(void)                                                               \
    {                                                                                              \
        ganas_batch_clear(w.other);                                                                \
        int32_t status = call;                                                                     \
        assert_true(status == GANAS_OK || ganas_batch_count(w.other) == 0);                        \
        return status;                                                                             \
    }

static int32_t number;
static double least, most;

CALLS(size, ganas_space_size(w.space, &least, &number))
CALLS(range, ganas_space_measure_range(w.space, w.sum, &least, &most))
CALLS(networks, ganas_space_networks(w.space, w.rng, 20, &least, &most))
CALLS(term_range, ganas_rules_term_range(w.rules, w.term, &least, &most))

/* What adds to a space: each time to a new one, whose making may fail too. */
static int32_t with_space(int32_t (*deed)(ganas_space *))
{
    struct grammar g;
    ganas_space *space = NULL;
    grammar_start(&g, NODES, OPS);
    for (int i = 0; i < NODES; i++)
        grammar_node(&g, i,
                     i == 0           ? 32
                     : i == NODES - 1 ? 64
                                      : 31,
                     GANAS_READ_FIXED, 0, i ? (uint64_t)1 << (i - 1) : 0);
    g.spec.output_set = (uint64_t)1 << (NODES - 1);
    int32_t status = ganas_space_new(&space, &g.spec);
    if (!status)
        status = deed(space);
    ganas_space_free(space);
    return status;
}

static int32_t add_measure(ganas_space *s)
{
    return ganas_space_measure(s, GANAS_MEASURE_SUM, w.by_op, 0, &number);
}

static int32_t add_sum_by(ganas_space *s)
{
    return ganas_space_sum_by(s, 1, w.by_node, &number);
}

static int32_t add_path(ganas_space *s)
{
    return ganas_space_path(s, 2, 64, 0, &number);
}

static int32_t call_term(void)
{
    ganas_rules *rules = NULL;
    const double factor = 1;
    const ganas_term term = {1, GANAS_LE, &w.sum, &factor, w.by_op, 1e9};
    int32_t masked, status = ganas_rules_new(&rules, w.space);
    if (!status)
        status = ganas_rules_term(rules, &term, &number, &masked);
    if (!status)
        status = ganas_rules_combine(rules, &number, 1, &masked);
    if (!status)
        status = ganas_rules_add(rules, w.sum, GANAS_LE, 1e9, &masked);
    ganas_rules_free(rules);
    return status;
}

APPENDS(append, ganas_batch_append(w.other, w.batch, w.index, N))
APPENDS(random, ganas_batch_random(w.other, w.rules, w.rng, N, NULL))
APPENDS(mutate, ganas_batch_mutate(w.other, w.batch, w.rules, w.rng, N, 0.3, 3, NULL))
APPENDS(enumerate, ganas_batch_enumerate(w.other, w.rules, 5, &number))
APPENDS(after, ganas_batch_enumerate_after(w.other, w.rules, w.batch, 3, &number))
APPENDS(top, ganas_pool_top(w.pool, 0, 5, w.other, NULL))
APPENDS(rows, ganas_pool_rows(w.pool, w.index, 4, w.other))
APPENDS(sample, ganas_policy_sample(w.policy, w.other, w.rng, N, NULL))

static int32_t call_push(void)
{
    ganas_batch_view v;
    ganas_batch_clear(w.other);
    ganas_batch_view_get(w.batch, &v);
    int32_t status = ganas_batch_push(w.other, v.size[0], v.op, v.reads);
    return status ? status : ganas_batch_truncate(w.other, 1);
}

static int32_t call_filter(void)
{
    int32_t status = call_push();
    return status ? status : ganas_batch_filter(w.other, w.ok);
}

static int32_t call_unique(void)
{
    ganas_batch_clear(w.other);
    int32_t status = ganas_batch_append(w.other, w.batch, w.index, N);
    return status ? status : ganas_pool_unique(w.pool, w.other, 0);
}

CALLS(keys, ganas_batch_keys(w.batch, GANAS_IDENTITY_NETWORK, w.key))
CALLS(live, ganas_batch_live(w.batch, w.live))
CALLS(measure, ganas_batch_measure(w.batch, w.sum, w.value))
CALLS(check, ganas_batch_check(w.batch, w.rules, w.ok, w.rejected))
CALLS(judge, ganas_batch_judge(w.batch, w.rules, NULL, w.ok, w.rejected, w.value))
CALLS(fit, ganas_batch_fit(w.batch, w.score, w.value, w.two))

CALLS(numbers, ganas_table_numbers(w.table, 1, 0, w.value))
CALLS(table_check, ganas_table_check(w.table))
CALLS(find, ganas_table_find(w.table, 0, "b", &number))

static int32_t call_index(void)
{
    ganas_table *table = NULL;
    int32_t status = ganas_table_open(&table, csv);
    if (!status)
        status = ganas_table_index(table, 0);
    ganas_table_free(table);
    return status;
}

static int32_t call_md5(void)
{
    char hex[33];
    return ganas_md5("abc", 3, hex);
}

static int32_t call_import(void)
{
    ganas_import *import = NULL;
    ganas_import_progress progress = {0};
    int32_t status = ganas_import_new(&import, "csv", csv, packed);
    while (!status && progress.written < 1)
        status = ganas_import_step(import, &progress);
    ganas_import_free(import);
    assert_true(status == GANAS_OK || access(packed, F_OK) != 0);
    (void)remove(packed);
    return status;
}

CALLS(predict, ganas_predictor_run(w.predictor, w.batch, w.value))

/* A pool that grows: it has as many rows as additions that went well. */
static int32_t call_add(void)
{
    ganas_pool *pool = NULL;
    int32_t status = ganas_pool_new(&pool, w.space, GANAS_IDENTITY_STRING);
    for (int32_t i = 0; !status && i < ganas_batch_count(w.all); i++) {
        status = ganas_pool_add(pool, w.all, i, i);
        assert_int_equal(ganas_pool_count(pool), i + !status);
    }
    ganas_pool_free(pool);
    return status;
}

CALLS(pool_find, ganas_pool_find(w.pool, w.batch, w.index + N))
CALLS(values, ganas_pool_values(w.pool, w.batch, w.score, w.value))
CALLS(scores, ganas_pool_scores(w.pool, w.value))

CALLS(policy_score, ganas_policy_score(w.policy, w.batch, w.value, w.two))
CALLS(refit, ganas_policy_refit(w.policy, w.batch, 2, 0.01, &w.stats))
CALLS(train, ganas_disc_train(w.disc, w.batch, w.all, 1, &w.stats))
CALLS(pairs, ganas_disc_pairs(w.disc, w.batch, w.batch, w.ok, 1, &w.stats))
CALLS(reward, ganas_disc_reward(w.disc, w.batch, w.batch, 0, w.value))
CALLS(rank_train, ganas_rank_train(w.rank, w.batch, w.score, 10, 2, w.rng, &w.stats))
CALLS(rank_score, ganas_rank_score(w.rank, w.batch, w.value))
CALLS(rank_reward, ganas_rank_reward(w.rank, w.batch, w.batch, w.value))
CALLS(hidden, ganas_rank_hidden(w.rank, w.batch, w.value))
CALLS(bayes_fit, ganas_bayes_fit(w.bayes, w.score, w.score, 6))
CALLS(bayes_mean, ganas_bayes_mean(w.bayes, w.score, 6, w.value))
CALLS(gp_fit, ganas_gp_fit(w.gp, w.batch, w.score))
CALLS(gp_score, ganas_gp_score(w.gp, w.batch, w.value, w.two))
CALLS(gp_pick, ganas_gp_pick(w.gp, w.batch, 2, w.index + N))
CALLS(gp_choose, ganas_gp_choose(w.gp, w.batch, w.value, 1, NULL, 0, 2, w.index + N))

static int32_t call_ppo(void)
{
    ganas_ppo ppo;
    ganas_ppo_defaults(&ppo);
    return ganas_policy_ppo(w.policy, w.batch, w.score, &ppo, &w.stats);
}

static int32_t call_peak(void)
{
    double gflops;
    return ganas_bench_peak(w.threads, 1e-4, &gflops);
}

static int32_t call_measures(void)
{
    int32_t status = with_space(add_measure);
    return status ? status : with_space(add_path);
}

static int32_t call_sum_by(void)
{
    return with_space(add_sum_by);
}

/* ---- images and networks for them: one convolution and a classifier for 4 x 4 pixels ---- */

enum { IMAGES = 32, SIDE = 4 };

static int32_t make_images(void)
{
    static uint8_t pixel[IMAGES * SIDE * SIDE], label[IMAGES];
    for (int i = 0; i < IMAGES; i++) {
        label[i] = (uint8_t)(i % 2);
        pixel[i * SIDE * SIDE] = (uint8_t)(200 * (i % 2));
    }
    const ganas_images_view view = {IMAGES, 1, SIDE, SIDE, 2, 0, pixel, label};
    ganas_images *made = NULL;
    int32_t status = ganas_images_new(&made, &view);
    assert_true((status == GANAS_OK) == (made != NULL));
    ganas_images_free(w.images ? made : NULL);
    w.images = w.images ? w.images : made;
    return status;
}

static int32_t open_images(void)
{
    ganas_images *made = NULL;
    int32_t status = ganas_images_open(&made, idx[0], idx[1]);
    assert_true((status == GANAS_OK) == (made != NULL));
    ganas_images_free(made);
    return status;
}

static int32_t read_picture(void)
{
    int32_t shape[3], status = ganas_images_shape(picture, shape);
    return status ? status : ganas_images_read(w.images, 0, picture, 0);
}

static int32_t make_convnet(void)
{
    const ganas_layer layers[] = {
        {GANAS_LAYER_CONV, 8, 3, 1, 1, 1, 1, {0}},
        {GANAS_LAYER_CLASSIFY, 2, 0, 0, 0, 0, 1, {1}},
    };
    const int32_t shape[] = {1, SIDE, SIDE};
    ganas_convnet *made = NULL;
    int32_t status = ganas_convnet_new(&made, layers, 2, shape, 16, w.threads, w.rng);
    assert_true((status == GANAS_OK) == (made != NULL));
    ganas_convnet_free(w.convnet ? made : NULL);
    w.convnet = w.convnet ? w.convnet : made;
    return status;
}

static int32_t call_descent(void)
{
    ganas_descent descent;
    ganas_descended done;
    ganas_descent_defaults(&descent);
    descent.steps = 4;
    descent.warm = 1;
    return ganas_convnet_train(w.convnet, w.images, w.index, N, &descent, 0, 2, &done);
}

static int32_t call_logits(void)
{
    float logits[2 * IMAGES];
    return ganas_convnet_predict(w.convnet, w.images, NULL, IMAGES, logits);
}

CALLS(weights, ganas_convnet_weights(w.convnet, 0, 0, NULL, &number))

/* ---- the list ---- */

static const struct {
    const char *names; /* what of the header it calls */
    int32_t (*call)(void);
} table[] = {
    {"ganas_threads_new", make_threads},
    {"ganas_rng_new", make_rng},
    {"ganas_space_new", make_space},
    {"ganas_rules_new", make_rules},
    {"ganas_batch_new", make_batch},
    {"ganas_import_new", make_import},
    {"ganas_pool_new", make_pool},
    {"ganas_policy_new", make_policy},
    {"ganas_disc_new", make_disc},
    {"ganas_rank_new", make_rank},
    {"ganas_bayes_new", make_bayes},
    {"ganas_gp_new", make_gp},
    {"ganas_predictor_new", make_predictor},
    {"ganas_table_open", open_table},
    {"ganas_bench_peak", call_peak},
    {"ganas_space_size", call_size},
    {"ganas_space_measure ganas_space_path", call_measures},
    {"ganas_space_sum_by", call_sum_by},
    {"ganas_space_measure_range", call_range},
    {"ganas_space_networks", call_networks},
    {"ganas_rules_term ganas_rules_combine ganas_rules_add", call_term},
    {"ganas_rules_term_range", call_term_range},
    {"ganas_batch_push ganas_batch_truncate", call_push},
    {"ganas_batch_append", call_append},
    {"ganas_batch_filter", call_filter},
    {"ganas_batch_keys", call_keys},
    {"ganas_batch_live", call_live},
    {"ganas_batch_measure", call_measure},
    {"ganas_batch_check", call_check},
    {"ganas_batch_judge", call_judge},
    {"ganas_batch_fit", call_fit},
    {"ganas_batch_random", call_random},
    {"ganas_batch_mutate", call_mutate},
    {"ganas_batch_enumerate", call_enumerate},
    {"ganas_batch_enumerate_after", call_after},
    {"ganas_table_numbers", call_numbers},
    {"ganas_table_index", call_index},
    {"ganas_table_find", call_find},
    {"ganas_table_check", call_table_check},
    {"ganas_md5", call_md5},
    {"ganas_import_step", call_import},
    {"ganas_predictor_run", call_predict},
    {"ganas_pool_add", call_add},
    {"ganas_pool_find", call_pool_find},
    {"ganas_pool_values", call_values},
    {"ganas_pool_unique", call_unique},
    {"ganas_pool_scores", call_scores},
    {"ganas_pool_top", call_top},
    {"ganas_pool_rows", call_rows},
    {"ganas_policy_sample", call_sample},
    {"ganas_policy_score", call_policy_score},
    {"ganas_policy_refit", call_refit},
    {"ganas_policy_ppo", call_ppo},
    {"ganas_disc_train", call_train},
    {"ganas_disc_pairs", call_pairs},
    {"ganas_disc_reward", call_reward},
    {"ganas_rank_train", call_rank_train},
    {"ganas_rank_score", call_rank_score},
    {"ganas_rank_reward", call_rank_reward},
    {"ganas_rank_hidden", call_hidden},
    {"ganas_bayes_fit", call_bayes_fit},
    {"ganas_bayes_mean", call_bayes_mean},
    {"ganas_gp_fit", call_gp_fit},
    {"ganas_gp_score", call_gp_score},
    {"ganas_gp_pick", call_gp_pick},
    {"ganas_gp_choose", call_gp_choose},
    {"ganas_images_new", make_images},
    {"ganas_images_open", open_images},
    {"ganas_images_shape ganas_images_read", read_picture},
    {"ganas_convnet_new", make_convnet},
    {"ganas_convnet_train", call_descent},
    {"ganas_convnet_predict", call_logits},
    {"ganas_convnet_weights", call_weights},
};

/* Those whose int32_t is no status. */
static const char *const numbers[] = {
    "ganas_abi",        "ganas_cpu_get",       "ganas_threads_count", "ganas_batch_count",
    "ganas_table_rows", "ganas_table_columns", "ganas_table_column",  "ganas_table_numeric",
    "ganas_table_line", "ganas_table_indexed", "ganas_pool_count",
};

enum { TABLE = sizeof table / sizeof *table, NUMBERS = sizeof numbers / sizeof *numbers };

/* ---- setting up ---- */

static void fill_numbers(void)
{
    for (int i = 0; i < ROOM; i++) {
        w.score[i] = sin(i);
        w.index[i] = i % N;
        w.ok[i] = (uint8_t)(i % 2);
    }
    for (int i = 0; i < NODES * OPS; i++)
        w.by_op[i] = i % 7;
    for (int i = 0; i < OPS * NODES * OPS; i++)
        w.by_node[i] =
            i % (NODES * OPS) < 2 * OPS ? 1 : i % 11; /* nodes up to the first: the same */
    for (size_t i = 0; i < sizeof w.input / sizeof *w.input; i++)
        w.input[i] = (float)i * 0.01F;
    for (size_t i = 0; i < sizeof w.weights / sizeof *w.weights; i++)
        w.weights[i] = (float)i * 0.001F;
    ganas_net_defaults(&w.net);
    w.net.width = w.net.head = HEAD;
    w.net.layers = 2;
}

static void write_csv(void)
{
    int fd = mkstemp(csv);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    assert_non_null(file);
    assert_true(fputs("arch,acc\na,1\nb,2\nc,3\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
    (void)snprintf(packed, sizeof packed, "%s.ganas", csv);
}

/* An IDX file of one image of two by two pixels, or of its label. */
static void write_idx(int which, const char *bytes, size_t size)
{
    (void)snprintf(idx[which], sizeof idx[which], "%s.idx%d", csv, which);
    FILE *file = fopen(idx[which], "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void write_picture(void)
{
    struct sample s = {0};
    const struct drawn d = {SIDE, SIDE, 8, 0, .samples = "abcdefghijklmnop", .size = 16};
    (void)snprintf(picture, sizeof picture, "%s.png", csv);
    drawn_png(&s, &d);
    sample_write(&s, picture);
    sample_free(&s);
}

static void open_handles(void)
{
    int32_t masked;
    assert_int_equal(ganas_rng_new(&w.rng, 7, "memory"), GANAS_OK);
    assert_int_equal(ganas_threads_new(&w.threads, 2), GANAS_OK);
    assert_int_equal(ganas_space_measure(w.space, GANAS_MEASURE_SUM, w.by_op, 0, &w.sum), GANAS_OK);
    assert_int_equal(ganas_rules_new(&w.rules, w.space), GANAS_OK);
    assert_int_equal(ganas_rules_add(w.rules, w.sum, GANAS_LE, 20, &masked), GANAS_OK);
    assert_int_equal(ganas_batch_new(&w.batch, w.space, ROOM), GANAS_OK);
    assert_int_equal(ganas_batch_new(&w.other, w.space, ROOM), GANAS_OK);
    assert_int_equal(ganas_batch_new(&w.all, w.space, 300), GANAS_OK);
    assert_int_equal(ganas_batch_random(w.batch, w.rules, w.rng, N, NULL), GANAS_OK);
    assert_int_equal(ganas_batch_enumerate(w.all, NULL, 0, &masked), GANAS_OK);
    assert_int_equal(ganas_pool_new(&w.pool, w.space, GANAS_IDENTITY_STRING), GANAS_OK);
    for (int32_t i = 0; i < 10; i++)
        assert_int_equal(ganas_pool_add(w.pool, w.all, i, i), GANAS_OK);
    assert_int_equal(ganas_table_open(&w.table, csv), GANAS_OK);
    assert_int_equal(ganas_table_index(w.table, 0), GANAS_OK);
}

static void open_learners(void)
{
    assert_int_equal(ganas_policy_new(&w.policy, w.space, w.rules, &w.net, w.threads, w.rng),
                     GANAS_OK);
    assert_int_equal(ganas_disc_new(&w.disc, w.space, &w.net, w.threads, w.rng), GANAS_OK);
    assert_int_equal(ganas_rank_new(&w.rank, w.space, &w.net, w.threads, w.rng), GANAS_OK);
    assert_int_equal(ganas_bayes_new(&w.bayes, 5), GANAS_OK);
    assert_int_equal(ganas_bayes_fit(w.bayes, w.score, w.score, 6), GANAS_OK);
    assert_int_equal(ganas_gp_new(&w.gp, w.space), GANAS_OK);
    assert_int_equal(ganas_gp_fit(w.gp, w.batch, w.score), GANAS_OK);
    assert_int_equal(make_predictor(), GANAS_OK);
    assert_int_equal(make_images(), GANAS_OK);
    assert_int_equal(make_convnet(), GANAS_OK);
}

static int open_world(void **state)
{
    (void)state;
    w.space = fixed_space();
    fill_numbers();
    write_csv();
    write_idx(0,
              "\0\0\x08\x03\0\0\0\x01\0\0\0\x02\0\0\0\x02"
              "abcd",
              20);
    write_idx(1, "\0\0\x08\x01\0\0\0\x01\0", 9);
    write_picture();
    open_handles();
    open_learners();
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    ganas_convnet_free(w.convnet);
    ganas_images_free(w.images);
    ganas_predictor_free(w.predictor);
    ganas_gp_free(w.gp);
    ganas_bayes_free(w.bayes);
    ganas_rank_free(w.rank);
    ganas_disc_free(w.disc);
    ganas_policy_free(w.policy);
    ganas_table_free(w.table);
    ganas_pool_free(w.pool);
    ganas_batch_free(w.all);
    ganas_batch_free(w.other);
    ganas_batch_free(w.batch);
    ganas_rules_free(w.rules);
    ganas_threads_free(w.threads);
    ganas_rng_free(w.rng);
    ganas_space_free(w.space);
    return remove(csv) || remove(idx[0]) || remove(idx[1]) || remove(picture);
}

/* ---- tests ---- */

static int32_t call_entry(void *context)
{
    int32_t status = table[*(int *)context].call();
    if (status && status != GANAS_E_MEMORY)
        print_message("%s: %s\n", table[*(int *)context].names, ganas_errmsg());
    return status;
}

static void each_allocation_can_fail(void **state)
{
    (void)state;
    int allocations = 0;
    for (int i = 0; i < TABLE; i++)
        allocations += fail_each_allocation(call_entry, &i);
    assert_true(allocations > 150);
}

static int is_listed(const char *name)
{
    for (int i = 0; i < NUMBERS; i++)
        if (strcmp(numbers[i], name) == 0)
            return 1;
    for (int i = 0; i < TABLE; i++) {
        const char *at = strstr(table[i].names, name);
        for (size_t n = strlen(name); at; at = strstr(at + 1, name))
            if (at[n] == ' ' || at[n] == 0)
                return 1;
    }
    return 0;
}

static void the_list_is_whole(void **state)
{
    (void)state;
    char line[300], name[100];
    int found = 0, missing = 0;
    FILE *file = fopen("core/include/ganas.h", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "int32_t %99[a-z_0-9](", name) == 1) {
            found++;
            if (is_listed(name))
                continue;
            print_message("%s is in no list of this test\n", name);
            missing++;
        }
    assert_int_equal(fclose(file), 0);
    assert_true(found > 70);
    assert_int_equal(missing, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_allocation_can_fail),
                                       cmocka_unit_test(the_list_is_whole)};
    return cmocka_run_group_tests(tests, open_world, close_world);
}
