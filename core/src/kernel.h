/*
 * kernel.h - the inner loops of the arithmetic, for the instruction set that the CPU has.
 *
 * `kernel` is chosen when the program starts, by the CPU and by GANAS_ISA. All sets give the same
 * bits: multiply-adds are fused, a product sums over k in order from zero, a sum over a row goes by
 * 16 lanes and one tree (vec.h), a sum over rows goes row by row.
 *
 * A row of n numbers need not be a multiple of anything, nor aligned; ld is the distance between
 * rows. `real *const *` are lists of rows.
 */
#ifndef GANAS_KERNEL_H
#define GANAS_KERNEL_H

#include "base.h"

/* C [m, n] = A [m, k] B [k, n], or C += A B with `add`: the sum from zero, then C. */
struct product {
    real *c;
    const real *a, *b;
    ptrdiff_t ldc, ldb;
    ptrdiff_t a_row, a_col; /* from row to row of A, and from column to column: A^T is a swap */
    int m, n, k;
    bool add;
};

/*
 * Sums over lists: row r of `to`, r = first..end-1, is (or with `add`: gets added) the sum of the
 * rows item[at[r]] .. item[at[r + 1] - 1] of `from`, in order; with a label the rows label[item].
 * Without lists (at NULL) the only item of r is r.
 */
struct sums {
    real *to;
    const real *from;
    ptrdiff_t ld_to, ld;
    const int32_t *at, *item;
    const uint8_t *label; /* NULL: the items themselves */
    int first, end, n;
    bool add;
};

/* The other way: row r of `from` is added to the rows label[item] of `to`, item by item. */
struct spread {
    real *to;
    const real *from;
    ptrdiff_t ld_to, ld;
    const int32_t *at, *item;
    const uint8_t *label;
    int first, end, n;
};

/*
 * The head over pairs (l_i, r_i), i = 0..count-1, of rows of two arrays:
 *     hidden_i = tanh(left[l_i] + right[r_i])     logit_i = w . hidden_i + c
 */
struct pairs {
    int size, count;
    const real *left, *right; /* rows [size] */
    ptrdiff_t ld_left, ld_right;
    const int32_t *l, *r; /* [count]; NULL: 0, 1, 2, ... */
    const real *w;        /* [size] */
    real c;
    real *hidden; /* [count, size], or NULL: not wanted forward, worked out again backward */
    real *logit;  /* [count] */
};

/* Backwards from d [count], the gradients of the logits, in order; all is added to. */
struct pairs_back {
    const real *d;
    const uint8_t *first;   /* [count], or NULL: the row of `left` is set, not added to */
    real *w, *left, *right; /* like those of the pairs */
};

/*
 * A GRU (Cho et al. 2014) along the branches of a trie, n = size. Entry q = first..end-1 comes from
 * p = parent[q] by the input row x = input[label[q] - 1], or `none` for label 0:
 *     r, z = sigmoid(x_rz + a_rz)   new = tanh(x_n + r a_n)   query_q = new + z (query_p - new)
 * with a = answer[p] and gate_q = [r, z, new]; parts in the order r, z, n.
 */
struct gru {
    int size, first, end;
    const int32_t *parent, *label;
    const real *input, *none, *answer; /* rows [>= 3 n], [3 n], rows [>= 3 n] */
    ptrdiff_t ld_input, ld_answer;
    real *query, *gate; /* rows [n], [3 n] */
};

/* Backwards from the rows of d_query. The rows of a parent are set, not added to, by an entry whose
   `eldest` is set; everything else is added to. */
struct gru_back {
    real *input, *none, *answer, *query; /* gradients, like those of the GRU */
    const uint8_t *eldest;               /* or NULL: none is */
};

/* A step of Adam on n parameters: `scale` multiplies the gradient, rate and fix hold the bias
   corrections: theta -= rate m / (sqrt(fix v) + 1e-8). The gradient becomes 0. */
struct adam {
    int n;
    real *theta, *m, *v, *grad;
    real scale, rate, fix;
};

/*
 * Images, 16 side by side: a position of a channel is 16 numbers, one of each image, so that
 * no loop has a rest. Channels are planes; `step` is the distance between neighbouring positions.
 *
 *     to[o](y, x) = sum over i, t of  w[o w_out + i w_in + w_at[t]]  from[i](y, x; + at[t])
 *
 * summed from zero in that order, then what is there is added with `add`. With `alone` output o
 * reads input o and no other; `in` is 1.
 */
enum { FILTER_TAPS = 25, FILTER_LANES = 16 };

struct filter {
    real *to;
    const real *from;
    real *w; /* read; the gradient's kernel sets it */
    ptrdiff_t to_plane, to_row, to_step, from_plane, from_row, from_step;
    ptrdiff_t w_out, w_in;
    int out, in, rows, cols, taps;
    int32_t at[FILTER_TAPS], w_at[FILTER_TAPS];
    bool add, alone;
};

/* Planes of `rows` rows of n numbers: x is normalized to y = factor x + shift, with `relu` to
   max(y, 0). */
struct norm {
    real *y, *d;          /* d: the gradient of y; that of x takes its place */
    const real *x, *line; /* line [channels][2]: factor and shift */
    ptrdiff_t row, plane;
    int channels, rows, n; /* n: a multiple of 16 */
    bool relu;
};

#define KERNELS(X)                                                                                 \
    X(void, product, (const struct product *p))                                                    \
    X(void, product_nt, (const struct product *p)) /* with B^T: B is [n, k] */                     \
    /* to [cols, rows] <- the transpose of `from` [rows, cols] */                                  \
    X(void, transpose,                                                                             \
      (real * to, ptrdiff_t ld_to, const real *from, ptrdiff_t ld, int rows, int cols))            \
                                                                                                   \
    /* x [n] <- f(x) */                                                                            \
    X(void, exp, (real * x, size_t n))                                                             \
    X(void, log, (real * x, size_t n))                                                             \
    X(void, tanh, (real * x, size_t n))                                                            \
    X(void, sigmoid, (real * x, size_t n))                                                         \
    /* f(x) of one number, with the same bits */                                                   \
    X(real, exp_one, (real x))                                                                     \
    X(real, log_one, (real x))                                                                     \
    X(real, tanh_one, (real x))                                                                    \
    X(real, sigmoid_one, (real x))                                                                 \
    X(real, softplus_one, (real x)) /* log(1 + e^x) */                                             \
    /* d [n] <- d (1 - y^2): from the gradient of y = tanh(x) to that of x */                      \
    X(void, tanh_back, (real * d, const real *y, size_t n))                                        \
    /* d [rows, n] <- d_y (1 - y^2) */                                                             \
    X(void, tanh_back_rows,                                                                        \
      (real * d, ptrdiff_t ld, const real *d_y, ptrdiff_t ld_dy, const real *y, ptrdiff_t ld_y,    \
       int rows, int n))                                                                           \
    /* y [n] <- d w (1 - y^2): from the gradient d of w . y, y = tanh(x), to that of x */          \
    X(void, tanh_dot_back, (real * y, real d, const real *w, int n))                               \
    /* x [rows, n] <- tanh(x + bias [n]); x + bias */                                              \
    X(void, tanh_rows, (real * x, ptrdiff_t ld, const real *bias, int rows, int n))                \
    X(void, bias_rows, (real * x, ptrdiff_t ld, const real *bias, int rows, int n))                \
                                                                                                   \
    /* y [n] <- y + a x; a x; a + b */                                                             \
    X(void, axpy, (real * y, real a, const real *x, int n))                                        \
    X(void, scale, (real * y, real a, const real *x, int n))                                       \
    X(void, sum, (real * y, const real *a, const real *b, int n))                                  \
    /* the sum over x [n] y [n] */                                                                 \
    X(real, dot, (const real *x, const real *y, int n))                                            \
    /* sum [n] += the rows of x, in order; the rows weighted by a [rows] */                        \
    X(void, add_rows, (real * sum, const real *x, ptrdiff_t ld, int rows, int n))                  \
    X(void, add_weighted,                                                                          \
      (real * sum, const real *x, ptrdiff_t ld, const real *a, int rows, int n))                   \
    X(void, sums, (const struct sums *s))                                                          \
    X(void, spread, (const struct spread *s))                                                      \
                                                                                                   \
    /* logp [members of open] <- log softmax of the logits; returns the entropy in nats */         \
    X(real, log_softmax, (real * logp, const real *logit, bits open))                              \
    /* d [n] <- gradient of a logp[taken] + b entropy, 0 where not open */                         \
    X(void, log_softmax_back,                                                                      \
      (real * d, const real *logp, bits open, int taken, real a, real b, real entropy, int n))     \
    /* d [n] <- (sigmoid(logit) - yes) share; returns the sum of -log P(yes or no) */              \
    X(double, cross_entropy, (real * d, const real *logit, const uint8_t *yes, real share, int n)) \
                                                                                                   \
    /* logp, entropy [n] of the answers `yes` [n] with P(yes) = sigmoid(logit) */                  \
    X(void, yes_no, (real * logp, real * entropy, const real *logit, const uint8_t *yes, int n))   \
    /* d [n] <- the logits' gradients of  a logp + b entropy */                                    \
    X(void, yes_no_back,                                                                           \
      (real * d, const real *logit, const uint8_t *yes, const real *a, const real *b, int n))      \
                                                                                                   \
    X(void, pairs, (const struct pairs *p))                                                        \
    X(void, pairs_back, (const struct pairs *p, const struct pairs_back *d))                       \
    X(void, gru, (const struct gru *g))                                                            \
    X(void, gru_back, (const struct gru *g, const struct gru_back *d))                             \
                                                                                                   \
    /* grad [n] <- the sum of `lanes` lanes, `stride` apart, of which the others become 0; returns \
       the sum of squares */                                                                       \
    X(double, sum_lanes, (real * grad, ptrdiff_t stride, int lanes, int n))                        \
    X(void, adam, (const struct adam *a))                                                          \
                                                                                                   \
    X(void, filter, (const struct filter *f))                                                      \
    /* w <- the gradient of the weights, `to` being that of the outputs */                         \
    X(void, filter_grad, (const struct filter *f))                                                 \
    /* of each channel alone: to <- the greatest of the taps; backward from the gradient d of      \
       `to`: what d is goes to the first of the greatest, at the same place of `into` */           \
    X(void, pool_max, (const struct filter *f))                                                    \
    X(void, pool_max_back, (const struct filter *f, const real *d, real *into))                    \
    /* d / taps is added to all taps */                                                            \
    X(void, pool_mean_back, (const struct filter *f, const real *d, real *into))                   \
    /* sum [channels][2] <- the sums of x and x^2; y <- what x is normalized to; sum <- the sums   \
       of d and d x where y > 0; d <- factor d (where y > 0) + rest[0] x + rest[1], rest           \
       [channels][2] */                                                                            \
    X(void, norm_sums, (const struct norm *p, real *sum))                                          \
    X(void, norm_set, (const struct norm *p))                                                      \
    X(void, norm_back_sums, (const struct norm *p, real *sum))                                     \
    X(void, norm_back, (const struct norm *p, const real *rest))                                   \
                                                                                                   \
    /* nothing but multiply-adds in registers, on numbers made from a seed below 1: returns their  \
       number, twice, as operations */                                                             \
    X(double, chains, (int turns, real seed, real *out))

struct kernels {
    const char *name; /* "avx512", "avx2", "fma128", "base" */
#define KERNEL_MEMBER(type, name, arguments) type(*name) arguments;
    KERNELS(KERNEL_MEMBER)
#undef KERNEL_MEMBER
};

extern const struct kernels *kernel;

/* The kernels of a set by name; NULL where the build or the CPU lacks it. */
const struct kernels *kernels_of(const char *name);

/* The kernels for a value of GANAS_ISA; NULL or "": the best there are. NULL when it is no such
   value or asks for what the CPU lacks: *why is what the message says of it. */
const struct kernels *kernels_choose(const char *isa, const char **why);

/* Whether products go to OpenBLAS: GANAS_GEMM=openblas, and always in the double build. */
extern bool kernel_blas;

#endif
