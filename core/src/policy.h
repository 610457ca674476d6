/*
 * policy.h - inside the generator: what policy.c and ppo.c share.
 *
 * A "step" of an episode is a node with something to choose; its action is the operation and all
 * reads of that node together. Arrays are [step][graph]: index step * BLOCK_GRAPHS + g.
 */
#ifndef GANAS_POLICY_H
#define GANAS_POLICY_H

#include "base.h"
#include "edge.h"
#include "encode.h"
#include "mat.h"
#include "optim.h"
#include "walk.h"

/* Offsets of the heads' parameters in theta: hidden layer and output of operation and value. */
struct policy_heads {
    size_t wc, pc, wo, bo; /* [width, size], [nodes, size], [size, ops], [nodes, ops] */
    size_t wv, pv, uv;     /* [width, size], [nodes, size], [size] */
    int size;
};

/* Everything about one block of episodes. */
struct play {
    int graphs; /* real ones; places behind are empty */
    struct block block;
    struct gnn_act act;
    struct gnn_scratch scratch;
    struct edge_trace trace;
    struct edge_act edges;
    bits *open;                     /* [steps * graphs] open operations; 0: the node isn't there */
    real *context;                  /* [steps * graphs, width] */
    real *op_hidden, *value_hidden; /* [steps * graphs, size] */
    real *op_logp;                  /* [steps * graphs, ops] of the open ones */
    real *op_entropy;               /* [steps * graphs] */
    real *logp, *entropy, *value;   /* [steps * graphs] of the whole action */
    real *d_logp, *d_entropy, *d_value; /* [steps * graphs] */
    real *d_hidden, *d_logits, *d_context, *d_h;
    real *sum;         /* [graphs, width] of the rows so far */
    struct walk *walk; /* [graphs] */
    bool *dead;        /* [graphs] */
};

struct ganas_policy {
    ganas_space *space;
    const ganas_rules *rules;
    ganas_net net;
    ganas_threads *threads;
    struct gnn gnn;
    struct edge_head edge;
    struct policy_heads heads;
    struct params params;
    int steps;
    int node_of[GANAS_MAX_NODES]; /* [steps] */
    int step_of[GANAS_MAX_NODES]; /* [nodes], -1: nothing to choose */
    int row_of[GANAS_MAX_NODES];  /* [nodes] row of the edge head, -1 */
    struct play play[LANES];
    struct arena arena;
};

static inline struct mat policy_rows(real *at, int ld, int row)
{
    return (struct mat){at + (size_t)row * (size_t)ld, ld};
}

static inline int policy_row(int step, int g)
{
    return step * BLOCK_GRAPHS + g;
}

/* Forgets the graphs of a play: every place is empty, d_logp, d_entropy, d_value are 0. */
void policy_clear(const ganas_policy *policy, struct play *play);

/* Loads rows first..first+n-1 of a batch with all masks. */
void policy_load(ganas_policy *policy, struct play *play, const ganas_batch *batch, int32_t first,
                 int32_t n);

/* logp, entropy and value of each step. */
void policy_forward(ganas_policy *policy, struct play *play);

/* Forward by pieces, for sampling: the context of a step from the rows of the nodes before it,
   logits of its operations (into op_logp), and one more node's rows. */
void policy_set_context(const ganas_policy *policy, struct play *play, int step);
void policy_op_logits(const ganas_policy *policy, struct play *play, int from, int to);
void policy_add_rows(const ganas_policy *policy, struct play *play, int node);

/* Adds to a gradient lane what d_logp, d_entropy and d_value ask for. */
void policy_backward(ganas_policy *policy, struct play *play, int lane);

/* Steps of row i of a batch; of all rows. */
int policy_steps(const ganas_policy *policy, const ganas_batch *batch, int32_t i);
int64_t policy_all_steps(const ganas_policy *policy, const ganas_batch *batch);

#endif
