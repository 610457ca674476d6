/* tree.c - least and greatest totals of sums where operations narrow later ones. */
#include "tree.h"

#include <math.h>

static const struct span NOTHING = {INFINITY, -INFINITY};

static struct span either(struct span a, struct span b)
{
    return (struct span){fmin(a.low, b.low), fmax(a.high, b.high)};
}

static struct span plus(struct span a, struct span b)
{
    return (struct span){a.low + b.low, a.high + b.high};
}

static struct span shift(struct span a, double by)
{
    return (struct span){a.low + by, a.high + by};
}

/* ---- where everything is ---- */

static int first_choice(const ganas_space *s)
{
    int i = 0;
    while (i < s->nodes && !s->node[i].chooses_op)
        i++;
    return i;
}

bool tree_wanted(const ganas_space *space, int32_t by)
{
    return space->narrowed && (by < 0 || by == first_choice(space));
}

/* A plan has its total; for node and operation of what narrows it (0 where nothing does) the span
   of the node and all that hangs on it; for node and its own operation the span of what hangs on
   it. */
static size_t plan_size(const ganas_space *s)
{
    return 1 + 2 * (size_t)s->nodes * (size_t)s->ops;
}

size_t tree_spans(const ganas_space *space, size_t tables)
{
    return tables * plan_size(space);
}

static struct span *total_of(const ganas_space *s, const struct sum *sum, int t)
{
    return sum->tree + (size_t)t * plan_size(s);
}

static struct span *whole_at(const ganas_space *s, const struct sum *sum, int t, int i, int up)
{
    return total_of(s, sum, t) + 1 + i * s->ops + up;
}

static struct span *below_at(const ganas_space *s, const struct sum *sum, int t, int i, int op)
{
    return whole_at(s, sum, t, s->nodes + i, op);
}

static double entry(const ganas_space *s, const struct sum *sum, int t, int i, int op)
{
    return sum->table[(t * s->nodes + i) * s->ops + op];
}

/* ---- filling ---- */

/* Node i and all that hangs on it, when the node that narrows it has taken `up`. */
static struct span best_of(const ganas_space *s, const struct sum *sum, int t, int i, int up)
{
    bits open = s->node[i].op_set;
    struct span best = NOTHING;
    if (s->node[i].op_after >= 0)
        open &= s->op_given[i][up];
    if (i == sum->by)
        open &= bit_of(t);
    for (; open; open &= open - 1) {
        int op = bits_first(open);
        best = either(best, shift(*below_at(s, sum, t, i, op), entry(s, sum, t, i, op)));
    }
    return best;
}

/* Fills the spans of node i and adds them to what hangs on the node that narrows it; gives what it
   adds to the total by itself. Nothing hangs on node `by`: its operation is the plan. */
static struct span fill_node(const ganas_space *s, const struct sum *sum, int t, int i)
{
    int after = s->node[i].op_after;
    bool root = after < 0 || after == sum->by;
    bits ups = after < 0 ? 1 : after == sum->by ? bit_of(t) : s->node[after].op_set;
    struct span own = {0, 0};
    for (; ups; ups &= ups - 1) {
        int up = bits_first(ups);
        struct span span = best_of(s, sum, t, i, up), *below = below_at(s, sum, t, after, up);
        *whole_at(s, sum, t, i, up) = span;
        if (root)
            own = span;
        else
            *below = plus(*below, span);
    }
    return own;
}

static void fill_plan(const ganas_space *s, const struct sum *sum, int t)
{
    struct span total = {0, 0};
    for (size_t k = 0; k < plan_size(s); k++)
        total_of(s, sum, t)[k] = (struct span){0, 0};
    for (int i = s->nodes - 1; i >= 0; i--)
        total = plus(total, fill_node(s, sum, t, i));
    *total_of(s, sum, t) = total;
}

void tree_fill(const ganas_space *space, struct sum *sum)
{
    bits plans = sum->by < 0 ? 1 : space->node[sum->by].op_set;
    struct span all = NOTHING;
    for (; plans; plans &= plans - 1) {
        int t = bits_first(plans);
        fill_plan(space, sum, t);
        all = either(all, *total_of(space, sum, t));
    }
    sum->least_from[0] = all.low;
    sum->greatest_from[0] = all.high;
}

/* ---- on the way ---- */

struct span tree_after(const ganas_space *space, const struct sum *sum, const uint8_t *ops,
                       struct span before, int i, int op)
{
    int after = space->node[i].op_after, t = sum->by < 0 ? 0 : i < sum->by ? -1 : ops[sum->by];
    if (i == 0)
        before = (struct span){sum->least_from[0], sum->greatest_from[0]};
    if (i == sum->by)
        return *total_of(space, sum, op);
    if (t < 0) /* the only operation */
        return before;
    struct span open = *whole_at(space, sum, t, i, after < 0 ? 0 : ops[after]);
    struct span taken = shift(*below_at(space, sum, t, i, op), entry(space, sum, t, i, op));
    return (struct span){before.low + (taken.low - open.low),
                         before.high + (taken.high - open.high)};
}
