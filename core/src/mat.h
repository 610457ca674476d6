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

/* C [m, n] = A [m, k] B [k, n] */
void mat_mul(struct mat c, struct mat a, struct mat b, int m, int n, int k, bool add);

/* C [m, n] = A [m, k] B^T, B [n, k]: the gradient of a product's left side */
void mat_mul_nt(struct mat c, struct mat a, struct mat b, int m, int n, int k, bool add);

/* C [m, n] = A^T B, A [k, m], B [k, n]: the gradient of a product's right side */
void mat_mul_tn(struct mat c, struct mat a, struct mat b, int m, int n, int k, bool add);

#endif
