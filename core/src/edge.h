/*
 * edge.h - the generator's edge head: a GRU that decides the reads of a node one after another.
 *
 * For a node that may choose what it reads, in state s (state.h) with operation o:
 *
 *     q_0      = tanh(s_i + Q[o])                               the query
 *     logit_j  = v . tanh(U q_t + Wk h_j + b)  (+ c, yes or no)  h_j: the encoder's row of node j
 *     q_{t+1}  = GRU(q_t, Wx x_t)                               x_t: the row just read, or "not
 * read"
 *
 * A CHOOSE node picks one source a step: softmax over the open ones. A FREE node says yes or no to
 * candidate j = its t-th. Forced choices cost nothing and have log-probability 0.
 *
 * A query is an entry of a trie: first of a state and an operation (parent -1 - state, label the
 * operation), then of a query and the row that was read (label row + 1, 0: not read). Graphs that
 * agree so far share it. [U | Wh] lie side by side, and so do [Wk | Wx].
 */
#ifndef GANAS_EDGE_H
#define GANAS_EDGE_H

#include "arena.h"
#include "mat.h"
#include "rng.h"
#include "space.h"
#include "trie.h"

/* A node that chooses its reads. */
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
    int asks;    /* most logits of all rows that one graph can ask for */
    int inputs;  /* nodes from here on are never the input of a query */
    struct edge_row row[GANAS_MAX_NODES];
    size_t op;     /* Q [ops, size] */
    size_t wx, bx; /* [width, 4 size] key, then gates in the order r, z, n; [4 size] */
    size_t wq, bq; /* [size, 4 size] U, then gates; [3 size] of the gates */
    size_t v, c;   /* [size]; [1] */
    size_t none;   /* [3 size] the input "not read" */
    size_t end;
};

/* Queries from..to-1, those from `middle` on without children. */
struct edge_level {
    int32_t from, middle, to;
};

struct edge_act {
    real *input;  /* [rows, 4 size]    key and input of each row */
    real *query;  /* [queries, size]   q */
    real *answer; /* [queries, 4 size] U q, Wh q + bh */
    real *gate;   /* [queries, 3 size] r, z, n that led to q */
    /* backward: */
    uint8_t *eldest; /* [queries] the first child of its parent */
    bool *asked;     /* [queries] some logit comes of it */
    real *d_input;   /* [rows, 4 size], cleared by edge_clear */
    real *d_query;   /* [queries, size] */
    real *d_answer;  /* [queries, 4 size] */
};

/* The head of a space; its parameters begin at theta[at]. `step_of` [nodes]: the policy's steps. */
void edge_init(struct edge_head *head, const ganas_space *space, int width, int size,
               const int *step_of, size_t at);
void edge_draw(const struct edge_head *head, real *theta, struct draws *d);
void edge_cut(const struct edge_head *head, struct arena *arena, int rows, int queries,
              struct edge_act *act);

/* The source that choice t of a FREE row is about. */
int edge_candidate(const struct edge_row *row, int t);

/* ---- forward ---- */

/* Keys of rows from..to-1 of h [rows, width], and inputs of those before `inputs`. */
void edge_inputs(const struct edge_head *head, const real *theta, struct edge_act *act,
                 const real *h, int from, int inputs, int to);

/* Queries from..to-1, whose parents are there; `start` has a row s_i for each state. */
void edge_queries(const struct edge_head *head, const real *theta, const struct trie *trie,
                  struct edge_act *act, struct mat start, int from, int to);

/* What queries from..to-1 ask, and with `more` what comes of them in the GRU. */
void edge_answers(const struct edge_head *head, const real *theta, struct edge_act *act, int from,
                  int to, bool more);

/* logit [n] of queries query[i] for rows row[i], without c. */
void edge_logits(const struct edge_head *head, const real *theta, const struct edge_act *act,
                 const int32_t *query, const int32_t *row, int n, real *logit);

/* ---- backward ---- */

/* Sets `eldest`, once all queries are there. */
void edge_mark(const struct trie *trie, struct edge_act *act);

/* Gradients of rows to zero. Those of queries are set by whoever comes first. */
void edge_clear(const struct edge_head *head, struct edge_act *act, int inputs, int rows);

/* From the gradients d [n] of such logits to v, the keys and the answers; `first` [n] marks each
   query's first one. */
void edge_logits_back(const struct edge_head *head, const real *theta, real *grad,
                      struct edge_act *act, const int32_t *query, const int32_t *row,
                      const uint8_t *first, int n, const real *d);

/* Level by level: adds to grad, to the inputs' gradients and to d_start (like `start`). */
void edge_queries_back(const struct edge_head *head, const real *theta, real *grad,
                       const struct trie *trie, struct edge_act *act,
                       const struct edge_level *level, int levels, struct mat d_start);

/* From the inputs' gradients to grad and d_h [rows, width] (added). */
void edge_inputs_back(const struct edge_head *head, const real *theta, real *grad,
                      struct edge_act *act, const real *h, real *d_h, int inputs, int rows);

#endif
