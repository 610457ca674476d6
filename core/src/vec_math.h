/*
 * vec_math.h - exp, log, tanh and sigmoid over vectors (vec.h), within 2 units of the last place.
 *
 * The only place where they are defined: a single number goes through one lane of the same formula.
 * A NaN gives a NaN; what overflows gives an infinity or 0, with denormal numbers before that. The
 * polynomials are minimax fits with coefficients that are float numbers. The double build takes all
 * of them from libm.
 */
#ifndef GANAS_VEC_MATH_H
#define GANAS_VEC_MATH_H

#include "vec.h"

#ifdef GANAS_DOUBLE

VEC_INLINE vec vec_exp(vec x)
{
    return exp(x);
}

VEC_INLINE vec vec_log(vec x)
{
    return log(x);
}

VEC_INLINE vec vec_tanh(vec x)
{
    return tanh(x);
}

VEC_INLINE vec vec_sigmoid(vec x)
{
    return 1 / (1 + exp(-x));
}

#else

/* 1.5 * 2^23: a number near 0 added to it is rounded to an integer, in the low bits of the sum. */
#define VEC_ROUND 12582912.0F

/* 2^n as a float, n in -126..127, where x is VEC_ROUND + n */
VEC_INLINE vec vec_power(vec x)
{
    return vec_of_bits((vec_bits_of(x) + 127) << 23);
}

/* p 2^n, rounded once, where x is VEC_ROUND + n and |n| < 252 */
VEC_INLINE vec vec_scale(vec p, vec x)
{
#if KERNEL_VEC == 16
    return _mm512_scalef_ps(p, x - vec_set(VEC_ROUND));
#else
    /* In two steps, 2^(n/2) and the rest; the first is exact. */
    vec_bits n = vec_bits_of(x) - 0x4b400000 + 256, half = n >> 1;
    vec first = vec_of_bits((half - 1) << 23), second = vec_of_bits((n - half - 1) << 23);
    return p * first * second;
#endif
}

/* e^x = 2^n e^r, n = round(x / ln 2), |r| <= ln 2 / 2 */
VEC_INLINE vec vec_exp(vec x)
{
    vec in = vec_max(vec_set(-104.0F), vec_min(vec_set(89.0F), x));
    vec n = vec_fma(in, vec_set(1.44269504F), vec_set(VEC_ROUND)), whole = n - vec_set(VEC_ROUND);
    vec r = vec_fnma(whole, vec_set(0.693359375F), in); /* ln 2 = this, exactly here, ... */
    r = vec_fnma(whole, vec_set(-2.12194440e-4F), r);   /* ... minus this */
    vec q = vec_fma(vec_set(0x1.6d6ef8p-10F), r, vec_set(0x1.123ac2p-7F));
    q = vec_fma(q, r, vec_set(0x1.5554cap-5F));
    q = vec_fma(q, r, vec_set(0x1.555490p-3F));
    q = vec_fma(q, r, vec_set(0.5F));
    q = vec_fma(q, r, vec_set(1));
    return vec_scale(vec_fma(q, r, vec_set(1)), n);
}

/*
 * tanh a = t / (t + 2) with t = e^2a - 1 = 2^n u + (2^n - 1), a = |x|; u = e^2s - 1 with s = a - n
 * ln 2 / 2, |s| <= ln 2 / 4. From 9.02 on it is 1; below 0.26 it is a + a^3 p(a^2).
 */
VEC_INLINE vec vec_tanh(vec x)
{
    vec_bits sign = vec_bits_of(x) & 0x80000000;
    vec a = vec_min(vec_set(9.02F), vec_of_bits(vec_bits_of(x) ^ sign)), z = a * a;
    vec n = vec_fma(a, vec_set(2.88539008F), vec_set(VEC_ROUND)), power = vec_power(n);
    vec s = vec_fnma(n - vec_set(VEC_ROUND), vec_set(0x1.62e430p-2F), a);
    vec q = vec_fma(vec_set(0x1.6d7222p-4F), s, vec_set(0x1.12267ap-2F));
    q = vec_fma(q, s, vec_set(0x1.5554c8p-1F));
    q = vec_fma(q, s, vec_set(0x1.5554b2p0F));
    q = vec_fma(q, s, vec_set(2));
    vec t = vec_fma(power, vec_fma(s * s, q, s + s), power - vec_set(1));
    vec p = vec_fma(vec_set(-0x1.a3a6d4p-5F), z, vec_set(0x1.10d94ep-3F));
    p = vec_fma(a * z, vec_fma(p, z, vec_set(-0x1.555506p-2F)), a);
    vec y = vec_pick(vec_below(a, vec_set(0.26F)), p, t / (t + vec_set(2)));
    return vec_of_bits(vec_bits_of(y) | sign);
}

/* With e = e^-|x| and w = e / (1 + e), which is e - e w: w for x < 0 and 1 - w else. */
VEC_INLINE vec vec_sigmoid(vec x)
{
    vec e = vec_exp(vec_of_bits(vec_bits_of(x) | 0x80000000));
    vec w = vec_fnma(e, e / (vec_set(1) + e), e);
    return vec_pick(vec_below(x, vec_zero()), w, vec_set(1) - w);
}

/* x = 2^e m with m in [sqrt(1/2), sqrt(2)); log x = e ln 2 + log m (polynomial: Cephes, S. Moshier)
 */
VEC_INLINE vec vec_log(vec x)
{
    vec_mask tiny = vec_below(x, vec_set(0x1p-126F));
    vec_bits u = vec_bits_of(vec_pick(tiny, x * vec_set(0x1p23F), x));
    vec_bits e = (u - 0x3f3504f3 + 0x40000000) >> 23; /* 128 too much */
    vec n = vec_of_bits(e + 0x4b400000) - vec_set(VEC_ROUND + 128.0F);
    n = n - vec_pick(tiny, vec_set(23), vec_zero());
    vec f = vec_of_bits(u - (e << 23) + 0x40000000) - vec_set(1), z = f * f;
    vec p = vec_fma(vec_set(7.0376836292e-2F), f, vec_set(-1.1514610310e-1F));
    p = vec_fma(p, f, vec_set(1.1676998740e-1F));
    p = vec_fma(p, f, vec_set(-1.2420140846e-1F));
    p = vec_fma(p, f, vec_set(1.4249322787e-1F));
    p = vec_fma(p, f, vec_set(-1.6668057665e-1F));
    p = vec_fma(p, f, vec_set(2.0000714765e-1F));
    p = vec_fma(p, f, vec_set(-2.4999993993e-1F));
    p = vec_fma(p, f, vec_set(3.3333331174e-1F));
    p = vec_fma(n, vec_set(-0x1.05c610p-29F), vec_fma(p, f, vec_set(-0.5F)) * z);
    p = vec_fma(n, vec_set(0x1.62e430p-1F), p + f);
    vec edge = vec_pick(vec_below(x, vec_zero()), vec_set(NAN), x - vec_set(INFINITY));
    return vec_pick(vec_below(vec_zero(), x), vec_pick(vec_below(x, vec_set(INFINITY)), p, x),
                    edge);
}

#endif

/* log(1 + e^x) = max(x, 0) + log(1 + e^-|x|); small values to 2^-24 only */
VEC_INLINE vec vec_softplus(vec x)
{
    vec minus = vec_min(x, -x), one = vec_set(1);
    return vec_max(vec_zero(), x) + vec_log(one + vec_exp(minus));
}

#endif
