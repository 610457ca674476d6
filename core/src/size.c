/*
 * size.c - how many graphs a grammar can write, without writing them.
 *
 * Nodes are tied together by three things only: the budget of edges, chains of nodes whose sources
 * ascend, and operations that narrow later ones. A chain, or a tree of nodes whose operations hang
 * on each other, is counted at its first node; the budget by counting, from the last node up, the
 * ends of graphs that have e edges so far. Draws take these numbers for their weights.
 */
#include <math.h>
#include <string.h>

#include "arena.h"
#include "space.h"
#include "status.h"

enum { MOST_EDGES = GANAS_MAX_NODES * (GANAS_MAX_NODES - 1) / 2 };

static double choose(int n, int k)
{
    double c = 1;
    for (int i = 1; i <= k; i++)
        c = c * (n - k + i) / i;
    return k > n ? 0 : rint(c);
}

/* ---- chains of CHOOSE nodes ---- */

struct chains {
    const ganas_space *space;
    /* [node][v + 1]: ways to choose sources > v for the node and all chained to it; < 0: unknown */
    double ways[GANAS_MAX_NODES][GANAS_MAX_NODES + 1];
};

static double count_after(struct chains *c, int node, int v);

/* Ways for all nodes whose sources come after those of `node`, the last of which is `last`. */
static double count_followers(struct chains *c, int node, int last)
{
    double ways = 1;
    for (int i = node + 1; i < c->space->nodes; i++)
        if (c->space->node[i].after == node)
            ways *= count_after(c, i, last);
    return ways;
}

static double count_after(struct chains *c, int node, int v)
{
    double *ways = &c->ways[node][v + 1];
    if (*ways >= 0)
        return *ways;
    const struct space_node *n = &c->space->node[node];
    *ways = 0;
    int before = 0; /* candidates in (v, last) */
    for (bits set = n->pick_set & ~bits_below(v + 1); set; set &= set - 1) {
        int last = bits_first(set);
        double picks = choose(before++, n->picks - 1);
        if (picks > 0)
            *ways += picks * count_followers(c, node, last);
    }
    return *ways;
}

/* ---- trees of operations ---- */

/* ways[i][op]: of choosing operations for all that hangs on node i, when that has taken op. */
static void count_below(const ganas_space *s, double ways[GANAS_MAX_NODES][GANAS_MAX_OPS])
{
    for (int i = s->nodes - 1; i >= 0; i--)
        for (int op = 0; op < s->ops; op++)
            ways[i][op] = 1;
    for (int i = s->nodes - 1; i > 0; i--) {
        int up = s->node[i].op_after;
        for (int op = 0; up >= 0 && op < s->ops; op++) {
            double sum = 0;
            for (bits b = s->node[i].op_set & s->op_given[i][op]; b; b &= b - 1)
                sum += ways[i][bits_first(b)];
            ways[up][op] *= sum;
        }
    }
}

/* Ways to choose the operation of a node in a graph that goes on after it, and all operations that
   hang on it; 1 for a node that hangs on another. */
static double count_ops(const ganas_space *s, double ways[GANAS_MAX_NODES][GANAS_MAX_OPS], int i)
{
    if (s->node[i].op_after >= 0)
        return 1;
    double sum = 0;
    for (bits ops = space_inner_ops(s, i); ops; ops &= ops - 1)
        sum += ways[i][bits_first(ops)];
    return sum;
}

/* ---- the ends of graphs ---- */

/* Ways that node i can choose k sources, those of nodes chained to it included; 1 for 0 of a FIXED
 * one. */
static double count_reads(struct chains *c, int i, int k)
{
    const struct space_node *n = &c->space->node[i];
    if (n->read_kind == GANAS_READ_FIXED)
        return k == 0;
    if (n->read_kind == GANAS_READ_FREE)
        return k ? choose(bits_count(n->read_set), k) : 0;
    return k != n->picks ? 0 : n->after < 0 ? count_after(c, i, -1) : 1;
}

static int most_reads(const ganas_space *s, int i)
{
    const struct space_node *n = &s->node[i];
    return n->read_kind == GANAS_READ_FREE     ? bits_count(n->read_set)
           : n->read_kind == GANAS_READ_CHOOSE ? n->picks
                                               : 0;
}

/* Ends of graphs from node i on, when e edges come before it; 0 beyond the budget. */
static double rest_of(const ganas_space *s, int i, int e)
{
    const struct ways *w = &s->ways;
    if (e > s->max_edges)
        return 0;
    return w->rest[i * w->columns + (w->columns > 1 ? e : 0)];
}

/* Ways that node i and all after it can be grown after e edges, in units of 2^scale[i + 1]. */
static double count_rest(struct chains *c, int i, int e, double ops)
{
    const ganas_space *s = c->space;
    double end = 0, on = 0;
    for (int k = 0; k <= most_reads(s, i); k++) {
        double ways = e + k > s->max_edges ? 0 : count_reads(c, i, k);
        end += ways;
        if (ways > 0 && space_goes_on(s, i))
            on += ways * rest_of(s, i + 1, e + k);
    }
    end *= space_ends(s, i) ? (s->end_op < 0 ? ops : 1) : 0;
    return ldexp(end, -s->ways.scale[i + 1]) + ops * on;
}

/* Keeps the greatest of a row near 1. */
static void scale_row(struct ways *w, int i)
{
    double *row = w->rest + i * w->columns, most = 0;
    int power;
    for (int e = 0; e < w->columns; e++)
        most = fmax(most, row[e]);
    (void)frexp(most, &power);
    for (int e = 0; e < w->columns; e++)
        row[e] = ldexp(row[e], -power);
    w->scale[i] = w->scale[i + 1] + power;
}

static void count_rests(ganas_space *s, struct chains *c)
{
    double ops[GANAS_MAX_NODES][GANAS_MAX_OPS];
    count_below(s, ops);
    for (int i = s->nodes - 1; i >= 0; i--) {
        double inner = count_ops(s, ops, i);
        for (int e = 0; e < s->ways.columns; e++)
            s->ways.rest[i * s->ways.columns + e] = count_rest(c, i, e, inner);
        scale_row(&s->ways, i);
    }
}

static void count_chains(ganas_space *s, struct chains *c)
{
    for (int i = 0; i < s->nodes; i++)
        for (int last = 0; last < i && s->node[i].read_kind == GANAS_READ_CHOOSE; last++)
            s->ways.chained[i][last] = count_followers(c, i, last);
}

int32_t space_count(ganas_space *space)
{
    struct chains chains = {.space = space};
    int most = 0;
    for (int i = 0; i < GANAS_MAX_NODES; i++)
        for (int v = 0; v <= GANAS_MAX_NODES; v++)
            chains.ways[i][v] = -1;
    for (int i = 0; i < space->nodes; i++)
        most += most_reads(space, i);
    space->ways.columns = space->max_edges < most ? space->max_edges + 1 : 1;
    space->ways.rest =
        memory_new((size_t)(space->nodes + 1) * (size_t)space->ways.columns, sizeof(double));
    if (!space->ways.rest)
        return GANAS_E_MEMORY;
    count_chains(space, &chains);
    count_rests(space, &chains);
    return GANAS_OK;
}

int32_t ganas_space_size(const ganas_space *space, double *size, int32_t *exact)
{
    if (!space || !size || !exact)
        return status_fail(GANAS_E_ARGUMENT, "the size of a space needs a space and two places");
    *size = ldexp(space->ways.rest[0], space->ways.scale[0]);
    *exact = isfinite(*size);
    return GANAS_OK;
}

/* ---- weights of choices ---- */

/* Ways to choose k sources, but for those of a CHOOSE node, which are the same however the graph
 * goes on. */
static double weigh_choice(const struct space_node *n, int most, int k)
{
    return n->read_kind == GANAS_READ_FREE ? (k ? choose(most, k) : 0) : k == most;
}

int space_weigh_reads(const ganas_space *space, int i, bool ends, int edges, double *weight)
{
    int most = most_reads(space, i);
    for (int k = 0; k <= most; k++) {
        double ways = edges + k <= space->max_edges ? weigh_choice(&space->node[i], most, k) : 0;
        weight[k] = ends || ways <= 0 ? ways : ways * rest_of(space, i + 1, edges + k);
    }
    return most;
}

double space_weigh_pick(const ganas_space *space, int i, int j, int later)
{
    const double *chained = space->ways.chained[i];
    double sum = 0;
    int between = 0;
    if (later == 0)
        return chained[j];
    for (bits set = space->node[i].pick_set & ~bits_below(j + 1); set; set &= set - 1)
        sum += choose(between++, later - 1) * chained[bits_first(set)];
    return sum;
}
