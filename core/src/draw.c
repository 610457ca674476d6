/* draw.c - graphs drawn uniformly choice by choice, and all graphs one after another. */
#include "draw.h"

#include "batch.h"
#include "status.h"
#include "walk.h"

enum { MAX_TRIES = 1000 };

/* ---- random graphs ---- */

static void draw_reads(struct walk *w, struct draws *d)
{
    const struct space_node *n = &w->space->node[w->node];
    if (n->read_kind == GANAS_READ_CHOOSE)
        for (int i = 0; i < n->picks; i++)
            walk_take_pick(w, draws_member(d, walk_picks(w)));
    if (n->read_kind != GANAS_READ_FREE)
        return;
    for (bits s = n->read_set; s; s &= s - 1) {
        int j = bits_first(s), open = walk_edge(w, j);
        bool yes = open == (WALK_NO | WALK_YES) ? draws_u32(d) & 1 : open == WALK_YES;
        walk_take_edge(w, j, yes);
    }
}

/* One walk; false when it met a dead end. */
static bool walk_once(struct walk *w, const ganas_space *space, const ganas_rules *rules,
                      struct draws *d)
{
    walk_start(w, space, rules);
    do {
        bits open = walk_ops(w);
        if (!open)
            return false;
        walk_take_op(w, open & (open - 1) ? draws_member(d, open) : bits_first(open));
        draw_reads(w, d);
    } while (walk_next(w));
    return walk_holds(w);
}

int32_t draw_graph(const ganas_space *space, const ganas_rules *rules, struct draws *d,
                   struct graph *g, int64_t *lost)
{
    struct walk w;
    for (int tries = 0; tries < MAX_TRIES; tries++) {
        if (walk_once(&w, space, rules, d)) {
            *g = w.graph;
            return GANAS_OK;
        }
        ++*lost;
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
