/*
 * mat.h - products of row-major matrices. `ld...` is the distance between rows; `add` says whether
 * the product is added to C or replaces it.
 */
#ifndef GANAS_MAT_H
#define GANAS_MAT_H

#include "base.h"

struct mat {
    real *at;
    int ld;
};

static inline real *mat_row(struct mat m, int32_t row)
{
    return m.at + (ptrdiff_t)row * m.ld;
}

/* The matrix from a row on. */
static inline struct mat mat_from(struct mat m, int32_t row)
{
    return (struct mat){mat_row(m, row), m.ld};
}

/* A matrix that begins at base[at]; who gets it knows whether it may be written. */
static inline struct mat mat_at(const real *base, size_t at, int ld)
{
    return (struct mat){(real *)base + at, ld};
}

/* C [m, n] = A [m, k] B [k, n] */
void mat_mul(struct mat c, struct mat a, struct mat b, int m, int n, int k, bool add);

/* C [m, n] = A [m, k] B^T, B [n, k]: the gradient of a product's left side */
void mat_mul_nt(struct mat c, struct mat a, struct mat b, int m, int n, int k, bool add);

/* C [m, n] = A^T B, A [k, m], B [k, n]: the gradient of a product's right side */
void mat_mul_tn(struct mat c, struct mat a, struct mat b, int m, int n, int k, bool add);

#endif
