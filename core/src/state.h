/*
 * state.h - the generator's states: what has grown before a node, and the heads that look at it.
 *
 *     c_i    = sum_{j<i} h_j / sqrt(i)                     the context of node i
 *     p(o_i) = softmax(Wo tanh(Wc c_i + P_i) + b_i)        over the open operations
 *     v_i    = u . tanh(Wv c_i + V_i)                      the value of the state
 *     s_i    = Wq c_i + Q_i                                where the edge head's query starts
 *
 * A state is an entry of a trie: the state one node earlier, and that node's row. Graphs that agree
 * so far share their states. Wc, Wv and Wq lie side by side, so that one product serves all three.
 */
#ifndef GANAS_STATE_H
#define GANAS_STATE_H

#include "arena.h"
#include "base.h"
#include "rng.h"
#include "trie.h"

struct state_head {
    int width, size, ops, nodes;
    int parts; /* of the hidden layer: 2, or 3 with queries */
    size_t w;  /* [width, parts * size] */
    size_t p;  /* [nodes, parts * size] */
    size_t wo; /* [size, ops] */
    size_t bo; /* [nodes, ops] */
    size_t u;  /* [size] */
    size_t end;
};

struct state_act {
    uint8_t *node; /* [states] the node that comes next */
    real *sum;     /* [states, width] of the rows so far */
    real *context; /* [states, width] */
    real *hidden;  /* [states, parts * size] tanh of the first two parts, s_i */
    real *logit;   /* [states, ops] */
    real *value;   /* [states] */
    /* backward, cleared by state_clear: */
    real *d_hidden; /* [states, parts * size]: the third part is the edge head's */
    real *d_logit;  /* [states, ops] */
    real *d_value;  /* [states] */
    real *d_sum;    /* [states, width] */
};

/* The heads; their parameters begin at theta[at]. */
void state_init(struct state_head *head, int width, int size, int ops, int nodes, bool queries,
                size_t at);
void state_draw(const struct state_head *head, real *theta, struct draws *d);
void state_cut(const struct state_head *head, struct arena *arena, int states,
               struct state_act *act);

/* States from..to-1, whose parents and the rows h [rows, width] of their labels are there. */
void state_forward(const struct state_head *head, const real *theta, const struct trie *trie,
                   struct state_act *act, const real *h, int from, int to);

/* All gradients of states 0..n-1 to zero. */
void state_clear(const struct state_head *head, struct state_act *act, int n);

/* From d_logit, d_value and the third part of d_hidden of all states to grad and d_h (added). */
void state_backward(const struct state_head *head, const real *theta, real *grad,
                    const struct trie *trie, struct state_act *act, real *d_h);

#endif
