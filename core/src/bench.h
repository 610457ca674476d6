/*
 * bench.h - the count of floating-point operations behind `ganas-lua bench`.
 *
 * What counts: 2 m n k for each matrix product [m, k] [k, n] when it is executed, with the m, n and
 * k that the kernel works through: rows of empty places count, work that was avoided doesn't, and a
 * change of the algebra changes the count by itself. What does not: table look-ups, sums over
 * neighbours, dot products of single logits, tanh and the other functions, Adam. So the count is a
 * lower bound of what is executed, and so is a share of the peak made from it.
 *
 * Every way into a matrix product calls bench_product once. While nobody counts it costs the test
 * of a flag.
 */
#ifndef GANAS_BENCH_H
#define GANAS_BENCH_H

#include <stdatomic.h>

#include "base.h"

extern atomic_bool bench_counting;

/* Adds 2 m n k to the count. */
void bench_add(int m, int n, int k);

static inline void bench_product(int m, int n, int k)
{
    if (atomic_load_explicit(&bench_counting, memory_order_relaxed))
        bench_add(m, n, k);
}

#endif
