/* kernel_pool.c - pooling over planes of 16 images side by side, compiled once for each instruction
   set. Forward the mean is a filter. */
#include "kernel_isa.h"

/* One part of the images: of a row, or of what is read for it. */
struct row {
    real *to, *into;
    const real *from, *d;
};

/* Runs over all rows, channel by channel and part by part. */
VEC_INLINE void for_rows(const struct filter *f, const real *d, real *into,
                         void (*run)(const struct filter *f, struct row row))
{
    for (int c = 0; c < f->out; c++)
        for (int y = 0; y < f->rows; y++)
            VEC_UNROLL
    for (int p = 0; p < VEC_PARTS; p++) {
        ptrdiff_t to = c * f->to_plane + y * f->to_row + p * VEC;
        ptrdiff_t from = c * f->from_plane + y * f->from_row + p * VEC;
        run(f, (struct row){f->to + to, into + from, f->from + from, d + to});
    }
}

/* ---- the greatest ---- */

VEC_INLINE vec greatest(const struct filter *f, const real *from)
{
    vec top = vec_load(from + f->at[0]);
    for (int t = 1; t < f->taps; t++)
        top = vec_max(top, vec_load(from + f->at[t]));
    return top;
}

VEC_INLINE void set_greatest(const struct filter *f, struct row row)
{
    for (int x = 0; x < f->cols; x++, row.to += f->to_step, row.from += f->from_step)
        vec_store(row.to, greatest(f, row.from));
}

void KERNEL(pool_max)(const struct filter *f)
{
    for_rows(f, f->to, f->to, set_greatest);
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

VEC_INLINE void hand_row_down(const struct filter *f, struct row row)
{
    for (int x = 0; x < f->cols; x++) {
        ptrdiff_t to = x * f->to_step, from = x * f->from_step;
        hand_down(f, row.from + from, vec_load(row.to + to), vec_load(row.d + to), row.into + from);
    }
}

void KERNEL(pool_max_back)(const struct filter *f, const real *d, real *into)
{
    for_rows(f, d, into, hand_row_down);
}

/* ---- the mean ---- */

VEC_INLINE void spread_row(const struct filter *f, struct row row)
{
    vec share = vec_set((real)1 / (real)f->taps);
    for (int x = 0; x < f->cols; x++, row.d += f->to_step, row.into += f->from_step) {
        vec part = share * vec_load(row.d);
        for (int t = 0; t < f->taps; t++) {
            real *at = row.into + f->at[t];
            vec_store(at, vec_load(at) + part);
        }
    }
}

void KERNEL(pool_mean_back)(const struct filter *f, const real *d, real *into)
{
    for_rows(f, d, into, spread_row);
}
