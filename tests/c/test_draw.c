/* Random graphs: how often each of them comes, and spaces that are too large to count. */
#include <math.h>
#include <stdlib.h>

#include "test.h"

#include "batch.h"
#include "fails.h"
#include "model.h"

enum { MOST = 40, EACH = 200 }; /* candidates of a small space; draws for each of them */

static ganas_batch *draw(ganas_space *space, int32_t n)
{
    ganas_batch *batch;
    ganas_rng *rng;
    assert_int_equal(ganas_batch_new(&batch, space, n), GANAS_OK);
    assert_int_equal(ganas_rng_new(&rng, 3, "draw"), GANAS_OK);
    assert_int_equal(ganas_batch_random(batch, NULL, rng, n, NULL), GANAS_OK);
    ganas_rng_free(rng);
    return batch;
}

static int compare_keys(const void *a, const void *b)
{
    return memcmp(a, b, 2 * sizeof(uint64_t));
}

/* All n candidates come, each EACH times to six standard deviations. */
static void assert_uniform(ganas_space *space, int32_t identity, int n)
{
    ganas_batch *batch = draw(space, n * EACH);
    uint64_t(*key)[2] = malloc((size_t)batch->count * sizeof *key);
    int seen = 0, times = 0;
    assert_int_equal(ganas_batch_keys(batch, identity, key[0]), GANAS_OK);
    qsort(key, (size_t)batch->count, sizeof *key, compare_keys);
    for (int32_t i = 0; i < batch->count; i++) {
        times++;
        if (i + 1 < batch->count && compare_keys(key[i], key[i + 1]) == 0)
            continue;
        assert_true(abs(times - EACH) < 6 * sqrt(EACH));
        times = 0;
        seen++;
    }
    assert_int_equal(seen, n);
    free(key);
    ganas_batch_free(batch);
}

/* Grammars made at random, with every kind of node, with and without ends and budgets; operations
   that narrow others are left out: these are drawn uniformly, not the graphs. */
static void graphs_are_alike(void **state)
{
    (void)state;
    ganas_rng *rng;
    int tried = 0, chained = 0, ending = 0;
    assert_int_equal(ganas_rng_new(&rng, 8, "grammars"), GANAS_OK);
    for (uint64_t seed = 0; tried < 80; seed++) {
        struct draws d = rng_draws(rng, seed);
        struct grammar g;
        ganas_space *space = NULL;
        wild_grammar(&g, &d, 5);
        g.spec.op_after = NULL;
        if (ganas_space_new(&space, &g.spec) != GANAS_OK)
            continue;
        int64_t n = space->alike ? 0 : model_count(&g.spec, NULL, NULL);
        if (n > 1 && n <= MOST) {
            assert_uniform(space, GANAS_IDENTITY_STRING, (int)n);
            tried++;
            ending += g.spec.end_op >= 0;
            for (int i = 0; i < g.spec.nodes; i++)
                chained += g.after[i] >= 0;
        }
        ganas_space_free(space);
    }
    assert_true(chained > 1 && ending > 5);
    ganas_rng_free(rng);
}

/* ---- networks ---- */

/* Inputs, then any number of nodes of two operations, then the output; all read all before them. */
static ganas_space *cell(int inputs, int nodes, int max_edges)
{
    struct grammar g;
    grammar_start(&g, nodes, 4);
    for (int i = 0; i < nodes; i++)
        grammar_node(&g, i, i < inputs ? 1 : 2 | 4 | 8,
                     i < inputs ? GANAS_READ_FIXED : GANAS_READ_FREE, 0,
                     i < inputs ? 0 : bits_below(i));
    g.spec.end_op = 3;
    g.spec.min_nodes = inputs + 1;
    g.spec.max_edges = max_edges;
    return grammar_space(&g);
}

/* Networks that all graphs of a space are. */
static int count_networks(ganas_space *space, int32_t capacity)
{
    ganas_batch *batch;
    int32_t more, kept = 0;
    assert_int_equal(ganas_batch_new(&batch, space, capacity), GANAS_OK);
    assert_int_equal(ganas_batch_enumerate(batch, NULL, 0, &more), GANAS_OK);
    assert_int_equal(more, 0);
    uint64_t(*key)[2] = malloc((size_t)batch->count * sizeof *key);
    assert_int_equal(ganas_batch_keys(batch, GANAS_IDENTITY_NETWORK, key[0]), GANAS_OK);
    qsort(key, (size_t)batch->count, sizeof *key, compare_keys);
    for (int32_t i = 0; i < batch->count; i++)
        kept += i == 0 || compare_keys(key[i - 1], key[i]) != 0;
    free(key);
    ganas_batch_free(batch);
    return kept;
}

static void networks_are_alike(void **state)
{
    (void)state;
    const int known[][3] = {{1, 5, 0}, {1, 6, 7}, {2, 5, 0}, {3, 5, 6}}; /* inputs, nodes, budget */
    for (int i = 0; i < 4; i += test_size(1, 2)) {
        ganas_space *space = cell(known[i][0], known[i][1], known[i][2]);
        assert_true(space->alike);
        assert_uniform(space, GANAS_IDENTITY_NETWORK, count_networks(space, 100000));
        ganas_space_free(space);
    }
}

static void networks_are_estimated(void **state)
{
    (void)state;
    ganas_space *space = cell(1, 6, 7), *fixed = fixed_space();
    double count, deviation, known = count_networks(space, 100000);
    ganas_rng *rng;
    assert_int_equal(ganas_rng_new(&rng, 3, "networks"), GANAS_OK);
    assert_int_equal(ganas_space_networks(space, rng, 20000, &count, &deviation), GANAS_OK);
    assert_true(deviation > 0.001 && deviation < 0.05);
    assert_true(fabs(count / known - 1) < 4 * deviation);
    assert_int_equal(ganas_space_networks(fixed, rng, 100, &count, &deviation), GANAS_OK);
    assert_true(count <= 0 && deviation <= 0);
    assert_fails(ganas_space_networks(space, rng, 1, &count, &deviation), GANAS_E_ARGUMENT,
                 "an estimate of 1 graphs; it needs a space, a stream, 2 graphs, two places");
    ganas_rng_free(rng);
    ganas_space_free(fixed);
    ganas_space_free(space);
}

/* Where nodes can't change places, or orders are too many to try, graphs are drawn and no more. */
static void other_spaces_are_not_alike(void **state)
{
    (void)state;
    ganas_space *large = cell(1, 9, 0), *ends = free_space(), *fixed = fixed_space();
    assert_false(large->alike || ends->alike || fixed->alike);
    ganas_space_free(large);
    ganas_space_free(ends);
    ganas_space_free(fixed);
}

/* ---- large spaces ---- */

/* 64 nodes: 2^1953 graphs without a budget, more than a double holds. Nearly all have all nodes,
   and half of the edges or all of the budget. */
static void large_graphs_are_drawn(void **state)
{
    (void)state;
    const int budgets[] = {0, 70, 300};
    for (int b = 0; b < 3; b++) {
        ganas_space *space = cell(1, 64, budgets[b]);
        ganas_batch *batch = draw(space, 100);
        double size, edges = 0;
        int32_t exact;
        assert_int_equal(ganas_space_size(space, &size, &exact), GANAS_OK);
        assert_int_equal(exact, budgets[b] == 70); /* 300 of 2016 edges: 1e367 */
        for (int32_t i = 0; i < 100; i++) {
            struct graph g;
            batch_get(batch, i, &g);
            for (int v = 0; v < g.size; v++)
                edges += bits_count(g.reads[v]) / 100.0;
            assert_true(g.size > 40);
            assert_int_equal(space_check(space, &g), GANAS_OK);
        }
        double want = budgets[b] ? budgets[b] : 63 * 64 / 4;
        assert_true(edges > 0.98 * want && edges < 1.02 * want);
        ganas_batch_free(batch);
        ganas_space_free(space);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(graphs_are_alike),       cmocka_unit_test(networks_are_alike),
        cmocka_unit_test(networks_are_estimated), cmocka_unit_test(other_spaces_are_not_alike),
        cmocka_unit_test(large_graphs_are_drawn),
    };
    return cmocka_run_group_tests_name("draw", tests, NULL, NULL);
}
