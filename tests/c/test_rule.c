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
    assert_fails(add(&f, 0, 6, 1), GANAS_E_ARGUMENT, "comparison 6; it must be 0..5");
    assert_fails(add(&f, 0, -1, 1), GANAS_E_ARGUMENT, "comparison -1; it must be 0..5");
    assert_fails(add(&f, 0, GANAS_LE, NAN), GANAS_E_ARGUMENT, "the bound of a term is no number");
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
           : compare == GANAS_LT ? value < bound
           : compare == GANAS_GT ? value > bound
                                 : (value == bound) == (compare == GANAS_EQ);
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
    for (int rule = 0; rule < 4 * 6 * 12; rule++) {
        int32_t measure = rule % 4, compare = rule / 4 % 6, bound = rule / 24;
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

/* Two terms of which neither follows from the other, both and either, in both orders. */
static void programs_join_what_holds(void **state)
{
    (void)state;
    struct fixture f;
    double table[56];
    int32_t masked, broken[4] = {0};
    static uint8_t ok[15625];
    int64_t rejected[GANAS_MAX_RULES];
    const int32_t programs[4][3] = {
        {0, 1, GANAS_AND}, {1, 0, GANAS_AND}, {0, 1, GANAS_OR}, {1, 0, GANAS_OR}};
    count_op_1(table);
    open_fixture(&f, fixed_space(), table);
    assert_int_equal(add(&f, f.sum, GANAS_LE, 1), GANAS_OK);
    assert_int_equal(add(&f, f.depth, GANAS_GE, 3), GANAS_OK);
    for (int i = 0; i < 4; i++)
        assert_int_equal(ganas_rules_combine(f.rules, programs[i], 3, &masked), GANAS_OK);
    for (int32_t i = 0; i < f.batch->count; i++) {
        struct graph g;
        batch_get(f.batch, i, &g);
        bool a = rule_holds(f.rules, 0, &g), b = rule_holds(f.rules, 1, &g);
        for (int k = 0; k < 4; k++)
            broken[k] += k < 2 ? !(a && b) : !(a || b);
    }
    assert_int_equal(ganas_batch_check(f.batch, f.rules, ok, rejected), GANAS_OK);
    for (int k = 0; k < 4; k++) {
        assert_int_equal(rejected[2 + k], broken[k]);
        assert_in_range(broken[k], 1, f.batch->count - 1);
    }
    assert_true(rejected[4] < rejected[0] && rejected[4] < rejected[1]);
    assert_true(rejected[2] > rejected[0] && rejected[2] > rejected[1]);
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
        int32_t n = 0;
        n += add(&f, f.sum, GANAS_LE, sum * (1 - 1e-9)) == GANAS_OK;
        n += add(&f, f.sum, GANAS_LT, sum) == GANAS_OK;
        n += add(&f, f.sum, GANAS_GT, sum) == GANAS_OK;
        while (n > 0)
            assert_false(rule_holds(f.rules, --n, &g));
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
    assert_int_equal(f.rules->slots, 0);
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

/* ---- terms and programs ---- */

static void bad_terms_are_refused(void **state)
{
    (void)state;
    struct fixture f;
    double table[56], least, greatest, factor[2] = {1, NAN};
    int32_t number = -7, masked = -7, measure[2] = {0, 1};
    ganas_term term = {.count = 9, .measure = measure, .factor = factor};
    count_op_1(table);
    open_fixture(&f, fixed_space(), table);
    assert_fails(ganas_rules_term(f.rules, NULL, &number, &masked), GANAS_E_ARGUMENT,
                 "a term needs a set of rules and places for its number and masked");
    assert_fails(ganas_rules_term(f.rules, &term, &number, &masked), GANAS_E_ARGUMENT,
                 "a term of 9 measures; it must be 0..8");
    term.count = 0;
    assert_fails(ganas_rules_term(f.rules, &term, &number, &masked), GANAS_E_ARGUMENT,
                 "a term of nothing");
    term.count = 2;
    assert_fails(ganas_rules_term(f.rules, &term, &number, &masked), GANAS_E_ARGUMENT,
                 "the factor of measure 1 is nan");
    factor[1] = 1e308;
    measure[1] = 0;
    term.table = table;
    table[7 + 1] = 1e308;
    assert_fails(ganas_rules_term(f.rules, &term, &number, &masked), GANAS_E_NUMBER,
                 "the sums of a term are too large for a number");
    assert_int_equal(f.rules->terms, 0);
    assert_int_equal(number + masked, -14);
    assert_fails(ganas_rules_term_range(f.rules, 0, &least, &greatest), GANAS_E_ARGUMENT,
                 "term 0 of rules that have 0");
    close_fixture(&f);
}

static void terms_have_their_number(void **state)
{
    (void)state;
    struct fixture f;
    double table[56], factor = 1;
    int32_t number = -1, masked;
    count_op_1(table);
    open_fixture(&f, fixed_space(), table);
    ganas_term term = {.count = 1, .measure = &f.depth, .factor = &factor};
    term.compare = GANAS_LE;
    term.bound = 3;
    for (int i = 0; i < GANAS_MAX_TERMS; i++) {
        assert_int_equal(ganas_rules_term(f.rules, &term, &number, &masked), GANAS_OK);
        assert_int_equal(number, i);
    }
    assert_fails(ganas_rules_term(f.rules, &term, &number, &masked), GANAS_E_ARGUMENT,
                 "more than 64 comparisons in the rules");
    assert_int_equal(number, GANAS_MAX_TERMS - 1);
    close_fixture(&f);
}

static void bad_programs_are_refused(void **state)
{
    (void)state;
    struct fixture f;
    double table[56];
    int32_t masked;
    const int32_t one[] = {0}, two[] = {0, 0}, far[] = {1}, low[] = {-3}, less[] = {0, GANAS_AND};
    int32_t deep[RULE_MAX_DEPTH + 1] = {0};
    count_op_1(table);
    open_fixture(&f, fixed_space(), table);
    assert_int_equal(add(&f, f.sum, GANAS_LE, 3), GANAS_OK);
    assert_fails(ganas_rules_combine(f.rules, NULL, 1, &masked), GANAS_E_ARGUMENT,
                 "a rule needs a set of rules, a program and a place for masked");
    assert_fails(ganas_rules_combine(f.rules, one, 0, &masked), GANAS_E_ARGUMENT,
                 "a rule of 0 codes; it must be 1..255");
    assert_fails(ganas_rules_combine(f.rules, far, 1, &masked), GANAS_E_ARGUMENT,
                 "code 0 of a rule is 1; terms are 0..0");
    assert_fails(ganas_rules_combine(f.rules, low, 1, &masked), GANAS_E_ARGUMENT,
                 "code 0 of a rule is -3; terms are 0..0");
    assert_fails(ganas_rules_combine(f.rules, two, 2, &masked), GANAS_E_ARGUMENT,
                 "the codes of a rule leave 2 operands; it must be 1");
    assert_fails(ganas_rules_combine(f.rules, less, 2, &masked), GANAS_E_ARGUMENT,
                 "the codes of a rule leave 0 operands; it must be 1");
    assert_fails(ganas_rules_combine(f.rules, deep, RULE_MAX_DEPTH + 1, &masked), GANAS_E_ARGUMENT,
                 "a rule is nested deeper than 16");
    assert_int_equal(f.rules->count, 1);
    for (int r = 1; r < GANAS_MAX_RULES; r++)
        assert_int_equal(ganas_rules_combine(f.rules, one, 1, &masked), GANAS_OK);
    assert_fails(ganas_rules_combine(f.rules, one, 1, &masked), GANAS_E_ARGUMENT,
                 "more than 32 rules");
    close_fixture(&f);
}

static void programs_that_accept_nothing_are_refused(void **state)
{
    (void)state;
    struct fixture f;
    double table[56], least, greatest, factor = -2;
    int32_t never, maybe, masked, measure;
    count_op_1(table);
    open_fixture(&f, fixed_space(), table);
    measure = f.sum;
    ganas_term term = {.count = 1, .measure = &measure, .factor = &factor, .bound = 1};
    term.compare = GANAS_GE;
    assert_int_equal(ganas_rules_term(f.rules, &term, &never, &masked), GANAS_OK);
    assert_int_equal(ganas_rules_term_range(f.rules, never, &least, &greatest), GANAS_OK);
    assert_true(least == -12 && greatest == 0);
    term.compare = GANAS_LE;
    assert_int_equal(ganas_rules_term(f.rules, &term, &maybe, &masked), GANAS_OK);
    const int32_t both[] = {never, maybe, GANAS_AND}, either[] = {never, maybe, GANAS_OR};
    assert_fails(ganas_rules_combine(f.rules, both, 3, &masked), GANAS_E_EMPTY,
                 "rule 0 accepts nothing");
    assert_int_equal(f.rules->count, 0);
    assert_int_equal(ganas_rules_combine(f.rules, either, 3, &masked), GANAS_OK);
    assert_int_equal(masked, 1);
    close_fixture(&f);
}

/* What nobody has looked up holds; what is missing holds nothing, not even !=. */
static void given_values_are_looked_up(void **state)
{
    (void)state;
    enum { N = 300 };
    struct fixture f;
    double table[56], value[N], excess[N];
    const double *given[5] = {NULL};
    uint8_t ok[N];
    int64_t rejected[1];
    int32_t cost, masked;
    count_op_1(table);
    open_fixture(&f, fixed_space(), table);
    assert_int_equal(ganas_space_measure(f.space, GANAS_MEASURE_GIVEN, NULL, 0, &cost), GANAS_OK);
    assert_fails(ganas_batch_measure(f.batch, cost, value), GANAS_E_ARGUMENT,
                 "measure 4 is given: the core has no values of it");
    assert_int_equal(ganas_rules_add(f.rules, cost, GANAS_NE, 7, &masked), GANAS_OK);
    assert_int_equal(masked, 0);
    assert_int_equal(ganas_batch_truncate(f.batch, N), GANAS_OK);
    assert_int_equal(ganas_batch_check(f.batch, f.rules, ok, rejected), GANAS_OK);
    assert_int_equal(rejected[0], 0);
    assert_int_equal(ganas_batch_judge(f.batch, f.rules, given, ok, rejected, excess), GANAS_OK);
    assert_int_equal(rejected[0], 0);
    for (int i = 0; i < N; i++)
        value[i] = i % 3 ? i % 11 : (double)NAN;
    given[cost] = value;
    assert_int_equal(ganas_batch_judge(f.batch, f.rules, given, ok, rejected, excess), GANAS_OK);
    for (int i = 0; i < N; i++) {
        assert_int_equal(ok[i], i % 3 && i % 11 != 7);
        assert_true(excess[i] == (i % 3 == 0 ? 1.0 : i % 11 == 7 ? 1e-6 : 0.0));
    }
    close_fixture(&f);
}

/* The excess is a share of the term's range; "or" counts what misses least, rules add up. */
static void excess_is_a_share_of_the_range(void **state)
{
    (void)state;
    struct fixture f;
    double table[56], *excess = malloc(15625 * sizeof *excess), *value = malloc(15625 * 8);
    uint8_t *ok = malloc(15625);
    int32_t terms[2], masked, program[3] = {0, 1, GANAS_OR};
    double factor = 1;
    count_op_1(table);
    open_fixture(&f, fixed_space(), table);
    const int32_t bounds[] = {1, 5};
    for (int k = 0; k < 2; k++) {
        const ganas_term term = {.count = 1,
                                 .measure = &f.sum,
                                 .factor = &factor,
                                 .bound = bounds[k],
                                 .compare = k ? GANAS_GE : GANAS_LE};
        assert_int_equal(ganas_rules_term(f.rules, &term, &terms[k], &masked), GANAS_OK);
    }
    assert_int_equal(ganas_rules_combine(f.rules, program, 3, &masked), GANAS_OK);
    assert_int_equal(add(&f, f.depth, GANAS_LE, 1), GANAS_OK);
    double *depth = malloc(15625 * 8);
    assert_int_equal(ganas_batch_measure(f.batch, f.sum, value), GANAS_OK);
    assert_int_equal(ganas_batch_measure(f.batch, f.depth, depth), GANAS_OK);
    assert_int_equal(ganas_batch_judge(f.batch, f.rules, NULL, ok, NULL, excess), GANAS_OK);
    for (int i = 0; i < 15625; i++) {
        double sum = fmax(fmin(value[i] - 1, 5 - value[i]), 0) / 6;
        double deep = fmax(depth[i] - 1, 0) / 3;
        assert_true(fabs(excess[i] - sum - deep) < 1e-12);
    }
    free(depth);
    free(ok);
    free(value);
    free(excess);
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
    assert_int_equal(fail_each_allocation(make_rules, f.space), 7);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_rules_are_refused),
        cmocka_unit_test(rules_that_leave_nothing_are_refused),
        cmocka_unit_test(rules_that_contradict_are_refused),
        cmocka_unit_test(rules_hold_where_measures_do),
        cmocka_unit_test(programs_join_what_holds),
        cmocka_unit_test(sums_at_the_bound_hold),
        cmocka_unit_test(three_tenths_are_three_tenths),
        cmocka_unit_test(infinite_bounds_are_bounds),
        cmocka_unit_test(zero_tables_have_rules),
        cmocka_unit_test(sums_of_open_graphs_are_checked),
        cmocka_unit_test(rejections_are_counted_by_rule),
        cmocka_unit_test(bad_terms_are_refused),
        cmocka_unit_test(terms_have_their_number),
        cmocka_unit_test(bad_programs_are_refused),
        cmocka_unit_test(programs_that_accept_nothing_are_refused),
        cmocka_unit_test(given_values_are_looked_up),
        cmocka_unit_test(excess_is_a_share_of_the_range),
        cmocka_unit_test(memory_can_fail),
    };
    return cmocka_run_group_tests_name("rule", tests, NULL, NULL);
}
