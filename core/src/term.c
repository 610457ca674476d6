/* term.c - comparisons of linear forms: sums put together, whole units, limits. */
#include "term.h"

#include <math.h>

#include "arena.h"
#include "status.h"

/* Share of a bound that counts as rounding: Lua prints numbers with 14 digits. */
#define SLACK 1e-12

/* Bits of the greatest sum in whole units: well inside the 53 that a double adds exactly. */
enum { SUM_BITS = 50 };

/* What a miss counts at least, in spans. */
#define LEAST_EXCESS 1e-6

/* ---- what is asked for ---- */

static int32_t check_measures(const ganas_space *space, const ganas_term *spec)
{
    if (spec->count < 0 || spec->count > TERM_MAX_MEASURES)
        return status_fail(GANAS_E_ARGUMENT, "a term of %d measures; it must be 0..%d", spec->count,
                           TERM_MAX_MEASURES);
    for (int k = 0; k < spec->count; k++) {
        int32_t status = space_check_measure(space, spec->measure[k]);
        if (status)
            return status;
        if (!isfinite(spec->factor[k]))
            return status_fail(GANAS_E_ARGUMENT, "the factor of measure %d is %g", spec->measure[k],
                               spec->factor[k]);
    }
    return GANAS_OK;
}

static int32_t check_spec(const ganas_space *space, const ganas_term *spec)
{
    if (spec->compare < GANAS_LE || spec->compare > GANAS_NE)
        return status_fail(GANAS_E_ARGUMENT, "comparison %d; it must be 0..%d", spec->compare,
                           GANAS_NE);
    if (isnan(spec->bound))
        return status_fail(GANAS_E_ARGUMENT, "the bound of a term is no number");
    if (spec->count == 0 && !spec->table)
        return status_fail(GANAS_E_ARGUMENT, "a term of nothing");
    return check_measures(space, spec);
}

/* ---- one sum out of all ---- */

static bool is_sum(const ganas_space *s, int32_t measure)
{
    return s->measure[measure].kind == GANAS_MEASURE_SUM;
}

/* The node that decides about tables; sums that follow another one stay measures of their own. */
static int32_t find_by(const ganas_space *s, const ganas_term *spec)
{
    for (int k = 0; k < spec->count; k++)
        if (is_sum(s, spec->measure[k]) && s->measure[spec->measure[k]].sum.by >= 0)
            return s->measure[spec->measure[k]].sum.by;
    return -1;
}

static void add_table(const ganas_space *s, struct sum *to, const double *tables, int count,
                      double factor)
{
    int cells = s->nodes * s->ops;
    for (int t = 0; t < to->tables; t++)
        for (int i = 0; i < s->nodes; i++)
            for (bits ops = s->node[i].op_set; ops; ops &= ops - 1) {
                int at = i * s->ops + bits_first(ops);
                to->table[t * cells + at] += factor * tables[(count > 1 ? t : 0) * cells + at];
            }
}

/* Takes the term apart: sums into t->sum, in the user's unit, the others as they are. */
static int32_t take_apart(const ganas_space *s, const ganas_term *spec, struct term *t)
{
    int32_t by = find_by(s, spec);
    bool sums = spec->table != NULL;
    for (int k = 0; k < spec->count; k++) {
        int32_t m = spec->measure[k];
        if (is_sum(s, m) && (s->measure[m].sum.by < 0 || s->measure[m].sum.by == by)) {
            sums = true;
        } else {
            t->measure[t->count] = m;
            t->factor[t->count++] = spec->factor[k];
        }
    }
    if (!sums)
        return GANAS_OK;
    if (sum_new(s, by, &t->sum) != GANAS_OK)
        return GANAS_E_MEMORY;
    if (spec->table)
        add_table(s, &t->sum, spec->table, 1, 1);
    for (int k = 0; k < spec->count; k++) {
        const struct sum *sum = &s->measure[spec->measure[k]].sum;
        if (is_sum(s, spec->measure[k]) && (sum->by < 0 || sum->by == by))
            add_table(s, &t->sum, sum->table, sum->tables, spec->factor[k]);
    }
    sum_ranges(s, &t->sum);
    return GANAS_OK;
}

/* The range of the left side, in the user's unit. */
static int32_t set_range(const ganas_space *s, struct term *t)
{
    t->least = t->greatest = 0;
    if (t->sum.table) {
        t->least = t->sum.least_from[0];
        t->greatest = t->sum.greatest_from[0];
    }
    for (int k = 0; k < t->count; k++) {
        double low, high, f = t->factor[k];
        (void)ganas_space_measure_range(s, t->measure[k], &low, &high);
        if (f == 0)
            continue;
        t->least += f > 0 ? f * low : f * high;
        t->greatest += f > 0 ? f * high : f * low;
    }
    if (t->sum.table && !(isfinite(t->sum.least_from[0]) && isfinite(t->sum.greatest_from[0])))
        return status_fail(GANAS_E_NUMBER, "the sums of a term are too large for a number");
    return GANAS_OK;
}

/* ---- whole units ---- */

/* Exponent k: the sum of each node's greatest |entry| times 2^k is below 2^SUM_BITS. */
static int scale_of(const ganas_space *s, const struct sum *sum)
{
    double most = 0;
    int cells = s->nodes * s->ops;
    for (int i = 0; i < s->nodes; i++) {
        double greatest = 0;
        for (int t = 0; t < sum->tables; t++)
            for (int o = 0; o < s->ops; o++)
                greatest = fmax(greatest, fabs(sum->table[t * cells + i * s->ops + o]));
        most += greatest / GANAS_MAX_NODES;
    }
    int exponent = 0;
    (void)frexp(most, &exponent);
    return SUM_BITS - exponent - 6; /* 2^6 nodes were divided out against overflow */
}

/* The sum in units of 2^-k; gives k. */
static int make_whole(const ganas_space *s, struct sum *sum)
{
    int k = scale_of(s, sum);
    for (int c = 0; c < sum->tables * s->nodes * s->ops; c++)
        sum->table[c] = nearbyint(ldexp(sum->table[c], k));
    sum_ranges(s, sum);
    return k;
}

/* ---- limits ---- */

/* In whole units. Rounding costs half a unit a node. */
static void set_whole_limits(struct term *t, int32_t compare, double bound, int k, int nodes)
{
    double at = ldexp(bound, k), slack = isinf(at) ? 0 : nodes + fabs(at) * SLACK;
    double low = ceil(at - slack), high = floor(at + slack);
    bool from = compare == GANAS_GE || compare == GANAS_EQ || compare == GANAS_NE;
    bool to = compare == GANAS_LE || compare == GANAS_EQ || compare == GANAS_NE;
    t->lower = from ? low : compare == GANAS_GT ? high + 1 : -INFINITY;
    t->upper = to ? high : compare == GANAS_LT ? low - 1 : INFINITY;
}

/* In the user's unit. What is looked up or counted, and not calculated with, is exact. */
static void set_limits(struct term *t, int32_t compare, double bound)
{
    bool exact = !t->sum.table && t->count == 1 && t->factor[0] == 1;
    double slack = exact || isinf(bound) ? 0 : fabs(bound) * SLACK;
    double low = bound - slack, high = bound + slack;
    bool from = compare == GANAS_GE || compare == GANAS_EQ || compare == GANAS_NE;
    bool to = compare == GANAS_LE || compare == GANAS_EQ || compare == GANAS_NE;
    t->lower = from ? low : compare == GANAS_GT ? nextafter(high, INFINITY) : -INFINITY;
    t->upper = to ? high : compare == GANAS_LT ? nextafter(low, -INFINITY) : INFINITY;
}

static void finish(const ganas_space *s, const ganas_term *spec, struct term *t)
{
    int k = t->sum.table ? make_whole(s, &t->sum) : 0;
    bool whole = t->sum.table && t->count == 0;
    double span = t->greatest - t->least, size = fmax(fabs(spec->bound), 1);
    t->unit = whole ? 1 : ldexp(1, -k);
    t->outside = spec->compare == GANAS_NE;
    t->masked = whole && s->end_op < 0;
    if (whole)
        set_whole_limits(t, spec->compare, spec->bound, k, s->nodes);
    else
        set_limits(t, spec->compare, spec->bound);
    t->span = isfinite(span) && span > 0 ? span : isfinite(size) ? size : 1;
    if (whole)
        t->span = ldexp(t->span, k);
}

int32_t term_new(const ganas_space *space, const ganas_term *spec, struct term *term)
{
    struct term t = {.slot = -1};
    int32_t status = check_spec(space, spec);
    if (!status)
        status = take_apart(space, spec, &t);
    if (!status)
        status = set_range(space, &t);
    if (status) {
        sum_free(&t.sum);
        return status;
    }
    finish(space, spec, &t);
    *term = t;
    return GANAS_OK;
}

void term_free(struct term *term)
{
    sum_free(&term->sum);
}

bool term_possible(const struct term *term)
{
    bool whole = term->sum.table && term->count == 0;
    return term_open(term, whole ? term->sum.least_from[0] : term->least,
                     whole ? term->sum.greatest_from[0] : term->greatest);
}

/* ---- values ---- */

double term_excess(const struct term *t, double value)
{
    if (isnan(value))
        return 1;
    if (term_holds(t, value))
        return 0;
    double miss = t->outside ? 0 : value < t->lower ? t->lower - value : value - t->upper;
    return fmax(miss / t->span, LEAST_EXCESS);
}

double term_value(const struct term *t, const ganas_space *space, const struct row *r,
                  const double *const *given, int32_t i)
{
    double value = t->sum.table ? t->unit * row_sum(space, &t->sum, r) : 0;
    for (int k = 0; k < t->count; k++) {
        int32_t m = t->measure[k];
        bool looked_up = space->measure[m].kind == GANAS_MEASURE_GIVEN;
        value += t->factor[k] * (looked_up ? given[m][i] : row_measure(space, m, r));
    }
    return value;
}

bool term_unknown(const struct term *t, const ganas_space *space, const double *const *given)
{
    for (int k = 0; k < t->count; k++)
        if (space->measure[t->measure[k]].kind == GANAS_MEASURE_GIVEN &&
            (!given || !given[t->measure[k]]))
            return true;
    return false;
}
