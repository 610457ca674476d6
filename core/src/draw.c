/*
 * draw.c - random graphs, and all graphs one after another.
 *
 * Operations are drawn uniformly. Sources, and whether a graph ends, are drawn with the numbers of
 * graphs that they lead to (size.c) as weights, so that all graphs with these operations are alike
 * likely; where nodes can change places, what comes out is uniform over networks.
 */
#include "draw.h"

#include <math.h>

#include "batch.h"
#include "status.h"
#include "walk.h"

enum { MAX_TRIES = 1000, MAX_REFUSED = 1000000 };

/* ---- random choices ---- */

/* A number below n with the given weights; -1 when they are all 0. */
static int draw_weighted(struct draws *d, const double *weight, int n)
{
    double total = 0;
    int last = -1;
    for (int k = 0; k < n; k++)
        total += weight[k];
    double at = draws_uniform(d) * total;
    for (int k = 0; k < n; k++) {
        if (weight[k] <= 0)
            continue;
        last = k;
        at -= weight[k];
        if (at < 0)
            break;
    }
    return last;
}

/* Whether a graph that may end at this node or go on with one of n operations ends. */
static bool draw_end(const struct walk *w, struct draws *d, int n)
{
    double weight[GANAS_MAX_NODES], end = 0, on = 0;
    int most = space_weigh_reads(w->space, w->node, true, w->edges, weight);
    for (int k = 0; k <= most; k++)
        end += weight[k];
    most = space_weigh_reads(w->space, w->node, false, w->edges, weight);
    for (int k = 0; k <= most; k++)
        on += weight[k];
    on = ldexp(on, w->space->ways.scale[w->node + 1]) * n;
    return draws_uniform(d) * (1 + on / end) < 1;
}

static int draw_op(const struct walk *w, struct draws *d, bits open)
{
    bits end = w->space->end_op < 0 ? 0 : open & bit_of(w->space->end_op);
    if (end && open != end)
        open = draw_end(w, d, bits_count(open & ~end)) ? end : open & ~end;
    return open & (open - 1) ? draws_member(d, open) : bits_first(open);
}

static int draw_pick(const struct walk *w, struct draws *d)
{
    double weight[GANAS_MAX_NODES];
    bits open = walk_picks(w);
    int j[GANAS_MAX_NODES], n = 0, later = w->space->node[w->node].picks - w->picked - 1;
    if (!(open & (open - 1)))
        return bits_first(open);
    for (; open; open &= open - 1, n++) {
        j[n] = bits_first(open);
        weight[n] = space_weigh_pick(w->space, w->node, j[n], later);
    }
    return j[int_max(draw_weighted(d, weight, n), 0)];
}

/* How many sources, then which. */
static void draw_edges(struct walk *w, struct draws *d)
{
    double weight[GANAS_MAX_NODES];
    bool ends = w->space->end_op >= 0 ? w->graph.op[w->node] == w->space->end_op
                                      : w->node == w->space->nodes - 1;
    int left = space_weigh_reads(w->space, w->node, ends, w->edges, weight);
    int need = left > 1 ? int_max(draw_weighted(d, weight, left + 1), 1) : 1;
    for (bits s = w->space->node[w->node].read_set; s; s &= s - 1, left--) {
        int j = bits_first(s), open = walk_edge(w, j);
        bool yes = need > 0 && (need == left || draws_below(d, (uint32_t)left) < (uint32_t)need);
        if (open != (WALK_NO | WALK_YES))
            yes = open == WALK_YES;
        walk_take_edge(w, j, yes);
        need -= yes;
    }
}

static void draw_reads(struct walk *w, struct draws *d)
{
    const struct space_node *n = &w->space->node[w->node];
    if (n->read_kind == GANAS_READ_CHOOSE)
        for (int i = 0; i < n->picks; i++)
            walk_take_pick(w, draw_pick(w, d));
    if (n->read_kind == GANAS_READ_FREE)
        draw_edges(w, d);
}

/* ---- random graphs ---- */

/* One walk; false when it met a dead end. */
static bool walk_once(struct walk *w, const ganas_space *space, const ganas_rules *rules,
                      struct draws *d)
{
    walk_start(w, space, rules);
    do {
        bits open = walk_ops(w);
        if (!open)
            return false;
        walk_take_op(w, draw_op(w, d, open));
        draw_reads(w, d);
    } while (walk_next(w));
    return walk_holds(w);
}

/* Of a network that can be written in n orders of its nodes one graph in n, of one with nodes that
   do nothing none: so networks come out uniformly. */
static bool accept(const ganas_space *space, struct draws *d, const struct graph *g)
{
    if (!space->alike)
        return true;
    double orders = space_orders(space, g);
    return orders > 0 && draws_uniform(d) * orders < 1;
}

int32_t draw_graph(const ganas_space *space, const ganas_rules *rules, struct draws *d,
                   struct graph *g, int64_t *lost)
{
    struct walk w;
    for (int tries = 0, refused = 0; tries < MAX_TRIES;) {
        if (!walk_once(&w, space, rules, d)) {
            ++*lost;
            tries++;
        } else if (accept(space, d, &w.graph) || ++refused == MAX_REFUSED) {
            *g = w.graph;
            return GANAS_OK;
        }
    }
    return status_fail(GANAS_E_EMPTY,
                       "%d draws in a row met a dead end: the bounds can hardly hold together",
                       MAX_TRIES);
}

int32_t ganas_batch_random(ganas_batch *batch, const ganas_rules *rules, ganas_rng *rng, int32_t n,
                           int64_t *dropped)
{
    int64_t lost = 0;
    int32_t status = batch_check_room(batch, n), before = batch->count;
    if (!status)
        status = rules_check_space(rules, batch->space);
    uint64_t first = status ? 0 : rng_take(rng, n);
    for (int32_t m = 0; m < n && !status; m++) {
        struct draws d = rng_draws(rng, first + (uint64_t)m);
        struct graph g;
        status = draw_graph(batch->space, rules, &d, &g, &lost);
        if (!status)
            status = batch_put(batch, &g);
    }
    if (status)
        batch->count = before;
    if (dropped)
        *dropped = lost;
    return status;
}

/* Each network is as many of the graphs as it has orders. */
int32_t ganas_space_networks(const ganas_space *space, ganas_rng *rng, int32_t n, double *count,
                             double *deviation)
{
    if (!space || !rng || n < 2 || !count || !deviation)
        return status_fail(GANAS_E_ARGUMENT,
                           "an estimate of %d graphs; it needs a space, a stream, 2 graphs, two "
                           "places",
                           n);
    uint64_t first = rng_take(rng, n);
    double sum = 0, squares = 0, size = ldexp(space->ways.rest[0], space->ways.scale[0]);
    *count = *deviation = 0;
    for (int32_t m = 0; m < n && space->alike; m++) {
        struct draws d = rng_draws(rng, first + (uint64_t)m);
        struct walk w;
        (void)walk_once(&w, space, NULL, &d); /* without rules there are no dead ends */
        double orders = space_orders(space, &w.graph), share = orders > 0 ? 1 / orders : 0;
        sum += share;
        squares += share * share;
    }
    if (sum <= 0)
        return GANAS_OK;
    double mean = sum / n, variance = fmax(squares / n - mean * mean, 0);
    *count = mean * size;
    *deviation = sqrt(variance / n) / mean;
    return GANAS_OK;
}

/* ---- all graphs ---- */

struct listing {
    ganas_batch *batch;
    int64_t skip;               /* graphs still to be passed over */
    const struct graph *behind; /* until this one has been passed its choices are followed; NULL */
    bool more;                  /* a graph was found when the batch was full */
};

/* The options from the one on that `behind` took; all of them when it took none of these. */
static bits from_behind(struct listing *l, bits open, int taken)
{
    if (l->behind && taken >= 0 && open & bit_of(taken))
        return open & ~bits_below(taken);
    l->behind = NULL;
    return open;
}

static int behind_op(const struct listing *l, const struct walk *w)
{
    return l->behind && w->node < l->behind->size ? l->behind->op[w->node] : -1;
}

/* The first of its sources that the walk has not picked yet. */
static int behind_pick(const struct listing *l, const struct walk *w)
{
    bits left = l->behind ? l->behind->reads[w->node] & ~w->graph.reads[w->node] : 0;
    return left ? bits_first(left) : -1;
}

static int behind_edge(const struct listing *l, const struct walk *w, int j)
{
    return l->behind ? (l->behind->reads[w->node] & bit_of(j)) != 0 : -1;
}

static void list_node(struct listing *l, const struct walk *w);

static void list_finished(struct listing *l, const struct walk *w)
{
    if (l->behind) {
        l->behind = NULL;
        return;
    }
    if (!walk_holds(w))
        return;
    if (l->skip > 0)
        l->skip--;
    else if (l->batch->count < l->batch->capacity)
        (void)batch_put(l->batch, &w->graph);
    else
        l->more = true;
}

static void list_next(struct listing *l, const struct walk *w)
{
    struct walk next = *w;
    if (walk_next(&next))
        list_node(l, &next);
    else
        list_finished(l, &next);
}

static void list_picks(struct listing *l, const struct walk *w)
{
    if (w->picked == w->space->node[w->node].picks) {
        list_next(l, w);
        return;
    }
    bits open = from_behind(l, walk_picks(w), behind_pick(l, w));
    for (; open && !l->more; open &= open - 1) {
        struct walk next = *w;
        walk_take_pick(&next, bits_first(open));
        list_picks(l, &next);
    }
}

/* Candidates of the FREE node that are left to decide about. */
static void list_edges(struct listing *l, const struct walk *w, bits left)
{
    if (!left) {
        list_next(l, w);
        return;
    }
    int j = bits_first(left), may = walk_edge(w, j);
    bits open = (may & WALK_NO ? bit_of(0) : 0) | (may & WALK_YES ? bit_of(1) : 0);
    open = from_behind(l, open, behind_edge(l, w, j));
    for (; open && !l->more; open &= open - 1) {
        struct walk next = *w;
        bool yes = bits_first(open);
        walk_take_edge(&next, j, yes);
        list_edges(l, &next, left & (left - 1));
    }
}

static void list_node(struct listing *l, const struct walk *w)
{
    const struct space_node *n = &w->space->node[w->node];
    bits open = from_behind(l, walk_ops(w), behind_op(l, w));
    for (; open && !l->more; open &= open - 1) {
        struct walk next = *w;
        walk_take_op(&next, bits_first(open));
        if (n->read_kind == GANAS_READ_CHOOSE)
            list_picks(l, &next);
        else if (n->read_kind == GANAS_READ_FREE)
            list_edges(l, &next, n->read_set);
        else
            list_next(l, &next);
    }
}

static int32_t list_all(struct listing *l, const ganas_rules *rules, int32_t *more)
{
    struct walk w;
    int32_t status = rules_check_space(rules, l->batch->space);
    if (status)
        return status;
    walk_start(&w, l->batch->space, rules);
    list_node(l, &w);
    *more = l->more;
    return GANAS_OK;
}

int32_t ganas_batch_enumerate(ganas_batch *batch, const ganas_rules *rules, int64_t skip,
                              int32_t *more)
{
    struct listing l = {.batch = batch, .skip = skip};
    if (skip < 0)
        return status_fail(GANAS_E_ARGUMENT, "can't skip %lld graphs", (long long)skip);
    return list_all(&l, rules, more);
}

int32_t ganas_batch_enumerate_after(ganas_batch *batch, const ganas_rules *rules,
                                    const ganas_batch *from, int32_t i, int32_t *more)
{
    struct graph behind;
    struct listing l = {.batch = batch, .behind = &behind};
    if (from->space != batch->space || i < 0 || i >= from->count)
        return status_fail(GANAS_E_ARGUMENT, "row %d of a batch with %d candidates of this space",
                           i, from->space == batch->space ? from->count : 0);
    batch_get(from, i, &behind);
    return list_all(&l, rules, more);
}
