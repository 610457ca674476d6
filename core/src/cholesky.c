/*
 * cholesky.c - symmetric positive definite systems, in double.
 *
 * Not LAPACK's: what follows from the numbers here decides which candidate is evaluated next, and
 * OpenBLAS has other bits on other processors. The innermost loops add rows, in a fixed order.
 */
#include "cholesky.h"

#include <math.h>

/* y[n] -= f x[n] */
static void subtract(double *restrict y, double f, const double *restrict x, int n)
{
    for (int i = 0; i < n; i++)
        y[i] -= f * x[i];
}

bool cholesky_factor(double *a, int n)
{
    for (int k = 0; k < n; k++) {
        double *row = a + (size_t)k * (size_t)n;
        if (!(row[k] > 0))
            return false;
        double inverse = 1 / sqrt(row[k]);
        for (int j = k; j < n; j++)
            row[j] *= inverse;
        for (int i = k + 1; i < n; i++)
            subtract(a + (size_t)i * (size_t)n + i, row[i], row + i, n - i);
    }
    return true;
}

void cholesky_forward(const double *u, int n, double *x, int m)
{
    for (int k = 0; k < n; k++) {
        const double *row = u + (size_t)k * (size_t)n;
        double *own = x + (size_t)k * (size_t)m;
        for (int j = 0; j < m; j++)
            own[j] /= row[k];
        for (int i = k + 1; i < n; i++)
            subtract(x + (size_t)i * (size_t)m, row[i], own, m);
    }
}

void cholesky_back(const double *u, int n, double *x)
{
    for (int k = n - 1; k >= 0; k--) {
        const double *row = u + (size_t)k * (size_t)n;
        double sum = x[k];
        for (int j = k + 1; j < n; j++)
            sum -= row[j] * x[j];
        x[k] = sum / row[k];
    }
}

double cholesky_log(const double *u, int n)
{
    double sum = 0;
    for (int k = 0; k < n; k++)
        sum += log(u[(size_t)k * (size_t)n + (size_t)k]);
    return sum;
}
