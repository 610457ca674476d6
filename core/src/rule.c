/* rule.c - bounds on measures: compiled once, checked on graphs, and the tables that masks need. */
#include "rule.h"

#include <math.h>

#include "arena.h"
#include "status.h"

int32_t ganas_rules_new(ganas_rules **out, ganas_space *space)
{
    if (!out || !space)
        return status_fail(GANAS_E_ARGUMENT, "rules need a space");
    ganas_rules *rules = memory_new(1, sizeof *rules);
    if (!rules)
        return GANAS_E_MEMORY;
    rules->space = space;
    *out = rules;
    return GANAS_OK;
}

void ganas_rules_free(ganas_rules *rules)
{
    if (!rules)
        return;
    for (int32_t r = 0; r < rules->count; r++)
        if (rules->rule[r].sum >= 0)
            memory_free(rules->bound[rules->rule[r].sum].table);
    memory_free(rules);
}

/* ---- compiling a sum ---- */

/* The greatest sum that the entries could have, by absolute value. */
static double span_of(const ganas_space *s, const double *table)
{
    double span = 0;
    for (int i = 0; i < s->nodes; i++) {
        double most = 0;
        for (bits ops = s->node[i].op_set; ops; ops &= ops - 1)
            most = fmax(most, fabs(table[i * s->ops + bits_first(ops)]));
        span += most;
    }
    return span;
}

/* Sums below 2^50 in whole units; a bound is widened by half a unit a node and a few more. */
static void scale_table(const ganas_space *s, struct bound *b, double lower, double upper)
{
    int exponent;
    (void)frexp(fmax(span_of(s, b->measure->table), 1e-300), &exponent);
    double slack = s->nodes + 4;
    for (int i = 0; i < s->nodes * s->ops; i++)
        b->table[i] = rint(ldexp(b->measure->table[i], 50 - exponent));
    b->lower = ldexp(lower, 50 - exponent) - slack;
    b->upper = ldexp(upper, 50 - exponent) + slack;
    space_sum_ranges(s, b->table, b->least_from, b->greatest_from);
}

static int32_t compile_sum(ganas_rules *rules, struct rule *rule)
{
    const ganas_space *s = rules->space;
    size_t cells = (size_t)s->nodes * (size_t)s->ops, ends = (size_t)s->nodes + 1;
    int32_t sums = 0;
    for (int32_t r = 0; r < rules->count; r++)
        sums += rules->rule[r].sum >= 0;
    struct bound *b = &rules->bound[sums];
    double *block = memory_new(cells + 2 * ends, sizeof *block);
    if (!block)
        return GANAS_E_MEMORY;
    *b = (struct bound){.measure = &s->measure[rule->measure],
                        .table = block,
                        .least_from = block + cells,
                        .greatest_from = block + cells + ends};
    scale_table(s, b, rule->compare == GANAS_LE ? -INFINITY : rule->bound,
                rule->compare == GANAS_GE ? INFINITY : rule->bound);
    rule->sum = sums;
    rule->masked = s->end_op < 0;
    rules->bounds += rule->masked;
    return GANAS_OK;
}

/* ---- adding ---- */

/* A bound outside the measure's range accepts nothing. */
static int32_t check_range(const ganas_rules *rules, const struct rule *rule)
{
    double least, greatest;
    int32_t status = ganas_space_measure_range(rules->space, rule->measure, &least, &greatest);
    double slack = 1e-12 * fmax(fabs(least), fabs(greatest));
    if (status)
        return status;
    if (rule->compare != GANAS_GE && rule->bound < least - slack)
        return status_fail(GANAS_E_EMPTY, "accepts nothing: the least in this space is %.6g",
                           least);
    if (rule->compare != GANAS_LE && rule->bound > greatest + slack)
        return status_fail(GANAS_E_EMPTY, "accepts nothing: the greatest in this space is %.6g",
                           greatest);
    return GANAS_OK;
}

int32_t ganas_rules_add(ganas_rules *rules, int32_t measure, int32_t compare, double bound,
                        int32_t *masked)
{
    if (!rules || compare < GANAS_LE || compare > GANAS_EQ)
        return status_fail(GANAS_E_ARGUMENT, "comparison %d; it must be 0..2", compare);
    if (!isfinite(bound))
        return status_fail(GANAS_E_ARGUMENT, "a bound of %g; it must be finite", bound);
    if (rules->count == GANAS_MAX_RULES)
        return status_fail(GANAS_E_ARGUMENT, "a search has at most %d rules", GANAS_MAX_RULES);
    struct rule rule = {.measure = measure, .compare = compare, .bound = bound, .sum = -1};
    int32_t status = check_range(rules, &rule);
    if (!status && rules->space->measure[measure].kind == GANAS_MEASURE_SUM)
        status = compile_sum(rules, &rule);
    if (status)
        return status;
    rules->rule[rules->count++] = rule;
    if (masked)
        *masked = rule.masked;
    return GANAS_OK;
}

/* ---- checking ---- */

static bool within(const ganas_rules *rules, const struct bound *b, const struct graph *g)
{
    double sum = space_sum(rules->space, b->table, g);
    return sum >= b->lower && sum <= b->upper;
}

bool rule_holds(const ganas_rules *rules, int32_t r, const struct graph *g)
{
    const struct rule *rule = &rules->rule[r];
    if (rule->sum >= 0)
        return within(rules, &rules->bound[rule->sum], g);
    double value = space_measure(rules->space, rule->measure, g);
    if (rule->compare == GANAS_LE)
        return value <= rule->bound;
    return rule->compare == GANAS_GE ? value >= rule->bound : value == rule->bound;
}

bool rules_masked_hold(const ganas_rules *rules, const struct graph *g)
{
    for (int32_t b = 0; rules && b < rules->bounds; b++)
        if (!within(rules, &rules->bound[b], g))
            return false;
    return true;
}

bool rules_hold(const ganas_rules *rules, const struct graph *g)
{
    for (int32_t r = 0; rules && r < rules->count; r++)
        if (!rule_holds(rules, r, g))
            return false;
    return true;
}
