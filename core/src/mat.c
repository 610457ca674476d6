/* mat.c - matrix products by our own kernels, or by OpenBLAS. */
#include "mat.h"

#include <cblas.h>

#include "bench.h"
#include "kernel.h"

static void ask_blas(struct mat c, struct mat a, struct mat b, CBLAS_TRANSPOSE ta,
                     CBLAS_TRANSPOSE tb, int m, int n, int k, bool add)
{
    real beta = add ? 1 : 0;
#ifdef GANAS_DOUBLE
    cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, 1, a.at, a.ld, b.at, b.ld, beta, c.at, c.ld);
#else
    cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, 1, a.at, a.ld, b.at, b.ld, beta, c.at, c.ld);
#endif
}

static struct product describe(struct mat c, struct mat a, struct mat b, int m, int n, int k,
                               bool add)
{
    return (struct product){.c = c.at,
                            .a = a.at,
                            .b = b.at,
                            .ldc = c.ld,
                            .ldb = b.ld,
                            .a_row = a.ld,
                            .a_col = 1,
                            .m = m,
                            .n = n,
                            .k = k,
                            .add = add};
}

/* Whether there is nothing to compute; what there is, is counted. */
static bool is_empty(int m, int n, int k)
{
    if (m == 0 || n == 0)
        return true;
    bench_product(m, n, k);
    return false;
}

/* By OpenBLAS, or by a kernel, which gets A^T by strides that are swapped. */
static void multiply(struct mat c, struct mat a, struct mat b, CBLAS_TRANSPOSE ta,
                     CBLAS_TRANSPOSE tb, int m, int n, int k, bool add)
{
    if (is_empty(m, n, k))
        return;
    if (kernel_blas) {
        ask_blas(c, a, b, ta, tb, m, n, k, add);
        return;
    }
    struct product p = describe(c, a, b, m, n, k, add);
    if (ta == CblasTrans) {
        p.a_row = 1;
        p.a_col = a.ld;
    }
    if (tb == CblasTrans)
        kernel->product_nt(&p);
    else
        kernel->product(&p);
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
