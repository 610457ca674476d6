/* The pool against a list searched from its beginning: duplicates, order, ties, failures; and the
 * set of keys under it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "test.h"

#include "batch.h"
#include "fails.h"
#include "grammars.h"
#include "keys.h"
#include "rng.h"

struct fixture {
    ganas_space *space;
    ganas_pool *pool;
    ganas_batch *all; /* graphs at random, with doubles */
    ganas_rng *rng;
};

static void open_fixture(struct fixture *f, ganas_space *space, int32_t identity, int32_t n)
{
    f->space = space;
    assert_int_equal(ganas_pool_new(&f->pool, space, identity), GANAS_OK);
    assert_int_equal(ganas_batch_new(&f->all, space, n), GANAS_OK);
    assert_int_equal(ganas_rng_new(&f->rng, 1, "pool"), GANAS_OK);
    assert_int_equal(ganas_batch_random(f->all, NULL, f->rng, n, NULL), GANAS_OK);
}

static void close_fixture(struct fixture *f)
{
    ganas_rng_free(f->rng);
    ganas_batch_free(f->all);
    ganas_pool_free(f->pool);
    ganas_space_free(f->space);
}

static bool same_rows(const ganas_batch *a, int32_t i, const ganas_batch *b, int32_t j)
{
    struct graph g, h;
    batch_get(a, i, &g);
    batch_get(b, j, &h);
    return !memcmp(&g, &h, sizeof g);
}

/* ---- adding and finding ---- */

/* Values by row, NaN for what is not there. */
static void check_values(const struct fixture *f, const int32_t *row, int n)
{
    double *by_row = malloc((size_t)n * sizeof *by_row), *value = malloc((size_t)n * sizeof *value);
    for (int i = 0; i < n; i++)
        by_row[i] = 3 * i + 1;
    assert_int_equal(ganas_pool_values(f->pool, f->all, by_row, value), GANAS_OK);
    for (int i = 0; i < n; i++)
        assert_true(row[i] < 0 ? isnan(value[i]) : value[i] == 3 * row[i] + 1);
    free(value);
    free(by_row);
}

static void check_find(const struct fixture *f, const uint64_t (*key)[2], int n)
{
    int32_t *row = malloc((size_t)n * sizeof *row), known = 0;
    assert_int_equal(ganas_pool_find(f->pool, f->all, row), GANAS_OK);
    check_values(f, row, n);
    for (int i = 0; i < n; i++) {
        int j = 0;
        while (memcmp(key[j], key[i], 16))
            j++;
        assert_int_equal(row[i], j == i ? known++ : row[j]);
    }
    assert_int_equal(ganas_pool_count(f->pool), known);
    free(row);
}

/* Graphs of a small space, some of them often: each is added once, later ones are refused. */
static void doubles_are_refused(void **state)
{
    (void)state;
    enum { N = 700 };
    for (int32_t identity = 0; identity < 2; identity++) {
        struct fixture f;
        static uint64_t key[N][2];
        int refused = 0;
        char sentence[80];
        open_fixture(&f, fixed_space(), identity, N);
        assert_int_equal(ganas_batch_keys(f.all, identity, key[0]), GANAS_OK);
        for (int i = 0; i < N; i++) {
            int32_t count = ganas_pool_count(f.pool);
            if (ganas_pool_add(f.pool, f.all, i, i) == GANAS_OK)
                continue;
            int32_t row[N];
            assert_int_equal(ganas_pool_find(f.pool, f.all, row), GANAS_OK);
            snprintf(sentence, sizeof sentence, "this network is in the pool already, in row %d",
                     row[i]);
            assert_fails(ganas_pool_add(f.pool, f.all, i, i), GANAS_E_ARGUMENT, sentence);
            assert_int_equal(ganas_pool_count(f.pool), count);
            refused++;
        }
        assert_true(refused > 10);
        check_find(&f, (const uint64_t(*)[2])key, N);
        close_fixture(&f);
    }
}

static void new_graphs_are_not_found(void **state)
{
    (void)state;
    struct fixture f;
    int32_t row[30];
    open_fixture(&f, fixed_space(), GANAS_IDENTITY_STRING, 30);
    assert_int_equal(ganas_pool_find(f.pool, f.all, row), GANAS_OK);
    for (int i = 0; i < 30; i++)
        assert_int_equal(row[i], -1);
    assert_int_equal(ganas_pool_add(f.pool, f.all, 7, 1), GANAS_OK);
    assert_int_equal(ganas_pool_find(f.pool, f.all, row), GANAS_OK);
    for (int i = 0; i < 30; i++)
        assert_int_equal(row[i], same_rows(f.all, i, f.all, 7) ? 0 : -1);
    check_values(&f, row, 30);
    close_fixture(&f);
}

/* All graphs of NAS-Bench-201's cell: growth keeps rows, scores and graphs. */
static void pools_grow(void **state)
{
    (void)state;
    enum { N = 15625 };
    struct fixture f;
    int32_t more, *row = malloc(N * sizeof *row);
    double *score = malloc(N * sizeof *score);
    open_fixture(&f, fixed_space(), GANAS_IDENTITY_STRING, N);
    ganas_batch_clear(f.all);
    assert_int_equal(ganas_batch_enumerate(f.all, NULL, 0, &more), GANAS_OK);
    for (int i = 0; i < N; i++)
        assert_int_equal(ganas_pool_add(f.pool, f.all, N - 1 - i, 0.5 * i), GANAS_OK);
    assert_int_equal(ganas_pool_find(f.pool, f.all, row), GANAS_OK);
    assert_int_equal(ganas_pool_scores(f.pool, score), GANAS_OK);
    for (int i = 0; i < N; i++) {
        assert_int_equal(row[i], N - 1 - i);
        assert_true(score[i] == 0.5 * i);
    }
    ganas_batch *copy;
    assert_int_equal(ganas_batch_new(&copy, f.space, N), GANAS_OK);
    assert_int_equal(ganas_pool_rows(f.pool, row, N, copy), GANAS_OK);
    for (int i = 0; i < N; i++)
        assert_true(same_rows(copy, i, f.all, i));
    ganas_batch_free(copy);
    free(score);
    free(row);
    close_fixture(&f);
}

/* ---- the first of each network ---- */

/* keep: the first of each key among all, and not among the first `known` of them when fresh. */
static void check_unique(int32_t identity, int32_t known, int32_t fresh)
{
    enum { N = 1500 };
    struct fixture f;
    static uint64_t key[N][2];
    ganas_batch *batch;
    int32_t kept = 0;
    open_fixture(&f, free_space(), identity, N);
    assert_int_equal(ganas_batch_keys(f.all, identity, key[0]), GANAS_OK);
    for (int i = 0; i < known; i++)
        (void)ganas_pool_add(f.pool, f.all, i, 0);
    assert_int_equal(ganas_batch_new(&batch, f.space, N), GANAS_OK);
    for (int32_t i = 0; i < N; i++)
        assert_int_equal(ganas_batch_append(batch, f.all, &i, 1), GANAS_OK);
    assert_int_equal(ganas_pool_unique(f.pool, batch, fresh), GANAS_OK);
    for (int i = 0; i < N; i++) {
        int j = 0;
        while (memcmp(key[j], key[i], 16))
            j++;
        if (j == i && !(fresh && i < known))
            assert_true(same_rows(batch, kept++, f.all, i));
    }
    assert_int_equal(batch->count, kept);
    ganas_batch_free(batch);
    close_fixture(&f);
}

static void batches_are_made_unique(void **state)
{
    (void)state;
    for (int32_t identity = 0; identity < 2; identity++)
        for (int32_t fresh = 0; fresh < 2; fresh++) {
            check_unique(identity, 0, fresh);
            check_unique(identity, 400, fresh);
        }
    check_unique(0, 1500, 1);
}

/* ---- the best ---- */

enum { TOP = 200 };

/* Scores 0..4, every seventh failed: many ties. */
static void fill(struct fixture *f, double *score)
{
    struct draws d = {.seed = 3};
    open_fixture(f, fixed_space(), GANAS_IDENTITY_STRING, 1000);
    assert_int_equal(ganas_pool_unique(f->pool, f->all, 0), GANAS_OK);
    for (int i = 0; i < TOP; i++) {
        score[i] = i % 7 == 3 ? NAN : (double)draws_below(&d, 5);
        assert_int_equal(ganas_pool_add(f->pool, f->all, i, score[i]), GANAS_OK);
    }
}

/* Best first, earlier first among equals: row a comes before row b. */
static bool comes_before(const double *score, int a, int b)
{
    return score[a] > score[b] || (score[a] == score[b] && a < b);
}

static void check_top(const struct fixture *f, const double *score, int32_t first, int32_t k)
{
    ganas_batch *best;
    int32_t index[2 * TOP], at = 0;
    assert_int_equal(ganas_batch_new(&best, f->space, TOP), GANAS_OK);
    assert_int_equal(ganas_pool_top(f->pool, first, k, best, index), GANAS_OK);
    for (int32_t row = first; row < TOP; row++) {
        int32_t rank = 0;
        for (int32_t other = first; other < TOP; other++)
            rank += comes_before(score, other, row);
        if (isnan(score[row]) || rank >= k)
            continue;
        assert_int_equal(index[rank], row);
        assert_true(same_rows(best, rank, f->all, row));
        at++;
    }
    assert_int_equal(best->count, at);
    ganas_batch_free(best);
}

static void the_best_are_found_in_order(void **state)
{
    (void)state;
    struct fixture f;
    double score[TOP];
    fill(&f, score);
    for (int32_t first = 0; first <= TOP + 20; first += 11)
        for (int32_t k = 0; k <= TOP + 30; k += 23)
            check_top(&f, score, first, k);
    check_top(&f, score, 0, 1);
    check_top(&f, score, 0, INT32_MAX);
    check_top(&f, score, INT32_MAX, 3);
    close_fixture(&f);
}

static void infinite_scores_are_scores(void **state)
{
    (void)state;
    const double score[] = {-INFINITY, 1, NAN, INFINITY, -1};
    const int32_t order[] = {3, 1, 4, 0};
    struct fixture f;
    ganas_batch *best;
    int32_t index[5];
    open_fixture(&f, fixed_space(), GANAS_IDENTITY_STRING, 100);
    assert_int_equal(ganas_pool_unique(f.pool, f.all, 0), GANAS_OK);
    for (int i = 0; i < 5; i++)
        assert_int_equal(ganas_pool_add(f.pool, f.all, i, score[i]), GANAS_OK);
    assert_int_equal(ganas_batch_new(&best, f.space, 5), GANAS_OK);
    assert_int_equal(ganas_pool_top(f.pool, 0, 5, best, index), GANAS_OK);
    assert_int_equal(best->count, 4);
    assert_memory_equal(index, order, sizeof order);
    ganas_batch_free(best);
    close_fixture(&f);
}

/* ---- refusals ---- */

static void bad_pools_are_refused(void **state)
{
    (void)state;
    const char *sentence = "a pool needs a space and an identity, 0 or 1";
    ganas_space *space = fixed_space();
    ganas_pool *pool;
    assert_fails(ganas_pool_new(NULL, space, 0), GANAS_E_ARGUMENT, sentence);
    assert_fails(ganas_pool_new(&pool, NULL, 0), GANAS_E_ARGUMENT, sentence);
    assert_fails(ganas_pool_new(&pool, space, 2), GANAS_E_ARGUMENT, sentence);
    assert_fails(ganas_pool_new(&pool, space, -1), GANAS_E_ARGUMENT, sentence);
    ganas_pool_free(NULL);
    ganas_space_free(space);
}

static void strange_batches_are_refused(void **state)
{
    (void)state;
    const char *sentence = "pool and candidates are of different spaces";
    struct fixture f, g;
    int32_t row[30];
    open_fixture(&f, fixed_space(), GANAS_IDENTITY_STRING, 30);
    open_fixture(&g, fixed_space(), GANAS_IDENTITY_STRING, 30);
    assert_fails(ganas_pool_add(f.pool, g.all, 0, 1), GANAS_E_ARGUMENT, sentence);
    assert_fails(ganas_pool_find(f.pool, g.all, row), GANAS_E_ARGUMENT, sentence);
    assert_fails(ganas_pool_unique(f.pool, g.all, 1), GANAS_E_ARGUMENT, sentence);
    assert_fails(ganas_pool_add(f.pool, f.all, 30, 1), GANAS_E_ARGUMENT,
                 "row 30 of a batch with 30 candidates");
    assert_fails(ganas_pool_add(f.pool, f.all, -1, 1), GANAS_E_ARGUMENT,
                 "row -1 of a batch with 30 candidates");
    assert_int_equal(g.all->count, 30);
    assert_int_equal(ganas_pool_count(f.pool), 0);
    close_fixture(&g);
    close_fixture(&f);
}

static void bad_tops_are_refused(void **state)
{
    (void)state;
    struct fixture f;
    double score[TOP];
    ganas_batch *best;
    int32_t index[9] = {5, TOP, 0};
    fill(&f, score);
    assert_int_equal(ganas_batch_new(&best, f.space, 2), GANAS_OK);
    assert_fails(ganas_pool_top(f.pool, -1, 3, best, NULL), GANAS_E_ARGUMENT,
                 "the 3 best from row -1 on; both must be 0 or more");
    assert_fails(ganas_pool_top(f.pool, 0, -3, best, NULL), GANAS_E_ARGUMENT,
                 "the -3 best from row 0 on; both must be 0 or more");
    assert_fails(ganas_pool_top(f.pool, 0, 3, best, index), GANAS_E_FULL,
                 "3 more candidates in a batch with room for 2");
    assert_int_equal(index[0], 5);
    assert_fails(ganas_pool_rows(f.pool, index, 2, best), GANAS_E_ARGUMENT,
                 "row 200 of a batch with 200 candidates");
    assert_int_equal(best->count, 0);
    ganas_batch_free(best);
    close_fixture(&f);
}

/* ---- what is in a key ---- */

/* 30 nodes of 3 bits each: one of them lies in both words of a key. */
static void every_operation_is_in_a_key(void **state)
{
    (void)state;
    enum { N = 30, OPS = 5 };
    struct grammar g;
    grammar_start(&g, N + 2, OPS + 2);
    for (int i = 0; i < N + 2; i++)
        grammar_node(&g, i,
                     i == 0       ? 32
                     : i == N + 1 ? 64
                                  : 31,
                     GANAS_READ_FIXED, 0, i ? bit_of(i - 1) : 0);
    g.spec.output_set = bit_of(N + 1);
    ganas_space *space = grammar_space(&g);
    struct graph graph = {.size = N + 2, .op[0] = OPS, .op[N + 1] = OPS + 1};
    for (int i = 1; i < N + 2; i++)
        graph.reads[i] = bit_of(i - 1);
    for (int i = 1; i <= N; i++) {
        uint64_t key[OPS][2];
        for (int op = 0; op < OPS; op++) {
            graph.op[i] = (uint8_t)op;
            space_key(space, GANAS_IDENTITY_STRING, &graph, key[op]);
            for (int other = 0; other < op; other++)
                assert_memory_not_equal(key[op], key[other], sizeof key[op]);
        }
        graph.op[i] = 0;
    }
    ganas_space_free(space);
}

/* A node that nobody reads makes another text and another place for the output, but the same
 * network. */
static void what_leads_nowhere_is_in_no_networks_key(void **state)
{
    (void)state;
    ganas_space *space = free_space();
    const struct graph bare = {.size = 3, .op = {0, 1, 4}, .reads = {0, 1, 3}};
    const struct graph more = {.size = 4, .op = {0, 1, 2, 4}, .reads = {0, 1, 2, 3}};
    for (int32_t identity = 0; identity < 2; identity++) {
        uint64_t a[2], b[2];
        space_key(space, identity, &bare, a);
        space_key(space, identity, &more, b);
        assert_int_equal(memcmp(a, b, sizeof a) == 0, identity == GANAS_IDENTITY_NETWORK);
    }
    ganas_space_free(space);
}

/* ---- the set of keys ---- */

/* Keys that fall close together, as packed graphs do. */
static void keys_are_kept(void **state)
{
    (void)state;
    struct keys keys = {0};
    uint64_t none[2] = {7, 7};
    assert_int_equal(keys_find(&keys, none), -1);
    for (int i = 0; i < 30000; i++) {
        uint64_t key[2] = {(uint64_t)(i % 173) << 40, (uint64_t)i / 173};
        assert_int_equal(keys_reserve(&keys, i + 1), GANAS_OK);
        assert_int_equal(keys_find(&keys, key), -1);
        keys_add(&keys, key, i);
        assert_true(4 * keys.count <= 3 * keys.capacity);
        assert_true(20 * keys.capacity <= 54 * int_max((int)keys.count, 48));
    }
    for (int i = 0; i < 30000; i++) {
        uint64_t key[2] = {(uint64_t)(i % 173) << 40, (uint64_t)i / 173};
        assert_int_equal(keys_find(&keys, key), i);
    }
    assert_int_equal(keys_find(&keys, none), -1);
    keys_free(&keys);
    assert_int_equal(keys_find(&keys, none), -1);
}

/* ---- memory ---- */

/* A call that fails leaves the batch as it was. */
static int32_t use_top(ganas_pool *pool, ganas_batch *batch)
{
    int32_t status = ganas_pool_top(pool, 0, 3, batch, NULL);
    assert_int_equal(batch->count, status ? 0 : 3);
    if (status)
        return status;
    status = ganas_pool_unique(pool, batch, 1);
    assert_int_equal(batch->count, status ? 3 : 0);
    return status;
}

/* 100 rows, past the first growth of everything; a row that failed can be added again. */
static int32_t use_pool(void *context)
{
    struct fixture *f = context;
    ganas_pool *pool;
    ganas_batch *batch;
    int32_t status = ganas_pool_new(&pool, f->space, GANAS_IDENTITY_STRING), failed = GANAS_OK;
    if (status)
        return status;
    for (int32_t i = 0; i < 100; i++) {
        status = ganas_pool_add(pool, f->all, i, i);
        assert_int_equal(ganas_pool_count(pool), status ? i : i + 1);
        if (status) {
            failed = status;
            assert_int_equal(ganas_pool_add(pool, f->all, i, i), GANAS_OK);
        }
    }
    status = ganas_batch_new(&batch, f->space, 100);
    if (!status) {
        status = use_top(pool, batch);
        ganas_batch_free(batch);
    }
    ganas_pool_free(pool);
    return failed ? failed : status;
}

static void memory_can_fail(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, fixed_space(), GANAS_IDENTITY_STRING, 300);
    assert_int_equal(ganas_pool_unique(f.pool, f.all, 0), GANAS_OK);
    assert_true(fail_each_allocation(use_pool, &f) > 20);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubles_are_refused),
        cmocka_unit_test(new_graphs_are_not_found),
        cmocka_unit_test(pools_grow),
        cmocka_unit_test(batches_are_made_unique),
        cmocka_unit_test(the_best_are_found_in_order),
        cmocka_unit_test(infinite_scores_are_scores),
        cmocka_unit_test(bad_pools_are_refused),
        cmocka_unit_test(strange_batches_are_refused),
        cmocka_unit_test(bad_tops_are_refused),
        cmocka_unit_test(every_operation_is_in_a_key),
        cmocka_unit_test(what_leads_nowhere_is_in_no_networks_key),
        cmocka_unit_test(keys_are_kept),
        cmocka_unit_test(memory_can_fail),
    };
    return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
