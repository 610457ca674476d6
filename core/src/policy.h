/* policy.h - inside the generator: what policy.c, sample.c and ppo.c share. */
#ifndef GANAS_POLICY_H
#define GANAS_POLICY_H

#include "base.h"
#include "encode.h"
#include "optim.h"
#include "play.h"

struct ganas_policy {
    ganas_net net;
    ganas_threads *threads;
    struct grower grower;
    struct params params;
    struct play play[LANES];
    struct arena arena;
};

/* Steps of row i of a batch; of all rows. */
int policy_steps(const ganas_policy *policy, const ganas_batch *batch, int32_t i);
int64_t policy_all_steps(const ganas_policy *policy, const ganas_batch *batch);

/* Plays that a number of graphs fill. */
int32_t policy_plays(const ganas_policy *policy, int32_t graphs);

/* The rows of a batch in an order in which equal beginnings are neighbours, and so in one play
   where they can be: [count], the caller's to memory_free. NULL: no memory. */
int32_t *policy_order(const ganas_batch *batch);

#endif
