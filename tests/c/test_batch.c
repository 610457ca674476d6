/* Batches: rows in and out, every refusal, random draws that don't depend on how they are asked
 * for, dead ends, every allocation refused. */
#include <stdlib.h>

#include "test.h"

#include "batch.h"
#include "fails.h"
#include "grammars.h"
#include "rng.h"
#include "space.h"

static ganas_batch *new_batch(ganas_space *space, int32_t capacity)
{
    ganas_batch *batch;
    assert_int_equal(ganas_batch_new(&batch, space, capacity), GANAS_OK);
    return batch;
}

/* n graphs at random. */
static ganas_batch *draw(ganas_space *space, uint64_t seed, int32_t n)
{
    ganas_rng *rng;
    ganas_batch *batch = new_batch(space, n);
    assert_int_equal(ganas_rng_new(&rng, seed, "draw"), GANAS_OK);
    assert_int_equal(ganas_batch_random(batch, NULL, rng, n, NULL), GANAS_OK);
    ganas_rng_free(rng);
    return batch;
}

static void assert_row(const ganas_batch *a, int32_t i, const ganas_batch *b, int32_t j)
{
    struct graph g, h;
    batch_get(a, i, &g);
    batch_get(b, j, &h);
    assert_memory_equal(&g, &h, sizeof g);
}

/* ---- live nodes ---- */

/* Node 2 reads node 1 and nobody reads node 2; node 1 is read by the output. */
static void what_leads_nowhere_is_not_live(void **state)
{
    (void)state;
    ganas_space *space = free_space();
    ganas_batch *batch = new_batch(space, 1);
    const uint8_t op[] = {0, 1, 2, 4};
    const uint32_t reads[] = {0, 0, 1, 0, 2, 0, 3, 0};
    uint32_t live[2];
    assert_int_equal(ganas_batch_push(batch, 4, op, reads), GANAS_OK);
    assert_int_equal(ganas_batch_live(batch, live), GANAS_OK);
    assert_int_equal(live[0], 1 | 2 | 8);
    assert_int_equal(live[1], 0);
    ganas_batch_free(batch);
    ganas_space_free(space);
}

/* A network has as many nodes as its set of live ones. */
static void live_nodes_are_those_that_count(void **state)
{
    (void)state;
    enum { N = 500 };
    for (int k = 0; k < 3; k++) {
        ganas_space *space = all_spaces[k]();
        ganas_batch *batch = draw(space, 3, N);
        int32_t nodes;
        double count[N];
        uint32_t live[2 * N];
        assert_int_equal(ganas_space_measure(space, GANAS_MEASURE_NODES, NULL, 0, &nodes),
                         GANAS_OK);
        assert_int_equal(ganas_batch_measure(batch, nodes, count), GANAS_OK);
        assert_int_equal(ganas_batch_live(batch, live), GANAS_OK);
        for (int i = 0; i < N; i++)
            assert_int_equal(bits_count(live[2 * i] | (bits)live[2 * i + 1] << 32), (int)count[i]);
        ganas_batch_free(batch);
        ganas_space_free(space);
    }
}

/* ---- rows ---- */

static void rows_are_seen(void **state)
{
    (void)state;
    ganas_space *space = free_space();
    ganas_batch *batch = draw(space, 1, 300);
    ganas_batch_view view;
    ganas_batch_clear(batch);
    ganas_batch *again = draw(space, 2, 300);
    int32_t index[300];
    for (int i = 0; i < 300; i++)
        index[i] = 299 - i;
    assert_int_equal(ganas_batch_append(batch, again, index, 300), GANAS_OK);
    ganas_batch_view_get(batch, &view);
    assert_int_equal(view.count, 300);
    assert_int_equal(view.capacity, 300);
    assert_int_equal(view.nodes, 6);
    assert_int_equal(view.ops, 5);
    for (int i = 0; i < 300; i++) {
        assert_row(batch, i, again, 299 - i);
        for (int n = 0; n < 6; n++) {
            uint32_t low = view.reads[(i * 6 + n) * 2], high = view.reads[(i * 6 + n) * 2 + 1];
            bool past = n >= view.size[i];
            assert_int_equal(high, 0);
            assert_int_equal(low == 0, past || n == 0);
            assert_int_equal(past && view.op[i * 6 + n] != 0, 0);
        }
    }
    ganas_batch_free(again);
    ganas_batch_free(batch);
    ganas_space_free(space);
}

/* A row that was longer leaves nothing behind. */
static void rows_are_zero_past_the_end(void **state)
{
    (void)state;
    const uint8_t op[] = {0, 1, 4};
    const uint32_t reads[] = {0, 0, 1, 0, 2, 0};
    ganas_space *space = free_space();
    ganas_batch *batch = draw(space, 1, 300);
    ganas_batch_clear(batch);
    for (int i = 0; i < 300; i++)
        assert_int_equal(ganas_batch_push(batch, 3, op, reads), GANAS_OK);
    for (int i = 0; i < 300; i++)
        for (int n = 3; n < 6; n++)
            assert_int_equal(batch_op(batch, i)[n] | batch_reads(batch, i)[n], 0);
    ganas_batch_free(batch);
    ganas_space_free(space);
}

static void filters_keep_the_order(void **state)
{
    (void)state;
    ganas_space *space = free_space();
    struct draws d = {.seed = 4};
    for (uint32_t share = 0; share <= 4; share++) {
        ganas_batch *batch = draw(space, 3, 200), *all = draw(space, 3, 200);
        uint8_t keep[200];
        int32_t kept = 0;
        for (int i = 0; i < 200; i++)
            keep[i] = draws_below(&d, 4) < share ? (uint8_t)(1 + draws_below(&d, 255)) : 0;
        assert_int_equal(ganas_batch_filter(batch, keep), GANAS_OK);
        for (int i = 0; i < 200; i++)
            if (keep[i])
                assert_row(batch, kept++, all, i);
        assert_int_equal(ganas_batch_count(batch), kept);
        ganas_batch_free(all);
        ganas_batch_free(batch);
    }
    ganas_space_free(space);
}

static void batches_grow(void **state)
{
    (void)state;
    ganas_space *space = choose_space();
    ganas_batch *batch = draw(space, 3, 50), *all = draw(space, 3, 50);
    assert_int_equal(batch_reserve(batch, 10), GANAS_OK);
    assert_int_equal(batch->capacity, 50);
    assert_int_equal(batch_reserve(batch, 1000), GANAS_OK);
    assert_int_equal(batch->capacity, 1000);
    assert_int_equal(batch->count, 50);
    for (int i = 0; i < 50; i++)
        assert_row(batch, i, all, i);
    ganas_batch_free(all);
    ganas_batch_free(batch);
    ganas_space_free(space);
}

/* ---- refusals ---- */

static void bad_batches_are_refused(void **state)
{
    (void)state;
    ganas_space *space = free_space();
    ganas_batch *batch;
    assert_fails(ganas_batch_new(NULL, space, 3), GANAS_E_ARGUMENT,
                 "a batch of 3 candidates needs a space, and 0 or more");
    assert_fails(ganas_batch_new(&batch, NULL, 3), GANAS_E_ARGUMENT,
                 "a batch of 3 candidates needs a space, and 0 or more");
    assert_fails(ganas_batch_new(&batch, space, -1), GANAS_E_ARGUMENT,
                 "a batch of -1 candidates needs a space, and 0 or more");
    batch = draw(space, 1, 5);
    assert_fails(ganas_batch_truncate(batch, 6), GANAS_E_ARGUMENT,
                 "can't truncate 5 candidates to 6");
    assert_fails(ganas_batch_truncate(batch, -1), GANAS_E_ARGUMENT,
                 "can't truncate 5 candidates to -1");
    assert_int_equal(ganas_batch_truncate(batch, 2), GANAS_OK);
    assert_int_equal(batch->count, 2);
    ganas_batch_free(batch);
    ganas_batch_free(NULL);
    ganas_space_free(space);
}

static void bad_rows_are_refused(void **state)
{
    (void)state;
    ganas_space *space = free_space(), *other = free_space();
    ganas_batch *from = draw(space, 1, 5), *to = new_batch(space, 3), *strange = draw(other, 1, 5);
    const int32_t good[] = {4, 0, 4, 1}, high[] = {0, 5}, low[] = {0, -1};
    assert_fails(ganas_batch_append(to, strange, good, 1), GANAS_E_ARGUMENT,
                 "candidates can be appended from another batch of the same space only");
    assert_fails(ganas_batch_append(to, to, good, 1), GANAS_E_ARGUMENT,
                 "candidates can be appended from another batch of the same space only");
    assert_fails(ganas_batch_append(to, from, high, 2), GANAS_E_ARGUMENT,
                 "row 5 of a batch with 5 candidates");
    assert_fails(ganas_batch_append(to, from, low, 2), GANAS_E_ARGUMENT,
                 "row -1 of a batch with 5 candidates");
    assert_fails(ganas_batch_append(to, from, good, 4), GANAS_E_FULL,
                 "4 more candidates in a batch with room for 3");
    assert_fails(ganas_batch_append(to, from, good, -2), GANAS_E_ARGUMENT,
                 "-2 more candidates; it must be 0 or more");
    assert_int_equal(to->count, 0);
    assert_int_equal(ganas_batch_append(to, from, good, 3), GANAS_OK);
    for (int i = 0; i < 3; i++)
        assert_row(to, i, from, good[i]);
    ganas_batch_free(strange);
    ganas_batch_free(to);
    ganas_batch_free(from);
    ganas_space_free(other);
    ganas_space_free(space);
}

static void bad_questions_are_refused(void **state)
{
    (void)state;
    ganas_space *space = free_space(), *other = free_space();
    ganas_batch *batch = draw(space, 1, 3);
    ganas_rules *rules;
    uint64_t key[6];
    double value[3];
    uint8_t ok[3];
    assert_int_equal(ganas_rules_new(&rules, other), GANAS_OK);
    assert_fails(ganas_batch_keys(batch, 2, key), GANAS_E_ARGUMENT,
                 "identity 2; it must be 0 or 1");
    assert_fails(ganas_batch_keys(batch, -1, key), GANAS_E_ARGUMENT,
                 "identity -1; it must be 0 or 1");
    assert_fails(ganas_batch_measure(batch, 0, value), GANAS_E_ARGUMENT,
                 "measure 0 of a space that has 0");
    assert_fails(ganas_batch_measure(batch, -1, value), GANAS_E_ARGUMENT,
                 "measure -1 of a space that has 0");
    assert_fails(ganas_batch_check(batch, rules, ok, NULL), GANAS_E_ARGUMENT,
                 "rules and candidates are of different spaces");
    assert_int_equal(ganas_batch_check(batch, NULL, ok, NULL), GANAS_OK);
    assert_true(ok[0] && ok[1] && ok[2]);
    ganas_rules_free(rules);
    ganas_batch_free(batch);
    ganas_space_free(other);
    ganas_space_free(space);
}

static void bad_draws_are_refused(void **state)
{
    (void)state;
    ganas_space *space = free_space(), *other = free_space();
    ganas_batch *batch = new_batch(space, 3);
    ganas_rules *rules;
    ganas_rng *rng;
    int64_t dropped = 7;
    assert_int_equal(ganas_rules_new(&rules, other), GANAS_OK);
    assert_int_equal(ganas_rng_new(&rng, 1, "draw"), GANAS_OK);
    assert_fails(ganas_batch_random(batch, NULL, rng, 4, &dropped), GANAS_E_FULL,
                 "4 more candidates in a batch with room for 3");
    assert_fails(ganas_batch_random(batch, NULL, rng, -1, &dropped), GANAS_E_ARGUMENT,
                 "-1 more candidates; it must be 0 or more");
    assert_fails(ganas_batch_random(batch, rules, rng, 1, &dropped), GANAS_E_ARGUMENT,
                 "rules and candidates are of different spaces");
    assert_int_equal(dropped, 0);
    assert_int_equal(rng->next, 0);
    assert_int_equal(batch->count, 0);
    ganas_rng_free(rng);
    ganas_rules_free(rules);
    ganas_batch_free(batch);
    ganas_space_free(other);
    ganas_space_free(space);
}

/* ---- draws ---- */

/* 60 at once are 60 one by one, and the next call goes on. */
static void draws_do_not_depend_on_calls(void **state)
{
    (void)state;
    for (int which = 0; which < 4; which++) {
        ganas_space *space = all_spaces[which]();
        ganas_batch *once = draw(space, 9, 60), *steps = new_batch(space, 60);
        ganas_rng *rng;
        assert_int_equal(ganas_rng_new(&rng, 9, "draw"), GANAS_OK);
        for (int32_t n = 1; steps->count < 60; n = n % 4 + 1) {
            int32_t take = int_min(n, 60 - steps->count);
            assert_int_equal(ganas_batch_random(steps, NULL, rng, take, NULL), GANAS_OK);
        }
        for (int i = 0; i < 60; i++)
            assert_row(once, i, steps, i);
        ganas_rng_free(rng);
        ganas_batch_free(steps);
        ganas_batch_free(once);
        ganas_space_free(space);
    }
}

/* Five operations on each of six nodes: 3000 draws give 600 each, to four standard deviations. */
static void draws_are_uniform(void **state)
{
    (void)state;
    ganas_space *space = fixed_space();
    ganas_batch *batch = draw(space, 12, 3000);
    int count[8][7] = {{0}};
    for (int i = 0; i < 3000; i++)
        for (int n = 0; n < 8; n++)
            count[n][batch_op(batch, i)[n]]++;
    for (int n = 1; n < 7; n++)
        for (int o = 0; o < 5; o++)
            assert_in_range(count[n][o], 600 - 88, 600 + 88);
    ganas_batch_free(batch);
    ganas_space_free(space);
}

/* Free nodes: of the 15 sets of sources that are not empty, 8 have a certain one. */
static void sets_of_sources_are_alike(void **state)
{
    (void)state;
    struct grammar g;
    grammar_start(&g, 5, 1);
    grammar_node(&g, 0, 1, GANAS_READ_FIXED, 0, 0);
    for (int i = 1; i < 5; i++)
        grammar_node(&g, i, 1, GANAS_READ_FREE, 0, bits_below(i));
    g.spec.output_set = 16;
    ganas_space *space = grammar_space(&g);
    ganas_batch *batch = draw(space, 5, 4000);
    int count[4] = {0};
    for (int i = 0; i < 4000; i++)
        for (int j = 0; j < 4; j++)
            count[j] += batch_reads(batch, i)[4] & bit_of(j) ? 1 : 0;
    for (int j = 0; j < 4; j++)
        assert_in_range(count[j], 2133 - 127, 2133 + 127);
    ganas_batch_free(batch);
    ganas_space_free(space);
}

/* ---- dead ends ---- */

/* Entries 0 and 2 of operations, a sum that must be `bound`. */
static ganas_rules *even_rules(ganas_space *space, double bound)
{
    ganas_rules *rules;
    double table[56];
    int32_t measure, masked;
    for (int c = 0; c < 56; c++)
        table[c] = c % 7 == 1 ? 2 : 0;
    assert_int_equal(ganas_space_measure(space, GANAS_MEASURE_SUM, table, 0, &measure), GANAS_OK);
    assert_int_equal(ganas_rules_new(&rules, space), GANAS_OK);
    assert_int_equal(ganas_rules_add(rules, measure, GANAS_EQ, bound, &masked), GANAS_OK);
    return rules;
}

static void impossible_sums_end_the_draw(void **state)
{
    (void)state;
    ganas_space *space = fixed_space();
    ganas_rules *rules = even_rules(space, 3);
    ganas_batch *batch = new_batch(space, 10);
    ganas_rng *rng;
    int64_t dropped = 0;
    int32_t more = 1;
    assert_int_equal(ganas_rng_new(&rng, 1, "draw"), GANAS_OK);
    assert_fails(ganas_batch_random(batch, rules, rng, 10, &dropped), GANAS_E_EMPTY,
                 "1000 draws in a row met a dead end: the bounds can hardly hold together");
    assert_int_equal(dropped, 1000);
    assert_int_equal(batch->count, 0);
    assert_int_equal(ganas_batch_random(batch, rules, rng, 1, NULL), GANAS_E_EMPTY);
    assert_int_equal(ganas_batch_enumerate(batch, rules, 0, &more), GANAS_OK);
    assert_int_equal(batch->count + more, 0);
    ganas_rng_free(rng);
    ganas_batch_free(batch);
    ganas_rules_free(rules);
    ganas_space_free(space);
}

/* Two sums that pull at the same nodes: draws are lost and counted, what is kept holds. */
static void dead_ends_are_drawn_again(void **state)
{
    (void)state;
    ganas_space *space = fixed_space();
    ganas_rules *rules = even_rules(space, 4);
    ganas_batch *batch = new_batch(space, 200);
    ganas_rng *rng;
    int64_t dropped = 0, rejected[2];
    int32_t other, masked;
    double table[56];
    uint8_t ok[200];
    for (int c = 0; c < 56; c++)
        table[c] = c % 7 == 1 ? 1 : c % 7 == 2 ? 3 : 0;
    assert_int_equal(ganas_space_measure(space, GANAS_MEASURE_SUM, table, 0, &other), GANAS_OK);
    assert_int_equal(ganas_rules_add(rules, other, GANAS_EQ, 14, &masked), GANAS_OK);
    assert_int_equal(ganas_rng_new(&rng, 1, "draw"), GANAS_OK);
    assert_int_equal(ganas_batch_random(batch, rules, rng, 200, &dropped), GANAS_OK);
    assert_int_equal(ganas_batch_check(batch, rules, ok, rejected), GANAS_OK);
    assert_int_equal(rejected[0] + rejected[1], 0);
    assert_int_equal(batch->count, 200);
    assert_true(dropped > 0);
    ganas_rng_free(rng);
    ganas_batch_free(batch);
    ganas_rules_free(rules);
    ganas_space_free(space);
}

/* A sum that almost no graph has: a call that fails on the way leaves nothing behind. */
static void failed_calls_append_nothing(void **state)
{
    (void)state;
    ganas_space *space = fixed_space();
    ganas_batch *batch = new_batch(space, 301), *parents = new_batch(space, 15625);
    ganas_rng *rng;
    int32_t sum, masked, more, late = 0;
    double table[56], *value = malloc(15625 * sizeof *value);
    assert_int_equal(ganas_rng_new(&rng, 2, "draw"), GANAS_OK);
    for (int c = 0; c < 56; c++)
        table[c] = ganas_rng_uniform(rng);
    assert_int_equal(ganas_space_measure(space, GANAS_MEASURE_SUM, table, 0, &sum), GANAS_OK);
    assert_int_equal(ganas_batch_enumerate(parents, NULL, 0, &more), GANAS_OK);
    assert_int_equal(ganas_batch_measure(parents, sum, value), GANAS_OK);
    assert_int_equal(ganas_batch_random(batch, NULL, rng, 1, NULL), GANAS_OK);
    for (int32_t at = 0; at < 15625 && late < 5; at += 701) {
        int64_t dropped;
        ganas_rules *rules;
        assert_int_equal(ganas_rules_new(&rules, space), GANAS_OK);
        assert_int_equal(ganas_rules_add(rules, sum, GANAS_EQ, value[at], &masked), GANAS_OK);
        if (ganas_batch_random(batch, rules, rng, 300, &dropped) == GANAS_E_EMPTY) {
            late += dropped > 1000; /* some were drawn before */
            assert_int_equal(batch->count, 1);
            if (ganas_batch_mutate(batch, parents, rules, rng, 300, 0, 1, NULL) == GANAS_E_EMPTY)
                assert_int_equal(batch->count, 1);
        }
        assert_int_equal(ganas_batch_truncate(batch, 1), GANAS_OK);
        ganas_rules_free(rules);
    }
    assert_int_equal(late, 5);
    free(value);
    ganas_rng_free(rng);
    ganas_batch_free(parents);
    ganas_batch_free(batch);
    ganas_space_free(space);
}

/* ---- memory ---- */

static int32_t make_batch(void *context)
{
    ganas_batch *batch;
    int32_t status = ganas_batch_new(&batch, context, 10);
    if (status)
        return status;
    batch->count = 10;
    status = batch_reserve(batch, 100);
    assert_int_equal(batch->capacity, status ? 10 : 100);
    ganas_batch_free(batch);
    return status;
}

static void memory_can_fail(void **state)
{
    (void)state;
    ganas_space *space = fixed_space();
    assert_int_equal(fail_each_allocation(make_batch, space), 7);
    ganas_space_free(space);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_leads_nowhere_is_not_live),
        cmocka_unit_test(live_nodes_are_those_that_count),
        cmocka_unit_test(rows_are_seen),
        cmocka_unit_test(rows_are_zero_past_the_end),
        cmocka_unit_test(filters_keep_the_order),
        cmocka_unit_test(batches_grow),
        cmocka_unit_test(bad_batches_are_refused),
        cmocka_unit_test(bad_rows_are_refused),
        cmocka_unit_test(bad_questions_are_refused),
        cmocka_unit_test(bad_draws_are_refused),
        cmocka_unit_test(draws_do_not_depend_on_calls),
        cmocka_unit_test(draws_are_uniform),
        cmocka_unit_test(sets_of_sources_are_alike),
        cmocka_unit_test(impossible_sums_end_the_draw),
        cmocka_unit_test(dead_ends_are_drawn_again),
        cmocka_unit_test(failed_calls_append_nothing),
        cmocka_unit_test(memory_can_fail),
    };
    return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
