/*
 * rule.h - declared rules: bounds on measures. A bound on a SUM is held by masks while sampling.
 *
 * Masked rules are kept apart as `bound`s in the form  lower <= sum <= upper  so that a walk can
 * carry one running sum each.
 */
#ifndef GANAS_RULE_H
#define GANAS_RULE_H

#include "base.h"
#include "space.h"

struct rule {
    int32_t measure, compare; /* ganas_compare */
    double bound;
    bool masked;
};

struct bound {
    const struct measure *measure; /* a SUM */
    double lower, upper; /* -INFINITY, INFINITY when open; widened by the rounding slack */
};

struct ganas_rules {
    ganas_space *space;
    int32_t count, bounds;
    struct rule rule[GANAS_MAX_RULES];
    struct bound bound[GANAS_MAX_RULES];
};

/* Whether rule r holds for a graph. */
bool rule_holds(const ganas_rules *rules, int32_t r, const struct graph *g);

/* Whether all rules hold. */
bool rules_hold(const ganas_rules *rules, const struct graph *g);

#endif
