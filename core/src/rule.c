/* rule.c - declared rules: bounds on measures, and sums in whole units that bounds are held to. */
#include "rule.h"

#include <math.h>

#include "arena.h"
#include "status.h"

/* Share of a bound that counts as rounding: Lua prints numbers with 14 digits. */
#define SLACK 1e-12

/* Bits of the greatest sum in whole units: well inside the 53 that a double adds exactly. */
enum { SUM_BITS = 50 };

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
    for (int s = 0; s < rules->sums; s++)
        memory_free(rules->bound[s].table);
    memory_free(rules);
}

/* ---- whole units ---- */

/* Exponent k: the sum of each node's greatest |entry| times 2^k is below 2^SUM_BITS. */
static int scale_of(const ganas_space *s, const double *table)
{
    double most = 0;
    for (int i = 0; i < s->nodes; i++) {
        double greatest = 0;
        for (int o = 0; o < s->ops; o++)
            greatest = fmax(greatest, fabs(table[i * s->ops + o]) / GANAS_MAX_NODES);
        most += greatest;
    }
    int exponent = 0;
    (void)frexp(most, &exponent);
    return SUM_BITS - exponent - 6; /* 2^6 nodes were divided out against overflow */
}

/* lower and upper of a rule in units of 2^-k, whole like the sums. Rounding costs half a unit a
   node. */
static void set_limits(struct bound *b, const struct rule *r, int k, int nodes)
{
    double at = ldexp(r->bound, k), slack = isinf(at) ? 0 : nodes + fabs(at) * SLACK;
    b->lower = r->compare == GANAS_LE ? -INFINITY : ceil(at - slack);
    b->upper = r->compare == GANAS_GE ? INFINITY : floor(at + slack);
}

static int32_t fill_bound(const ganas_space *s, const struct rule *r, struct bound *b)
{
    size_t cells = (size_t)s->nodes * (size_t)s->ops, ends = (size_t)s->nodes + 1;
    b->measure = &s->measure[r->measure];
    b->table = memory_new(cells + 2 * ends, sizeof *b->table);
    if (!b->table)
        return GANAS_E_MEMORY;
    b->least_from = b->table + cells;
    b->greatest_from = b->least_from + ends;
    int k = scale_of(s, b->measure->table);
    for (size_t c = 0; c < cells; c++)
        b->table[c] = nearbyint(ldexp(b->measure->table[c], k));
    space_sum_ranges(s, b->table, b->least_from, b->greatest_from);
    set_limits(b, r, k, s->nodes);
    return GANAS_OK;
}

/* ---- rules that leave nothing ---- */

static const char *name_compare(int32_t compare)
{
    static const char *const signs[] = {"<=", ">=", "=="};
    return signs[compare];
}

/* The measure's whole range misses the rule. Sums compare in whole units. */
static int32_t check_range(const ganas_rules *rules, const struct rule *r, const struct bound *b)
{
    double least, greatest;
    int32_t status = ganas_space_measure_range(rules->space, r->measure, &least, &greatest);
    if (status)
        return status;
    bool low = r->compare != GANAS_GE && (b ? b->least_from[0] > b->upper : least > r->bound);
    bool high =
        r->compare != GANAS_LE && (b ? b->greatest_from[0] < b->lower : greatest < r->bound);
    if (!low && !high)
        return GANAS_OK;
    return status_fail(GANAS_E_EMPTY,
                       "measure %d %s %.14g accepts nothing: the %s in this space is %.14g",
                       r->measure, name_compare(r->compare), r->bound, low ? "least" : "greatest",
                       low ? least : greatest);
}

static bool contradict(const struct rule *a, const struct rule *b)
{
    double slack = SLACK * (fabs(a->bound) + fabs(b->bound));
    bool a_below_b =
        a->compare != GANAS_GE && b->compare != GANAS_LE && a->bound < b->bound - slack;
    bool b_below_a =
        b->compare != GANAS_GE && a->compare != GANAS_LE && b->bound < a->bound - slack;
    return a_below_b || b_below_a;
}

static int32_t check_others(const ganas_rules *rules, const struct rule *r)
{
    for (int i = 0; i < rules->count; i++) {
        const struct rule *other = &rules->rule[i];
        if (other->measure == r->measure && contradict(other, r))
            return status_fail(GANAS_E_EMPTY,
                               "measure %d %s %.14g accepts nothing beside %s %.14g (rule %d)",
                               r->measure, name_compare(r->compare), r->bound,
                               name_compare(other->compare), other->bound, i);
    }
    return GANAS_OK;
}

/* ---- adding and holding ---- */

static int32_t check_rule(const ganas_rules *rules, const struct rule *r)
{
    if (r->measure < 0 || r->measure >= rules->space->measures)
        return status_fail(GANAS_E_ARGUMENT, "measure %d of a space that has %d", r->measure,
                           rules->space->measures);
    if (r->compare < GANAS_LE || r->compare > GANAS_EQ)
        return status_fail(GANAS_E_ARGUMENT, "comparison %d; it must be 0..2", r->compare);
    if (isnan(r->bound))
        return status_fail(GANAS_E_ARGUMENT, "the bound on measure %d is no number", r->measure);
    if (rules->count == GANAS_MAX_RULES)
        return status_fail(GANAS_E_ARGUMENT, "more than %d rules", GANAS_MAX_RULES);
    return check_others(rules, r);
}

int32_t ganas_rules_add(ganas_rules *rules, int32_t measure, int32_t compare, double bound,
                        int32_t *masked)
{
    if (!rules || !masked)
        return status_fail(GANAS_E_ARGUMENT, "a rule needs a set of rules and a place for masked");
    struct rule r = {.measure = measure, .compare = compare, .bound = bound, .sum = -1};
    struct bound b = {0};
    int32_t status = check_rule(rules, &r);
    if (status)
        return status;
    bool sum = rules->space->measure[measure].kind == GANAS_MEASURE_SUM;
    status = sum ? fill_bound(rules->space, &r, &b) : GANAS_OK;
    if (!status)
        status = check_range(rules, &r, sum ? &b : NULL);
    if (status) {
        memory_free(b.table);
        return status;
    }
    r.masked = sum && rules->space->end_op < 0;
    if (sum) {
        r.sum = rules->sums;
        rules->bound[rules->sums++] = b;
        rules->bounds += r.masked;
    }
    rules->rule[rules->count++] = r;
    *masked = r.masked;
    return GANAS_OK;
}

bool rule_holds(const ganas_rules *rules, int32_t r, const struct graph *g)
{
    const struct rule *rule = &rules->rule[r];
    if (rule->sum >= 0) {
        const struct bound *b = &rules->bound[rule->sum];
        double sum = space_sum(rules->space, b->table, g);
        return sum >= b->lower && sum <= b->upper;
    }
    double value = space_measure(rules->space, rule->measure, g);
    if (rule->compare == GANAS_LE)
        return value <= rule->bound;
    return rule->compare == GANAS_GE ? value >= rule->bound : value == rule->bound;
}

int32_t rules_check_space(const ganas_rules *rules, const ganas_space *space)
{
    if (rules && rules->space != space)
        return status_fail(GANAS_E_ARGUMENT, "rules and candidates are of different spaces");
    return GANAS_OK;
}

bool rules_masked_hold(const ganas_rules *rules, const struct graph *g)
{
    for (int32_t r = 0; rules && r < rules->count; r++)
        if (rules->rule[r].masked && !rule_holds(rules, r, g))
            return false;
    return true;
}
