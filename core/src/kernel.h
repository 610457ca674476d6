/*
 * kernel.h - the inner loops of the arithmetic, for the instruction set that the CPU has.
 *
 * `kernel` is chosen when the program starts, by the CPU and by GANAS_ISA. All sets give the same
 * bits: multiply-adds are fused, a product sums over k in order from zero, sums over lanes go by 16
 * lanes and one tree.
 */
#ifndef GANAS_KERNEL_H
#define GANAS_KERNEL_H

#include "base.h"

/* C [m, n] = A [m, k] B [k, n], or C += A B with `add`: the sum from zero, then C. */
struct product {
    real *c;
    const real *a, *b;
    ptrdiff_t ldc, ldb;     /* from row to row */
    ptrdiff_t a_row, a_col; /* from row to row of A, and from column to column: A^T is a swap */
    int m, n, k;
    bool add;
};

struct kernels {
    const char *name; /* "avx512", "avx2", "fma128", "base" */
    void (*product)(const struct product *p);
    /* The same with B^T: B is [n, k]. */
    void (*product_nt)(const struct product *p);
    /* to [cols, rows] <- the transpose of `from` [rows, cols] */
    void (*transpose)(real *to, ptrdiff_t ld_to, const real *from, ptrdiff_t ld, int rows,
                      int cols);
};

extern const struct kernels *kernel;

/* The kernels of a set by name; NULL where the build or the CPU lacks it. */
const struct kernels *kernels_of(const char *name);

/* The kernels for a value of GANAS_ISA; NULL or "": the best there are. NULL when it is no such
   value or asks for what the CPU lacks: *why is what the message says of it. */
const struct kernels *kernels_choose(const char *isa, const char **why);

/* Whether products go to OpenBLAS: GANAS_GEMM=openblas, and always in the double build. */
extern bool kernel_blas;

#endif
