/* kernel_adam.c - gradients summed over lanes, and Adam; once for each instruction set. */
#include "kernel_isa.h"

/* sums [16] += squares of x [16], exactly multiplied */
VEC_INLINE void add_squares(double *sum, const real *x)
{
    for (int i = 0; i < 16; i++)
        sum[i] += (double)x[i] * (double)x[i];
}

/* The sum of up to 16 numbers of each lane, to lane 0 and `sum`; the other lanes become 0. */
VEC_INLINE void sum_some(real *sum, real *grad, ptrdiff_t stride, int lanes, int left)
{
    VEC_UNROLL
    for (int p = 0; p < VEC_PARTS; p++) {
        int at = p * VEC;
        vec s = vec_load_row(grad + at, left - at);
        for (int lane = 1; lane < lanes; lane++) {
            real *x = grad + lane * stride + at;
            s += vec_load_row(x, left - at);
            vec_store_row(x, left - at, vec_zero());
        }
        vec_store_row(grad + at, left - at, s);
        vec_store(sum + at, s);
    }
}

double KERNEL(sum_lanes)(real *grad, ptrdiff_t stride, int lanes, int n)
{
    double squares[16] = {0};
    for (int i = 0; i < n; i += 16) {
        real sum[16];
        sum_some(sum, grad + i, stride, lanes, n - i);
        add_squares(squares, sum);
    }
    for (int half = 8; half > 0; half /= 2)
        for (int lane = 0; lane < half; lane++)
            squares[lane] += squares[lane + half];
    return squares[0];
}

void KERNEL(adam)(const struct adam *a)
{
    const vec b1 = vec_set((real)0.9), c1 = vec_set((real)1 - (real)0.9);
    const vec b2 = vec_set((real)0.999), c2 = vec_set((real)1 - (real)0.999);
    const vec eps = vec_set((real)1e-8), scale = vec_set(a->scale);
    for (int i = 0; i < a->n; i += VEC) {
        int left = a->n - i;
        vec g = vec_load_row(a->grad + i, left) * scale;
        vec m = vec_fma(b1, vec_load_row(a->m + i, left), c1 * g);
        vec v = vec_fma(b2, vec_load_row(a->v + i, left), c2 * g * g);
        vec step = vec_set(a->rate) * m / (vec_sqrt(v * vec_set(a->fix)) + eps);
        vec_store_row(a->m + i, left, m);
        vec_store_row(a->v + i, left, v);
        vec_store_row(a->theta + i, left, vec_load_row(a->theta + i, left) - step);
        vec_store_row(a->grad + i, left, vec_zero());
    }
}
