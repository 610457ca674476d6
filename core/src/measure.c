/* measure.c - what lies between input and output, and the numbers computed from a graph. */
#include <math.h>

#include "arena.h"
#include "space.h"
#include "status.h"

bits space_outputs(const ganas_space *space, const struct graph *g)
{
    return space->end_op < 0 ? space->output_set : bit_of(g->size - 1);
}

bits space_live(const ganas_space *space, const struct graph *g)
{
    bits outputs = space_outputs(space, g), inputs = space->input_set & bits_below(g->size);
    bits from_input = inputs, to_output = outputs;
    for (int i = 0; i < g->size; i++) {
        bool cut = space->dead_ops & bit_of(g->op[i]) && !(outputs & bit_of(i));
        if (!cut && g->reads[i] & from_input)
            from_input |= bit_of(i);
    }
    for (int i = g->size - 1; i > 0; i--)
        if (to_output & from_input & bit_of(i))
            to_output |= g->reads[i];
    return (from_input & to_output) | inputs | outputs;
}

/* ---- values ---- */

double space_sum(const ganas_space *space, const double *table, const struct graph *g)
{
    bits nodes = space->end_op < 0 ? bits_below(g->size) : space_live(space, g);
    double sum = 0;
    for (; nodes; nodes &= nodes - 1) {
        int i = bits_first(nodes);
        sum += table[i * space->ops + g->op[i]];
    }
    return sum;
}

/* Longest path by dynamic programming: far[i] is the most interior nodes on a path from an input
   to node i, itself included; -1 where none leads. */
static int longest_path(const ganas_space *s, bits broken_by, const struct graph *g)
{
    bits live = space_live(s, g), outputs = space_outputs(s, g);
    int far[GANAS_MAX_NODES], longest = 0;
    for (int i = 0; i < g->size; i++) {
        bool input = s->input_set & bit_of(i), output = outputs & bit_of(i);
        far[i] = input ? 0 : -1;
        if (!(live & bit_of(i)) || (!input && !output && broken_by & bit_of(g->op[i])))
            continue;
        for (bits reads = g->reads[i] & live; reads; reads &= reads - 1) {
            int from = far[bits_first(reads)];
            if (from >= 0)
                far[i] = int_max(far[i], from + !output);
        }
        if (output)
            longest = int_max(longest, far[i]);
    }
    return longest;
}

static int count_edges(const ganas_space *s, const struct graph *g)
{
    bits live = space_live(s, g);
    int edges = 0;
    for (bits nodes = live; nodes; nodes &= nodes - 1)
        edges += bits_count(g->reads[bits_first(nodes)] & live);
    return edges;
}

double space_measure(const ganas_space *space, int32_t measure, const struct graph *g)
{
    const struct measure *m = &space->measure[measure];
    if (m->kind == GANAS_MEASURE_SUM)
        return space_sum(space, m->table, g);
    if (m->kind == GANAS_MEASURE_DEPTH)
        return longest_path(space, m->broken_by, g);
    if (m->kind == GANAS_MEASURE_NODES)
        return bits_count(space_live(space, g));
    return count_edges(space, g);
}

/* ---- ranges ---- */

struct range {
    double least, greatest;
};

/* Entries of node i over a set of operations; empty (least > greatest) for the empty set. */
static struct range range_of(const ganas_space *s, const double *table, int i, bits ops)
{
    struct range r = {INFINITY, -INFINITY};
    for (; ops; ops &= ops - 1) {
        double t = table[i * s->ops + bits_first(ops)];
        r.least = fmin(r.least, t);
        r.greatest = fmax(r.greatest, t);
    }
    return r;
}

/* What node i adds in a graph that goes on after it. With end_op an inner node may be pruned. */
static struct range range_inside(const ganas_space *s, const double *table, int i)
{
    struct range r = range_of(s, table, i, space_inner_ops(s, i));
    if (s->end_op >= 0 && !(s->input_set & bit_of(i)))
        return (struct range){fmin(r.least, 0), fmax(r.greatest, 0)};
    return r;
}

void space_sum_ranges(const ganas_space *space, const double *table, double *least_from,
                      double *greatest_from)
{
    int n = space->nodes;
    least_from[n] = greatest_from[n] = 0;
    for (int i = n - 1; i >= 0; i--) {
        struct range on = range_inside(space, table, i), end = {INFINITY, -INFINITY};
        if (space->end_op >= 0 && space_ends(space, i))
            end = range_of(space, table, i, bit_of(space->end_op));
        bool last = space->end_op >= 0 && !space_goes_on(space, i);
        least_from[i] = fmin(last ? INFINITY : on.least + least_from[i + 1], end.least);
        greatest_from[i] =
            fmax(last ? -INFINITY : on.greatest + greatest_from[i + 1], end.greatest);
    }
}

/* Most interior nodes on a path, if every candidate is read and nothing is dead. */
static int deepest(const ganas_space *s)
{
    int far[GANAS_MAX_NODES] = {0}, deep = 0;
    for (int i = 1; i < s->nodes; i++) {
        bool output = s->output_set & bit_of(i);
        for (bits reads = s->node[i].read_set; reads; reads &= reads - 1)
            far[i] = int_max(far[i], far[bits_first(reads)] + !output);
        if (output)
            deep = int_max(deep, far[i]);
        if (s->end_op >= 0 && space_ends(s, i))
            deep = int_max(deep, far[i] - 1);
    }
    return deep;
}

/* Most edges of a graph: those of FIXED nodes and, under the budget, the others. */
static int most_edges(const ganas_space *s)
{
    int fixed = 0, chosen = 0;
    for (int i = 0; i < s->nodes; i++) {
        const struct space_node *n = &s->node[i];
        int reads = n->read_kind == GANAS_READ_CHOOSE ? n->picks : bits_count(n->read_set);
        *(n->read_kind == GANAS_READ_FIXED ? &fixed : &chosen) += reads;
    }
    return fixed + int_min(chosen, s->max_edges);
}

/* Nodes that every graph keeps: inputs that it always has, and outputs. */
static int fewest_nodes(const ganas_space *s)
{
    return bits_count(s->input_set & bits_below(s->min_nodes)) +
           (s->end_op < 0 ? bits_count(s->output_set) : 1);
}

static int32_t check_measure(const ganas_space *space, int32_t measure)
{
    if (!space || measure < 0 || measure >= space->measures)
        return status_fail(GANAS_E_ARGUMENT, "measure %d of a space that has %d", measure,
                           space ? space->measures : 0);
    return GANAS_OK;
}

int32_t ganas_space_measure_range(const ganas_space *space, int32_t measure, double *least,
                                  double *greatest)
{
    int32_t status = check_measure(space, measure);
    if (status)
        return status;
    const struct measure *m = &space->measure[measure];
    double low = 0, high = 0;
    switch (m->kind) {
    case GANAS_MEASURE_SUM:
        low = m->least_from[0];
        high = m->greatest_from[0];
        break;
    case GANAS_MEASURE_DEPTH:
        high = deepest(space);
        break;
    case GANAS_MEASURE_NODES:
        low = fewest_nodes(space);
        high = space->nodes;
        break;
    default:
        high = most_edges(space);
    }
    *least = low;
    *greatest = high;
    return GANAS_OK;
}

/* ---- adding one ---- */

/* Copies what a node can take; the rest is 0. */
static int32_t copy_table(const ganas_space *s, const double *from, double *to)
{
    for (int i = 0; i < s->nodes; i++)
        for (bits ops = s->node[i].op_set; ops; ops &= ops - 1) {
            int at = i * s->ops + bits_first(ops);
            if (!isfinite(from[at]))
                return status_fail(GANAS_E_NUMBER,
                                   "node %d, operation %d: the table of a sum has %g there", i,
                                   bits_first(ops), from[at]);
            to[at] = from[at];
        }
    return GANAS_OK;
}

static int32_t fill_sum(const ganas_space *s, struct measure *m, const double *table)
{
    if (!table)
        return status_fail(GANAS_E_ARGUMENT, "a sum needs a table");
    size_t cells = (size_t)s->nodes * (size_t)s->ops, ends = (size_t)s->nodes + 1;
    double *block = memory_new(cells + 2 * ends, sizeof *block);
    if (!block)
        return GANAS_E_MEMORY;
    int32_t status = copy_table(s, table, block);
    if (status) {
        memory_free(block);
        return status;
    }
    m->table = block;
    m->least_from = block + cells;
    m->greatest_from = block + cells + ends;
    space_sum_ranges(s, block, m->least_from, m->greatest_from);
    return GANAS_OK;
}

int32_t ganas_space_measure(ganas_space *space, int32_t kind, const double *table,
                            uint64_t broken_by, int32_t *measure)
{
    if (!space || !measure)
        return status_fail(GANAS_E_ARGUMENT, "a measure needs a space and a place for its number");
    if (kind < GANAS_MEASURE_SUM || kind > GANAS_MEASURE_EDGES)
        return status_fail(GANAS_E_ARGUMENT, "measure of kind %d; it must be 0..3", kind);
    if (space->measures == SPACE_MAX_MEASURES)
        return status_fail(GANAS_E_ARGUMENT, "a space has at most %d measures", SPACE_MAX_MEASURES);
    if (broken_by & ~bits_below(space->ops))
        return status_fail(GANAS_E_ARGUMENT, "broken_by has operation %d, but the last one is %d",
                           bits_last(broken_by), space->ops - 1);
    struct measure m = {.kind = kind, .broken_by = broken_by};
    int32_t status = kind == GANAS_MEASURE_SUM ? fill_sum(space, &m, table) : GANAS_OK;
    if (status)
        return status;
    space->measure[space->measures] = m;
    *measure = space->measures++;
    return GANAS_OK;
}
