/* kernel_norm.c - normalization of planes of 16 images side by side, compiled once for each
   instruction set. */
#include "kernel_isa.h"

/* Sums of so many channels go on side by side: one alone would wait for each addition. */
enum { ABREAST = VEC == 16 ? 4 : 2 };

/* The sums of two numbers of each channel. */
struct pair_sums {
    struct vec16 one[ABREAST], two[ABREAST];
};

VEC_INLINE struct pair_sums no_sums(int channels)
{
    struct pair_sums s;
    VEC_UNROLL
    for (int c = 0; c < channels; c++)
        s.one[c] = s.two[c] = vec16_zero();
    return s;
}

static void store_sums(const struct pair_sums *s, int channels, real *sum)
{
    for (int c = 0; c < channels; c++) {
        sum[2 * c] = vec16_sum(s->one[c]);
        sum[2 * c + 1] = vec16_sum(s->two[c]);
    }
}

/* ---- forward ---- */

VEC_INLINE void sum_channels(const struct norm *p, const real *x, int channels, real *sum)
{
    struct pair_sums s = no_sums(channels);
    for (int y = 0; y < p->rows; y++, x += p->row)
        for (int i = 0; i < p->n; i += 16)
            VEC_UNROLL
    for (int c = 0; c < channels; c++)
        VEC_UNROLL
    for (int k = 0; k < VEC_PARTS; k++) {
        vec v = vec_load(x + c * p->plane + i + k * VEC);
        s.one[c].part[k] += v;
        s.two[c].part[k] = vec_fma(v, v, s.two[c].part[k]);
    }
    store_sums(&s, channels, sum);
}

void KERNEL(norm_sums)(const struct norm *p, real *sum)
{
    int c = 0;
    for (; c + ABREAST <= p->channels; c += ABREAST)
        sum_channels(p, p->x + c * p->plane, ABREAST, sum + 2 * c);
    for (; c < p->channels; c++)
        sum_channels(p, p->x + c * p->plane, 1, sum + 2 * c);
}

/* From x to y of a channel; y is `least` at least. */
struct line {
    vec factor, shift, least;
};

VEC_INLINE struct line line_of(const struct norm *p, int c)
{
    return (struct line){vec_set(p->line[2 * c]), vec_set(p->line[2 * c + 1]),
                         vec_set(p->relu ? 0 : -(real)HUGE_VAL)};
}

static void set_channel(const struct norm *p, int c)
{
    struct line line = line_of(p, c);
    const real *x = p->x + c * p->plane;
    real *to = p->y + c * p->plane;
    for (int y = 0; y < p->rows; y++, x += p->row, to += p->row)
        for (int i = 0; i < p->n; i += VEC)
            vec_store(to + i,
                      vec_max(line.least, vec_fma(line.factor, vec_load(x + i), line.shift)));
}

void KERNEL(norm_set)(const struct norm *p)
{
    for (int c = 0; c < p->channels; c++)
        set_channel(p, c);
}

/* ---- backward ---- */

/* The gradient before max(y, 0), where y is made again from x. */
VEC_INLINE vec through_relu(struct line line, vec d, vec x)
{
    vec_mask open = vec_below(line.least, vec_fma(line.factor, x, line.shift));
    return vec_pick(open, d, vec_zero());
}

/* The channels from `first` on. */
VEC_INLINE void sum_channels_back(const struct norm *p, int first, int channels, real *sum)
{
    struct pair_sums s = no_sums(channels);
    struct line line[ABREAST];
    VEC_UNROLL
    for (int c = 0; c < channels; c++)
        line[c] = line_of(p, first + c);
    const real *x = p->x + first * p->plane, *d = p->d + first * p->plane;
    for (int y = 0; y < p->rows; y++, x += p->row, d += p->row)
        for (int i = 0; i < p->n; i += 16)
            VEC_UNROLL
    for (int c = 0; c < channels; c++)
        VEC_UNROLL
    for (int k = 0; k < VEC_PARTS; k++) {
        ptrdiff_t at = c * p->plane + i + k * VEC;
        vec of_x = vec_load(x + at), of_y = through_relu(line[c], vec_load(d + at), of_x);
        s.one[c].part[k] += of_y;
        s.two[c].part[k] = vec_fma(of_y, of_x, s.two[c].part[k]);
    }
    store_sums(&s, channels, sum);
}

void KERNEL(norm_back_sums)(const struct norm *p, real *sum)
{
    int c = 0;
    for (; c + ABREAST <= p->channels; c += ABREAST)
        sum_channels_back(p, c, ABREAST, sum + 2 * c);
    for (; c < p->channels; c++)
        sum_channels_back(p, c, 1, sum + 2 * c);
}

static void set_channel_back(const struct norm *p, int c, const real *rest)
{
    struct line line = line_of(p, c);
    vec of_x = vec_set(rest[0]), constant = vec_set(rest[1]);
    const real *x = p->x + c * p->plane;
    real *d = p->d + c * p->plane;
    for (int y = 0; y < p->rows; y++, x += p->row, d += p->row)
        for (int i = 0; i < p->n; i += VEC) {
            vec v = vec_load(x + i), of_y = through_relu(line, vec_load(d + i), v);
            vec_store(d + i, vec_fma(line.factor, of_y, vec_fma(of_x, v, constant)));
        }
}

void KERNEL(norm_back)(const struct norm *p, const real *rest)
{
    for (int c = 0; c < p->channels; c++)
        set_channel_back(p, c, rest + 2 * c);
}
