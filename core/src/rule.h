/*
 * rule.h - declared rules: bounds on measures. A bound on a SUM is held by masks while sampling,
 * on spaces without end_op (with it, pruning makes sums depend on the whole graph).
 *
 * Bounds on sums are kept apart as `bound`s in the form  lower <= sum <= upper; the first `bounds`
 * are the masked ones, and a walk carries one running sum each. In one space all sums can be
 * masked, or none.
 */
#ifndef GANAS_RULE_H
#define GANAS_RULE_H

#include "base.h"
#include "space.h"

struct rule {
    int32_t measure, compare; /* ganas_compare */
    double bound;
    bool masked;
    int32_t sum; /* a SUM: number of its struct bound, else -1 */
};

/*
 * A bound on a sum, in whole units: the table times a power of two, rounded, so that sums are exact
 * in any order and masks and checks agree to the last candidate. `lower` and `upper` are widened by
 * what rounding, here and in the user's arithmetic, may have cost.
 */
struct bound {
    const struct measure *measure;      /* a SUM */
    double lower, upper;                /* -INFINITY, INFINITY when open */
    double *table;                      /* [nodes * ops] */
    double *least_from, *greatest_from; /* [nodes + 1]: what nodes i.. can add */
};

struct ganas_rules {
    ganas_space *space;
    int32_t count;  /* rules */
    int32_t sums;   /* of them bounds on sums */
    int32_t bounds; /* sums that a walk holds by masks: all or none */
    struct rule rule[GANAS_MAX_RULES];
    struct bound bound[GANAS_MAX_RULES];
};

/* Whether rule r holds for a graph. */
bool rule_holds(const ganas_rules *rules, int32_t r, const struct graph *g);

/* Whether the masked rules hold; `rules` may be NULL. */
bool rules_masked_hold(const ganas_rules *rules, const struct graph *g);

/* GANAS_E_ARGUMENT when the rules, which may be NULL, are of another space. */
int32_t rules_check_space(const ganas_rules *rules, const ganas_space *space);

#endif
