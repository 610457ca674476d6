/*
 * mutate.c - edits of graphs that keep the grammar and the masked rules.
 *
 * An edit happens at a locus, chosen uniformly: the operation of a node, one source of a CHOOSE
 * node, one candidate edge of a FREE node, which comes, goes or moves; where graphs differ in size
 * also a node that is put in or taken out. An edit that breaks a masked rule is made good by a
 * second one, if it can be. A parent that breaks one itself is edited until it doesn't.
 */
#include <string.h>

#include "batch.h"
#include "draw.h"
#include "rng.h"
#include "rule.h"
#include "status.h"

enum { EDIT_TRIES = 64, MUTANT_TRIES = 8, MEND_TRIES = 16, REPAIR_TRIES = 512 };

struct edit {
    const ganas_space *space;
    const ganas_rules *rules;
    struct draws *draws;
};

/* ---- loci ---- */

static bool resizes(const ganas_space *s)
{
    return s->end_op >= 0 && s->min_nodes < s->nodes;
}

/* Nodes whose operation can change: not the one that ends the graph. */
static bool op_locus(const ganas_space *s, const struct graph *g, int i)
{
    return bits_count(space_inner_ops(s, i)) > 1 && !(s->end_op >= 0 && i == g->size - 1);
}

static int read_loci(const ganas_space *s, int i)
{
    const struct space_node *n = &s->node[i];
    if (!n->chooses_read)
        return 0;
    return n->read_kind == GANAS_READ_CHOOSE ? n->picks : bits_count(n->read_set);
}

static int count_loci(const ganas_space *s, const struct graph *g)
{
    int loci = resizes(s) ? 2 : 0;
    for (int i = 0; i < g->size; i++)
        loci += op_locus(s, g, i) + read_loci(s, i);
    return loci;
}

/* ---- operations and reads ---- */

/* Operations that an earlier one no longer leaves to later nodes are drawn anew. */
static void restore_ops(struct edit *e, struct graph *g, int changed)
{
    for (int i = changed + 1; i < g->size && e->space->narrowed; i++) {
        bits open = space_open_ops(e->space, g->op, i);
        if (!(open & bit_of(g->op[i])))
            g->op[i] = (uint8_t)draws_member(e->draws, open);
    }
}

static void edit_op(struct edit *e, struct graph *g, int i)
{
    bits others = space_inner_ops(e->space, i) & space_open_ops(e->space, g->op, i);
    others &= ~bit_of(g->op[i]);
    if (!others)
        return;
    g->op[i] = (uint8_t)draws_member(e->draws, others);
    restore_ops(e, g, i);
}

static void swap_nodes(struct graph *g, int a, int b)
{
    uint8_t op = g->op[a];
    bits reads = g->reads[a];
    g->op[a] = g->op[b];
    g->reads[a] = g->reads[b];
    g->op[b] = op;
    g->reads[b] = reads;
}

/* The pair (operation, sources) of two chained nodes has no order of its own: when an edit breaks
   it, the nodes change places. */
static void restore_order(const ganas_space *s, struct graph *g)
{
    for (int i = g->size - 1; i > 0; i--) {
        int before = s->node[i].after;
        if (before >= 0 && bits_first(g->reads[i]) < bits_first(g->reads[before]))
            swap_nodes(g, before, i);
    }
}

static int count_edges(const ganas_space *s, const struct graph *g)
{
    int edges = 0;
    for (int i = 0; i < g->size; i++)
        edges += s->node[i].read_kind == GANAS_READ_FIXED ? 0 : bits_count(g->reads[i]);
    return edges;
}

/* An edge that can't go, or that there is no budget for, moves instead. */
static void flip_edge(struct edit *e, struct graph *g, int i, int j)
{
    bits before = g->reads[i], others = 0;
    g->reads[i] ^= bit_of(j);
    if (!g->reads[i])
        others = e->space->node[i].read_set & ~before;
    else if (!(before & bit_of(j)) && count_edges(e->space, g) > e->space->max_edges)
        others = before;
    if (others)
        g->reads[i] ^= bit_of(draws_member(e->draws, others));
}

static void edit_read(struct edit *e, struct graph *g, int i, int locus)
{
    const struct space_node *n = &e->space->node[i];
    bits set = n->read_kind == GANAS_READ_CHOOSE ? g->reads[i] : n->read_set;
    while (locus--)
        set &= set - 1;
    int j = bits_first(set);
    if (n->read_kind == GANAS_READ_FREE) {
        flip_edge(e, g, i, j);
        return;
    }
    bits others = n->read_set & ~g->reads[i];
    if (!others)
        return;
    g->reads[i] ^= bit_of(j) | bit_of(draws_member(e->draws, others));
    restore_order(e->space, g);
}

/* ---- size ---- */

/* Reads with a place made at node p. */
static bits open_gap(bits reads, int p)
{
    return (reads & bits_below(p)) | (reads & ~bits_below(p)) << 1;
}

static bits close_gap(bits reads, int p)
{
    return (reads & bits_below(p)) | (reads >> 1 & ~bits_below(p));
}

/* A new node at p that reads one candidate, and is read by one later node. */
static void insert_node(struct edit *e, struct graph *g)
{
    const ganas_space *s = e->space;
    int p = 1 + (int)draws_below(e->draws, (uint32_t)(g->size - 1));
    if (g->size == s->nodes || s->input_set & bit_of(p) || !s->node[p].read_set)
        return;
    for (int i = g->size; i > p; i--) {
        g->op[i] = g->op[i - 1];
        g->reads[i] = open_gap(g->reads[i - 1], p);
    }
    g->size++;
    g->op[p] = (uint8_t)draws_member(e->draws, space_inner_ops(s, p));
    g->reads[p] = bit_of(draws_member(e->draws, s->node[p].read_set));
    int reader = p + 1 + (int)draws_below(e->draws, (uint32_t)(g->size - p - 1));
    g->reads[reader] |= bit_of(p);
}

/* Takes node p out; who read it alone reads what it read. */
static void delete_node(struct edit *e, struct graph *g)
{
    if (g->size <= e->space->min_nodes || g->size < 3)
        return;
    int p = 1 + (int)draws_below(e->draws, (uint32_t)(g->size - 2));
    if (e->space->input_set & bit_of(p))
        return;
    for (int i = p + 1; i < g->size; i++) {
        bits reads = g->reads[i] & ~bit_of(p);
        g->reads[i] = reads ? reads : g->reads[i] ? g->reads[p] : 0;
    }
    for (int i = p; i + 1 < g->size; i++) {
        g->op[i] = g->op[i + 1];
        g->reads[i] = close_gap(g->reads[i + 1], p);
    }
    g->size--;
    g->op[g->size] = 0;
    g->reads[g->size] = 0;
}

/* ---- edits ---- */

static void edit_at(struct edit *e, struct graph *g, int locus)
{
    for (int i = 0; i < g->size; i++) {
        if (op_locus(e->space, g, i) && locus-- == 0) {
            edit_op(e, g, i);
            return;
        }
        int loci = read_loci(e->space, i);
        if (locus < loci) {
            edit_read(e, g, i, locus);
            return;
        }
        locus -= loci;
    }
    if (locus == 0)
        insert_node(e, g);
    else
        delete_node(e, g);
}

/* One edit of g at a random locus; false when it changes nothing or breaks the grammar. */
static bool edit_somewhere(struct edit *e, const struct graph *g, struct graph *edited)
{
    int loci = count_loci(e->space, g);
    *edited = *g;
    if (loci == 0)
        return false;
    edit_at(e, edited, (int)draws_below(e->draws, (uint32_t)loci));
    return memcmp(edited, g, sizeof *g) != 0 && space_check(e->space, edited) == GANAS_OK;
}

/* A second edit that makes up for a masked rule that the first one broke: with == alone, nodes that
   a rule ties together could never change. */
static bool mend_rules(struct edit *e, const struct graph *before, struct graph *edited)
{
    if (rules_masked_hold(e->rules, edited))
        return true;
    for (int tries = 0; tries < MEND_TRIES; tries++) {
        struct graph mended;
        if (edit_somewhere(e, edited, &mended) && rules_masked_hold(e->rules, &mended) &&
            memcmp(&mended, before, sizeof mended) != 0) {
            *edited = mended;
            return true;
        }
    }
    return false;
}

/* One edit that changes the graph and leaves it good; nothing when none is found in a few tries. */
static void edit_once(struct edit *e, struct graph *g)
{
    for (int tries = 0; tries < EDIT_TRIES; tries++) {
        struct graph edited;
        if (edit_somewhere(e, g, &edited) && mend_rules(e, g, &edited)) {
            *g = edited;
            return;
        }
    }
}

static void mutate_graph(struct edit *e, struct graph *g, double more, int most)
{
    struct graph parent = *g;
    for (int tries = 0; tries < MUTANT_TRIES; tries++) {
        *g = parent;
        edit_once(e, g);
        for (int n = 1; n < most && draws_uniform(e->draws) < more; n++)
            edit_once(e, g);
        if (memcmp(g, &parent, sizeof parent) != 0)
            return;
    }
}

/* From a graph that breaks a masked rule, by edits that don't make it worse, to one that keeps all:
   a random one where that leads nowhere. */
static int32_t repair(struct edit *e, struct graph *g)
{
    double excess = rules_masked_excess(e->rules, g);
    int64_t lost = 0;
    for (int tries = 0; tries < REPAIR_TRIES && excess > 0; tries++) {
        struct graph edited;
        if (!edit_somewhere(e, g, &edited))
            continue;
        double after = rules_masked_excess(e->rules, &edited);
        if (after <= excess) {
            *g = edited;
            excess = after;
        }
    }
    return excess > 0 ? draw_graph(e->space, e->rules, e->draws, g, &lost) : GANAS_OK;
}

static int32_t check_arguments(const ganas_batch *batch, const ganas_batch *parents, int32_t n,
                               double more, int32_t most)
{
    if (parents->space != batch->space || parents->count == 0)
        return status_fail(GANAS_E_ARGUMENT, "mutants need at least one parent of the same space");
    if (!(more >= 0 && more < 1) || most < 1)
        return status_fail(GANAS_E_ARGUMENT,
                           "edits with %g for another and at most %d; in [0, 1), and at least 1",
                           more, most);
    return batch_check_room(batch, n);
}

int32_t ganas_batch_mutate(ganas_batch *batch, const ganas_batch *parents, const ganas_rules *rules,
                           ganas_rng *rng, int32_t n, double more, int32_t most, int32_t *parent)
{
    int32_t status = check_arguments(batch, parents, n, more, most), rows = parents->count;
    int32_t before = batch->count;
    if (!status)
        status = rules_check_space(rules, batch->space);
    uint64_t first = status ? 0 : rng_take(rng, n);
    for (int32_t m = 0; m < n && !status; m++) {
        struct draws d = rng_draws(rng, first + (uint64_t)m);
        struct edit e = {.space = batch->space, .rules = rules, .draws = &d};
        struct graph g;
        int32_t row = (int32_t)draws_below(&d, (uint32_t)rows);
        batch_get(parents, row, &g);
        if (rules_masked_hold(rules, &g))
            mutate_graph(&e, &g, more, most);
        else
            status = repair(&e, &g);
        if (!status)
            status = batch_put(batch, &g);
        if (parent)
            parent[m] = row;
    }
    if (status)
        batch->count = before;
    return status;
}
