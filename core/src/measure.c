/* measure.c - what lies between input and output, and the numbers computed from a graph. */
#include <math.h>

#include "arena.h"
#include "status.h"
#include "tree.h"

bits row_outputs(const ganas_space *space, const struct row *r)
{
    return space->end_op < 0 ? space->output_set : bit_of(r->size - 1);
}

bits space_outputs(const ganas_space *space, const struct graph *g)
{
    struct row r = graph_row(g);
    return row_outputs(space, &r);
}

/* The nodes whose operation does not cut: inputs and outputs always. */
static bits uncut(const ganas_space *s, const struct row *r, bits cutting)
{
    bits nodes = s->input_set | row_outputs(s, r);
    for (int i = 0; i < r->size; i++)
        nodes |= (~cutting >> r->op[i] & 1) << i;
    return nodes & bits_below(r->size);
}

bits row_live(const ganas_space *space, const struct row *r)
{
    bits outputs = row_outputs(space, r), inputs = space->input_set & bits_below(r->size);
    bits whole = uncut(space, r, space->dead_ops), from_input = inputs, to_output = outputs;
    for (int i = 0; i < r->size; i++)
        from_input |= (bits)((r->reads[i] & from_input) != 0) << i & whole;
    for (int i = r->size - 1; i > 0; i--)
        if (to_output & from_input & bit_of(i))
            to_output |= r->reads[i];
    return (from_input & to_output) | inputs | outputs;
}

bits space_live(const ganas_space *space, const struct graph *g)
{
    struct row r = graph_row(g);
    return row_live(space, &r);
}

/* ---- values ---- */

double row_sum(const ganas_space *space, const struct sum *sum, const struct row *r)
{
    const double *table = sum->table;
    double total = 0;
    if (sum->by >= 0)
        table += r->op[sum->by] * space->nodes * space->ops;
    if (space->end_op < 0) {
        for (int i = 0; i < r->size; i++)
            total += table[i * space->ops + r->op[i]];
        return total;
    }
    for (bits nodes = row_live(space, r); nodes; nodes &= nodes - 1) {
        int i = bits_first(nodes);
        total += table[i * space->ops + r->op[i]];
    }
    return total;
}

/* The reads of a graph of at most 8 nodes in one word: byte i are those of node i. */
static bits pack_reads(const struct row *r)
{
    bits packed = 0;
    for (int i = 0; i < r->size; i++)
        packed |= r->reads[i] << 8 * i;
    return packed;
}

/* The nodes that read some node of a set: the bytes that are not 0, gathered to bits. */
static bits readers_of(bits packed, bits set)
{
    const bits each = 0x0101010101010101u, low = 0x7f * each;
    bits common = packed & set * each, some = (((common & low) + low) | common) & ~low;
    return (some >> 7) * 0x0102040810204080u >> 56;
}

/* Longest path in a graph of at most 8 nodes whose outputs nobody reads: the last step at which a
   walk along edges can arrive at an output. */
static int longest_walk(bits packed, bits inputs, bits outputs, bits whole)
{
    int longest = 0, steps = 0;
    for (bits at = inputs & whole; at; at = readers_of(packed, at) & whole, steps++)
        longest = at & outputs ? steps - 1 : longest;
    return longest;
}

/* Longest path by dynamic programming: at[d] are the nodes to which the longest path from an input
   has d interior nodes, themselves included. What is not live can't be on such a path. */
static int longest_path(const ganas_space *s, bits broken_by, const struct row *r)
{
    bits outputs = row_outputs(s, r), whole = uncut(s, r, s->dead_ops | broken_by);
    bits at[GANAS_MAX_NODES], packed = r->size <= 8 ? pack_reads(r) : 0;
    int deepest = 0, longest = 0;
    if (r->size <= 8 && !readers_of(packed, outputs))
        return longest_walk(packed, s->input_set, outputs, whole);
    at[0] = s->input_set & whole;
    for (int i = 0; i < r->size; i++) {
        int d = deepest;
        while (d >= 0 && !(r->reads[i] & at[d]))
            d--;
        if (d < 0 || !(whole & bit_of(i)))
            continue;
        d += !(outputs & bit_of(i));
        if (d > deepest)
            at[++deepest] = 0;
        at[d] |= bit_of(i);
        if (outputs & bit_of(i))
            longest = int_max(longest, d);
    }
    return longest;
}

static int count_edges(const struct row *r, bits live)
{
    bits packed = 0;
    int edges = 0;
    for (int i = 0; i < r->size && r->size <= 8; i++) /* counted together */
        packed |= (live >> i & 1 ? r->reads[i] & live : 0) << 8 * i;
    if (r->size <= 8)
        return bits_count(packed);
    for (bits nodes = live; nodes; nodes &= nodes - 1)
        edges += bits_count(r->reads[bits_first(nodes)] & live);
    return edges;
}

/* Whether a path leads from one set to the other: over nodes that are not dead, and between the
   ends not of broken_by. */
static bool leads(const ganas_space *s, const struct measure *m, const struct row *r)
{
    bits from = m->from ? m->from : s->input_set, to = m->to ? m->to : row_outputs(s, r);
    bits whole = uncut(s, r, s->dead_ops), passing = uncut(s, r, s->dead_ops | m->broken_by);
    bits reached = from & whole, sending = reached;
    for (int i = 0; i < r->size; i++)
        if (r->reads[i] & sending && whole & bit_of(i)) {
            reached |= bit_of(i);
            sending |= passing & bit_of(i);
        }
    return (reached & to) != 0;
}

double row_measure(const ganas_space *space, int32_t measure, const struct row *r)
{
    const struct measure *m = &space->measure[measure];
    switch (m->kind) {
    case GANAS_MEASURE_SUM:
        return row_sum(space, &m->sum, r);
    case GANAS_MEASURE_DEPTH:
        return longest_path(space, m->broken_by, r);
    case GANAS_MEASURE_NODES:
        return bits_count(row_live(space, r));
    case GANAS_MEASURE_EDGES:
        return count_edges(r, row_live(space, r));
    case GANAS_MEASURE_PATH:
        return leads(space, m, r);
    default:
        return NAN;
    }
}

double space_measure(const ganas_space *space, int32_t measure, const struct graph *g)
{
    struct row r = graph_row(g);
    return row_measure(space, measure, &r);
}

/* ---- ranges of sums ---- */

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

/* Ranges of nodes first.. of one table. */
static void fill_ranges(const ganas_space *s, const double *table, int first, double *least_from,
                        double *greatest_from)
{
    for (int i = s->nodes - 1; i >= first; i--) {
        struct range on = range_inside(s, table, i), end = {INFINITY, -INFINITY};
        if (s->end_op >= 0 && space_ends(s, i))
            end = range_of(s, table, i, bit_of(s->end_op));
        bool last = s->end_op >= 0 && !space_goes_on(s, i);
        least_from[i] = fmin(last ? INFINITY : on.least + least_from[i + 1], end.least);
        greatest_from[i] =
            fmax(last ? -INFINITY : on.greatest + greatest_from[i + 1], end.greatest);
    }
}

/* Ranges of nodes 0..by, before the table is known. */
static void merge_ranges(const ganas_space *s, struct sum *sum)
{
    int by = sum->by, ends = s->nodes + 1, cells = s->nodes * s->ops;
    double least = INFINITY, greatest = -INFINITY;
    for (bits ops = s->node[by].op_set; ops; ops &= ops - 1) {
        int o = bits_first(ops);
        double here = sum->table[by * s->ops + o];
        least = fmin(least, here + sum->least_from[o * ends + by + 1]);
        greatest = fmax(greatest, here + sum->greatest_from[o * ends + by + 1]);
    }
    for (int t = 0; t < sum->tables; t++) {
        double low = least, high = greatest;
        for (int i = by; i >= 0; i--) {
            if (i < by) {
                struct range r = range_of(s, sum->table + t * cells, i, s->node[i].op_set);
                low += r.least;
                high += r.greatest;
            }
            sum->least_from[t * ends + i] = low;
            sum->greatest_from[t * ends + i] = high;
        }
    }
}

void sum_ranges(const ganas_space *space, struct sum *sum)
{
    int ends = space->nodes + 1, cells = space->nodes * space->ops;
    for (int t = 0; t < sum->tables; t++)
        fill_ranges(space, sum->table + t * cells, sum->by + 1, sum->least_from + t * ends,
                    sum->greatest_from + t * ends);
    if (sum->by >= 0)
        merge_ranges(space, sum);
    if (sum->tree)
        tree_fill(space, sum);
}

int32_t sum_new(const ganas_space *space, int32_t by, struct sum *sum)
{
    size_t tables = by < 0 ? 1 : (size_t)space->ops, ends = (size_t)space->nodes + 1;
    size_t cells = (size_t)space->nodes * (size_t)space->ops, flat = tables * (cells + 2 * ends);
    size_t spans = tree_wanted(space, by) ? tree_spans(space, tables) : 0;
    double *block = memory_new(flat + 2 * spans, sizeof *block);
    if (!block)
        return GANAS_E_MEMORY;
    *sum = (struct sum){.by = by,
                        .tables = (int32_t)tables,
                        .table = block,
                        .least_from = block + tables * cells,
                        .greatest_from = block + tables * (cells + ends),
                        .tree = spans ? (struct span *)(void *)(block + flat) : NULL};
    return GANAS_OK;
}

void sum_free(struct sum *sum)
{
    memory_free(sum->table);
    *sum = (struct sum){0};
}

/* ---- ranges of the others ---- */

/* Most interior nodes on a path, if every candidate is read and nothing is dead. */
static int deepest_path(const ganas_space *s)
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

int32_t space_check_measure(const ganas_space *space, int32_t measure)
{
    if (!space || measure < 0 || measure >= space->measures)
        return status_fail(GANAS_E_ARGUMENT, "measure %d of a space that has %d", measure,
                           space ? space->measures : 0);
    return GANAS_OK;
}

static struct range range_of_kind(const ganas_space *s, const struct measure *m)
{
    switch (m->kind) {
    case GANAS_MEASURE_SUM:
        return (struct range){m->sum.least_from[0], m->sum.greatest_from[0]};
    case GANAS_MEASURE_DEPTH:
        return (struct range){0, deepest_path(s)};
    case GANAS_MEASURE_NODES:
        return (struct range){fewest_nodes(s), s->nodes};
    case GANAS_MEASURE_EDGES:
        return (struct range){0, most_edges(s)};
    case GANAS_MEASURE_PATH:
        return (struct range){0, 1};
    default:
        return (struct range){-INFINITY, INFINITY};
    }
}

int32_t ganas_space_measure_range(const ganas_space *space, int32_t measure, double *least,
                                  double *greatest)
{
    int32_t status = space_check_measure(space, measure);
    if (status)
        return status;
    struct range r = range_of_kind(space, &space->measure[measure]);
    *least = r.least;
    *greatest = r.greatest;
    return GANAS_OK;
}

/* ---- adding one ---- */

static int32_t check_room(const ganas_space *space, const int32_t *measure)
{
    if (!space || !measure)
        return status_fail(GANAS_E_ARGUMENT, "a measure needs a space and a place for its number");
    if (space->measures == SPACE_MAX_MEASURES)
        return status_fail(GANAS_E_ARGUMENT, "a space has at most %d measures", SPACE_MAX_MEASURES);
    return GANAS_OK;
}

static int32_t check_broken_by(const ganas_space *space, bits broken_by)
{
    if (broken_by & ~bits_below(space->ops))
        return status_fail(GANAS_E_ARGUMENT, "broken_by has operation %d, but the last one is %d",
                           bits_last(broken_by), space->ops - 1);
    return GANAS_OK;
}

static int32_t add(ganas_space *space, const struct measure *m, int32_t *measure)
{
    space->measure[space->measures] = *m;
    *measure = space->measures++;
    return GANAS_OK;
}

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

/* Entries of nodes before `by`: the same in all tables. */
static int32_t check_before(const ganas_space *s, const struct sum *sum)
{
    int cells = s->nodes * s->ops;
    for (int t = 1; t < sum->tables; t++)
        for (int c = 0; c < sum->by * s->ops; c++)
            if (sum->table[t * cells + c] != sum->table[c])
                return status_fail(GANAS_E_ARGUMENT,
                                   "node %d is before node %d, but what it adds depends on it",
                                   c / s->ops, sum->by);
    return GANAS_OK;
}

/* The row of node `by` is made of each operation's own, in all tables. */
static void share_row(const ganas_space *s, struct sum *sum)
{
    int cells = s->nodes * s->ops, row = sum->by * s->ops;
    for (int t = 0; t < sum->tables; t++)
        for (int o = 0; o < s->ops; o++)
            sum->table[t * cells + row + o] = sum->table[o * cells + row + o];
}

static int32_t fill_sum(const ganas_space *s, const double *tables, struct sum *sum)
{
    int cells = s->nodes * s->ops;
    int32_t status = GANAS_OK;
    bits used = sum->by < 0 ? 1 : s->node[sum->by].op_set;
    for (int t = 0; t < sum->tables && !status; t++) {
        int from = used & bit_of(t) ? t : bits_first(used); /* an operation that can't be */
        status = copy_table(s, tables + from * cells, sum->table + t * cells);
    }
    if (!status && sum->by >= 0)
        status = check_before(s, sum);
    if (status)
        return status;
    if (sum->by >= 0)
        share_row(s, sum);
    sum_ranges(s, sum);
    return GANAS_OK;
}

static int32_t add_sum(ganas_space *space, int32_t by, const double *tables, int32_t *measure)
{
    struct measure m = {.kind = GANAS_MEASURE_SUM};
    if (!tables)
        return status_fail(GANAS_E_ARGUMENT, "a sum needs a table");
    int32_t status = sum_new(space, by, &m.sum);
    if (!status)
        status = fill_sum(space, tables, &m.sum);
    if (status) {
        sum_free(&m.sum);
        return status;
    }
    return add(space, &m, measure);
}

int32_t ganas_space_measure(ganas_space *space, int32_t kind, const double *table,
                            uint64_t broken_by, int32_t *measure)
{
    int32_t status = check_room(space, measure);
    if (!status && (kind < GANAS_MEASURE_SUM || kind > GANAS_MEASURE_GIVEN))
        status = status_fail(GANAS_E_ARGUMENT, "measure of kind %d; it must be 0..%d", kind,
                             GANAS_MEASURE_GIVEN);
    if (!status)
        status = check_broken_by(space, broken_by);
    if (status)
        return status;
    if (kind == GANAS_MEASURE_SUM)
        return add_sum(space, -1, table, measure);
    struct measure m = {.kind = kind, .broken_by = broken_by};
    return add(space, &m, measure);
}

int32_t ganas_space_sum_by(ganas_space *space, int32_t node, const double *tables, int32_t *measure)
{
    int32_t status = check_room(space, measure);
    if (status)
        return status;
    if (node < 0 || node >= space->nodes || space->end_op >= 0)
        return status_fail(GANAS_E_ARGUMENT,
                           "a sum by the operation of node %d; it must be one of %d, in a space "
                           "without end_op",
                           node, space->nodes);
    return add_sum(space, node, tables, measure);
}

int32_t ganas_space_path(ganas_space *space, uint64_t from, uint64_t to, uint64_t broken_by,
                         int32_t *measure)
{
    int32_t status = check_room(space, measure);
    if (!status)
        status = check_broken_by(space, broken_by);
    if (status)
        return status;
    if ((from | to) & ~bits_below(space->nodes))
        return status_fail(GANAS_E_ARGUMENT, "a path at node %d, but the last one is %d",
                           bits_last(from | to), space->nodes - 1);
    struct measure m = {.kind = GANAS_MEASURE_PATH, .broken_by = broken_by, .from = from, .to = to};
    return add(space, &m, measure);
}
