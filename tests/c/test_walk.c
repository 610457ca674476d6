/* Walks: what is open at each choice, under grammar, budget and masked rules, against a stupid
 * model and the numbers that are known of the public benchmarks. */
#include <math.h>
#include <stdlib.h>

#include "test.h"

#include "batch.h"
#include "fails.h"
#include "keys.h"
#include "model.h"
#include "walk.h"

/* ---- known numbers ---- */

static ganas_batch *enumerate(ganas_space *space, const ganas_rules *rules, int32_t capacity)
{
    ganas_batch *batch;
    int32_t more = 1;
    assert_int_equal(ganas_batch_new(&batch, space, capacity), GANAS_OK);
    assert_int_equal(ganas_batch_enumerate(batch, rules, 0, &more), GANAS_OK);
    assert_int_equal(more, 0);
    return batch;
}

static int64_t count_keys(const ganas_batch *batch, int32_t identity)
{
    struct keys keys = {0};
    uint64_t(*key)[2] = malloc((size_t)batch->count * sizeof *key + 1);
    assert_int_equal(ganas_batch_keys(batch, identity, key[0]), GANAS_OK);
    assert_int_equal(keys_reserve(&keys, batch->count), GANAS_OK);
    for (int32_t i = 0; i < batch->count; i++)
        if (keys_find(&keys, key[i]) < 0)
            keys_add(&keys, key[i], i);
    int64_t count = keys.count;
    keys_free(&keys);
    free(key);
    return count;
}

static void nasbench201_has_15625_graphs(void **state)
{
    (void)state;
    ganas_space *space = fixed_space();
    ganas_batch *batch = enumerate(space, NULL, 15625);
    assert_int_equal(batch->count, 15625);
    assert_int_equal(count_keys(batch, GANAS_IDENTITY_STRING), 15625);
    ganas_batch_free(batch);
    ganas_space_free(space);
}

/* NAS-Bench-101 (Ying et al. 2019): 0 input, 1..3 operations, 4 output, at most 9 edges. */
static void write_nasbench101(struct grammar *g, int most)
{
    grammar_start(g, most, 5);
    grammar_node(g, 0, 1, GANAS_READ_FIXED, 0, 0);
    for (int i = 1; i < most; i++)
        grammar_node(g, i, 2 | 4 | 8 | 16, GANAS_READ_FREE, 0, bits_below(i));
    g->spec.end_op = 4;
    g->spec.min_nodes = 2;
    g->spec.max_edges = 9;
}

struct census {
    struct keys keys;
    int64_t graphs, networks[8]; /* by nodes after pruning */
};

static void count_network(struct census *c, const ganas_space *space, const struct graph *g)
{
    uint64_t key[2];
    space_key(space, GANAS_IDENTITY_NETWORK, g, key);
    c->graphs++;
    if (keys_find(&c->keys, key) >= 0)
        return;
    assert_int_equal(keys_reserve(&c->keys, c->keys.count + 1), GANAS_OK);
    keys_add(&c->keys, key, 0);
    c->networks[bits_count(space_live(space, g))]++;
}

/* All walks of a FREE space, as the head of walk.h says. */
static void walk_all(struct census *c, const struct walk *w, bits left)
{
    if (left) {
        int j = bits_first(left), open = walk_edge(w, j);
        assert_int_not_equal(open, 0);
        for (int yes = 0; yes <= 1; yes++) {
            struct walk next = *w;
            walk_take_edge(&next, j, yes);
            if (open & (yes ? WALK_YES : WALK_NO))
                walk_all(c, &next, left & (left - 1));
        }
        return;
    }
    struct walk at = *w;
    if (!walk_next(&at)) {
        count_network(c, at.space, &at.graph);
        return;
    }
    assert_int_not_equal(walk_ops(&at), 0);
    for (bits ops = walk_ops(&at); ops; ops &= ops - 1) {
        struct walk next = at;
        walk_take_op(&next, bits_first(ops));
        walk_all(c, &next, at.space->node[at.node].read_set);
    }
}

/* The 423,624 networks, by size; without GANAS_SLOW_TESTS those of at most 6 nodes, 64,542. */
static void nasbench101_has_its_networks(void **state)
{
    (void)state;
    const int64_t known[] = {0, 0, 1, 6, 84, 2441, 62010, 359082};
    struct grammar g;
    struct census census = {0};
    struct walk w;
    int most = getenv("GANAS_SLOW_TESTS") ? 7 : 6, exact;
    double size;
    write_nasbench101(&g, most);
    ganas_space *space = grammar_space(&g);
    walk_start(&w, space, NULL);
    walk_take_op(&w, 0);
    walk_all(&census, &w, 0);
    for (int n = 2; n <= most; n++)
        assert_int_equal(census.networks[n], known[n]);
    assert_int_equal(census.keys.count, most == 7 ? 423624 : 64542);
    assert_int_equal(ganas_space_size(space, &size, &exact), GANAS_OK);
    assert_int_equal(exact, 1);
    assert_int_equal((int64_t)size, census.graphs);
    keys_free(&census.keys);
    ganas_space_free(space);
}

/* However few edges there may be, no choice is open that no graph follows. */
static void budgets_leave_a_way(void **state)
{
    (void)state;
    for (int budget = 2; budget <= 5; budget++) {
        struct grammar g;
        struct census census = {0};
        struct walk w;
        double size;
        int32_t exact;
        write_nasbench101(&g, 6);
        g.spec.max_edges = budget;
        ganas_space *space = grammar_space(&g);
        walk_start(&w, space, NULL);
        walk_take_op(&w, 0);
        walk_all(&census, &w, 0);
        assert_int_equal(ganas_space_size(space, &size, &exact), GANAS_OK);
        assert_int_equal((int64_t)size, census.graphs);
        keys_free(&census.keys);
        ganas_space_free(space);
    }
}

/* Two nodes of one source each from c candidates, the second after the first: c (c-1) / 2. */
static void chained_pairs_are_unordered(void **state)
{
    (void)state;
    for (int c = 2; c < 8; c++) {
        struct grammar g;
        grammar_start(&g, c + 3, 2);
        for (int i = 0; i < c; i++)
            grammar_node(&g, i, 1, GANAS_READ_FIXED, 0, 0);
        grammar_node(&g, c, 3, GANAS_READ_CHOOSE, 1, bits_below(c));
        grammar_node(&g, c + 1, 3, GANAS_READ_CHOOSE, 1, bits_below(c));
        grammar_node(&g, c + 2, 1, GANAS_READ_FIXED, 0, (bits)3 << c);
        g.after[c + 1] = (int8_t)c;
        g.spec.output_set = bit_of(c + 2);
        ganas_space *space = grammar_space(&g);
        ganas_batch *batch = enumerate(space, NULL, 200);
        assert_int_equal(batch->count, 4 * c * (c - 1) / 2);
        for (int32_t i = 0; i < batch->count; i++)
            assert_true(batch_reads(batch, i)[c] < batch_reads(batch, i)[c + 1]);
        ganas_batch_free(batch);
        ganas_space_free(space);
    }
}

/* ---- against the model ---- */

static void check_row(const ganas_batch *batch, int32_t i, const ganas_space_spec *spec)
{
    struct graph g, copy;
    batch_get(batch, i, &g);
    copy = g;
    assert_true(model_legal(spec, &g));
    assert_int_equal(space_check(batch->space, &g), GANAS_OK);
    assert_memory_equal(&g, &copy, sizeof g);
}

/* Enumeration gives legal graphs, all different, as many as the model: the same set. */
static void check_enumeration(ganas_space *space, const ganas_space_spec *spec, int64_t count)
{
    double size;
    int32_t exact;
    ganas_batch *batch = enumerate(space, NULL, (int32_t)count);
    assert_int_equal(batch->count, count);
    for (int32_t i = 0; i < batch->count; i++)
        check_row(batch, i, spec);
    assert_int_equal(count_keys(batch, GANAS_IDENTITY_STRING), count);
    assert_int_equal(ganas_space_size(space, &size, &exact), GANAS_OK);
    assert_int_equal(exact, 1);
    assert_int_equal((int64_t)size, count);
    ganas_batch_free(batch);
}

static void check_random(ganas_space *space, const ganas_space_spec *spec, ganas_rng *rng)
{
    ganas_batch *batch;
    int64_t dropped = -1;
    assert_int_equal(ganas_batch_new(&batch, space, 20), GANAS_OK);
    assert_int_equal(ganas_batch_random(batch, NULL, rng, 20, &dropped), GANAS_OK);
    assert_int_equal(dropped, 0);
    for (int32_t i = 0; i < 20; i++)
        check_row(batch, i, spec);
    ganas_batch_free(batch);
}

/* A grammar that is refused for these reasons has no graph. */
static bool says_empty(const char *message)
{
    return strstr(message, "max_edges is") || strstr(message, "too few candidates");
}

static void random_grammars_meet_the_model(void **state)
{
    (void)state;
    ganas_rng *rng;
    int accepted = 0, empty = 0;
    assert_int_equal(ganas_rng_new(&rng, 3, "wild"), GANAS_OK);
    const int grammars = test_size(4000, 800);
    for (int n = 0; n < grammars; n++) {
        struct draws d = rng_draws(rng, rng_take(rng, 1));
        struct grammar g;
        ganas_space *space;
        wild_grammar(&g, &d, 6);
        if (ganas_space_new(&space, &g.spec) != GANAS_OK) {
            if (says_empty(ganas_errmsg())) {
                assert_int_equal(model_count(&g.spec, NULL, NULL), 0);
                empty++;
            }
            continue;
        }
        check_random(space, &g.spec, rng);
        double size;
        int32_t exact;
        assert_int_equal(ganas_space_size(space, &size, &exact), GANAS_OK);
        if (size < 3000)
            check_enumeration(space, &g.spec, model_count(&g.spec, NULL, NULL));
        ganas_space_free(space);
        accepted++;
    }
    assert_true(accepted > grammars / 8);
    assert_true(empty > grammars / 80);
    ganas_rng_free(rng);
}

/* ---- masks against the model ---- */

struct bounds {
    const double *table; /* [tables][nodes * ops] */
    int nodes, ops, by;  /* by: as ganas_space_sum_by has it, -1: one table */
    double lower, upper, least, greatest;
    int64_t count;
};

/* Sums of small whole numbers are exact in any order. */
static void count_within(void *context, const struct graph *g)
{
    struct bounds *b = context;
    double sum = 0;
    for (int i = 0; i < g->size; i++) {
        int t = b->by < 0 || i < b->by ? 0 : g->op[b->by];
        sum += b->table[(t * b->nodes + i) * b->ops + g->op[i]];
    }
    b->count += sum >= b->lower && sum <= b->upper;
    b->least = fmin(b->least, sum);
    b->greatest = fmax(b->greatest, sum);
}

static void write_table(double *table, int cells, struct draws *d)
{
    for (int c = 0; c < cells; c++)
        table[c] = (double)draws_below(d, 13) - 6;
}

/* With one bound masks are exact: no draw is lost, and enumeration is the whole feasible set. */
static void check_masks(ganas_space *space, const ganas_rules *rules, ganas_rng *rng,
                        int64_t feasible, bool one_bound)
{
    int64_t dropped;
    ganas_batch *batch = enumerate(space, rules, (int32_t)feasible + 1);
    uint8_t ok[8];
    assert_int_equal(batch->count, feasible);
    ganas_batch_free(batch);
    assert_int_equal(ganas_batch_new(&batch, space, 8), GANAS_OK);
    int32_t status = feasible ? ganas_batch_random(batch, rules, rng, 8, &dropped) : GANAS_OK;
    if (one_bound)
        assert_int_equal(dropped, 0);
    if (one_bound || status != GANAS_E_EMPTY)
        assert_int_equal(status, GANAS_OK);
    assert_int_equal(ganas_batch_check(batch, rules, ok, NULL), GANAS_OK);
    for (int32_t i = 0; i < batch->count; i++)
        assert_int_equal(ok[i], 1);
    ganas_batch_free(batch);
}

/* A sum at random, by the operation of a node or plain. */
static int32_t add_sum(ganas_space *space, struct bounds *b, double *table, struct draws *d)
{
    int32_t measure;
    int cells = b->nodes * b->ops;
    write_table(table, b->ops * cells, d);
    b->by = draws_below(d, 2) ? (int)draws_below(d, (uint32_t)b->nodes) : -1;
    for (int c = 0; c < b->by * b->ops; c++)
        for (int t = 1; t < b->ops; t++)
            table[t * cells + c] = table[c];
    int32_t status = b->by < 0 ? ganas_space_measure(space, GANAS_MEASURE_SUM, table, 0, &measure)
                               : ganas_space_sum_by(space, b->by, table, &measure);
    assert_int_equal(status, GANAS_OK);
    return measure;
}

/* Whether masks know exactly what is left: unless operations are narrowed and prices depend on a
   node that isn't the first to choose. */
static bool knows_all(const ganas_space *s, const struct bounds *b)
{
    int first = 0;
    while (first < s->nodes && bits_count(s->node[first].op_set) < 2)
        first++;
    return !s->narrowed || b->by < 0 || b->by == first;
}

static void check_range(const ganas_space *space, int32_t measure, const struct bounds *b)
{
    double least, greatest;
    bool exact = knows_all(space, b);
    assert_int_equal(ganas_space_measure_range(space, measure, &least, &greatest), GANAS_OK);
    assert_true(exact ? least == b->least : least <= b->least);
    assert_true(exact ? greatest == b->greatest : greatest >= b->greatest);
}

static void mask_space(ganas_space *space, const ganas_space_spec *spec, ganas_rng *rng)
{
    struct draws d = rng_draws(rng, rng_take(rng, 1));
    double table[256];
    int32_t masked = 0, compare = (int32_t)draws_below(&d, 3);
    double bound = (double)draws_below(&d, 21) - 10, other = bound + draws_below(&d, 4);
    bool two = compare == GANAS_GE && draws_below(&d, 2);
    struct bounds b = {.table = table, .nodes = spec->nodes, .ops = spec->ops};
    ganas_rules *rules;
    b.lower = compare == GANAS_LE ? -INFINITY : bound;
    b.upper = two ? other : compare == GANAS_GE ? INFINITY : bound;
    b.least = INFINITY;
    b.greatest = -INFINITY;
    int32_t measure = add_sum(space, &b, table, &d);
    assert_int_equal(ganas_rules_new(&rules, space), GANAS_OK);
    model_count(spec, count_within, &b);
    check_range(space, measure, &b);
    int32_t status = ganas_rules_add(rules, measure, compare, bound, &masked);
    if (status == GANAS_OK && two)
        status = ganas_rules_add(rules, measure, GANAS_LE, other, &masked);
    if (status == GANAS_OK) {
        assert_int_equal(masked, 1);
        check_masks(space, rules, rng, b.count,
                    !two && compare != GANAS_EQ && knows_all(space, &b));
    } else {
        assert_int_equal(status, GANAS_E_EMPTY);
        assert_int_equal(b.count, 0);
    }
    ganas_rules_free(rules);
}

static void masks_meet_the_model(void **state)
{
    (void)state;
    ganas_rng *rng;
    int masked = 0;
    assert_int_equal(ganas_rng_new(&rng, 5, "masks"), GANAS_OK);
    while (masked < 1000) {
        struct draws d = rng_draws(rng, rng_take(rng, 1));
        struct grammar g;
        ganas_space *space;
        double size;
        int32_t exact;
        wild_grammar(&g, &d, 6);
        if (g.spec.end_op >= 0 || ganas_space_new(&space, &g.spec) != GANAS_OK)
            continue;
        assert_int_equal(ganas_space_size(space, &size, &exact), GANAS_OK);
        if (size < 2000) {
            mask_space(space, &g.spec, rng);
            masked++;
        }
        ganas_space_free(space);
    }
    ganas_rng_free(rng);
}

/* ---- "and" and "or" ---- */

/* One rule on the cell of NAS-Bench-201: no operation 1, `code`, no operation 2. */
static ganas_rules *without_1_and_or_2(ganas_space *space, int32_t code)
{
    ganas_rules *rules;
    int32_t program[3] = {0, 1, code}, masked;
    assert_int_equal(ganas_rules_new(&rules, space), GANAS_OK);
    for (int op = 1; op <= 2; op++) {
        double table[56];
        for (int c = 0; c < 56; c++)
            table[c] = c % 7 == op;
        const ganas_term none = {.compare = GANAS_LE, .table = table, .bound = 0};
        assert_int_equal(ganas_rules_term(rules, &none, &program[op - 1], &masked), GANAS_OK);
        assert_int_equal(masked, 1);
    }
    assert_int_equal(ganas_rules_combine(rules, program, 3, &masked), GANAS_OK);
    assert_int_equal(masked, 1);
    return rules;
}

/* Both leave 3 operations of 5; one of both 4, but those without either are counted twice. */
static void and_closes_what_or_leaves_open(void **state)
{
    (void)state;
    ganas_space *space = fixed_space();
    ganas_rules *both = without_1_and_or_2(space, GANAS_AND);
    ganas_rules *one = without_1_and_or_2(space, GANAS_OR);
    struct walk w;
    walk_start(&w, space, both);
    walk_take_op(&w, 5);
    assert_true(walk_next(&w));
    assert_int_equal(walk_ops(&w), 1 | 8 | 16);
    w.rules = one;
    assert_int_equal(walk_ops(&w), 31);
    walk_take_op(&w, 1);
    assert_true(walk_next(&w));
    assert_int_equal(walk_ops(&w), 31 & ~4);
    ganas_batch *all = enumerate(space, both, 15625);
    assert_int_equal(all->count, 729);
    ganas_batch_free(all);
    all = enumerate(space, one, 15625);
    assert_int_equal(all->count, 4096 + 4096 - 729);
    ganas_batch_free(all);
    ganas_rules_free(one);
    ganas_rules_free(both);
    ganas_space_free(space);
}

/* ---- paging ---- */

/* Pages of 7 graphs, one after another, are the whole list. */
static void pages_are_the_list(void **state)
{
    (void)state;
    ganas_space *space = choose_space();
    ganas_batch *page, *all = enumerate(space, NULL, 20000);
    int32_t more = 1, at = 0;
    assert_int_equal(ganas_batch_new(&page, space, 97), GANAS_OK);
    while (more) {
        ganas_batch_clear(page);
        assert_int_equal(ganas_batch_enumerate(page, NULL, at, &more), GANAS_OK);
        assert_int_equal(more, at + 97 < all->count);
        for (int32_t i = 0; i < page->count; i++, at++) {
            struct graph a, b;
            batch_get(page, i, &a);
            batch_get(all, at, &b);
            assert_memory_equal(&a, &b, sizeof a);
        }
    }
    assert_int_equal(at, all->count);
    ganas_batch_clear(page);
    assert_int_equal(ganas_batch_enumerate(page, NULL, at, &more), GANAS_OK);
    assert_int_equal(page->count + more, 0);
    ganas_batch_free(page);
    ganas_batch_free(all);
    ganas_space_free(space);
}

/* Each graph is found behind the one before it, and none behind the last. */
static void lists_go_on_behind_any_graph(ganas_space *space, const ganas_rules *rules)
{
    int32_t more;
    double size;
    assert_int_equal(ganas_space_size(space, &size, &more), GANAS_OK);
    ganas_batch *next, *all = enumerate(space, rules, (int32_t)size);
    assert_int_equal(ganas_batch_new(&next, space, 2), GANAS_OK);
    for (int32_t i = (all->count - 1) % 7; i < all->count; i += 7) {
        ganas_batch_clear(next);
        assert_int_equal(ganas_batch_enumerate_after(next, rules, all, i, &more), GANAS_OK);
        assert_int_equal(next->count, int_min(2, all->count - 1 - i));
        assert_int_equal(more, i + 3 < all->count);
        for (int32_t k = 0; k < next->count; k++) {
            struct graph a, b;
            batch_get(next, k, &a);
            batch_get(all, i + 1 + k, &b);
            assert_memory_equal(&a, &b, sizeof a);
        }
    }
    assert_true(all->count > 100);
    ganas_batch_free(next);
    ganas_batch_free(all);
}

static void lists_go_on_where_they_ended(void **state)
{
    (void)state;
    double table[8 * 7] = {0};
    int32_t measure, masked;
    for (int k = 0; k < 3; k++) {
        ganas_space *space = all_spaces[k]();
        lists_go_on_behind_any_graph(space, NULL);
        ganas_space_free(space);
    }
    ganas_space *space = fixed_space();
    ganas_rules *rules;
    for (int i = 0; i < 8 * 7; i++)
        table[i] = i % 7 * (i / 7);
    assert_int_equal(ganas_space_measure(space, GANAS_MEASURE_SUM, table, 0, &measure), GANAS_OK);
    assert_int_equal(ganas_rules_new(&rules, space), GANAS_OK);
    assert_int_equal(ganas_rules_add(rules, measure, GANAS_LE, 70, &masked), GANAS_OK);
    assert_int_equal(masked, 1);
    lists_go_on_behind_any_graph(space, rules);
    ganas_rules_free(rules);
    ganas_space_free(space);
}

/* Earlier choices weigh more; operations and sources ascend, "no" comes before "yes". */
static void lists_are_in_the_order_of_choices(void **state)
{
    (void)state;
    ganas_space *space = fixed_space(), *free = free_space();
    ganas_batch *list = enumerate(space, NULL, 15625);
    for (int32_t i = 0; i < 15625; i++)
        for (int32_t node = 6, digit = i; node > 0; node--, digit /= 5)
            assert_int_equal(batch_op(list, i)[node], digit % 5);
    ganas_batch_free(list);
    int32_t more;
    assert_int_equal(ganas_batch_new(&list, free, 3), GANAS_OK);
    assert_int_equal(ganas_batch_enumerate(list, NULL, 0, &more), GANAS_OK);
    assert_int_equal(more, 1);
    assert_int_equal(batch_reads(list, 0)[2], 2);
    assert_int_equal(list->size[0], 6);
    ganas_batch_free(list);
    ganas_space_free(space);
    ganas_space_free(free);
}

static void bad_listings_are_refused(void **state)
{
    (void)state;
    ganas_space *space = fixed_space(), *other = fixed_space();
    ganas_rules *rules;
    ganas_batch *batch;
    int32_t more;
    assert_int_equal(ganas_rules_new(&rules, other), GANAS_OK);
    assert_int_equal(ganas_batch_new(&batch, space, 3), GANAS_OK);
    assert_fails(ganas_batch_enumerate(batch, NULL, -1, &more), GANAS_E_ARGUMENT,
                 "can't skip -1 graphs");
    assert_fails(ganas_batch_enumerate(batch, rules, 0, &more), GANAS_E_ARGUMENT,
                 "rules and candidates are of different spaces");
    assert_fails(ganas_batch_enumerate_after(batch, NULL, batch, 0, &more), GANAS_E_ARGUMENT,
                 "row 0 of a batch with 0 candidates of this space");
    ganas_batch_free(batch);
    ganas_rules_free(rules);
    ganas_space_free(other);
    ganas_space_free(space);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nasbench201_has_15625_graphs),
        cmocka_unit_test(nasbench101_has_its_networks),
        cmocka_unit_test(budgets_leave_a_way),
        cmocka_unit_test(chained_pairs_are_unordered),
        cmocka_unit_test(random_grammars_meet_the_model),
        cmocka_unit_test(masks_meet_the_model),
        cmocka_unit_test(and_closes_what_or_leaves_open),
        cmocka_unit_test(pages_are_the_list),
        cmocka_unit_test(lists_go_on_where_they_ended),
        cmocka_unit_test(lists_are_in_the_order_of_choices),
        cmocka_unit_test(bad_listings_are_refused),
    };
    return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}
