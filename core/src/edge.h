/*
 * edge.h - the generator's edge head: a GRU that decides the reads of a node one after another.
 *
 * For a node i that may choose what it reads, with context c_i and operation o_i:
 *
 *     q_0      = tanh(Wq c_i + Q[o_i] + P[i])                     the query
 *     logit_j  = v . tanh(U q_t + Wk h_j + b)  (+ c, yes or no)    h_j: the encoder's row of node j
 *     q_{t+1}  = GRU(q_t, x_t)                                     x_t: the row just read, or "not
 * read"
 *
 * A CHOOSE node picks one source a step: softmax over the open ones. A FREE node says yes or no to
 * candidate j = its t-th. Forced choices cost nothing and have log-probability 0.
 *
 * Nodes that choose are "rows" e = 0, 1, ..., sorted by their number of steps, so that the rows
 * still at work at step t are a suffix. Arrays are [e][graph]: index e * graphs + g.
 */
#ifndef GANAS_EDGE_H
#define GANAS_EDGE_H

#include "arena.h"
#include "gnn.h"
#include "rng.h"
#include "space.h"

struct edge_row {
    int node;
    int step;        /* the policy's step of that node */
    int steps;       /* choices: sources of a CHOOSE node, candidates of a FREE one */
    int choice;      /* its first choice among all rows' choices */
    bool choose;     /* CHOOSE, else FREE */
    bits candidates; /* its read_set */
};

struct edge_head {
    int width, size; /* of the encoder's rows; of the query */
    int nodes, ops;
    int rows;    /* 0: nothing to choose */
    int steps;   /* most steps of a row */
    int choices; /* of all rows */
    struct edge_row row[GANAS_MAX_NODES];
    int first[GANAS_MAX_NODES]; /* [steps] first row with more than t steps */
    size_t at;
};

/* What was chosen and what was open, [choices * graphs]. */
struct edge_trace {
    bits *open;    /* CHOOSE: open sources. FREE: WALK_NO, WALK_YES. 0: the node isn't there */
    uint8_t *take; /* CHOOSE: the source. FREE: 0 or 1 */
};

struct edge_act {
    int graphs;
    real *key;     /* [nodes * graphs, size]     Wk h + b */
    real *input;   /* [nodes * graphs, 3 * size] Wx h + bx */
    real *query;   /* [steps][rows * graphs, size] q_t */
    real *ask;     /* [steps][rows * graphs, size] U q_t */
    real *gate;    /* [steps][rows * graphs, 4 * size] r, z, n, Wh_n q + bh_n */
    real *logp;    /* [choices * graphs, nodes]: CHOOSE: of the open ones; FREE: [0] the logit */
    real *entropy; /* [choices * graphs] */
    real *hidden;  /* [size] of one logit */
    real *swap;    /* [rows * graphs, 3 * size] */
    /* backward: */
    real *d_key, *d_input;    /* like key and input */
    real *d_query[2], *d_ask; /* [rows * graphs, size] */
    real *d_gate;             /* [rows * graphs, 3 * size] of Wh q + bh */
};

/* The head of a space; its parameters begin at theta[at]. `step_of` [nodes]: the policy's steps. */
void edge_init(struct edge_head *head, const ganas_space *space, int width, int size,
               const int *step_of, size_t at);
size_t edge_params(const struct edge_head *head);
void edge_draw(const struct edge_head *head, real *theta, struct draws *d);
void edge_cut(const struct edge_head *head, struct arena *arena, int graphs, struct edge_act *act);
void edge_cut_trace(const struct edge_head *head, struct arena *arena, int graphs,
                    struct edge_trace *trace);

/* ---- one piece at a time, for sampling: rows from..to-1 ---- */

/* Keys and inputs of encoded nodes from..to-1; `h` [nodes * graphs, width]. */
void edge_keys(const struct edge_head *head, const real *theta, struct edge_act *act, const real *h,
               int from, int to);

/* Queries of step 0: contexts [policy steps * graphs, width], operations from the block. */
void edge_start(const struct edge_head *head, const real *theta, struct edge_act *act,
                const struct block *block, const real *context, int from, int to);

/* U q of step t: then logits can be asked for. */
void edge_ask(const struct edge_head *head, const real *theta, struct edge_act *act, int t,
              int from, int to);

/* The logit of source j for row e, graph g at step t. */
real edge_logit(const struct edge_head *head, const real *theta, struct edge_act *act, int t, int e,
                int g, int j);

/* q_{t+1} from q_t and what was taken at step t. */
void edge_advance(const struct edge_head *head, const real *theta, struct edge_act *act,
                  const struct edge_trace *trace, int t, int from, int to);

/* ---- whole blocks ---- */

/* All of the above, teacher-forced, and log-probability and entropy of each choice, added to
   logp and entropy [policy steps * graphs]. */
void edge_forward(const struct edge_head *head, const real *theta, struct edge_act *act,
                  const struct block *block, const struct edge_trace *trace, const real *h,
                  const real *context, real *logp, real *entropy);

/*
 * Gradients for d_logp and d_entropy [policy steps * graphs]: adds to grad, to d_h
 * [nodes * graphs, width] and to d_context [policy steps * graphs, width].
 */
void edge_backward(const struct edge_head *head, const real *theta, real *grad,
                   struct edge_act *act, const struct block *block, const struct edge_trace *trace,
                   const real *h, const real *context, const real *d_logp, const real *d_entropy,
                   real *d_h, real *d_context);

/* The source that choice t of a FREE row is about. */
int edge_candidate(const struct edge_row *row, int t);

#endif
