/*
 * encode.h - codes of whole graphs: their nodes as rows (rows.h), encoded by the GNN and read out
 * as the mean over live nodes; and the way back.
 *
 * On spaces with end_op the encoder sees the pruned network, so that two ways of writing one
 * network have one code (but for the order of sums).
 *
 *     encoder_load(&e, truth, NULL, k, 0);  encoder_load(&e, fakes, NULL, n, k);
 *     encoder_forward(&e, theta);           e.code [k + n, width]
 *     ... e.d_code ...
 *     encoder_backward(&e, &params);
 */
#ifndef GANAS_ENCODE_H
#define GANAS_ENCODE_H

#include "base.h"
#include "batch.h"
#include "gnn.h"
#include "optim.h"

struct encoder {
    const ganas_space *space;
    ganas_threads *threads;
    struct gnn gnn;
    int32_t graphs, capacity; /* loaded; room */
    int32_t edges;            /* that a graph can have */
    bool closed;              /* the lists below are up to date */
    struct rows rows;         /* of all graphs' live nodes */
    struct lists of;          /* rows of each graph */
    struct lists in;          /* graphs of each row, the transpose */
    real *code, *d_code;      /* [capacity, width] */
    real *d_out;              /* [rows, width] */
    struct gnn_act act;
    struct gnn_scratch scratch;
    struct arena arena;
    /* During a pass: */
    const real *theta;
    struct params *params;
    int layer;
};

/* Checks sizes and rates; GANAS_E_ARGUMENT names the field. */
int32_t net_check(const ganas_net *net);

/* The encoder of discriminator and ranker for a space; its parameters begin at theta[0]. */
void encoder_init(struct encoder *e, const ganas_space *space, const ganas_net *net,
                  ganas_threads *threads);
void encoder_free(struct encoder *e);

/* Room for n graphs; what was loaded is lost. */
int32_t encoder_reserve(struct encoder *e, int32_t n);

/* Puts rows index[0..n-1] (index NULL: rows 0..n-1) of a batch at places at, at + 1, ...; the
   number of graphs becomes at + n. Fill places in order, without gaps. */
void encoder_load(struct encoder *e, const ganas_batch *batch, const int32_t *index, int32_t n,
                  int32_t at);

void encoder_forward(struct encoder *e, const real *theta);

/* Adds to the gradient lanes of `params` what e->d_code asks for. */
void encoder_backward(struct encoder *e, struct params *params);

#endif
