/* Rules against brute force: random combinations, 200 on the cell of NAS-Bench-201, on three spaces
 * all of whose graphs are known. What enumeration gives under masks, and batches give after checks,
 * is what a stupid model allows, to the last candidate; draws, mutants and the generator's samples
 * never leave it. */
#include <math.h>
#include <stdlib.h>

#include "test.h"

#include "batch.h"
#include "fails.h"
#include "grammars.h"
#include "keys.h"
#include "rng.h"
#include "rule.h"

enum { MUTANTS = 300, MOST_TREE = 64, MEASURES = 9 };

/* ---- the model's measures ---- */

struct world {
    ganas_space *space;
    ganas_batch *all;
    struct keys keys; /* graph -> row of `all` */
    /* Whole numbers; the core's tables are tenths of them. */
    int plain[2][64 * 8], by_first[8][64 * 8];
    int node; /* decides about by_first */
    bits broken_by, from, to;
    int32_t id[MEASURES];    /* the core's numbers */
    double *value[MEASURES]; /* [all->count] by the model */
    const double *given[MEASURES];
};

enum { SUM_A, SUM_B, BY_FIRST, DEPTH, NODES, EDGES, PATH, GIVEN, GAPPED };

static bool ends_there(const struct world *w, const struct graph *g, int i)
{
    return w->space->end_op < 0 ? w->space->output_set & bit_of(i) : i == g->size - 1;
}

static bool is_cut(const struct world *w, const struct graph *g, int i, bits cutting)
{
    return !(w->space->input_set & bit_of(i)) && !ends_there(w, g, i) && cutting & bit_of(g->op[i]);
}

/* Nodes on a path from an input to an output, found by walking back from `node`; gives whether an
   input was reached. */
static bool walk_back(const struct world *w, const struct graph *g, int node, bits *live)
{
    bool reached = w->space->input_set & bit_of(node);
    if (is_cut(w, g, node, w->space->dead_ops))
        return false;
    for (int j = 0; j < node; j++)
        if (g->reads[node] & bit_of(j) && walk_back(w, g, j, live))
            reached = true;
    if (reached)
        *live |= bit_of(node);
    return reached;
}

static bits find_live(const struct world *w, const struct graph *g)
{
    bits live = w->space->input_set & bits_below(g->size);
    for (int i = 0; i < g->size; i++)
        if (ends_there(w, g, i)) {
            live |= bit_of(i);
            (void)walk_back(w, g, i, &live);
        }
    return live;
}

/* Most inner nodes on a path from an input to `node`, itself included; -1: there is none. */
static int find_depth(const struct world *w, const struct graph *g, int node)
{
    int most = w->space->input_set & bit_of(node) ? 0 : -1;
    if (is_cut(w, g, node, w->space->dead_ops | w->broken_by))
        return -1;
    for (int j = 0; j < node; j++)
        if (g->reads[node] & bit_of(j) && find_depth(w, g, j) >= 0)
            most = int_max(most, find_depth(w, g, j) + !ends_there(w, g, node));
    return most;
}

/* Whether a path from `from` arrives at `node`, which need not let it through. */
static bool find_path(const struct world *w, const struct graph *g, int node)
{
    bits from = w->from ? w->from : w->space->input_set;
    if (is_cut(w, g, node, w->space->dead_ops))
        return false;
    if (from & bit_of(node))
        return true;
    for (int j = 0; j < node; j++)
        if (g->reads[node] & bit_of(j) && find_path(w, g, j) &&
            (from & bit_of(j) || !is_cut(w, g, j, w->broken_by)))
            return true;
    return false;
}

static double add_up(const struct world *w, const struct graph *g, const int *table, bits live)
{
    int sum = 0;
    for (int i = 0; i < g->size; i++)
        if (live & bit_of(i))
            sum += table[i * w->space->ops + g->op[i]];
    return sum;
}

static void model_values(struct world *w, int32_t row)
{
    struct graph g;
    batch_get(w->all, row, &g);
    bits live = find_live(w, &g), summed = w->space->end_op < 0 ? bits_below(g.size) : live;
    int depth = 0, edges = 0;
    bool path = false;
    for (int i = 0; i < g.size; i++) {
        if (ends_there(w, &g, i))
            depth = int_max(depth, find_depth(w, &g, i));
        if (w->to ? w->to & bit_of(i) : ends_there(w, &g, i))
            path |= find_path(w, &g, i);
        if (live & bit_of(i))
            edges += bits_count(g.reads[i] & live);
    }
    w->value[SUM_A][row] = add_up(w, &g, w->plain[0], summed);
    w->value[SUM_B][row] = add_up(w, &g, w->plain[1], summed);
    w->value[BY_FIRST][row] = add_up(w, &g, w->by_first[g.op[w->node]], summed);
    w->value[DEPTH][row] = depth;
    w->value[NODES][row] = bits_count(live);
    w->value[EDGES][row] = edges;
    w->value[PATH][row] = path;
}

/* ---- a world ---- */

static void add_sums(struct world *w, struct draws *d)
{
    int cells = w->space->nodes * w->space->ops;
    double table[64 * 8], tables[8 * 64 * 8];
    for (int k = 0; k < 2; k++) {
        for (int c = 0; c < cells; c++) {
            w->plain[k][c] = (int)draws_below(d, k ? 2 : 40) - (k ? 0 : 10);
            table[c] = w->plain[k][c] * 0.1;
        }
        assert_int_equal(
            ganas_space_measure(w->space, GANAS_MEASURE_SUM, table, 0, &w->id[SUM_A + k]), 0);
    }
    for (int t = 0; t < w->space->ops; t++)
        for (int c = 0; c < cells; c++) {
            bool before = c < w->node * w->space->ops;
            w->by_first[t][c] = before && t ? w->by_first[0][c] : (int)draws_below(d, 30);
            tables[t * cells + c] = w->by_first[t][c] * 0.1;
        }
    w->id[BY_FIRST] = w->id[SUM_A];
    if (w->space->end_op < 0)
        assert_int_equal(ganas_space_sum_by(w->space, w->node, tables, &w->id[BY_FIRST]), 0);
}

static void add_others(struct world *w, struct draws *d)
{
    ganas_space *s = w->space;
    w->broken_by = draws_u32(d) & draws_u32(d) & bits_below(s->ops);
    if (s->end_op < 0) {
        w->from = draws_below(d, 2) ? bit_of(1) | bit_of(2) : 0;
        w->to = draws_below(d, 2) ? bit_of(s->nodes - 2) | bit_of(4) : 0;
    }
    assert_int_equal(ganas_space_measure(s, GANAS_MEASURE_DEPTH, NULL, w->broken_by, &w->id[DEPTH]),
                     0);
    assert_int_equal(ganas_space_measure(s, GANAS_MEASURE_NODES, NULL, 0, &w->id[NODES]), 0);
    assert_int_equal(ganas_space_measure(s, GANAS_MEASURE_EDGES, NULL, 0, &w->id[EDGES]), 0);
    assert_int_equal(ganas_space_path(s, w->from, w->to, w->broken_by, &w->id[PATH]), 0);
    assert_int_equal(ganas_space_measure(s, GANAS_MEASURE_GIVEN, NULL, 0, &w->id[GIVEN]), 0);
    assert_int_equal(ganas_space_measure(s, GANAS_MEASURE_GIVEN, NULL, 0, &w->id[GAPPED]), 0);
}

static void open_world(struct world *w, ganas_space *space, struct draws *d)
{
    int32_t more;
    *w = (struct world){.space = space, .node = 2};
    space->dead_ops = bit_of(space->end_op >= 0);
    assert_int_equal(ganas_batch_new(&w->all, space, 60000), GANAS_OK);
    assert_int_equal(ganas_batch_enumerate(w->all, NULL, 0, &more), GANAS_OK);
    assert_int_equal(more, 0);
    uint64_t(*key)[2] = malloc((size_t)w->all->count * sizeof *key);
    assert_int_equal(ganas_batch_keys(w->all, GANAS_IDENTITY_STRING, key[0]), GANAS_OK);
    assert_int_equal(keys_reserve(&w->keys, w->all->count), GANAS_OK);
    for (int32_t i = 0; i < w->all->count; i++)
        keys_add(&w->keys, key[i], i);
    free(key);
    add_sums(w, d);
    add_others(w, d);
    for (int m = 0; m < MEASURES; m++)
        w->value[m] = malloc((size_t)w->all->count * sizeof(double));
    for (int32_t i = 0; i < w->all->count; i++) {
        model_values(w, i);
        w->value[GIVEN][i] = (double)draws_below(d, 1000);
        w->value[GAPPED][i] = draws_below(d, 3) ? (double)draws_below(d, 50) : NAN;
    }
}

static void close_world(struct world *w)
{
    for (int m = 0; m < MEASURES; m++)
        free(w->value[m]);
    keys_free(&w->keys);
    ganas_batch_free(w->all);
    ganas_space_free(w->space);
}

/* Rows of `all` that a batch consists of. */
static void find_rows(const struct world *w, const ganas_batch *batch, int32_t *row)
{
    uint64_t(*key)[2] = malloc((size_t)batch->count * sizeof *key + 1);
    assert_int_equal(ganas_batch_keys(batch, GANAS_IDENTITY_STRING, key[0]), GANAS_OK);
    for (int32_t i = 0; i < batch->count; i++) {
        row[i] = keys_find(&w->keys, key[i]);
        assert_true(row[i] >= 0);
    }
    free(key);
}

/* ---- rules at random ---- */

struct leaf {
    int count, measure[2], factor[2], compare, bound; /* whole numbers */
};

struct tree {
    int length;
    int code[MOST_TREE]; /* leaves, GANAS_AND, GANAS_OR, in postfix order */
    int leaves;
    struct leaf leaf[MOST_TREE];
};

static bool compare(double a, int32_t how, double b)
{
    switch (how) {
    case GANAS_LE:
        return a <= b;
    case GANAS_GE:
        return a >= b;
    case GANAS_EQ:
        return a == b;
    case GANAS_LT:
        return a < b;
    case GANAS_GT:
        return a > b;
    default:
        return a < b || a > b;
    }
}

static double left_side(const struct world *w, const struct leaf *leaf, int32_t row)
{
    double sum = 0;
    for (int k = 0; k < leaf->count; k++)
        sum += leaf->factor[k] * w->value[leaf->measure[k]][row];
    return sum;
}

/* Tenths and whole numbers don't mix in a leaf of two. The bound is the value of some graph. */
static void wild_leaf(const struct world *w, struct draws *d, struct leaf *leaf)
{
    bool tenths = draws_below(d, 2), two = draws_below(d, 4) == 0;
    leaf->count = 1 + two;
    for (int k = 0; k < leaf->count; k++) {
        int tenth = (int)draws_below(d, w->space->end_op < 0 ? 3 : 2);
        leaf->measure[k] = tenths ? tenth : DEPTH + (int)draws_below(d, 6);
        leaf->factor[k] = two ? (int)draws_below(d, 5) - 2 : 1;
    }
    leaf->compare = (int)draws_below(d, 6);
    double value;
    do {
        value = left_side(w, leaf, (int32_t)draws_below(d, (uint32_t)w->all->count));
    } while (isnan(value));
    leaf->bound = (int)value;
}

static void wild_tree(const struct world *w, struct draws *d, struct tree *tree, int depth)
{
    if (depth == 0 || draws_below(d, 3) == 0) {
        wild_leaf(w, d, &tree->leaf[tree->leaves]);
        tree->code[tree->length++] = tree->leaves++;
        return;
    }
    wild_tree(w, d, tree, depth - 1);
    wild_tree(w, d, tree, depth - 1);
    tree->code[tree->length++] = draws_below(d, 2) ? GANAS_AND : GANAS_OR;
}

/* By recursion from the end of the postfix form. */
static bool allowed(const struct world *w, const struct tree *tree, int *at, int32_t row)
{
    int code = tree->code[--*at];
    if (code >= 0) {
        const struct leaf *leaf = &tree->leaf[code];
        return compare(left_side(w, leaf, row), leaf->compare, leaf->bound);
    }
    bool right = allowed(w, tree, at, row), left = allowed(w, tree, at, row);
    return code == GANAS_AND ? left && right : left || right;
}

/* ---- into the core ---- */

static int32_t add_term(ganas_rules *rules, const struct world *w, const struct leaf *leaf)
{
    bool tenths = leaf->measure[0] <= BY_FIRST;
    int32_t measure[2], number, masked;
    double factor[2];
    for (int k = 0; k < leaf->count; k++) {
        measure[k] = w->id[leaf->measure[k]];
        factor[k] = leaf->factor[k];
    }
    const ganas_term term = {.count = leaf->count,
                             .compare = leaf->compare,
                             .measure = measure,
                             .factor = factor,
                             .bound = tenths ? leaf->bound * 0.1 : leaf->bound};
    assert_int_equal(ganas_rules_term(rules, &term, &number, &masked), GANAS_OK);
    assert_int_equal(masked, tenths && w->space->end_op < 0);
    return number;
}

static int32_t add_tree(ganas_rules *rules, const struct world *w, const struct tree *tree,
                        int32_t *masked)
{
    int32_t program[MOST_TREE];
    for (int i = 0; i < tree->length; i++)
        program[i] =
            tree->code[i] < 0 ? tree->code[i] : add_term(rules, w, &tree->leaf[tree->code[i]]);
    return ganas_rules_combine(rules, program, tree->length, masked);
}

struct combination {
    struct world *w;
    int count; /* 1..3 rules at once */
    struct tree tree[3];
    ganas_rules *rules;
    uint8_t *feasible; /* [all->count] by the model */
    int32_t number;    /* of them */
    bool masked;       /* all rules */
};

static void mark_feasible(struct combination *c)
{
    c->number = 0;
    for (int32_t row = 0; row < c->w->all->count; row++) {
        c->feasible[row] = 1;
        for (int r = 0; r < c->count; r++) {
            int at = c->tree[r].length;
            c->feasible[row] &= allowed(c->w, &c->tree[r], &at, row);
        }
        c->number += c->feasible[row];
    }
}

/* False when the core says that nothing is left, which is then true. */
static bool open_combination(struct combination *c, struct world *w, struct draws *d)
{
    *c = (struct combination){.w = w, .count = 1 + (int)draws_below(d, 3), .masked = true};
    c->feasible = malloc((size_t)w->all->count);
    assert_int_equal(ganas_rules_new(&c->rules, w->space), GANAS_OK);
    for (int r = 0; r < c->count; r++)
        wild_tree(w, d, &c->tree[r], 2);
    mark_feasible(c);
    for (int r = 0; r < c->count; r++) {
        int32_t masked = 0, status = add_tree(c->rules, w, &c->tree[r], &masked);
        c->masked &= masked;
        if (status == GANAS_OK)
            continue;
        assert_int_equal(status, GANAS_E_EMPTY);
        assert_int_equal(c->number, 0);
        return false;
    }
    return true;
}

static void close_combination(struct combination *c)
{
    ganas_rules_free(c->rules);
    free(c->feasible);
}

/* The core's verdict on a batch is the model's; with masks alone nothing may break them. */
static void check_batch(struct combination *c, ganas_batch *batch)
{
    size_t n = (size_t)batch->count + 1;
    int32_t *row = malloc(n * sizeof *row);
    uint8_t *ok = malloc(n);
    double *excess = malloc(n * sizeof *excess), *value[2];
    const double *given[128] = {NULL};
    find_rows(c->w, batch, row);
    for (int k = 0; k < 2; k++) {
        value[k] = malloc(n * sizeof(double));
        for (int32_t i = 0; i < batch->count; i++)
            value[k][i] = c->w->value[GIVEN + k][row[i]];
        given[c->w->id[GIVEN + k]] = value[k];
    }
    assert_int_equal(ganas_batch_judge(batch, c->rules, given, ok, NULL, excess), GANAS_OK);
    for (int32_t i = 0; i < batch->count; i++) {
        assert_int_equal(ok[i], c->feasible[row[i]]);
        assert_int_equal(excess[i] == 0, ok[i]);
        if (c->masked)
            assert_int_equal(ok[i], 1);
    }
    free(value[0]);
    free(value[1]);
    free(excess);
    free(ok);
    free(row);
}

/* Every feasible graph is listed under the masks, none twice. */
static int32_t check_list(struct combination *c)
{
    int32_t more, found = 0, size = c->w->all->count;
    ganas_batch *list;
    int32_t *row = malloc((size_t)size * sizeof *row);
    uint8_t *seen = calloc((size_t)size, 1);
    assert_int_equal(ganas_batch_new(&list, c->w->space, size), GANAS_OK);
    assert_int_equal(ganas_batch_enumerate(list, c->rules, 0, &more), GANAS_OK);
    check_batch(c, list);
    find_rows(c->w, list, row);
    for (int32_t i = 0; i < list->count; i++) {
        found += c->feasible[row[i]];
        assert_int_equal(seen[row[i]]++, 0);
    }
    assert_int_equal(found, c->number);
    int32_t listed = list->count;
    ganas_batch_free(list);
    free(seen);
    free(row);
    return listed;
}

/* Draws, mutants of the draws, and mutants of graphs that may break the rules. */
static void check_draws(struct combination *c, ganas_rng *rng, int32_t draws, int64_t *lost)
{
    ganas_batch *batch;
    int64_t dropped;
    assert_int_equal(ganas_batch_new(&batch, c->w->space, draws), GANAS_OK);
    int32_t status = ganas_batch_random(batch, c->rules, rng, draws, &dropped);
    *lost += dropped;
    if (status == GANAS_OK) {
        check_batch(c, batch);
        ganas_batch *mutants;
        assert_int_equal(ganas_batch_new(&mutants, c->w->space, 2 * MUTANTS), GANAS_OK);
        assert_int_equal(ganas_batch_mutate(mutants, batch, c->rules, rng, MUTANTS, 0.5, 4, NULL),
                         GANAS_OK);
        assert_int_equal(
            ganas_batch_mutate(mutants, c->w->all, c->rules, rng, MUTANTS, 0.5, 4, NULL), GANAS_OK);
        check_batch(c, mutants);
        ganas_batch_free(mutants);
    } else {
        assert_int_equal(status, GANAS_E_EMPTY);
        assert_int_equal(batch->count, 0);
    }
    ganas_batch_free(batch);
}

static void meet_brute_force(ganas_space *space, uint64_t seed, int combinations, int32_t draws)
{
    struct world w;
    ganas_rng *rng;
    int tried = 0, masked = 0, empty = 0;
    int64_t lost = 0;
    assert_int_equal(ganas_rng_new(&rng, seed, "exact"), GANAS_OK);
    struct draws d = rng_draws(rng, rng_take(rng, 1));
    open_world(&w, space, &d);
    for (; tried < combinations; tried++) {
        struct combination c;
        if (open_combination(&c, &w, &d)) {
            int32_t listed = check_list(&c);
            if (c.masked)
                assert_int_equal(listed, c.number);
            if (listed > 0)
                check_draws(&c, rng, draws, &lost);
        }
        masked += c.masked;
        empty += c.number == 0;
        close_combination(&c);
    }
    assert_true(empty > 0 && empty < combinations / 2);
    if (space->end_op < 0)
        assert_true(masked > combinations / 20 && lost > 0);
    close_world(&w);
    ganas_rng_free(rng);
}

static void fixed_graphs_meet_brute_force(void **state)
{
    (void)state;
    meet_brute_force(fixed_space(), 1, test_size(200, 40), test_size(10000, 500));
}

/* As NAS-Bench-101's, smaller: 2..5 nodes, at most 7 edges. */
static void open_graphs_meet_brute_force(void **state)
{
    (void)state;
    struct grammar g;
    grammar_start(&g, 5, 5);
    grammar_node(&g, 0, 1, GANAS_READ_FIXED, 0, 0);
    for (int i = 1; i < 5; i++)
        grammar_node(&g, i, 2 | 4 | 8 | 16, GANAS_READ_FREE, 0, bits_below(i));
    g.spec.end_op = 4;
    g.spec.min_nodes = 2;
    g.spec.max_edges = 7;
    meet_brute_force(grammar_space(&g), 2, test_size(100, 40), test_size(2000, 500));
}

static void choosing_graphs_meet_brute_force(void **state)
{
    (void)state;
    meet_brute_force(choose_space(), 3, test_size(100, 40), test_size(2000, 500));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_graphs_meet_brute_force),
        cmocka_unit_test(open_graphs_meet_brute_force),
        cmocka_unit_test(choosing_graphs_meet_brute_force),
    };
    return cmocka_run_group_tests_name("exact", tests, NULL, NULL);
}
