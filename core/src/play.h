/*
 * play.h - what the generator works on at a time: some graphs that grow, or have grown.
 *
 * Graphs that agree so far share all that is worked out about them: rows of the encoder (rows.h),
 * states (state.h) and queries (edge.h). A "step" of an episode is a node with something to choose;
 * its action is the operation and all reads of that node together. Arrays by node, step or choice
 * are [node][graph]: index node * room + graph.
 */
#ifndef GANAS_PLAY_H
#define GANAS_PLAY_H

#include "base.h"
#include "batch.h"
#include "edge.h"
#include "gnn.h"
#include "state.h"
#include "walk.h"

/* How a graph grows: the space and the shapes of the networks. */
enum { ROOM = 64 }; /* most graphs of a play */

struct grower {
    const ganas_space *space;
    const ganas_rules *rules;
    struct gnn gnn;
    struct state_head state;
    struct edge_head edge;
    int room;                     /* graphs of a play */
    int steps;                    /* of an episode, at most */
    int states;                   /* the states before the nodes 0..states-1 are looked at */
    int node_of[GANAS_MAX_NODES]; /* [steps] */
    int step_of[GANAS_MAX_NODES]; /* [nodes], -1: nothing to choose */
    int edge_of[GANAS_MAX_NODES]; /* [nodes] row of the edge head, -1 */
};

/*
 * The logits that the edge head is asked for, one after another: of row e of the head numbers
 * at[e]..at[e + 1] - 1, by graph, by choice and, for CHOOSE, by open source.
 */
struct asks {
    int count;
    int at[GANAS_MAX_NODES + 1];
    int32_t *query, *row;     /* [asks * room] whose logit */
    uint8_t *yes;             /* [asks * room] FREE: the answer */
    uint8_t *first;           /* [asks * room] the first of its query */
    real *logit, *d;          /* [asks * room] and its gradient */
    real *logp, *entropy;     /* [asks * room] FREE: of the answer */
    real *d_logp, *d_entropy; /* [asks * room] FREE: their gradients */
};

struct play {
    int graphs;           /* real ones; places behind are empty */
    struct walk *walk;    /* [room] */
    struct graph *target; /* [room] what is loaded */
    bool *dead;           /* [room] ended in a dead end */

    /* What is shared, and where each graph's is. */
    struct rows rows;
    struct trie state, query;
    int32_t *row_of, *state_of; /* [nodes * room], -1: the node isn't there */
    int32_t inputs;             /* rows of nodes that can be the input of a query: the first ones */
    int32_t *query_of;          /* [choices * room], -1: nothing was asked */
    uint8_t *asked;             /* [edge rows * room] choices up to the last with two ways */
    int levels;                 /* of queries */
    struct edge_level level[GANAS_MAX_NODES];

    /* What was chosen and what was open. */
    uint8_t *op;   /* [nodes * room] */
    bits *open_op; /* [steps * room]; 0: the step isn't there */
    bits *open;    /* [choices * room] CHOOSE: open sources. FREE: WALK_NO, WALK_YES */
    uint8_t *take; /* [choices * room] CHOOSE: the source. FREE: 0 or 1 */

    /* Numbers. */
    struct gnn_act act;
    struct gnn_scratch scratch;
    struct state_act states;
    struct edge_act edges;
    real *op_logp, *op_entropy; /* [steps * room, ops] of the open ones, [steps * room] */
    real *logp, *entropy;       /* [steps * room] of the whole action */
    real *pick_logp;            /* [choices * room, nodes] CHOOSE: of the open ones */
    real *pick_entropy;         /* [choices * room] */
    struct asks ask;
    real *d_logp, *d_entropy, *d_value; /* [steps * room] */
    real *d_h;                          /* [rows, width] */
};

static inline int play_at(const struct grower *grower, int i, int g)
{
    return i * grower->room + g;
}

/* Cuts a play out of an arena; its rows are reserved by play_reserve. */
void play_cut(const struct grower *grower, struct arena *arena, struct play *play);
int32_t play_reserve(const struct grower *grower, struct play *play);
void play_free(struct play *play);

/* Forgets the graphs: every place is empty. */
void play_clear(const struct grower *grower, struct play *play);

/* Loads rows index[0..n-1] of a batch with all masks. */
void play_load(const struct grower *grower, struct play *play, const ganas_batch *batch,
               const int32_t *index, int32_t n);

/* The state of graph g before node i; the row of its node i. What is new is at the end. */
void play_enter(const struct grower *grower, struct play *play, int i, int g);
void play_settle(const struct grower *grower, struct play *play, int i, int g, bits reads);

/* The query of graph g at choice t of row e of the edge head. */
void play_ask(const struct grower *grower, struct play *play, int e, int t, int g);

/* Appends what choice t of row e asks for graph g: of its open sources. */
void play_append(const struct grower *grower, struct play *play, int e, int t, int g);

/* Where the queries start: the third part of the states' hidden layer, or of its gradient. */
struct mat play_starts(const struct grower *grower, real *hidden);

/* logp and entropy of each step, states.value of each state. */
void play_forward(const struct grower *grower, const real *theta, struct play *play);

/* Adds to grad what d_logp, d_entropy and d_value ask for. */
void play_backward(const struct grower *grower, const real *theta, real *grad, struct play *play);

/* The value of the state before a step of graph g. */
static inline real play_value(const struct grower *grower, const struct play *play, int step, int g)
{
    return play->states.value[play->state_of[play_at(grower, grower->node_of[step], g)]];
}

#endif
