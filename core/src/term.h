/*
 * term.h - one comparison in a rule: a linear form of measures against a bound.
 *
 * Sums in it are put together into one, in whole units: the table times a power of two, rounded, so
 * that sums are exact in any order and masks and checks agree to the last candidate. A term of
 * nothing but sums can be masked (not with end_op: there pruning makes sums depend on the whole
 * graph), and a walk carries its running sum.
 */
#ifndef GANAS_TERM_H
#define GANAS_TERM_H

#include "base.h"
#include "space.h"

enum { TERM_MAX_MEASURES = 8 };

struct term {
    int32_t count; /* measures beside the sum */
    int32_t measure[TERM_MAX_MEASURES];
    double factor[TERM_MAX_MEASURES];
    struct sum sum;         /* in whole units; table is NULL without sums */
    double unit;            /* of the sum; 1 where there is nothing else: then values are units */
    double lower, upper;    /* what holds, widened by what rounding may have cost */
    bool outside;           /* NE: what does not lie between them */
    bool masked;            /* by a walk */
    int32_t slot;           /* masked: number of its running sum */
    double least, greatest; /* of the left side, as the user has it */
    double span;            /* what a miss is measured by */
};

/* GANAS_OK, or what is wrong with a term. Free with term_free. */
int32_t term_new(const ganas_space *space, const ganas_term *spec, struct term *term);
void term_free(struct term *term);

/* Whether some value of the space can hold, as far as ranges show. */
bool term_possible(const struct term *term);

/* Whether a sum that will be from `low` to `high` may hold in the end; exact when both are equal.
 */
static inline bool term_open(const struct term *t, double low, double high)
{
    return t->outside ? low < t->lower || high > t->upper : high >= t->lower && low <= t->upper;
}

static inline bool term_holds(const struct term *t, double value)
{
    return t->outside ? value < t->lower || value > t->upper
                      : value >= t->lower && value <= t->upper;
}

/* How far a value is from holding, in spans: 0 when it holds, 1 for NaN. */
double term_excess(const struct term *t, double value);

/* The left side for a graph; the values of GIVEN measures are given[measure][i]. */
double term_value(const struct term *t, const ganas_space *space, const struct row *r,
                  const double *const *given, int32_t i);

/* Whether it has a GIVEN measure that is NULL in `given`, which may be NULL itself. */
bool term_unknown(const struct term *t, const ganas_space *space, const double *const *given);

#endif
