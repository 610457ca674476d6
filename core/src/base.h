/*
 * base.h - what every core file sees: the public header, the number type, bit sets of nodes.
 *
 * Layers, left to right; a file includes base.h, its own header and headers to its left:
 *     status arena rng threads | vec vec_math kernel bench mat cholesky nn optim rows trie gnn |
 *     space tree measure size identity term rule walk batch judge fit draw mutate predict |
 *     md5 csv raw index pack table sheet keys pool |
 *     encode state edge play policy sample ppo disc rank bayes gp
 * and core/train after them: images picture pnm png gallery convnet window batchnorm head step
 * train
 */
#ifndef GANAS_BASE_H
#define GANAS_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ganas.h"

/* Network arithmetic: float, or double in the build that checks gradients. */
#ifdef GANAS_DOUBLE
typedef double real;
#else
typedef float real;
#endif

/* A set of nodes or of operations: bit i is member i. */
typedef uint64_t bits;

static inline bits bit_of(int i)
{
    return (bits)1 << i;
}

/* The set {0, ..., n-1}, n <= 64. */
static inline bits bits_below(int n)
{
    return n >= 64 ? ~(bits)0 : bit_of(n) - 1;
}

/* In place, where the processor has no instruction for it: the compiler would call a function. */
static inline int bits_count(bits s)
{
#ifdef __POPCNT__
    return __builtin_popcountll(s);
#else
    s -= s >> 1 & 0x5555555555555555u;
    s = (s & 0x3333333333333333u) + (s >> 2 & 0x3333333333333333u);
    s = (s + (s >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (int)(s * 0x0101010101010101u >> 56);
#endif
}

/* The least member of a set that isn't empty. */
static inline int bits_first(bits s)
{
    return __builtin_ctzll(s);
}

/* The greatest member of a set that isn't empty. */
static inline int bits_last(bits s)
{
    return 63 - __builtin_clzll(s);
}

static inline int int_min(int a, int b)
{
    return a < b ? a : b;
}

static inline int int_max(int a, int b)
{
    return a > b ? a : b;
}

#endif
