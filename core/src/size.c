/*
 * size.c - how many graphs a grammar can write, without writing them.
 *
 * Nodes are tied together by three things only: the budget of edges, chains of nodes whose sources
 * ascend, and operations that narrow later ones. A chain, or a tree of nodes whose operations hang
 * on each other, is counted at its first node; the budget by counting, node by node, the beginnings
 * of graphs with e edges so far.
 */
#include <math.h>
#include <string.h>

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

/* ---- the budget ---- */

/* begun[e]: beginnings of graphs with e edges. Adds the reads of node i to each. */
static void add_reads(const ganas_space *s, struct chains *c, int i, double *begun)
{
    const struct space_node *n = &s->node[i];
    if (n->read_kind == GANAS_READ_FIXED)
        return;
    double ways[GANAS_MAX_NODES + 1] = {0}; /* by number of sources */
    int most = n->picks;
    if (n->read_kind == GANAS_READ_CHOOSE)
        ways[most] = n->after < 0 ? count_after(c, i, -1) : 1;
    else
        for (int k = most = bits_count(n->read_set); k > 0; k--)
            ways[k] = choose(most, k);
    for (int e = int_min(s->max_edges, MOST_EDGES); e >= 0; e--) {
        double sum = 0;
        for (int k = 1; k <= int_min(most, e); k++)
            sum += ways[k] > 0 && begun[e - k] > 0 ? ways[k] * begun[e - k] : 0;
        begun[e] = sum;
    }
}

static double add_up(const double *begun)
{
    double sum = 0;
    for (int e = 0; e <= MOST_EDGES; e++)
        sum += begun[e];
    return sum;
}

int32_t ganas_space_size(const ganas_space *space, double *size, int32_t *exact)
{
    if (!space || !size || !exact)
        return status_fail(GANAS_E_ARGUMENT, "the size of a space needs a space and two places");
    struct chains chains = {.space = space};
    for (int i = 0; i < GANAS_MAX_NODES; i++)
        for (int v = 0; v <= GANAS_MAX_NODES; v++)
            chains.ways[i][v] = -1;
    double begun[MOST_EDGES + 1] = {1}, total = 0, ways[GANAS_MAX_NODES][GANAS_MAX_OPS];
    count_below(space, ways);
    for (int i = 0; i < space->nodes; i++) {
        add_reads(space, &chains, i, begun);
        if (space_ends(space, i))
            total += add_up(begun) * (space->end_op < 0 ? count_ops(space, ways, i) : 1);
        double ops = count_ops(space, ways, i);
        for (int e = 0; e <= MOST_EDGES; e++)
            begun[e] *= ops;
    }
    *size = total;
    *exact = isfinite(total);
    return GANAS_OK;
}
