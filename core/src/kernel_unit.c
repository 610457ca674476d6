/* kernel_unit.c - functions of one number over arrays, compiled once for each instruction set. */
#include "kernel_isa.h"
#include "vec_math.h"

#define DEFINE_MAP(name, f)                                                                        \
    void KERNEL(name)(real * x, size_t n)                                                          \
    {                                                                                              \
        size_t i = 0;                                                                              \
        for (; i + VEC <= n; i += VEC)                                                             \
            vec_store(x + i, f(vec_load(x + i)));                                                  \
        if (i < n)                                                                                 \
            vec_store_row(x + i, (int)(n - i), f(vec_load_row(x + i, (int)(n - i))));              \
    }

#define DEFINE_ONE(name, f)                                                                        \
    real KERNEL(name)(real x)                                                                      \
    {                                                                                              \
        return vec_one(f(vec_set(x)));                                                             \
    }

DEFINE_MAP(exp, vec_exp)
DEFINE_MAP(log, vec_log)
DEFINE_MAP(tanh, vec_tanh)
DEFINE_MAP(sigmoid, vec_sigmoid)

DEFINE_ONE(exp_one, vec_exp)
DEFINE_ONE(log_one, vec_log)
DEFINE_ONE(tanh_one, vec_tanh)
DEFINE_ONE(sigmoid_one, vec_sigmoid)
DEFINE_ONE(softplus_one, vec_softplus)

VEC_INLINE vec through_tanh(vec d, vec y)
{
    return d * vec_fnma(y, y, vec_set(1));
}

void KERNEL(tanh_back)(real *d, const real *y, size_t n)
{
    size_t i = 0;
    for (; i + VEC <= n; i += VEC)
        vec_store(d + i, through_tanh(vec_load(d + i), vec_load(y + i)));
    int left = (int)(n - i);
    if (left > 0)
        vec_store_row(d + i, left,
                      through_tanh(vec_load_row(d + i, left), vec_load_row(y + i, left)));
}

void KERNEL(tanh_back_rows)(real *d, ptrdiff_t ld, const real *d_y, ptrdiff_t ld_dy, const real *y,
                            ptrdiff_t ld_y, int rows, int n)
{
    for (int r = 0; r < rows; r++, d += ld, d_y += ld_dy, y += ld_y)
        for (int i = 0; i < n; i += VEC)
            vec_store_row(d + i, n - i,
                          through_tanh(vec_load_row(d_y + i, n - i), vec_load_row(y + i, n - i)));
}

void KERNEL(tanh_dot_back)(real *y, real d, const real *w, int n)
{
    vec factor = vec_set(d);
    for (int i = 0; i < n; i += VEC)
        vec_store_row(
            y + i, n - i,
            through_tanh(factor * vec_load_row(w + i, n - i), vec_load_row(y + i, n - i)));
}

void KERNEL(tanh_rows)(real *x, ptrdiff_t ld, const real *bias, int rows, int n)
{
    for (int r = 0; r < rows; r++, x += ld)
        for (int i = 0; i < n; i += VEC)
            vec_store_row(x + i, n - i,
                          vec_tanh(vec_load_row(x + i, n - i) + vec_load_row(bias + i, n - i)));
}

void KERNEL(bias_rows)(real *x, ptrdiff_t ld, const real *bias, int rows, int n)
{
    for (int r = 0; r < rows; r++, x += ld)
        for (int i = 0; i < n; i += VEC)
            vec_store_row(x + i, n - i, vec_load_row(x + i, n - i) + vec_load_row(bias + i, n - i));
}
