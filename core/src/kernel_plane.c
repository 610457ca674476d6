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

/* The line from x to y, and what y is at least. */
struct line {
    vec factor, shift, least;
};

VEC_INLINE struct line line_of(const struct plane *p)
{
    return (struct line){vec_set(p->factor), vec_set(p->shift),
                         vec_set(p->relu ? 0 : -(real)HUGE_VAL)};
}

void KERNEL(plane_norm)(const struct plane *p)
{
    struct line line = line_of(p);
    for (int y = 0; y < p->rows; y++)
        for (int i = 0; i < p->n; i += VEC) {
            vec v = vec_fma(line.factor, vec_load(p->x + y * p->row + i), line.shift);
            vec_store(p->y + y * p->row + i, vec_max(line.least, v));
        }
}

/* The gradient before max(y, 0), where y is made again from x. */
VEC_INLINE vec through_relu(struct line line, vec d, vec x)
{
    vec_mask open = vec_below(line.least, vec_fma(line.factor, x, line.shift));
    return vec_pick(open, d, vec_zero());
}

void KERNEL(plane_back_sums)(const struct plane *p, real *sum)
{
    struct vec16 once = vec16_zero(), with = vec16_zero();
    struct line line = line_of(p);
    for (int y = 0; y < p->rows; y++)
        for (int i = 0; i < p->n; i += 16)
            VEC_UNROLL
    for (int k = 0; k < VEC_PARTS; k++) {
        ptrdiff_t at = y * p->row + i + k * VEC;
        vec x = vec_load(p->x + at), d = through_relu(line, vec_load(p->d + at), x);
        once.part[k] += d;
        with.part[k] = vec_fma(d, x, with.part[k]);
    }
    sum[0] = vec16_sum(once);
    sum[1] = vec16_sum(with);
}

void KERNEL(plane_back)(const struct plane *p, real b, real c)
{
    vec of_x = vec_set(b), rest = vec_set(c);
    struct line line = line_of(p);
    for (int y = 0; y < p->rows; y++)
        for (int i = 0; i < p->n; i += VEC) {
            ptrdiff_t at = y * p->row + i;
            vec x = vec_load(p->x + at), d = through_relu(line, vec_load(p->d + at), x);
            vec_store(p->d + at, vec_fma(line.factor, d, vec_fma(of_x, x, rest)));
        }
}
