/*
 * gnn.h - the graph encoder: GraphConv layers (Morris et al. 2019, the 1-GNN) over rows
 * (rows.h).
 *
 *     h_i <- tanh( W1 h_i + W2 sum_{j read by i} h_j  [ + W3 sum_{j that reads i} h_j ]  + b )
 *
 * The first layer's input is the one-hot operation (and the node's number), so that its products
 * are look-ups. The others are one product each: z = [h | sum of reads | sum of readers], h <-
 * tanh(z W + b).
 *
 * All goes by layer and by range of rows, so that ranges can be worked on side by side. With
 * messages from reads only, a row depends on rows before it alone, so that graphs can be encoded
 * while they grow: all layers over the rows that are new.
 */
#ifndef GANAS_GNN_H
#define GANAS_GNN_H

#include "arena.h"
#include "base.h"
#include "rng.h"
#include "rows.h"

enum { GNN_MAX_LAYERS = 8 };

struct gnn {
    int nodes, ops, width, layers;
    int parts;     /* 2: self and reads; 3: readers too */
    bool position; /* the first layer knows the node's number */
    size_t at;     /* its parameters begin at theta[at] */
};

/* Activations. z[l], l >= 1: [rows, parts * width]; out: [rows, width]. */
struct gnn_act {
    real *z[GNN_MAX_LAYERS];
    real *out;
};

/* Scratch of a backward pass. */
struct gnn_scratch {
    real *d;    /* [rows, width] before the activation */
    real *z[2]; /* [rows, parts * width] */
};

size_t gnn_params(const struct gnn *gnn);
void gnn_init(const struct gnn *gnn, real *theta, struct draws *d);

/* Cuts activations or scratch for up to `rows` rows out of an arena. */
void gnn_cut_act(const struct gnn *gnn, struct arena *arena, int rows, struct gnn_act *act);
void gnn_cut_scratch(const struct gnn *gnn, struct arena *arena, int rows,
                     struct gnn_scratch *scratch);

/* Rows from..to-1 of layer `layer`, the last one's into act->out. The layer before must be there
   for these rows and all that they read (and that read them). */
void gnn_forward(const struct gnn *gnn, const real *theta, const struct rows *rows,
                 struct gnn_act *act, int layer, int from, int to);

/*
 * Backward, from the last layer to the first: for each layer gnn_backward over all ranges of rows,
 * then, but for layer 0, gnn_gather over all of them. grad += the gradient for d_out [rows, width],
 * the gradient of act->out; each range may have a grad of its own.
 */
void gnn_backward(const struct gnn *gnn, const real *theta, real *grad, const struct rows *rows,
                  const struct gnn_act *act, const real *d_out, struct gnn_scratch *scratch,
                  int layer, int from, int to);
void gnn_gather(const struct gnn *gnn, const struct rows *rows, struct gnn_scratch *scratch,
                int layer, int from, int to);

#endif
