/* kernel_rows.c - sums of rows and over rows, compiled once for each instruction set. */
#include "kernel_isa.h"

enum { SPAN = 4 * VEC }; /* columns whose sums are held side by side */

void KERNEL(axpy)(real *y, real a, const real *x, int n)
{
    vec factor = vec_set(a);
    for (int i = 0; i < n; i += VEC) {
        vec sum = vec_fma(factor, vec_load_row(x + i, n - i), vec_load_row(y + i, n - i));
        vec_store_row(y + i, n - i, sum);
    }
}

void KERNEL(scale)(real *y, real a, const real *x, int n)
{
    vec factor = vec_set(a);
    for (int i = 0; i < n; i += VEC)
        vec_store_row(y + i, n - i, factor * vec_load_row(x + i, n - i));
}

void KERNEL(sum)(real *y, const real *a, const real *b, int n)
{
    for (int i = 0; i < n; i += VEC)
        vec_store_row(y + i, n - i, vec_load_row(a + i, n - i) + vec_load_row(b + i, n - i));
}

real KERNEL(dot)(const real *x, const real *y, int n)
{
    struct vec16 sum = vec16_zero();
    for (int i = 0; i < n; i += 16)
        VEC_UNROLL
    for (int p = 0; p < VEC_PARTS; p++) {
        int at = i + p * VEC;
        vec a = vec_load_row(x + at, n - at), b = vec_load_row(y + at, n - at);
        sum.part[p] = vec_fma(a, b, sum.part[p]);
    }
    return vec16_sum(sum);
}

/* ---- sums over all rows: SPAN columns at a time, the rest vector by vector ---- */

static void add_span(real *sum, const real *x, ptrdiff_t ld, int rows)
{
    vec s[4];
    VEC_UNROLL
    for (int v = 0; v < 4; v++)
        s[v] = vec_load(sum + v * VEC);
    for (int r = 0; r < rows; r++, x += ld)
        VEC_UNROLL
    for (int v = 0; v < 4; v++)
        s[v] += vec_load(x + v * VEC);
    VEC_UNROLL
    for (int v = 0; v < 4; v++)
        vec_store(sum + v * VEC, s[v]);
}

void KERNEL(add_rows)(real *sum, const real *x, ptrdiff_t ld, int rows, int n)
{
    int i = 0;
    for (; i + SPAN <= n; i += SPAN)
        add_span(sum + i, x + i, ld, rows);
    for (; i < n; i += VEC) {
        vec s = vec_load_row(sum + i, n - i);
        for (int r = 0; r < rows; r++)
            s += vec_load_row(x + r * ld + i, n - i);
        vec_store_row(sum + i, n - i, s);
    }
}

void KERNEL(add_weighted)(real *sum, const real *x, ptrdiff_t ld, const real *a, int rows, int n)
{
    for (int i = 0; i < n; i += VEC) {
        vec s = vec_load_row(sum + i, n - i);
        for (int r = 0; r < rows; r++)
            s = vec_fma(vec_set(a[r]), vec_load_row(x + r * ld + i, n - i), s);
        vec_store_row(sum + i, n - i, s);
    }
}
