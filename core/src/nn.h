/*
 * nn.h - element-wise functions and the small pieces of a network: rows, biases, masked softmax.
 *
 * exp, log, tanh and sigmoid are our own (Cephes' polynomials, S. Moshier), within 2 ulp, built
 * from additions and multiplications alone, so that a result's bits don't depend on the C library
 * or on the width of the vector unit. The double build takes them from libm.
 */
#ifndef GANAS_NN_H
#define GANAS_NN_H

#include <math.h>
#include <string.h>

#include "base.h"

#ifdef GANAS_DOUBLE

static inline real nn_exp(real x)
{
    return exp(x);
}

static inline real nn_log(real x)
{
    return log(x);
}

static inline real nn_tanh1(real x)
{
    return tanh(x);
}

#else

/* e^x; 0 side clamped at 2^-126, upper side at e^88. */
static inline real nn_exp(real x)
{
    const float round = 12582912.0f; /* 1.5 * 2^23: adding it rounds to an integer */
    x = x < -87.3f ? -87.3f : x > 88.0f ? 88.0f : x;
    float shifted = x * 1.44269504088896341f + round;
    float n = shifted - round;
    float r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    uint32_t bits32;
    memcpy(&bits32, &shifted, sizeof bits32);
    bits32 = (bits32 + 127u) << 23; /* the integer sits in the low bits of `shifted` */
    float scale;
    memcpy(&scale, &bits32, sizeof scale);
    return p * scale;
}

/* Natural logarithm of a positive normal number. */
static inline real nn_log(real x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    /* x = 2^e * m with m in [sqrt(1/2), sqrt(2)) */
    uint32_t shift = u - 0x3f3504f3u;
    int32_t e = (int32_t)shift >> 23;
    u -= (uint32_t)e << 23;
    float m;
    memcpy(&m, &u, sizeof m);
    float f = m - 1.0f, z = f * f, n = (float)e;
    float p = 7.0376836292e-2f;
    p = p * f - 1.1514610310e-1f;
    p = p * f + 1.1676998740e-1f;
    p = p * f - 1.2420140846e-1f;
    p = p * f + 1.4249322787e-1f;
    p = p * f - 1.6668057665e-1f;
    p = p * f + 2.0000714765e-1f;
    p = p * f - 2.4999993993e-1f;
    p = p * f + 3.3333331174e-1f;
    p = p * f * z;
    p = p + n * -2.12194440e-4f - 0.5f * z;
    return f + p + n * 0.693359375f;
}

static inline real nn_tanh1(real x)
{
    float a = x < 0 ? -x : x, z = x * x;
    float large = 1.0f - 2.0f / (nn_exp(2.0f * a) + 1.0f);
    float p = -5.70498872745e-3f;
    p = p * z + 2.06390887954e-2f;
    p = p * z - 5.37397155531e-2f;
    p = p * z + 1.33314422036e-1f;
    p = p * z - 3.33332819422e-1f;
    float small = p * z * x + x;
    large = x < 0 ? -large : large;
    return a < 0.625f ? small : large;
}

#endif

static inline real nn_sigmoid1(real x)
{
    return (real)1 / ((real)1 + nn_exp(-x));
}

/* log(1 + e^x) */
static inline real nn_softplus(real x)
{
    real a = x < 0 ? x : -x;
    return (x > 0 ? x : 0) + nn_log((real)1 + nn_exp(a));
}

/* x[n] <- tanh(x) */
void nn_tanh(real *x, size_t n);

/* Every row of x [rows, n], `ld` apart, <- tanh(row + bias [n]) */
void nn_tanh_rows(real *x, ptrdiff_t ld, const real *bias, int rows, int n);

/* sum [n] <- the rows list[0..count-1] of x, `ld` apart */
void nn_sum_rows(real *sum, const real *x, ptrdiff_t ld, const int32_t *list, int count, int n);

/* d[n] <- d * (1 - y^2): from the gradient of y = tanh(x) to that of x */
void nn_tanh_back(real *d, const real *y, size_t n);

/* y[n] <- d * w * (1 - y^2): from the gradient d of w . y, y = tanh(x), to that of x */
void nn_tanh_dot_back(real *y, real d, const real *w, int n);

/* Every row of x [rows, n] <- bias [n] */
void nn_fill_rows(real *x, const real *bias, int rows, int n);

/* sum [n] += the rows of x [rows, n] */
void nn_add_rows(real *sum, const real *x, int rows, int n);

/* y [n] <- a * x;  y <- a + b */
void nn_scale(real *y, real a, const real *x, int n);
void nn_sum(real *y, const real *a, const real *b, int n);

/* y [n] += a * x */
void nn_axpy(real *y, real a, const real *x, int n);

/* sum over x[i] * y[i], in order */
real nn_dot(const real *x, const real *y, int n);

/*
 * Log-probabilities of a softmax over the members of `open` (not empty): logp [n] of members;
 * others are left alone. Returns the entropy in nats. One member: logp 0 and entropy 0, exactly.
 */
real nn_log_softmax(real *logp, const real *logit, bits open);

/*
 * Gradient of  a * logp[taken] + b * entropy  with respect to the logits: d [n] of the members of
 * `open`, 0 for the other entries below n.
 */
void nn_log_softmax_back(real *d, const real *logp, bits open, int taken, real a, real b,
                         real entropy, int n);

#endif
