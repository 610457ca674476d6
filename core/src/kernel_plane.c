/* kernel_plane.c - normalization of planes of 16 images side by side, compiled once for each
   instruction set. */
#include "kernel_isa.h"

void KERNEL(plane_sums)(const struct plane *p, real *sum)
{
    struct vec16 once = vec16_zero(), twice = vec16_zero();
    for (int y = 0; y < p->rows; y++)
        for (int i = 0; i < p->n; i += 16)
            VEC_UNROLL
    for (int k = 0; k < VEC_PARTS; k++) {
        vec v = vec_load(p->x + y * p->row + i + k * VEC);
        once.part[k] += v;
        twice.part[k] = vec_fma(v, v, twice.part[k]);
    }
    sum[0] = vec16_sum(once);
    sum[1] = vec16_sum(twice);
}

void KERNEL(plane_norm)(const struct plane *p, real a, real b)
{
    vec factor = vec_set(a), shift = vec_set(b), least = vec_set(p->relu ? 0 : -(real)HUGE_VAL);
    for (int y = 0; y < p->rows; y++)
        for (int i = 0; i < p->n; i += VEC) {
            vec v = vec_fma(factor, vec_load(p->x + y * p->row + i), shift);
            vec_store(p->y + y * p->row + i, vec_max(least, v));
        }
}

/* The gradient before max(y, 0); `least`: what y has to be above. */
VEC_INLINE vec through_relu(const struct plane *p, ptrdiff_t at, vec least)
{
    return vec_pick(vec_below(least, vec_load(p->y + at)), vec_load(p->d + at), vec_zero());
}

void KERNEL(plane_back_sums)(const struct plane *p, real *sum)
{
    struct vec16 once = vec16_zero(), with = vec16_zero();
    vec least = vec_set(p->relu ? 0 : -(real)HUGE_VAL);
    for (int y = 0; y < p->rows; y++)
        for (int i = 0; i < p->n; i += 16)
            VEC_UNROLL
    for (int k = 0; k < VEC_PARTS; k++) {
        ptrdiff_t at = y * p->row + i + k * VEC;
        vec d = through_relu(p, at, least);
        once.part[k] += d;
        with.part[k] = vec_fma(d, vec_load(p->x + at), with.part[k]);
    }
    sum[0] = vec16_sum(once);
    sum[1] = vec16_sum(with);
}

void KERNEL(plane_back)(const struct plane *p, real a, real b, real c)
{
    vec of_d = vec_set(a), of_x = vec_set(b), shift = vec_set(c);
    vec least = vec_set(p->relu ? 0 : -(real)HUGE_VAL);
    for (int y = 0; y < p->rows; y++)
        for (int i = 0; i < p->n; i += VEC) {
            ptrdiff_t at = y * p->row + i;
            vec rest = vec_fma(of_x, vec_load(p->x + at), shift);
            vec_store(p->d + at, vec_fma(of_d, through_relu(p, at, least), rest));
        }
}
