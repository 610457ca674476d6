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

/* A row of `outs` channels. */
static void run_row(const struct filter *f, real *to, const real *from, const real *w, int outs)
{
    tile_run *const *run = tiles[f->from_step > LANES16][outs - 1];
    int most = outs == 1 ? WIDE : COLS, left = f->cols;
    for (int n = (left + most - 1) / most; n > 0; n--) {
        int cols = (left + n - 1) / n;
        run[cols - 1](f, to, from, w);
        to += cols * f->to_step;
        from += cols * f->from_step;
        left -= cols;
    }
}

/* One part of the lanes. */
static void run_part(const struct filter *f, real *to, const real *from)
{
    for (int y = 0; y < f->rows; y++, to += f->to_row, from += f->from_row) {
        real *row = to;
        const real *w = f->w;
        int left = f->out;
        for (int n = (left + OUTS - 1) / OUTS; n > 0; n--) {
            int outs = (left + n - 1) / n;
            run_row(f, row, from, w, outs);
            row += outs * f->to_plane;
            w += outs * f->w_out;
            left -= outs;
        }
    }
}

void KERNEL(filter)(const struct filter *f)
{
    for (int p = 0; p < VEC_PARTS; p++)
        run_part(f, f->to + p * VEC, f->from + p * VEC);
}

/* ---- gradients of weights: some channels by some weights of each stay in registers ---- */

enum { ITEMS = VEC == 16 ? 6 : 3 };

/* lanes [outs][ITEMS][16]: the sums over all positions, one part of the images. */
VEC_INLINE void sum_tile(const struct filter *f, real *lanes, const real *d, const real *const *x,
                         int outs, int items, int step)
{
    vec sum[OUTS][ITEMS];
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
            vec b[ITEMS];
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
#define EACH_SUM(X, step)                                                                          \
    EACH_COLS(X, 1, step) EACH_COLS(X, 2, step) EACH_COLS(X, 3, step) EACH_COLS(X, 4, step)
EACH_SUM(DEFINE_SUM, 1)
EACH_SUM(DEFINE_SUM, 2)

static sum_run *const summing[2][OUTS][ITEMS] = {
    {{EACH_COLS(NAME_SUM, 1, 1)},
     {EACH_COLS(NAME_SUM, 2, 1)},
     {EACH_COLS(NAME_SUM, 3, 1)},
     {EACH_COLS(NAME_SUM, 4, 1)}},
    {{EACH_COLS(NAME_SUM, 1, 2)},
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
    const real *x[ITEMS] = {0};
    ptrdiff_t w[ITEMS];
    for (int k = 0; k < items; k++) {
        int i = (first + k) / f->taps, t = (first + k) % f->taps;
        x[k] = f->from + i * f->from_plane + f->at[t];
        w[k] = i * f->w_in + f->w_at[t];
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
    int all = f->in * f->taps, o = 0;
    for (int n = (f->out + OUTS - 1) / OUTS; n > 0; n--) {
        int outs = (f->out - o + n - 1) / n, first = 0;
        for (int m = (all + ITEMS - 1) / ITEMS; m > 0; m--) {
            int items = (all - first + m - 1) / m;
            set_weights(f, o, outs, first, items);
            first += items;
        }
        o += outs;
    }
}
