/*
 * gnn.h - the graph encoder: GraphConv layers (Morris et al. 2019, the 1-GNN) over blocks of
 * graphs.
 *
 *     h_i <- tanh( W1 h_i + W2 sum_{j read by i} h_j  [ + W3 sum_{j that reads i} h_j ]  + b )
 *
 * The first layer's input is the one-hot operation (and the node's number), so that its products
 * are look-ups. The others are one product each: z = [h | sum of reads | sum of readers], h <-
 * tanh(z W + b).
 *
 * A block is a number of graphs side by side, node-major: row r = node * graphs + g. With messages
 * from reads only, a node's rows depend on rows of lower nodes alone, so that a graph can be
 * encoded while it grows: gnn_forward over nodes from..to-1.
 */
#ifndef GANAS_GNN_H
#define GANAS_GNN_H

#include "arena.h"
#include "base.h"
#include "rng.h"

enum { GNN_MAX_LAYERS = 8 };

struct gnn {
    int nodes, ops, width, layers;
    int parts;     /* 2: self and reads; 3: readers too */
    bool position; /* the first layer knows the node's number */
    size_t at;     /* its parameters begin at theta[at] */
};

struct block {
    int graphs, nodes;
    uint8_t *op;   /* [nodes * graphs] */
    bits *reads;   /* [nodes * graphs] */
    bits *readers; /* [nodes * graphs], the transpose of reads; used with 3 parts */
    bits *live;    /* [graphs] nodes that count in the read-out */
};

/* Activations of one block. z[l], l >= 1: [rows, parts * width]; out: [rows, width]. */
struct gnn_act {
    real *z[GNN_MAX_LAYERS];
    real *out;
};

/* Scratch of a backward pass over one block. */
struct gnn_scratch {
    real *d;    /* [rows, width] before the activation */
    real *z[2]; /* [rows, parts * width] */
};

size_t gnn_params(const struct gnn *gnn);
void gnn_init(const struct gnn *gnn, real *theta, struct draws *d);

/* Cuts a block, activations or scratch for up to `graphs` graphs out of an arena. */
void gnn_cut_block(const struct gnn *gnn, struct arena *arena, int graphs, struct block *block);
void gnn_cut_act(const struct gnn *gnn, struct arena *arena, int graphs, struct gnn_act *act);
void gnn_cut_scratch(const struct gnn *gnn, struct arena *arena, int graphs,
                     struct gnn_scratch *scratch);

/* Encodes nodes from..to-1 into act->out; with 3 parts only whole graphs: 0..nodes. */
void gnn_forward(const struct gnn *gnn, const real *theta, const struct block *block,
                 struct gnn_act *act, int from, int to);

/* grad += the gradient for d_out [rows, width], the gradient of act->out. */
void gnn_backward(const struct gnn *gnn, const real *theta, real *grad, const struct block *block,
                  const struct gnn_act *act, const real *d_out, struct gnn_scratch *scratch);

#endif
