/*
 * disc.h - inside the pairwise discriminator, for its tests: the parts, and the loss with its
 * gradient.
 */
#ifndef GANAS_DISC_H
#define GANAS_DISC_H

#include "base.h"
#include "encode.h"
#include "optim.h"

/* Offsets of the head's parameters in theta, behind the encoder's. */
struct disc_head {
    size_t wa, wb, b, w, c; /* [width, size], [width, size], [size], [size], [1] */
    int width, size;
};

struct ganas_disc {
    ganas_net net;
    ganas_threads *threads;
    struct encoder encoder;
    struct params params;
    struct disc_head head;
    /* Places 0..k-1 of the encoder hold the truth set, or the left sides of given pairs; the others
       what is judged, or the right sides. Of given pairs no graph is on both sides. */
    int32_t k, room;
    const uint8_t *same; /* [k] labels of given pairs (i, k + i); NULL: all pairs with the k */
    double pairs;        /* in the loss */
    uint8_t *true_at;    /* [room] by position: from the truth set */
    /* By the encoder's positions: */
    real *left, *d_left;   /* [room, size] Wa code(t) */
    real *right, *d_right; /* [room, size] Wb code(x) + b; d_right has a lane for each of LANES */
    double loss[LANES], correct[LANES];
    double *reward; /* of the places judged */
    bool hard;
};

/* Loads truth set and fakes: the loss is over all pairs. */
int32_t disc_load(ganas_disc *disc, const ganas_batch *truth, const ganas_batch *fakes);

/* Loads given pairs. `same` is kept. */
int32_t disc_load_pairs(ganas_disc *disc, const ganas_batch *left, const ganas_batch *right,
                        const uint8_t *same);

/* Loss, and its gradient in the lanes of disc->params, of what is loaded. */
void disc_gradient(ganas_disc *disc, ganas_stats *stats);

#endif
