/* kernel_pool.c - pooling over planes of 16 images side by side, compiled once for each instruction
   set. Forward the mean is a filter. */
#include "kernel_isa.h"

VEC_INLINE vec greatest(const struct filter *f, const real *from)
{
    vec top = vec_load(from + f->at[0]);
    for (int t = 1; t < f->taps; t++)
        top = vec_max(top, vec_load(from + f->at[t]));
    return top;
}

void KERNEL(pool_max)(const struct filter *f)
{
    for (int y = 0; y < f->rows; y++)
        for (int x = 0; x < f->cols; x++)
            VEC_UNROLL
    for (int p = 0; p < VEC_PARTS; p++) {
        const real *from = f->from + y * f->from_row + x * f->from_step + p * VEC;
        vec_store(f->to + y * f->to_row + x * f->to_step + p * VEC, greatest(f, from));
    }
}

/* Hands the gradient `left` to the first of the taps that is not below the greatest. */
VEC_INLINE void hand_down(const struct filter *f, const real *from, vec top, vec left, real *into)
{
    for (int t = 0; t < f->taps; t++) {
        vec_mask below = vec_below(vec_load(from + f->at[t]), top);
        real *at = into + f->at[t];
        vec_store(at, vec_load(at) + vec_pick(below, vec_zero(), left));
        left = vec_pick(below, left, vec_zero());
    }
}

void KERNEL(pool_max_back)(const struct filter *f, const real *d, real *into)
{
    for (int y = 0; y < f->rows; y++)
        for (int x = 0; x < f->cols; x++)
            VEC_UNROLL
    for (int p = 0; p < VEC_PARTS; p++) {
        ptrdiff_t to = y * f->to_row + x * f->to_step + p * VEC;
        ptrdiff_t from = y * f->from_row + x * f->from_step + p * VEC;
        hand_down(f, f->from + from, vec_load(f->to + to), vec_load(d + to), into + from);
    }
}

void KERNEL(pool_mean_back)(const struct filter *f, const real *d, real *into)
{
    vec share = vec_set((real)1 / (real)f->taps);
    for (int y = 0; y < f->rows; y++)
        for (int x = 0; x < f->cols; x++)
            VEC_UNROLL
    for (int p = 0; p < VEC_PARTS; p++) {
        vec part = share * vec_load(d + y * f->to_row + x * f->to_step + p * VEC);
        real *at = into + y * f->from_row + x * f->from_step + p * VEC;
        for (int t = 0; t < f->taps; t++)
            vec_store(at + f->at[t], vec_load(at + f->at[t]) + part);
    }
}
