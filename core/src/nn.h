/*
 * nn.h - element-wise functions and the small pieces of a network: rows, biases, masked softmax.
 * All of them are kernels (kernel.h), the functions of one number within 2 units of the last place
 * and with the same bits on every machine.
 */
#ifndef GANAS_NN_H
#define GANAS_NN_H

#include <math.h>
#include <string.h>

#include "kernel.h"

static inline real nn_exp(real x)
{
    return kernel->exp_one(x);
}

static inline real nn_log(real x)
{
    return kernel->log_one(x);
}

static inline real nn_tanh1(real x)
{
    return kernel->tanh_one(x);
}

static inline real nn_sigmoid1(real x)
{
    return kernel->sigmoid_one(x);
}

/* log(1 + e^x) */
static inline real nn_softplus(real x)
{
    return kernel->softplus_one(x);
}

/* x[n] <- tanh(x) */
static inline void nn_tanh(real *x, size_t n)
{
    kernel->tanh(x, n);
}

/* Every row of x [rows, n], `ld` apart, <- tanh(row + bias [n]); row + bias */
static inline void nn_tanh_rows(real *x, ptrdiff_t ld, const real *bias, int rows, int n)
{
    kernel->tanh_rows(x, ld, bias, rows, n);
}

static inline void nn_bias_rows(real *x, ptrdiff_t ld, const real *bias, int rows, int n)
{
    kernel->bias_rows(x, ld, bias, rows, n);
}

/* d[n] <- d * (1 - y^2): from the gradient of y = tanh(x) to that of x */
static inline void nn_tanh_back(real *d, const real *y, size_t n)
{
    kernel->tanh_back(d, y, n);
}

/* y[n] <- d * w * (1 - y^2): from the gradient d of w . y, y = tanh(x), to that of x */
static inline void nn_tanh_dot_back(real *y, real d, const real *w, int n)
{
    kernel->tanh_dot_back(y, d, w, n);
}

/* Every row of x [rows, n] <- bias [n] */
static inline void nn_fill_rows(real *x, const real *bias, int rows, int n)
{
    for (int r = 0; r < rows; r++)
        memcpy(x + (ptrdiff_t)r * n, bias, (size_t)n * sizeof *x);
}

/* sum [n] += the rows of x [rows, n], `ld` apart; a [rows] times the rows */
static inline void nn_add_rows(real *sum, const real *x, ptrdiff_t ld, int rows, int n)
{
    kernel->add_rows(sum, x, ld, rows, n);
}

static inline void nn_add_weighted(real *sum, const real *x, ptrdiff_t ld, const real *a, int rows,
                                   int n)
{
    kernel->add_weighted(sum, x, ld, a, rows, n);
}

/* y [n] <- a * x;  y <- a + b */
static inline void nn_scale(real *y, real a, const real *x, int n)
{
    kernel->scale(y, a, x, n);
}

static inline void nn_sum(real *y, const real *a, const real *b, int n)
{
    kernel->sum(y, a, b, n);
}

/* x [n] += a */
static inline void nn_add(real *x, real a, int n)
{
    for (int i = 0; i < n; i++)
        x[i] += a;
}

/* y [n] += a * x */
static inline void nn_axpy(real *y, real a, const real *x, int n)
{
    kernel->axpy(y, a, x, n);
}

/* sum over x[i] * y[i], in a fixed order */
static inline real nn_dot(const real *x, const real *y, int n)
{
    return kernel->dot(x, y, n);
}

/*
 * Log-probabilities of a softmax over the members of `open` (not empty): logp [n] of members;
 * others are left alone. Returns the entropy in nats. One member: logp 0 and entropy 0, exactly.
 */
static inline real nn_log_softmax(real *logp, const real *logit, bits open)
{
    return kernel->log_softmax(logp, logit, open);
}

/*
 * Gradient of  a * logp[taken] + b * entropy  with respect to the logits: d [n] of the members of
 * `open`, 0 for the other entries below n.
 */
static inline void nn_log_softmax_back(real *d, const real *logp, bits open, int taken, real a,
                                       real b, real entropy, int n)
{
    kernel->log_softmax_back(d, logp, open, taken, a, b, entropy, n);
}

#endif
