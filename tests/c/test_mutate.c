/* Mutants: always legal, always different, as far from their parents as asked, able to reach every
 * graph, and every refusal. */
#include <math.h>
#include <stdlib.h>

#include "test.h"

#include "batch.h"
#include "fails.h"
#include "model.h"
#include "rng.h"
#include "rule.h"

static ganas_batch *new_batch(ganas_space *space, int32_t capacity)
{
    ganas_batch *batch;
    assert_int_equal(ganas_batch_new(&batch, space, capacity), GANAS_OK);
    return batch;
}

static ganas_rng *new_rng(uint64_t seed)
{
    ganas_rng *rng;
    assert_int_equal(ganas_rng_new(&rng, seed, "mutate"), GANAS_OK);
    return rng;
}

static bool same_rows(const ganas_batch *a, int32_t i, const ganas_batch *b, int32_t j)
{
    struct graph g, h;
    batch_get(a, i, &g);
    batch_get(b, j, &h);
    return !memcmp(&g, &h, sizeof g);
}

static void check_legal(const ganas_batch *batch, int32_t i, const ganas_space_spec *spec)
{
    struct graph g, copy;
    batch_get(batch, i, &g);
    copy = g;
    assert_int_equal(space_check(batch->space, &g), GANAS_OK);
    assert_memory_equal(&g, &copy, sizeof g);
    if (spec)
        assert_true(model_legal(spec, &g));
}

/* ---- any grammar ---- */

static void mutants_of_random_grammars_are_legal(void **state)
{
    (void)state;
    enum { N = 40 };
    ganas_rng *rng = new_rng(1);
    int64_t mutants = 0, stuck;
    double size;
    int32_t exact;
    for (int n = 0; n < 1500; n++) {
        struct draws d = rng_draws(rng, rng_take(rng, 1));
        struct grammar g;
        ganas_space *space;
        int32_t parent[N];
        wild_grammar(&g, &d, 9);
        if (ganas_space_new(&space, &g.spec) != GANAS_OK)
            continue;
        ganas_batch *parents = new_batch(space, 5), *batch = new_batch(space, N);
        assert_int_equal(ganas_batch_random(parents, NULL, rng, 5, NULL), GANAS_OK);
        assert_int_equal(ganas_batch_mutate(batch, parents, NULL, rng, N, 0.5, 4, parent),
                         GANAS_OK);
        assert_int_equal(batch->count, N);
        assert_int_equal(ganas_space_size(space, &size, &exact), GANAS_OK);
        stuck = 0;
        for (int32_t i = 0; i < N; i++) {
            assert_in_range(parent[i], 0, 4);
            check_legal(batch, i, &g.spec);
            stuck += same_rows(batch, i, parents, parent[i]);
            mutants++;
        }
        if (g.spec.end_op < 0)
            assert_int_equal(stuck, size > 1 ? 0 : N);
        ganas_batch_free(batch);
        ganas_batch_free(parents);
        ganas_space_free(space);
    }
    assert_true(mutants > 10000);
    ganas_rng_free(rng);
}

/* ---- the three grammars ---- */

static void mutants_differ_from_their_parents(void **state)
{
    (void)state;
    enum { N = 2000 };
    for (int which = 0; which < 4; which++) {
        ganas_space *space = all_spaces[which]();
        ganas_batch *parents = new_batch(space, 20), *batch = new_batch(space, N);
        ganas_rng *rng = new_rng(2);
        int32_t parent[N], children[20] = {0};
        assert_int_equal(ganas_batch_random(parents, NULL, rng, 20, NULL), GANAS_OK);
        assert_int_equal(ganas_batch_mutate(batch, parents, NULL, rng, N, 0.3, 3, parent),
                         GANAS_OK);
        for (int32_t i = 0; i < N; i++) {
            check_legal(batch, i, NULL);
            assert_false(same_rows(batch, i, parents, parent[i]));
            children[parent[i]]++;
        }
        for (int p = 0; p < 20; p++)
            assert_in_range(children[p], 100 - 40, 100 + 40);
        ganas_rng_free(rng);
        ganas_batch_free(batch);
        ganas_batch_free(parents);
        ganas_space_free(space);
    }
}

/* Operations that differ; reads are fixed. */
static int distance(const ganas_batch *a, int32_t i, const ganas_batch *b, int32_t j)
{
    int differ = 0;
    for (int n = 0; n < a->space->nodes; n++)
        differ += batch_op(a, i)[n] != batch_op(b, j)[n];
    return differ;
}

/* On the cell of NAS-Bench-201, N mutants of one parent: how many differ in 0, 1, 2, ... nodes. */
static void count_distances(double more, int32_t most, int *count)
{
    enum { N = 6000 };
    ganas_space *space = fixed_space();
    ganas_batch *parents = new_batch(space, 1), *batch = new_batch(space, N);
    ganas_rng *rng = new_rng(3);
    memset(count, 0, 9 * sizeof *count);
    assert_int_equal(ganas_batch_random(parents, NULL, rng, 1, NULL), GANAS_OK);
    assert_int_equal(ganas_batch_mutate(batch, parents, NULL, rng, N, more, most, NULL), GANAS_OK);
    for (int32_t i = 0; i < N; i++)
        count[distance(batch, i, parents, 0)]++;
    ganas_rng_free(rng);
    ganas_batch_free(batch);
    ganas_batch_free(parents);
    ganas_space_free(space);
}

/* Two edits fall on different nodes 5 times in 6; 1 pair in 24 undoes itself and is drawn again. */
static void edits_are_as_many_as_asked(void **state)
{
    (void)state;
    int count[9];
    count_distances(0, 5, count);
    assert_int_equal(count[1], 6000);
    count_distances(0.9, 1, count);
    assert_int_equal(count[1], 6000);
    count_distances(0.5, 2, count);
    assert_int_equal(count[1] + count[2], 6000);
    double expected = 6000 * (0.5 * 5 / 6) / (1 - 0.5 / 24);
    assert_true(fabs(count[2] - expected) < 4 * sqrt(expected));
    count_distances(0.99, 1000, count);
    assert_true(count[4] > 1000 && count[5] > 1000 && count[6] > 500);
}

/* The graph without node p; who reads it alone reads what it reads. */
static struct graph drop_node(const struct graph *g, int p)
{
    struct graph out = {.size = g->size - 1};
    for (int i = 0; i < g->size; i++) {
        bool alone = i != p && g->reads[i] == bit_of(p);
        int to = i - (i > p);
        for (int j = 0; j < i && i != p; j++)
            if (j != p && (alone ? g->reads[p] : g->reads[i]) & bit_of(j))
                out.reads[to] |= bit_of(j - (j > p));
        if (i != p)
            out.op[to] = g->op[i];
    }
    return out;
}

/* Whether one node dropped makes `small` of `big`. */
static bool drops_to(const struct graph *big, const struct graph *small)
{
    for (int p = 1; p < big->size - 1; p++) {
        struct graph g = drop_node(big, p);
        if (!memcmp(&g, small, sizeof g))
            return true;
    }
    return false;
}

/* One edit of a free graph: one operation, one edge that comes, goes or moves, or one node more or
   less. */
static void edits_of_free_graphs_are_small(void **state)
{
    (void)state;
    enum { N = 4000 };
    ganas_space *space = free_space();
    ganas_batch *origin = new_batch(space, 50), *parents = new_batch(space, 50);
    ganas_batch *batch = new_batch(space, N);
    ganas_rng *rng = new_rng(4);
    int32_t parent[N], op = 0, moves = 0, edge = 0, more = 0, less = 0;
    assert_int_equal(ganas_batch_random(origin, NULL, rng, 50, NULL), GANAS_OK);
    /* random graphs have nearly all as many nodes and edges as they may */
    assert_int_equal(ganas_batch_mutate(parents, origin, NULL, rng, 50, 0.98, 100, NULL), GANAS_OK);
    assert_int_equal(ganas_batch_mutate(batch, parents, NULL, rng, N, 0, 1, parent), GANAS_OK);
    for (int32_t i = 0; i < N; i++) {
        struct graph a, b;
        batch_get(parents, parent[i], &a);
        batch_get(batch, i, &b);
        int ops = 0, edges = 0, moved = 0;
        for (int n = 0; n < 6; n++) {
            ops += a.op[n] != b.op[n];
            edges += bits_count(a.reads[n] ^ b.reads[n]);
            moved += a.reads[n] != b.reads[n] && bits_count(a.reads[n]) == bits_count(b.reads[n]);
        }
        assert_in_range(b.size, a.size - 1, a.size + 1);
        assert_true(a.size != b.size || ops + edges - moved == 1);
        assert_true(a.size >= b.size || drops_to(&b, &a));
        assert_true(a.size <= b.size || drops_to(&a, &b));
        more += b.size > a.size;
        less += b.size < a.size;
        op += a.size == b.size && ops;
        edge += a.size == b.size && edges == 1;
        moves += a.size == b.size && moved;
    }
    assert_true(op > 400 && edge > 400 && moves > 400 && more > 50 && less > 50);
    ganas_rng_free(rng);
    ganas_batch_free(batch);
    ganas_batch_free(parents);
    ganas_batch_free(origin);
    ganas_space_free(space);
}

/* A chain of operations 1, 2, 3 loses each of them about as often as another. */
static void every_inner_node_can_go(void **state)
{
    (void)state;
    enum { N = 6000 };
    ganas_space *space = free_space();
    ganas_batch *parents = new_batch(space, 1), *batch = new_batch(space, N);
    ganas_rng *rng = new_rng(10);
    struct graph chain = {.size = 5, .op = {0, 1, 2, 3, 4}, .reads = {0, 1, 2, 4, 8}};
    int32_t without[4] = {0};
    assert_int_equal(batch_put(parents, &chain), GANAS_OK);
    assert_int_equal(ganas_batch_mutate(batch, parents, NULL, rng, N, 0, 1, NULL), GANAS_OK);
    for (int32_t i = 0; i < N; i++) {
        struct graph g;
        batch_get(batch, i, &g);
        for (int p = 1; p <= 3 && g.size == 4; p++) {
            struct graph less = drop_node(&chain, p);
            without[p] += !memcmp(&g, &less, sizeof g);
        }
    }
    int32_t all = without[1] + without[2] + without[3];
    assert_true(all > 300);
    for (int p = 1; p <= 3; p++)
        assert_true(abs(3 * without[p] - all) < 4 * sqrt(2 * all));
    ganas_rng_free(rng);
    ganas_batch_free(batch);
    ganas_batch_free(parents);
    ganas_space_free(space);
}

/* ---- reach ---- */

/* Mutants of mutants, until all graphs are known: the parents are the pool of all so far. */
static void reach_all(ganas_space *space, int32_t graphs)
{
    ganas_batch *known = new_batch(space, graphs), *batch = new_batch(space, 4096);
    ganas_rng *rng = new_rng(5);
    ganas_pool *pool;
    int rounds = 0;
    assert_int_equal(ganas_pool_new(&pool, space, GANAS_IDENTITY_STRING), GANAS_OK);
    assert_int_equal(ganas_batch_random(known, NULL, rng, 1, NULL), GANAS_OK);
    assert_int_equal(ganas_pool_add(pool, known, 0, 0), GANAS_OK);
    for (; known->count < graphs && rounds < 60; rounds++) {
        ganas_batch_clear(batch);
        assert_int_equal(ganas_batch_mutate(batch, known, NULL, rng, 4096, 0.2, 3, NULL), GANAS_OK);
        assert_int_equal(ganas_pool_unique(pool, batch, 1), GANAS_OK);
        for (int32_t i = 0; i < batch->count; i++) {
            assert_int_equal(ganas_pool_add(pool, batch, i, 0), GANAS_OK);
            assert_int_equal(ganas_batch_append(known, batch, &i, 1), GANAS_OK);
        }
    }
    assert_int_equal(known->count, graphs);
    ganas_pool_free(pool);
    ganas_rng_free(rng);
    ganas_batch_free(batch);
    ganas_batch_free(known);
}

static void every_graph_can_be_reached(void **state)
{
    (void)state;
    for (int which = 0; which < 4; which++) {
        ganas_space *space = all_spaces[which]();
        double size;
        int32_t exact;
        assert_int_equal(ganas_space_size(space, &size, &exact), GANAS_OK);
        if (size < 16000)
            reach_all(space, (int32_t)size);
        ganas_space_free(space);
    }
}

/* A free graph of 2..4 nodes: sizes change on the way. */
static void every_size_can_be_reached(void **state)
{
    (void)state;
    struct grammar g;
    double size;
    int32_t exact;
    grammar_start(&g, 5, 4);
    grammar_node(&g, 0, 1, GANAS_READ_FIXED, 0, 0);
    for (int i = 1; i < 5; i++)
        grammar_node(&g, i, 2 | 4 | 8, GANAS_READ_FREE, 0, bits_below(i));
    g.spec.end_op = 3;
    g.spec.min_nodes = 2;
    g.spec.max_edges = 5;
    ganas_space *space = grammar_space(&g);
    assert_int_equal(ganas_space_size(space, &size, &exact), GANAS_OK);
    reach_all(space, (int32_t)size);
    ganas_space_free(space);
}

/* ---- rules ---- */

static void mutants_keep_masked_rules(void **state)
{
    (void)state;
    enum { N = 1000 };
    ganas_space *space = fixed_space();
    ganas_batch *parents = new_batch(space, 20), *batch = new_batch(space, N);
    ganas_rng *rng = new_rng(6);
    ganas_rules *rules;
    double table[56];
    int32_t count, depth, masked, parent[N];
    int64_t rejected[3];
    uint8_t ok[N];
    for (int c = 0; c < 56; c++)
        table[c] = c % 7 == 1;
    assert_int_equal(ganas_space_measure(space, GANAS_MEASURE_SUM, table, 0, &count), GANAS_OK);
    assert_int_equal(ganas_space_measure(space, GANAS_MEASURE_DEPTH, NULL, 1, &depth), GANAS_OK);
    assert_int_equal(ganas_rules_new(&rules, space), GANAS_OK);
    assert_int_equal(ganas_rules_add(rules, count, GANAS_GE, 2, &masked), GANAS_OK);
    assert_int_equal(ganas_rules_add(rules, count, GANAS_LE, 3, &masked), GANAS_OK);
    assert_int_equal(ganas_rules_add(rules, depth, GANAS_GE, 3, &masked), GANAS_OK);
    assert_int_equal(ganas_batch_random(parents, rules, rng, 20, NULL), GANAS_OK);
    assert_int_equal(ganas_batch_mutate(batch, parents, rules, rng, N, 0.5, 3, parent), GANAS_OK);
    assert_int_equal(ganas_batch_check(batch, rules, ok, rejected), GANAS_OK);
    assert_int_equal(rejected[0] + rejected[1], 0);
    assert_true(rejected[2] > 0); /* can't be masked, so it isn't looked at */
    for (int32_t i = 0; i < N; i++)
        assert_false(same_rows(batch, i, parents, parent[i]));
    ganas_rules_free(rules);
    ganas_rng_free(rng);
    ganas_batch_free(batch);
    ganas_batch_free(parents);
    ganas_space_free(space);
}

/* One parent in the fixed space whose sum of weight[op] is `bound`, and n mutants of one edit. */
static void mutate_tied(const double *weight, double bound, ganas_batch *parents,
                        ganas_batch *batch, int32_t n)
{
    ganas_rng *rng = new_rng(8);
    ganas_rules *rules;
    double table[56];
    int32_t sum, masked;
    for (int c = 0; c < 56; c++)
        table[c] = weight[c % 7];
    assert_int_equal(ganas_space_measure(parents->space, GANAS_MEASURE_SUM, table, 0, &sum),
                     GANAS_OK);
    assert_int_equal(ganas_rules_new(&rules, parents->space), GANAS_OK);
    assert_int_equal(ganas_rules_add(rules, sum, GANAS_EQ, bound, &masked), GANAS_OK);
    assert_int_equal(ganas_batch_random(parents, rules, rng, 1, NULL), GANAS_OK);
    assert_int_equal(ganas_batch_mutate(batch, parents, rules, rng, n, 0, 1, NULL), GANAS_OK);
    for (int32_t i = 0; i < n; i++) {
        struct graph g;
        batch_get(batch, i, &g);
        assert_true(rule_holds(rules, 0, &g));
        assert_false(same_rows(batch, i, parents, 0));
    }
    ganas_rules_free(rules);
    ganas_rng_free(rng);
}

/* Two of operation 3, or a sum that no single edit keeps: nodes change together. */
static void tied_nodes_change_together(void **state)
{
    (void)state;
    enum { N = 300 };
    const double count[7] = {[3] = 1}, index[7] = {0, 1, 2, 3, 4, 0, 0};
    ganas_space *space = fixed_space();
    ganas_batch *parents = new_batch(space, 1), *batch = new_batch(space, N);
    int moved = 0;
    mutate_tied(count, 2, parents, batch, N);
    for (int32_t i = 0; i < N; i++)
        for (int node = 1; node < 7; node++)
            moved += (batch_op(batch, i)[node] == 3) != (batch_op(parents, 0)[node] == 3);
    assert_true(moved > N / 10);
    ganas_batch_clear(parents);
    ganas_batch_clear(batch);
    mutate_tied(index, 12, parents, batch, N);
    ganas_batch_free(batch);
    ganas_batch_free(parents);
    ganas_space_free(space);
}

/* Nothing to edit: the mutant is its parent. */
static void a_lone_graph_stays(void **state)
{
    (void)state;
    struct grammar g;
    grammar_start(&g, 2, 1);
    grammar_node(&g, 0, 1, GANAS_READ_FIXED, 0, 0);
    grammar_node(&g, 1, 1, GANAS_READ_FREE, 0, 1);
    g.spec.output_set = 2;
    ganas_space *space = grammar_space(&g);
    ganas_batch *parents = new_batch(space, 1), *batch = new_batch(space, 3);
    ganas_rng *rng = new_rng(7);
    assert_int_equal(ganas_batch_random(parents, NULL, rng, 1, NULL), GANAS_OK);
    assert_int_equal(ganas_batch_mutate(batch, parents, NULL, rng, 3, 0.5, 9, NULL), GANAS_OK);
    for (int i = 0; i < 3; i++)
        assert_true(same_rows(batch, i, parents, 0));
    ganas_rng_free(rng);
    ganas_batch_free(batch);
    ganas_batch_free(parents);
    ganas_space_free(space);
}

/* ---- calls ---- */

/* 60 at once are 60 one by one; a batch may hold its own mutants. */
static void mutants_do_not_depend_on_calls(void **state)
{
    (void)state;
    ganas_space *space = free_space();
    ganas_batch *parents = new_batch(space, 70), *a = new_batch(space, 60);
    ganas_batch *b = new_batch(space, 60);
    ganas_rng *rng = new_rng(8), *one = new_rng(9), *two = new_rng(9), *three = new_rng(9);
    assert_int_equal(ganas_batch_random(parents, NULL, rng, 10, NULL), GANAS_OK);
    assert_int_equal(ganas_batch_mutate(a, parents, NULL, one, 60, 0.5, 3, NULL), GANAS_OK);
    for (int i = 0; i < 20; i++)
        assert_int_equal(ganas_batch_mutate(b, parents, NULL, two, 3, 0.5, 3, NULL), GANAS_OK);
    assert_int_equal(ganas_batch_mutate(parents, parents, NULL, three, 60, 0.5, 3, NULL), GANAS_OK);
    for (int i = 0; i < 60; i++) {
        assert_true(same_rows(a, i, b, i));
        assert_true(same_rows(a, i, parents, 10 + i));
    }
    ganas_rng_free(three);
    ganas_rng_free(two);
    ganas_rng_free(one);
    ganas_rng_free(rng);
    ganas_batch_free(b);
    ganas_batch_free(a);
    ganas_batch_free(parents);
    ganas_space_free(space);
}

static void bad_calls_are_refused(void **state)
{
    (void)state;
    ganas_space *space = free_space(), *other = free_space();
    ganas_batch *parents = new_batch(space, 2), *batch = new_batch(space, 3);
    ganas_batch *strange = new_batch(other, 1);
    ganas_rng *rng = new_rng(1);
    ganas_rules *rules;
    assert_int_equal(ganas_rules_new(&rules, other), GANAS_OK);
    assert_fails(ganas_batch_mutate(batch, parents, NULL, rng, 1, 0, 1, NULL), GANAS_E_ARGUMENT,
                 "mutants need at least one parent of the same space");
    assert_int_equal(ganas_batch_random(parents, NULL, rng, 2, NULL), GANAS_OK);
    assert_int_equal(ganas_batch_random(strange, NULL, rng, 1, NULL), GANAS_OK);
    uint64_t next = rng->next;
    assert_fails(ganas_batch_mutate(batch, strange, NULL, rng, 1, 0, 1, NULL), GANAS_E_ARGUMENT,
                 "mutants need at least one parent of the same space");
    assert_fails(ganas_batch_mutate(batch, parents, NULL, rng, 4, 0, 1, NULL), GANAS_E_FULL,
                 "4 more candidates in a batch with room for 3");
    assert_fails(ganas_batch_mutate(batch, parents, NULL, rng, -1, 0, 1, NULL), GANAS_E_ARGUMENT,
                 "-1 more candidates; it must be 0 or more");
    assert_fails(ganas_batch_mutate(batch, parents, rules, rng, 1, 0, 1, NULL), GANAS_E_ARGUMENT,
                 "rules and candidates are of different spaces");
    assert_fails(ganas_batch_mutate(batch, parents, NULL, rng, 1, 1, 1, NULL), GANAS_E_ARGUMENT,
                 "edits with 1 for another and at most 1; in [0, 1), and at least 1");
    assert_fails(ganas_batch_mutate(batch, parents, NULL, rng, 1, -0.5, 1, NULL), GANAS_E_ARGUMENT,
                 "edits with -0.5 for another and at most 1; in [0, 1), and at least 1");
    assert_fails(ganas_batch_mutate(batch, parents, NULL, rng, 1, 0.5, 0, NULL), GANAS_E_ARGUMENT,
                 "edits with 0.5 for another and at most 0; in [0, 1), and at least 1");
    assert_int_equal(ganas_batch_mutate(batch, parents, NULL, rng, 1, NAN, 1, NULL),
                     GANAS_E_ARGUMENT);
    assert_int_equal(rng->next, next);
    assert_int_equal(batch->count, 0);
    ganas_rules_free(rules);
    ganas_rng_free(rng);
    ganas_batch_free(strange);
    ganas_batch_free(batch);
    ganas_batch_free(parents);
    ganas_space_free(other);
    ganas_space_free(space);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutants_of_random_grammars_are_legal),
        cmocka_unit_test(mutants_differ_from_their_parents),
        cmocka_unit_test(edits_are_as_many_as_asked),
        cmocka_unit_test(edits_of_free_graphs_are_small),
        cmocka_unit_test(every_inner_node_can_go),
        cmocka_unit_test(every_graph_can_be_reached),
        cmocka_unit_test(every_size_can_be_reached),
        cmocka_unit_test(mutants_keep_masked_rules),
        cmocka_unit_test(tied_nodes_change_together),
        cmocka_unit_test(a_lone_graph_stays),
        cmocka_unit_test(mutants_do_not_depend_on_calls),
        cmocka_unit_test(bad_calls_are_refused),
    };
    return cmocka_run_group_tests_name("mutate", tests, NULL, NULL);
}
