/*
 * convnet.h - a small convolutional network in memory: its layers, numbers and planes.
 *
 * Images go through it in groups of 16, the lanes: position (y, x) of a channel is 16 numbers side
 * by side, so that every inner loop runs over lanes whatever the channels and sizes are. Around
 * each plane are `margin` rows and columns of zeros, the window's reach outside of the image; the
 * margin on the right of a row is the one on the left of the next:
 *
 *     at(channel, y, x, lane) = channel plane + origin + y row + 16 x + lane
 *
 * A group is one task of the pool. What groups share (sums of batch norm, gradients) each writes
 * for itself and all add up in order, so that results don't depend on the number of threads.
 */
#ifndef GANAS_CONVNET_H
#define GANAS_CONVNET_H

#include "images.h"
#include "kernel.h"

enum { GROUP = FILTER_LANES, CONVNET_CLASSES = 256 };

/* Planes of all groups: those of a group begin at base + group * step. */
struct planes {
    real *base;
    ptrdiff_t step;
};

/* Planes lie among those of a node, from a channel on; in their own memory where that is the node
   itself. */
struct place {
    int node, channel;
};

/* Node 0 is the image, node i + 1 layer i. */
struct node {
    ganas_layer layer;            /* its inputs are those that count: see count_inputs */
    int same;                     /* the node whose numbers it has: itself, or the one it sums */
    bool live;                    /* a path leads from it to the last layer */
    bool add[GANAS_LAYER_INPUTS]; /* backward: something has written the input's gradient already */
    int channels, height, width;
    ptrdiff_t row, plane, size; /* numbers of a row, a plane, all planes of a group */
    int32_t weight,
        weights; /* place in theta, and how many; batch norm's factors and shifts follow */
    int32_t sum; /* place of its 2 numbers a channel among the sums of batch norm */
    struct place y_in, d_in;
    struct planes x, y, d; /* before batch norm, after, the gradient; x is y without norm */
};

/* What a step does for each group: kinds of actions; `phase` numbers grow where all groups have to
   be ready with what was before. */
enum action_kind { ACTION_FORWARD, ACTION_NORM, ACTION_BACK_SUMS, ACTION_BACK };

struct action {
    enum action_kind kind;
    int node, phase;
};

/* What the order of a pass over the images follows from. */
struct pass {
    uint64_t seed;
    int64_t number;
    int32_t count, flip;
};

struct ganas_convnet {
    struct node node[GANAS_MAX_LAYERS + 1];
    int nodes, groups, margin;
    int32_t parameters, sums;
    real *theta, *speed;          /* [parameters] */
    real *grad;                   /* [groups][parameters] */
    real *forward_sum, *back_sum; /* [groups][sums]: of x and x^2; of d and d x */
    real *line, *rest;            /* [groups][sums]: see struct norm */
    double *moment; /* [groups][sums]: mean and 1 / standard deviation, each group's */
    real *running;  /* [sums]: mean and variance of each channel */
    double *loss;   /* [groups] */
    int32_t *right; /* [groups] images whose class was found */
    uint8_t *label; /* [groups * 16] of this batch */
    int32_t *image; /* [groups * 16] their numbers; ~i: image i mirrored */
    int32_t *order; /* [ordered] the pass's permutation */
    int32_t ordered;
    struct pass pass; /* whose `order` that is; of 0 images: none */
    struct action action[4 * (GANAS_MAX_LAYERS + 1)];
    int actions, phases;
    const ganas_images *images;
    ganas_threads *threads;
    void *memory;
};

/* A group's planes, margins and all. */
static inline real *planes_of(struct planes planes, int group)
{
    return planes.base + group * planes.step;
}

/* The first number of plane 0 of a group in planes of a node's. */
static inline real *node_at(const ganas_convnet *net, const struct node *node, struct planes planes,
                            int group)
{
    return planes_of(planes, group) + net->margin * (node->row + GROUP);
}

/* Does anything want the gradient of its numbers? */
static inline bool node_has_gradient(const ganas_convnet *net, const struct node *node)
{
    return node != net->node && node->layer.op != GANAS_LAYER_ZERO;
}

/* Checks layers, sets the shapes of what they make and marks what the last one depends on.
   GANAS_E_ARGUMENT, with a message. */
int32_t convnet_set_layers(ganas_convnet *net, const ganas_layer *layers, int32_t count,
                           const int32_t *shape);

bool layer_has_weights(int op);

static inline int node_reach(const struct node *node)
{
    return node->layer.kernel / 2;
}

/* The node that an input of a node is. */
static inline struct node *node_input(ganas_convnet *net, const struct node *node, int i)
{
    return &net->node[node->layer.input[i]];
}

#endif
