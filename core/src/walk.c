/* walk.c - growing one graph choice by choice: what is open at each choice. */
#include "walk.h"

#include "tree.h"

void walk_start(struct walk *w, const ganas_space *space, const ganas_rules *rules)
{
    *w = (struct walk){.space = space, .rules = rules};
}

/* ---- operations ---- */

/* Operations after which the budget still pays for the way to an end. */
static bits open_by_budget(const struct walk *w)
{
    const ganas_space *s = w->space;
    const struct space_node *n = &s->node[w->node];
    int left = s->max_edges - w->edges - space_need(s, w->node);
    if (s->end_op < 0)
        return space_open_ops(s, w->graph.op, w->node);
    bits open = n->op_set & bit_of(s->end_op);
    if (space_goes_on(s, w->node) && s->node[w->node + 1].finish <= left)
        open |= space_inner_ops(s, w->node);
    return open;
}

/* The same where operations narrow later ones. */
static bits open_by_tree(const struct walk *w, const struct term *t, bits ops)
{
    bits open = 0;
    for (; ops; ops &= ops - 1) {
        int op = bits_first(ops);
        struct span left =
            tree_after(w->space, &t->sum, w->graph.op, w->left[t->slot], w->node, op);
        if (term_open(t, left.low, left.high))
            open |= bit_of(op);
    }
    return open;
}

/* Operations after which the rest can still make a masked term hold. */
static bits open_by_term(const struct walk *w, const struct term *t, bits ops)
{
    const struct sum *sum = &t->sum;
    if (sum->tree)
        return open_by_tree(w, t, ops);
    int ends = w->space->nodes + 1, which = sum_case(sum, w->graph.op, w->node);
    const double *row = sum->table + (which * w->space->nodes + w->node) * w->space->ops;
    bits open = 0;
    for (; ops; ops &= ops - 1) {
        int op = bits_first(ops), after = sum->by == w->node ? op : which;
        const double *least = sum->least_from + after * ends + w->node + 1;
        const double *greatest = sum->greatest_from + after * ends + w->node + 1;
        double so_far = w->sum[t->slot] + row[op];
        if (term_open(t, so_far + *least, so_far + *greatest))
            open |= bit_of(op);
    }
    return open;
}

/* A rule's program on sets of operations. */
static bits open_by_rule(const struct walk *w, const struct rule *r, bits ops)
{
    bits stack[RULE_MAX_DEPTH] = {ops};
    int top = 0;
    for (int i = 0; i < r->length; i++) {
        int32_t code = r->program[i];
        if (code >= 0) {
            const struct term *t = &w->rules->term[code];
            stack[top++] = t->masked ? open_by_term(w, t, ops) : ops;
            continue;
        }
        top--;
        if (code == GANAS_AND)
            stack[top - 1] &= stack[top];
        else
            stack[top - 1] |= stack[top];
    }
    return stack[0];
}

bits walk_ops(const struct walk *w)
{
    bits open = open_by_budget(w);
    for (int r = 0; w->rules && r < w->rules->count; r++)
        if (w->rules->rule[r].steers)
            open = open_by_rule(w, &w->rules->rule[r], open);
    return open;
}

void walk_take_op(struct walk *w, int op)
{
    const struct space_node *n = &w->space->node[w->node];
    w->graph.op[w->node] = (uint8_t)op;
    w->graph.size = w->node + 1;
    if (n->read_kind == GANAS_READ_FIXED)
        w->graph.reads[w->node] = n->read_set;
    for (int b = 0; w->rules && b < w->rules->slots; b++) {
        const struct sum *sum = &w->rules->term[w->rules->slot[b]].sum;
        int which = sum_case(sum, w->graph.op, w->node);
        w->sum[b] += sum->table[(which * w->space->nodes + w->node) * w->space->ops + op];
        if (sum->tree)
            w->left[b] = tree_after(w->space, sum, w->graph.op, w->left[b], w->node, op);
    }
}

/* ---- sources ---- */

bits walk_picks(const struct walk *w)
{
    const struct space_node *n = &w->space->node[w->node];
    bits reads = w->graph.reads[w->node];
    bits before = reads || n->after < 0 ? reads : w->graph.reads[n->after];
    bits open = n->pick_set & ~bits_below(before ? bits_last(before) + 1 : 0);
    for (int later = n->picks - w->picked - 1; later > 0; later--)
        open &= ~bit_of(bits_last(open));
    return open;
}

void walk_take_pick(struct walk *w, int j)
{
    walk_take_edge(w, j, true);
}

/* Edges that nodes after this one need. */
static int reserve(const struct walk *w)
{
    bool ends = w->space->end_op >= 0 ? w->graph.op[w->node] == w->space->end_op
                                      : w->node == w->space->nodes - 1;
    return ends ? 0 : w->space->node[w->node + 1].finish;
}

int walk_edge(const struct walk *w, int j)
{
    bits later = w->space->node[w->node].read_set & ~bits_below(j + 1);
    int open = 0;
    if (w->picked > 0 || later)
        open |= WALK_NO;
    if (w->edges + 1 + reserve(w) <= w->space->max_edges)
        open |= WALK_YES;
    return open;
}

void walk_take_edge(struct walk *w, int j, bool yes)
{
    if (!yes)
        return;
    w->graph.reads[w->node] |= bit_of(j);
    w->edges++;
    w->picked++;
}

bool walk_next(struct walk *w)
{
    bool ended = w->space->end_op >= 0 && w->graph.op[w->node] == w->space->end_op;
    if (ended || w->node == w->space->nodes - 1)
        return false;
    w->node++;
    w->picked = 0;
    return true;
}

bool walk_holds(const struct walk *w)
{
    for (int r = 0; w->rules && r < w->rules->count; r++)
        if (w->rules->rule[r].steers && !rule_masks_hold(w->rules, r, w->sum))
            return false;
    return true;
}
