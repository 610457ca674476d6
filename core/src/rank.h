/*
 * rank.h - inside the ranking discriminator, for its tests: the parts, and the loss with its
 * gradient.
 */
#ifndef GANAS_RANK_H
#define GANAS_RANK_H

#include "base.h"
#include "encode.h"
#include "optim.h"

/* Offsets of the head's parameters in theta, behind the encoder's. */
struct rank_head {
    size_t w1, b1, w2; /* F1 [width, head], b [head], f2 [head] */
    int width, size;
};

struct ganas_rank {
    ganas_net net;
    ganas_threads *threads;
    struct encoder encoder;
    struct params params;
    struct rank_head head;
    /* By the encoder's positions: */
    real *hidden, *d_hidden; /* [room, head] */
    real *f, *d_f;           /* [room] */
    int32_t *index;          /* [rows] of the last training set that have a score */
    int32_t room, rows;
};

/* Loss, and its gradient in the lanes of rank->params, over rows index[0..n-1]; room must be there.
 */
void rank_gradient(ganas_rank *rank, const ganas_batch *x, const double *score,
                   const int32_t *index, int32_t n, ganas_stats *stats);

#endif
