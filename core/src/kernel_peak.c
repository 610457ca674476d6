/*
 * kernel_peak.c - chains of multiply-adds that never leave the registers: what a core could compute
 * at most; once for each instruction set.
 */
#include "kernel_isa.h"

enum { CHAINS = 12 }; /* more than two units of latency 4..5 need */

/* The numbers stay near 1 and nothing is known to the compiler, so that it can't leave out
 * anything. */
double KERNEL(chains)(int turns, real seed, real *out)
{
    vec a = vec_set(seed), b = vec_set(1 - seed), s[CHAINS], sum = vec_zero();
    VEC_UNROLL
    for (int c = 0; c < CHAINS; c++)
        s[c] = vec_set(1 + (real)c * (real)0.01);
    for (int turn = 0; turn < turns; turn++)
        VEC_UNROLL
    for (int c = 0; c < CHAINS; c++)
        s[c] = vec_fma(s[c], a, b);
    for (int c = 0; c < CHAINS; c++)
        sum += s[c];
    *out = vec_one(sum);
    return 2.0 * CHAINS * VEC * turns;
}
