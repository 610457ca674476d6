/*
 * ppo.h - inside the PPO update, for its tests: its numbers, and the loss with its gradient.
 */
#ifndef GANAS_PPO_H
#define GANAS_PPO_H

#include "base.h"
#include "policy.h"

struct ppo_update {
    ganas_policy *policy;
    const ganas_batch *batch;
    const ganas_ppo *ppo;
    const int32_t *order; /* policy_order: place p of the plays holds row order[p] */
    /* [count * steps], row-major by graph: */
    real *old_logp, *value, *advantage, *target;
    double total; /* steps of all graphs */
    bool learn;   /* false: only note old_logp and value */
    bool loaded;  /* the plays hold the batch already */
    bool known;   /* they hold what these parameters make of it */
    double loss[LANES], entropy[LANES], clipped[LANES];
};

/* Notes old log-probabilities and values, and makes advantages and targets of the rewards. */
void ppo_prepare(struct ppo_update *u, const double *reward);

/* Loss of one pass over the batch, and its gradient in the lanes of the policy's parameters. */
void ppo_gradient(struct ppo_update *u, ganas_stats *stats);

#endif
