/*
 * kernel_filter.c - convolutions over planes of 16 images side by side, compiled once for each
 * instruction set.
 *
 * A tile of outputs, some channels by some neighbouring positions, stays in registers while inputs
 * and taps go by: each input is loaded once for all channels, each weight once for all positions.
 * Sets with shorter vectors take the 16 images part by part.
 */
#include "kernel_isa.h"

/* Channels by positions that fit in the registers; a single channel is wider. */
enum { OUTS = 4, COLS = VEC == 16 ? 6 : 3, WIDE = VEC == 16 ? 14 : 8, LANES16 = FILTER_LANES };

VEC_INLINE void run_tile(const struct filter *f, real *to, const real *from, const real *w,
                         int outs, int cols, int step)
{
    vec sum[OUTS][WIDE];
    const ptrdiff_t w_out = f->w_out, taps = f->taps;
    VEC_UNROLL
    for (int o = 0; o < outs; o++)
        VEC_UNROLL
    for (int c = 0; c < cols; c++)
        sum[o][c] = vec_zero();
    for (int i = f->in; i > 0; i--, from += f->from_plane, w += f->w_in)
        for (ptrdiff_t t = 0; t < taps; t++) {
            const real *x = from + f->at[t], *k = w + f->w_at[t];
            vec b[WIDE];
            VEC_UNROLL
            for (int c = 0; c < cols; c++)
                b[c] = vec_load(x + c * step);
            VEC_UNROLL
            for (int o = 0; o < outs; o++) {
                vec a = vec_set(k[o * w_out]);
                VEC_UNROLL
                for (int c = 0; c < cols; c++)
                    sum[o][c] = vec_fma(a, b[c], sum[o][c]);
            }
        }
    VEC_UNROLL
    for (int o = 0; o < outs; o++)
        VEC_UNROLL
    for (int c = 0; c < cols; c++) {
        real *at = to + o * f->to_plane + c * f->to_step;
        vec_store(at, f->add ? sum[o][c] + vec_load(at) : sum[o][c]);
    }
}

/* ---- each size of tile: a function of its own, for inputs side by side and every other one ----
 */

typedef void tile_run(const struct filter *f, real *to, const real *from, const real *w);

#define DEFINE_TILE(outs, cols, step)                                                              \
    static void tile_##outs##_##cols##_##step(const struct filter *f, real *to, const real *from,  \
                                              const real *w)                                       \
    {                                                                                              \
        run_tile(f, to, from, w, outs, cols, step *LANES16);                                       \
    }
#define NAME_TILE(outs, cols, step) tile_##outs##_##cols##_##step,

#if KERNEL_VEC == 16
#define EACH_COLS(X, outs, step)                                                                   \
    X(outs, 1, step)                                                                               \
    X(outs, 2, step) X(outs, 3, step) X(outs, 4, step) X(outs, 5, step) X(outs, 6, step)
#define EACH_WIDE(X, step)                                                                         \
    EACH_COLS(X, 1, step)                                                                          \
    X(1, 7, step)                                                                                  \
    X(1, 8, step)                                                                                  \
    X(1, 9, step) X(1, 10, step) X(1, 11, step) X(1, 12, step) X(1, 13, step) X(1, 14, step)
#else
#define EACH_COLS(X, outs, step) X(outs, 1, step) X(outs, 2, step) X(outs, 3, step)
#define EACH_WIDE(X, step)                                                                         \
    EACH_COLS(X, 1, step)                                                                          \
    X(1, 4, step) X(1, 5, step) X(1, 6, step) X(1, 7, step) X(1, 8, step)
#endif

#define EACH_TILE(X, step)                                                                         \
    EACH_WIDE(X, step) EACH_COLS(X, 2, step) EACH_COLS(X, 3, step) EACH_COLS(X, 4, step)
EACH_TILE(DEFINE_TILE, 1)
EACH_TILE(DEFINE_TILE, 2)

static tile_run *const tiles[2][OUTS][WIDE] = {
    {{EACH_WIDE(NAME_TILE, 1)},
     {EACH_COLS(NAME_TILE, 2, 1)},
     {EACH_COLS(NAME_TILE, 3, 1)},
     {EACH_COLS(NAME_TILE, 4, 1)}},
    {{EACH_WIDE(NAME_TILE, 2)},
     {EACH_COLS(NAME_TILE, 2, 2)},
     {EACH_COLS(NAME_TILE, 3, 2)},
     {EACH_COLS(NAME_TILE, 4, 2)}},
};

/* ---- rows, cut into tiles of nearly the same size ---- */

/* The first `larger` of them have one more than `size`. */
struct parts {
    int count, size, larger;
};

static struct parts cut(int n, int most)
{
    int count = (n + most - 1) / most;
    return (struct parts){count, n / count, n % count};
}

static int size_of(struct parts parts, int i)
{
    return parts.size + (i < parts.larger);
}

/* A row of `outs` channels. */
static void run_row(const struct filter *f, struct parts cols, real *to, const real *from,
                    const real *w, int outs)
{
    tile_run *const *run = tiles[f->from_step > LANES16][outs - 1];
    for (int i = 0; i < cols.count; i++) {
        int n = size_of(cols, i);
        run[n - 1](f, to, from, w);
        to += n * f->to_step;
        from += n * f->from_step;
    }
}

/* One part of the lanes. */
static void run_part(const struct filter *f, real *to, const real *from)
{
    struct parts outs = cut(f->out, OUTS), cols = cut(f->cols, f->out == 1 ? WIDE : COLS);
    for (int y = 0; y < f->rows; y++, to += f->to_row, from += f->from_row) {
        real *row = to;
        const real *w = f->w;
        for (int i = 0; i < outs.count; i++) {
            int n = size_of(outs, i);
            run_row(f, cols, row, from, w, n);
            row += n * f->to_plane;
            w += n * f->w_out;
        }
    }
}

/* Each channel by itself. */
static void run_alone(const struct filter *f, real *to, const real *from)
{
    struct parts cols = cut(f->cols, WIDE);
    for (int c = 0; c < f->out; c++)
        for (int y = 0; y < f->rows; y++)
            run_row(f, cols, to + c * f->to_plane + y * f->to_row,
                    from + c * f->from_plane + y * f->from_row, f->w + c * f->w_out, 1);
}

void KERNEL(filter)(const struct filter *f)
{
    for (int p = 0; p < VEC_PARTS; p++)
        (f->alone ? run_alone : run_part)(f, f->to + p * VEC, f->from + p * VEC);
}

/* ---- gradients of weights: some channels by some weights of each stay in registers ---- */

/* With fewer than SINGLE sums a single channel would wait for each multiply-add; with more there
   are not enough registers for their places. */
enum { ITEMS = VEC == 16 ? 6 : 3, SINGLE = VEC == 16 ? 9 : 6 };

/* lanes [outs][ITEMS][16], of one channel [SINGLE][16]: the sums over all positions, one part of
   the images. */
VEC_INLINE void sum_tile(const struct filter *f, real *lanes, const real *d, const real *const *x,
                         int outs, int items, int step)
{
    vec sum[OUTS][SINGLE];
    const ptrdiff_t plane = f->to_plane;
    VEC_UNROLL
    for (int o = 0; o < outs; o++)
        VEC_UNROLL
    for (int k = 0; k < items; k++)
        sum[o][k] = vec_zero();
    for (int y = 0; y < f->rows; y++) {
        const real *at = d + y * f->to_row;
        ptrdiff_t from = y * f->from_row;
        for (int c = f->cols; c > 0; c--, at += LANES16, from += step) {
            vec b[SINGLE];
            VEC_UNROLL
            for (int k = 0; k < items; k++)
                b[k] = vec_load(x[k] + from);
            VEC_UNROLL
            for (int o = 0; o < outs; o++) {
                vec a = vec_load(at + o * plane);
                VEC_UNROLL
                for (int k = 0; k < items; k++)
                    sum[o][k] = vec_fma(a, b[k], sum[o][k]);
            }
        }
    }
    VEC_UNROLL
    for (int o = 0; o < outs; o++)
        VEC_UNROLL
    for (int k = 0; k < items; k++)
        vec_store(lanes + (o * ITEMS + k) * LANES16, sum[o][k]);
}

typedef void sum_run(const struct filter *f, real *lanes, const real *d, const real *const *x);

#define DEFINE_SUM(outs, items, step)                                                              \
    static void sum_##outs##_##items##_##step(const struct filter *f, real *lanes, const real *d,  \
                                              const real *const *x)                                \
    {                                                                                              \
        sum_tile(f, lanes, d, x, outs, items, step *LANES16);                                      \
    }
#define NAME_SUM(outs, items, step) sum_##outs##_##items##_##step,
#if KERNEL_VEC == 16
#define EACH_SINGLE(X, step) EACH_COLS(X, 1, step) X(1, 7, step) X(1, 8, step) X(1, 9, step)
#else
#define EACH_SINGLE(X, step) EACH_COLS(X, 1, step) X(1, 4, step) X(1, 5, step) X(1, 6, step)
#endif
#define EACH_SUM(X, step)                                                                          \
    EACH_SINGLE(X, step) EACH_COLS(X, 2, step) EACH_COLS(X, 3, step) EACH_COLS(X, 4, step)
EACH_SUM(DEFINE_SUM, 1)
EACH_SUM(DEFINE_SUM, 2)

static sum_run *const summing[2][OUTS][SINGLE] = {
    {{EACH_SINGLE(NAME_SUM, 1)},
     {EACH_COLS(NAME_SUM, 2, 1)},
     {EACH_COLS(NAME_SUM, 3, 1)},
     {EACH_COLS(NAME_SUM, 4, 1)}},
    {{EACH_SINGLE(NAME_SUM, 2)},
     {EACH_COLS(NAME_SUM, 2, 2)},
     {EACH_COLS(NAME_SUM, 3, 2)},
     {EACH_COLS(NAME_SUM, 4, 2)}},
};

static real sum_lanes16(const real *lanes)
{
    struct vec16 s;
    for (int p = 0; p < VEC_PARTS; p++)
        s.part[p] = vec_load(lanes + p * VEC);
    return vec16_sum(s);
}

/* The weights first..first+items-1, counted over inputs and taps, of the channels from o on. */
static void set_weights(const struct filter *f, int o, int outs, int first, int items)
{
    _Alignas(64) real lanes[OUTS * ITEMS * LANES16];
    const real *x[SINGLE] = {0}, *from = f->from + (f->alone ? o * f->from_plane : 0);
    ptrdiff_t w[SINGLE];
    for (int k = 0, i = first / f->taps, t = first % f->taps; k < items; k++) {
        x[k] = from + i * f->from_plane + f->at[t];
        w[k] = i * f->w_in + f->w_at[t];
        t++;
        if (t == f->taps) {
            t = 0;
            i++;
        }
    }
    sum_run *run = summing[f->from_step > LANES16][outs - 1][items - 1];
    for (int p = 0; p < VEC_PARTS; p++) {
        run(f, lanes + p * VEC, f->to + o * f->to_plane + p * VEC, x);
        for (int k = 0; k < items; k++)
            x[k] += VEC;
    }
    for (int a = 0; a < outs; a++)
        for (int k = 0; k < items; k++)
            f->w[(o + a) * f->w_out + w[k]] = sum_lanes16(lanes + (a * ITEMS + k) * LANES16);
}

void KERNEL(filter_grad)(const struct filter *f)
{
    bool single = f->alone || f->out == 1;
    struct parts outs = cut(f->out, single ? 1 : OUTS);
    struct parts items = cut(f->in * f->taps, single ? SINGLE : ITEMS);
    for (int i = 0, o = 0; i < outs.count; o += size_of(outs, i++))
        for (int k = 0, first = 0; k < items.count; first += size_of(items, k++))
            set_weights(f, o, size_of(outs, i), first, size_of(items, k));
}
