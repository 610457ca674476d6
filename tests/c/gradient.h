/*
 * gradient.h - backward passes against central finite differences, in the double build.
 *
 * With step h = 1e-5 and numbers of order one the differences are good to about 1e-10; the bound of
 * 1e-6 is on |analytic - numeric| / max(|analytic|, |numeric|, 1e-3 of the largest entry).
 */
#ifndef TEST_GRADIENT_H
#define TEST_GRADIENT_H

#include <math.h>
#include <stdio.h>

#include "optim.h"
#include "test.h"

typedef double loss_function(void *context);

/* Sum of the lanes for parameter i. */
static inline double lane_sum(const struct params *p, int32_t i)
{
    double sum = 0;
    for (int lane = 0; lane < LANES; lane++)
        sum += (double)p->grad[(size_t)lane * (size_t)p->n + (size_t)i];
    return sum;
}

/* The worst relative error over all parameters, or every 11th; `loss` must not change the gradient
   lanes' owner: they are copied first. Says on stderr where it is when it is above 1e-6. */
static inline double gradient_error(struct params *p, loss_function *loss, void *context)
{
    double *analytic = memory_new((size_t)p->n, sizeof(double)), top = 0, worst = 0;
    for (int32_t i = 0; i < p->n; i++)
        analytic[i] = lane_sum(p, i);
    for (int32_t i = 0; i < p->n; i++) /* one loop with the first breaks down gcc 12 for arm64 */
        top = fmax(top, fabs(analytic[i]));
    for (int32_t i = 0; i < p->n; i += test_size(1, 11)) {
        const double h = 1e-5;
        real keep = p->theta[i];
        p->theta[i] = keep + (real)h;
        double above = loss(context);
        p->theta[i] = keep - (real)h;
        double below = loss(context);
        p->theta[i] = keep;
        double numeric = (above - below) / (2 * h);
        double scale = fmax(fmax(fabs(analytic[i]), fabs(numeric)), 1e-3 * top);
        double error = fabs(analytic[i] - numeric) / scale;
        if (error > 1e-6 && error > worst)
            (void)fprintf(stderr, "parameter %d: analytic %.12g, numeric %.12g\n", i, analytic[i],
                          numeric);
        worst = fmax(worst, error);
    }
    memory_free(analytic);
    return top > 0 ? worst : 1;
}

#endif
