/* walk.c - growing a graph choice by choice, and what is open at each. */
#include "walk.h"

static const struct space_node *node_of(const struct walk *w)
{
    return &w->space->node[w->node];
}

void walk_start(struct walk *w, const ganas_space *space, const ganas_rules *rules)
{
    *w = (struct walk){.space = space, .rules = rules, .graph.size = 1};
}

static bool ends(const struct walk *w, int op)
{
    return w->node + 1 == w->space->nodes || op == w->space->end_op;
}

/* Fewest edges that nodes behind this one need when it takes `op`. */
static int edges_behind(const struct walk *w, int op)
{
    return ends(w, op) ? 0 : w->space->node[w->node + 1].finish;
}

/* Whether the rest of the walk can still bring the sum between the bounds. */
static bool can_hold(const struct walk *w, const struct bound *b, double sum, int op)
{
    int next = w->node + 1;
    sum += b->table[w->node * w->space->ops + op];
    return sum + b->least_from[next] <= b->upper && sum + b->greatest_from[next] >= b->lower;
}

static bool is_open(const struct walk *w, int op)
{
    int need = w->edges + space_need(w->space, w->node) + edges_behind(w, op);
    if (need > w->space->max_edges)
        return false;
    for (int32_t b = 0; w->rules && b < w->rules->bounds; b++)
        if (!can_hold(w, &w->rules->bound[b], w->sum[b], op))
            return false;
    return true;
}

bits walk_ops(const struct walk *w)
{
    bits open = 0;
    for (bits ops = node_of(w)->op_set; ops; ops &= ops - 1)
        if (is_open(w, bits_first(ops)))
            open |= bit_of(bits_first(ops));
    return open;
}

void walk_take_op(struct walk *w, int op)
{
    const struct space_node *n = node_of(w);
    w->graph.op[w->node] = (uint8_t)op;
    w->graph.reads[w->node] = n->read_kind == GANAS_READ_FIXED ? n->read_set : 0;
    for (int32_t b = 0; w->rules && b < w->rules->bounds; b++)
        w->sum[b] += w->rules->bound[b].table[w->node * w->space->ops + op];
}

/* Sources after the last one taken, but not so late that too few are left for the other picks. */
bits walk_picks(const struct walk *w)
{
    const struct space_node *n = node_of(w);
    bits open = n->pick_set, taken = w->graph.reads[w->node];
    if (n->after >= 0)
        open &= ~bits_below(bits_last(w->graph.reads[n->after]) + 1);
    if (taken)
        open &= ~bits_below(bits_last(taken) + 1);
    for (int more = n->picks - w->picked - 1; more > 0; more--)
        open &= ~bit_of(bits_last(open));
    return open;
}

void walk_take_pick(struct walk *w, int j)
{
    w->graph.reads[w->node] |= bit_of(j);
    w->picked++;
    w->edges++;
}

int walk_edge(const struct walk *w, int j)
{
    int after = w->edges + 1 + edges_behind(w, w->graph.op[w->node]);
    bool last = j == bits_last(node_of(w)->read_set);
    int open = last && w->picked == 0 ? 0 : WALK_NO;
    return after <= w->space->max_edges ? open | WALK_YES : open;
}

void walk_take_edge(struct walk *w, int j, bool yes)
{
    if (yes)
        walk_take_pick(w, j);
}

bool walk_next(struct walk *w)
{
    if (ends(w, w->graph.op[w->node]))
        return false;
    w->node++;
    w->picked = 0;
    w->graph.size = w->node + 1;
    return true;
}

bool walk_holds(const struct walk *w)
{
    for (int32_t b = 0; w->rules && b < w->rules->bounds; b++)
        if (w->sum[b] < w->rules->bound[b].lower || w->sum[b] > w->rules->bound[b].upper)
            return false;
    return true;
}
