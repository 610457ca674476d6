/* Rules: every refusal, which are masked, candidates exactly at a bound, infinite bounds, counts of
 * what each rule rejects. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "test.h"

#include "batch.h"
#include "fails.h"
#include "grammars.h"
#include "rng.h"
#include "rule.h"

struct fixture {
    ganas_space *space;
    ganas_rules *rules;
    ganas_batch *batch; /* all graphs, or 1000 */
    ganas_rng *rng;
    int32_t sum, depth, nodes, edges;
};

static void open_fixture(struct fixture *f, ganas_space *space, const double *table)
{
    int32_t more;
    f->space = space;
    assert_int_equal(ganas_rules_new(&f->rules, space), GANAS_OK);
    assert_int_equal(ganas_rng_new(&f->rng, 1, "rule"), GANAS_OK);
    assert_int_equal(ganas_batch_new(&f->batch, space, 15625), GANAS_OK);
    assert_int_equal(ganas_batch_enumerate(f->batch, NULL, 0, &more), GANAS_OK);
    assert_int_equal(ganas_space_measure(space, GANAS_MEASURE_SUM, table, 0, &f->sum), GANAS_OK);
    assert_int_equal(ganas_space_measure(space, GANAS_MEASURE_DEPTH, NULL, 2, &f->depth), GANAS_OK);
    assert_int_equal(ganas_space_measure(space, GANAS_MEASURE_NODES, NULL, 0, &f->nodes), GANAS_OK);
    assert_int_equal(ganas_space_measure(space, GANAS_MEASURE_EDGES, NULL, 0, &f->edges), GANAS_OK);
}

static void close_fixture(struct fixture *f)
{
    ganas_batch_free(f->batch);
    ganas_rng_free(f->rng);
    ganas_rules_free(f->rules);
    ganas_space_free(f->space);
}

/* Counts operation 1 on the cell of NAS-Bench-201: 0..6. */
static void count_op_1(double *table)
{
    for (int c = 0; c < 56; c++)
        table[c] = c % 7 == 1;
}

static int32_t add(struct fixture *f, int32_t measure, int32_t compare, double bound)
{
    int32_t masked = -1, status = ganas_rules_add(f->rules, measure, compare, bound, &masked);
    if (status)
        assert_int_equal(masked, -1);
    else
        assert_int_equal(masked, measure == f->sum && f->space->end_op < 0);
    return status;
}

/* ---- refusals ---- */

static void bad_rules_are_refused(void **state)
{
    (void)state;
    struct fixture f;
    double table[56];
    int32_t masked;
    count_op_1(table);
    open_fixture(&f, fixed_space(), table);
    assert_fails(ganas_rules_new(NULL, f.space), GANAS_E_ARGUMENT, "rules need a space");
    assert_fails(ganas_rules_new(&f.rules, NULL), GANAS_E_ARGUMENT, "rules need a space");
    assert_fails(ganas_rules_add(NULL, 0, 0, 1, &masked), GANAS_E_ARGUMENT,
                 "a rule needs a set of rules and a place for masked");
    assert_fails(ganas_rules_add(f.rules, 0, 0, 1, NULL), GANAS_E_ARGUMENT,
                 "a rule needs a set of rules and a place for masked");
    assert_fails(add(&f, 4, GANAS_LE, 1), GANAS_E_ARGUMENT, "measure 4 of a space that has 4");
    assert_fails(add(&f, -1, GANAS_LE, 1), GANAS_E_ARGUMENT, "measure -1 of a space that has 4");
    assert_fails(add(&f, 0, 3, 1), GANAS_E_ARGUMENT, "comparison 3; it must be 0..2");
    assert_fails(add(&f, 0, -1, 1), GANAS_E_ARGUMENT, "comparison -1; it must be 0..2");
    assert_fails(add(&f, 0, GANAS_LE, NAN), GANAS_E_ARGUMENT,
                 "the bound on measure 0 is no number");
    assert_int_equal(f.rules->count, 0);
    for (int r = 0; r < GANAS_MAX_RULES; r++)
        assert_int_equal(add(&f, r % 4, GANAS_LE, 7 + r), GANAS_OK);
    assert_fails(add(&f, 0, GANAS_LE, 3), GANAS_E_ARGUMENT, "more than 32 rules");
    ganas_rules_free(NULL);
    close_fixture(&f);
}

static void rules_that_leave_nothing_are_refused(void **state)
{
    (void)state;
    struct fixture f;
    double table[56];
    count_op_1(table);
    open_fixture(&f, fixed_space(), table);
    assert_fails(add(&f, f.sum, GANAS_LE, -0.5), GANAS_E_EMPTY,
                 "measure 0 <= -0.5 accepts nothing: the least in this space is 0");
    assert_fails(add(&f, f.sum, GANAS_GE, 6.01), GANAS_E_EMPTY,
                 "measure 0 >= 6.01 accepts nothing: the greatest in this space is 6");
    assert_fails(add(&f, f.sum, GANAS_EQ, 7), GANAS_E_EMPTY,
                 "measure 0 == 7 accepts nothing: the greatest in this space is 6");
    assert_fails(add(&f, f.sum, GANAS_EQ, -1), GANAS_E_EMPTY,
                 "measure 0 == -1 accepts nothing: the least in this space is 0");
    assert_fails(add(&f, f.depth, GANAS_GE, 4), GANAS_E_EMPTY,
                 "measure 1 >= 4 accepts nothing: the greatest in this space is 3");
    assert_fails(add(&f, f.depth, GANAS_LE, -1), GANAS_E_EMPTY,
                 "measure 1 <= -1 accepts nothing: the least in this space is 0");
    assert_fails(add(&f, f.nodes, GANAS_LE, 1), GANAS_E_EMPTY,
                 "measure 2 <= 1 accepts nothing: the least in this space is 2");
    assert_fails(add(&f, f.nodes, GANAS_EQ, 9), GANAS_E_EMPTY,
                 "measure 2 == 9 accepts nothing: the greatest in this space is 8");
    assert_fails(add(&f, f.edges, GANAS_GE, 11), GANAS_E_EMPTY,
                 "measure 3 >= 11 accepts nothing: the greatest in this space is 10");
    assert_int_equal(f.rules->count, 0);
    close_fixture(&f);
}

static void rules_that_contradict_are_refused(void **state)
{
    (void)state;
    struct fixture f;
    double table[56];
    count_op_1(table);
    open_fixture(&f, fixed_space(), table);
    assert_int_equal(add(&f, f.depth, GANAS_GE, 1), GANAS_OK);
    assert_int_equal(add(&f, f.sum, GANAS_LE, 3), GANAS_OK);
    assert_fails(add(&f, f.sum, GANAS_GE, 3.5), GANAS_E_EMPTY,
                 "measure 0 >= 3.5 accepts nothing beside <= 3 (rule 1)");
    assert_fails(add(&f, f.sum, GANAS_EQ, 4), GANAS_E_EMPTY,
                 "measure 0 == 4 accepts nothing beside <= 3 (rule 1)");
    assert_int_equal(add(&f, f.sum, GANAS_GE, 3), GANAS_OK);
    assert_int_equal(add(&f, f.sum, GANAS_EQ, 3), GANAS_OK);
    assert_fails(add(&f, f.sum, GANAS_LE, 2), GANAS_E_EMPTY,
                 "measure 0 <= 2 accepts nothing beside >= 3 (rule 2)");
    assert_int_equal(add(&f, f.depth, GANAS_EQ, 2), GANAS_OK);
    assert_fails(add(&f, f.depth, GANAS_EQ, 3), GANAS_E_EMPTY,
                 "measure 1 == 3 accepts nothing beside == 2 (rule 4)");
    close_fixture(&f);
}

/* ---- what holds ---- */

static bool compares(double value, int32_t compare, double bound)
{
    return compare == GANAS_LE   ? value <= bound
           : compare == GANAS_GE ? value >= bound
                                 : value == bound;
}

/* Every measure, comparison and whole bound, on every graph. */
static void rules_hold_where_measures_do(void **state)
{
    (void)state;
    struct fixture f;
    double table[56], *value = calloc(15625, sizeof *value);
    uint8_t *ok = malloc(15625);
    count_op_1(table);
    open_fixture(&f, fixed_space(), table);
    for (int rule = 0; rule < 4 * 3 * 12; rule++) {
        int32_t measure = rule % 4, compare = rule / 4 % 3, bound = rule / 12;
        int64_t rejected[1] = {99}, broken = 0;
        ganas_rules_free(f.rules);
        assert_int_equal(ganas_rules_new(&f.rules, f.space), GANAS_OK);
        if (add(&f, measure, compare, bound) != GANAS_OK)
            continue;
        assert_int_equal(ganas_batch_measure(f.batch, measure, value), GANAS_OK);
        assert_int_equal(ganas_batch_check(f.batch, f.rules, ok, rejected), GANAS_OK);
        for (int32_t i = 0; i < 15625; i++) {
            assert_int_equal(ok[i], compares(value[i], compare, bound));
            broken += !ok[i];
        }
        assert_int_equal(rejected[0], broken);
    }
    free(ok);
    free(value);
    close_fixture(&f);
}

/* A candidate is within a bound that is its own sum, whatever the order of additions, and outside
   one that is a little beside it. */
static void sums_at_the_bound_hold(void **state)
{
    (void)state;
    const double scales[] = {1, 0.1, 1e-200, 1e200, 3e7};
    for (int k = 0; k < 50; k++) {
        struct fixture f;
        double table[56], sum = 0;
        struct graph g;
        struct draws d = {.seed = (uint64_t)k};
        for (int c = 0; c < 56; c++)
            table[c] = scales[k % 5] * (draws_uniform(&d) * (c % 3 == 0 ? 1e-6 : 1));
        open_fixture(&f, fixed_space(), table);
        int32_t i = (int32_t)draws_below(&d, 15625);
        batch_get(f.batch, i, &g);
        for (int node = 7; node >= 0; node--)
            sum += table[node * 7 + g.op[node]];
        for (int32_t compare = 0; compare < 3; compare++)
            assert_int_equal(add(&f, f.sum, compare, sum), GANAS_OK);
        for (int32_t r = 0; r < 3; r++)
            assert_true(rule_holds(f.rules, r, &g));
        ganas_rules_free(f.rules);
        assert_int_equal(ganas_rules_new(&f.rules, f.space), GANAS_OK);
        if (add(&f, f.sum, GANAS_LE, sum * (1 - 1e-9)) == GANAS_OK)
            assert_false(rule_holds(f.rules, 0, &g));
        close_fixture(&f);
    }
}

/* As people write it: three times 0.1 is within 0.3. */
static void three_tenths_are_three_tenths(void **state)
{
    (void)state;
    struct fixture f;
    double table[56];
    int32_t more;
    ganas_batch *list;
    count_op_1(table);
    for (int c = 0; c < 56; c++)
        table[c] *= 0.1;
    open_fixture(&f, fixed_space(), table);
    assert_int_equal(add(&f, f.sum, GANAS_EQ, 0.3), GANAS_OK);
    assert_int_equal(ganas_batch_new(&list, f.space, 15625), GANAS_OK);
    assert_int_equal(ganas_batch_enumerate(list, f.rules, 0, &more), GANAS_OK);
    assert_int_equal(list->count, 20 * 4 * 4 * 4); /* 3 of 6 nodes, the others 4 operations each */
    ganas_batch_free(list);
    close_fixture(&f);
}

static void infinite_bounds_are_bounds(void **state)
{
    (void)state;
    struct fixture f;
    double table[56];
    uint8_t *ok = malloc(15625);
    count_op_1(table);
    open_fixture(&f, fixed_space(), table);
    for (int32_t m = 0; m < 4; m++) {
        char sentence[100];
        assert_int_equal(add(&f, m, GANAS_LE, INFINITY), GANAS_OK);
        assert_int_equal(add(&f, m, GANAS_GE, -INFINITY), GANAS_OK);
        snprintf(sentence, sizeof sentence,
                 "measure %d >= inf accepts nothing: the greatest in this space is %d", m,
                 m == 0   ? 6
                 : m == 1 ? 3
                 : m == 2 ? 8
                          : 10);
        assert_fails(add(&f, m, GANAS_GE, INFINITY), GANAS_E_EMPTY, sentence);
        assert_int_equal(add(&f, m, GANAS_LE, -INFINITY), GANAS_E_EMPTY);
        assert_int_equal(add(&f, m, GANAS_EQ, -INFINITY), GANAS_E_EMPTY);
        assert_int_equal(add(&f, m, GANAS_EQ, INFINITY), GANAS_E_EMPTY);
    }
    assert_int_equal(ganas_batch_check(f.batch, f.rules, ok, NULL), GANAS_OK);
    for (int i = 0; i < 15625; i++)
        assert_int_equal(ok[i], 1);
    free(ok);
    close_fixture(&f);
}

/* A sum of nothing but zeros is in whole units too. */
static void zero_tables_have_rules(void **state)
{
    (void)state;
    struct fixture f;
    const double table[56] = {0};
    open_fixture(&f, fixed_space(), table);
    assert_fails(add(&f, f.sum, GANAS_GE, 1e-9), GANAS_E_EMPTY,
                 "measure 0 >= 1e-09 accepts nothing: the greatest in this space is 0");
    assert_int_equal(add(&f, f.sum, GANAS_EQ, 0), GANAS_OK);
    assert_int_equal(add(&f, f.sum, GANAS_LE, 1e300), GANAS_OK);
    ganas_batch_clear(f.batch);
    assert_int_equal(ganas_batch_random(f.batch, f.rules, f.rng, 9, NULL), GANAS_OK);
    close_fixture(&f);
}

/* With an end_op sums are over what is alive: checked, not masked. */
static void sums_of_open_graphs_are_checked(void **state)
{
    (void)state;
    struct fixture f;
    double table[30], *value = calloc(15625, sizeof *value);
    uint8_t *ok = malloc(15625);
    int64_t rejected[1], broken = 0;
    for (int c = 0; c < 30; c++)
        table[c] = c % 5 == 2;
    open_fixture(&f, free_space(), table);
    assert_int_equal(add(&f, f.sum, GANAS_LE, 0), GANAS_OK);
    assert_int_equal(f.rules->bounds, 0);
    assert_int_equal(ganas_batch_measure(f.batch, f.sum, value), GANAS_OK);
    assert_int_equal(ganas_batch_check(f.batch, f.rules, ok, rejected), GANAS_OK);
    for (int32_t i = 0; i < f.batch->count; i++) {
        assert_int_equal(ok[i], value[i] <= 0);
        broken += !ok[i];
    }
    assert_int_equal(rejected[0], broken);
    ganas_batch_clear(f.batch);
    assert_int_equal(ganas_batch_random(f.batch, f.rules, f.rng, 100, NULL), GANAS_OK);
    assert_int_equal(ganas_batch_check(f.batch, f.rules, ok, rejected), GANAS_OK);
    assert_in_range(rejected[0], 10, 95);
    free(ok);
    free(value);
    close_fixture(&f);
}

/* rejected[r] counts for each rule by itself: a candidate that breaks two is in both. */
static void rejections_are_counted_by_rule(void **state)
{
    (void)state;
    struct fixture f;
    double table[56];
    uint8_t *ok = malloc(15625);
    int64_t rejected[3] = {5, 5, 5}, good = 0;
    count_op_1(table);
    open_fixture(&f, fixed_space(), table);
    assert_int_equal(add(&f, f.sum, GANAS_GE, 6), GANAS_OK);
    assert_int_equal(add(&f, f.sum, GANAS_GE, 1), GANAS_OK);
    assert_int_equal(add(&f, f.depth, GANAS_LE, 3), GANAS_OK);
    assert_int_equal(ganas_batch_check(f.batch, f.rules, ok, rejected), GANAS_OK);
    assert_int_equal(rejected[0], 15624);
    assert_int_equal(rejected[1], 4096);
    assert_int_equal(rejected[2], 0);
    for (int i = 0; i < 15625; i++)
        good += ok[i];
    assert_int_equal(good, 1);
    free(ok);
    close_fixture(&f);
}

/* ---- memory ---- */

static int32_t make_rules(void *context)
{
    ganas_rules *rules;
    int32_t masked, status = ganas_rules_new(&rules, context);
    if (status)
        return status;
    for (int n = 0; n < 3 && !status; n++)
        status = ganas_rules_add(rules, 0, GANAS_LE, 3, &masked);
    ganas_rules_free(rules);
    return status;
}

static void memory_can_fail(void **state)
{
    (void)state;
    struct fixture f;
    double table[56];
    count_op_1(table);
    open_fixture(&f, fixed_space(), table);
    assert_int_equal(fail_each_allocation(make_rules, f.space), 4);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_rules_are_refused),
        cmocka_unit_test(rules_that_leave_nothing_are_refused),
        cmocka_unit_test(rules_that_contradict_are_refused),
        cmocka_unit_test(rules_hold_where_measures_do),
        cmocka_unit_test(sums_at_the_bound_hold),
        cmocka_unit_test(three_tenths_are_three_tenths),
        cmocka_unit_test(infinite_bounds_are_bounds),
        cmocka_unit_test(zero_tables_have_rules),
        cmocka_unit_test(sums_of_open_graphs_are_checked),
        cmocka_unit_test(rejections_are_counted_by_rule),
        cmocka_unit_test(memory_can_fail),
    };
    return cmocka_run_group_tests_name("rule", tests, NULL, NULL);
}
