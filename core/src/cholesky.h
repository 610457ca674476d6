/* cholesky.h - symmetric positive definite systems, in double. */
#ifndef GANAS_CHOLESKY_H
#define GANAS_CHOLESKY_H

#include "base.h"

/* The upper triangle of a [n, n] becomes U of a = U^T U; what is below it is left as it is. False
   when a is not positive definite. */
bool cholesky_factor(double *a, int n);

/* x [n, m] <- U^-T x. */
void cholesky_forward(const double *u, int n, double *x, int m);

/* x [n] <- U^-1 x. */
void cholesky_back(const double *u, int n, double *x);

/* The sum of the logarithms of U's diagonal: half of log det a. */
double cholesky_log(const double *u, int n);

#endif
