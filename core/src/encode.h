/*
 * encode.h - codes of whole graphs: their nodes as rows (rows.h), encoded by the GNN and read out
 * as the mean over live nodes; and the way back.
 *
 * On spaces with end_op the encoder sees the pruned network, so that two ways of writing one
 * network have one code (but for the order of sums).
 *
 * The work is cut into LANES shares that need nothing of each other: each takes some of the graphs
 * from loading to codes, and back. Graphs that begin alike go to one share, where they can share
 * rows. A graph is loaded at a "place" and its code is at row position[place].
 *
 *     encoder_load(&e, truth, NULL, k, 0);  encoder_load(&e, fakes, NULL, n, k);
 *     encoder_forward(&e, theta, NULL, NULL);           e.code [k + n, width]
 *     ... e.d_code ...
 *     encoder_backward(&e, &params, NULL, NULL);
 */
#ifndef GANAS_ENCODE_H
#define GANAS_ENCODE_H

#include "base.h"
#include "batch.h"
#include "gnn.h"
#include "optim.h"

/* A lane's graphs: positions from..to-1, those before `middle` of the first load. */
struct share {
    int32_t from, middle, to;
    int32_t graphs;   /* in `of` */
    struct rows rows; /* of all live nodes */
    struct lists of;  /* rows of each graph */
    struct lists in;  /* graphs of each row, the transpose */
    real *d_out;      /* [rows, width] */
    struct gnn_act act;
    struct gnn_scratch scratch;
};

/* Where a graph comes from. */
struct source {
    const ganas_batch *batch;
    int32_t row;
};

/* What a lane does with its share once its codes are there, or before their gradients are read. */
typedef void encoder_task(void *context, int32_t lane);

struct encoder {
    const ganas_space *space;
    ganas_threads *threads;
    struct gnn gnn;
    int32_t graphs, capacity; /* loaded; room */
    int32_t split;            /* places before it are of the first load */
    int32_t edges;            /* that a graph can have */
    bool closed;              /* the shares hold what is loaded */
    struct source *source;    /* [capacity] by place */
    int32_t *position;        /* [capacity] by place */
    int32_t *place;           /* [capacity] by position */
    uint32_t *key;            /* [capacity] by place: how the graph begins */
    real *code, *d_code;      /* [capacity, width] by position */
    struct share share[LANES];
    struct arena arena;
    /* During a pass: */
    const real *theta;
    struct params *params;
    encoder_task *task;
    void *context;
};

/* Checks sizes and rates; GANAS_E_ARGUMENT names the field. */
int32_t net_check(const ganas_net *net);

/* The encoder of discriminator and ranker for a space; its parameters begin at theta[0]. */
void encoder_init(struct encoder *e, const ganas_space *space, const ganas_net *net,
                  ganas_threads *threads);
void encoder_free(struct encoder *e);

/* Room for n graphs; what was loaded is lost. */
int32_t encoder_reserve(struct encoder *e, int32_t n);

/* Puts rows index[0..n-1] (index NULL: rows 0..n-1) of a batch, which has to stay as it is until
   the first pass, at places at, at + 1, ...; the number of graphs becomes at + n. Fill places in
   order, without gaps. */
void encoder_load(struct encoder *e, const ganas_batch *batch, const int32_t *index, int32_t n,
                  int32_t at);

/* Codes of all that is loaded; `task`, if there is one, goes on with each share. */
void encoder_forward(struct encoder *e, const real *theta, encoder_task *task, void *context);

/* Adds to the gradient lanes of `params` what e->d_code asks for, which `task` may fill in. */
void encoder_backward(struct encoder *e, struct params *params, encoder_task *task, void *context);

#endif
