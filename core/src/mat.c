/* mat.c - matrix products by OpenBLAS. */
#include "mat.h"

#include <cblas.h>

#include "bench.h"

static void multiply(struct mat c, struct mat a, struct mat b, CBLAS_TRANSPOSE ta,
                     CBLAS_TRANSPOSE tb, int m, int n, int k, bool add)
{
    real beta = add ? 1 : 0;
    if (m == 0 || n == 0)
        return;
    bench_product(m, n, k);
#ifdef GANAS_DOUBLE
    cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, 1, a.at, a.ld, b.at, b.ld, beta, c.at, c.ld);
#else
    cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, 1, a.at, a.ld, b.at, b.ld, beta, c.at, c.ld);
#endif
}

void mat_mul(struct mat c, struct mat a, struct mat b, int m, int n, int k, bool add)
{
    multiply(c, a, b, CblasNoTrans, CblasNoTrans, m, n, k, add);
}

void mat_mul_nt(struct mat c, struct mat a, struct mat b, int m, int n, int k, bool add)
{
    multiply(c, a, b, CblasNoTrans, CblasTrans, m, n, k, add);
}

void mat_mul_tn(struct mat c, struct mat a, struct mat b, int m, int n, int k, bool add)
{
    multiply(c, a, b, CblasTrans, CblasNoTrans, m, n, k, add);
}
