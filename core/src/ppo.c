/*
 * ppo.c - the generator's reinforcement-learning update: PPO (Schulman et al. 2017) with GAE
 * (Schulman et al. 2016), clipped ratio, entropy bonus and a value head.
 *
 *     A_t  = sum_l (gamma lambda)^l delta_{t+l},   delta_t = r_t + gamma v_{t+1} - v_t,   r only at
 * the end loss = mean over steps of  - min(rho A, clip(rho, 1-eps, 1+eps) A) + c_v (v - R)^2 - c_e
 * H
 *
 * with rho the ratio of new to old probability of a step's whole action, A normalised over the
 * batch, R = A + v before normalisation. A step whose action was forced has rho = 1 and H = 0.
 */
#include "ppo.h"

#include "arena.h"
#include "nn.h"
#include "status.h"

void ganas_ppo_defaults(ganas_ppo *ppo)
{
    *ppo = (ganas_ppo){.epochs = 4,
                       .clip = 0.2,
                       .discount = 1,
                       .lambda = 0.95,
                       .value_weight = 0.5,
                       .entropy_weight = 0.01};
}

/* ---- advantages ---- */

/* Generalised advantages of one episode and the targets of its values. */
static void estimate_episode(struct ppo_update *u, int32_t i, double reward)
{
    int steps = policy_steps(u->policy, u->batch, i);
    size_t at = (size_t)i * (size_t)u->policy->grower.steps;
    double next = 0, gae = 0;
    for (int t = steps - 1; t >= 0; t--) {
        double v = (double)u->value[at + (size_t)t];
        double delta = (t == steps - 1 ? reward : u->ppo->discount * next) - v;
        gae = delta + (t == steps - 1 ? 0 : u->ppo->discount * u->ppo->lambda * gae);
        u->advantage[at + (size_t)t] = (real)gae;
        u->target[at + (size_t)t] = (real)(gae + v);
        next = v;
    }
}

/* Mean 0 and standard deviation 1 over the steps of the batch. */
static void normalise(struct ppo_update *u)
{
    double sum = 0, squares = 0;
    for (int pass = 0; pass < 2; pass++) {
        double mean = sum / u->total;
        for (int32_t i = 0; i < u->batch->count; i++)
            for (int t = 0; t < policy_steps(u->policy, u->batch, i); t++) {
                double a = (double)u->advantage[i * u->policy->grower.steps + t];
                if (pass == 0)
                    sum += a;
                else
                    squares += (a - mean) * (a - mean);
            }
    }
    double mean = sum / u->total, scale = 1 / (sqrt(squares / u->total) + 1e-6);
    for (size_t j = 0; j < (size_t)u->batch->count * (size_t)u->policy->grower.steps; j++)
        u->advantage[j] = (real)(((double)u->advantage[j] - mean) * scale);
}

/* ---- loss ---- */

/* Loss of step t of graph g and its gradient; j: its place in the update's arrays. */
static void step_loss(struct ppo_update *u, struct play *play, int lane, int t, int g, size_t j)
{
    const struct grower *w = &u->policy->grower;
    const ganas_ppo *ppo = u->ppo;
    int r = play_at(w, t, g);
    real advantage = u->advantage[j], share = (real)(1 / u->total);
    real ratio = nn_exp(play->logp[r] - u->old_logp[j]), eps = (real)ppo->clip;
    real limited = ratio < 1 - eps ? 1 - eps : ratio > 1 + eps ? 1 + eps : ratio;
    bool clipped = limited * advantage < ratio * advantage;
    real gain = clipped ? limited * advantage : ratio * advantage;
    real error = play_value(w, play, t, g) - u->target[j];
    play->d_logp[r] = clipped ? 0 : -ratio * advantage * share;
    play->d_value[r] = (real)(2 * ppo->value_weight) * error * share;
    play->d_entropy[r] = (real)-ppo->entropy_weight * share;
    u->loss[lane] += (double)-gain + ppo->value_weight * (double)(error * error) -
                     ppo->entropy_weight * (double)play->entropy[r];
    u->entropy[lane] += (double)play->entropy[r];
    u->clipped[lane] += clipped;
}

static void note(struct ppo_update *u, const struct play *play, int t, int g, size_t j)
{
    u->old_logp[j] = play->logp[play_at(&u->policy->grower, t, g)];
    u->value[j] = play_value(&u->policy->grower, play, t, g);
}

static void run_play(struct ppo_update *u, int lane, int32_t first)
{
    ganas_policy *p = u->policy;
    const struct grower *w = &p->grower;
    struct play *play = &p->play[lane];
    if (!u->loaded)
        play_load(w, play, u->batch, u->order + first, int_min(w->room, u->batch->count - first));
    if (!u->known)
        play_forward(w, p->params.theta, play);
    for (int g = 0; g < play->graphs; g++)
        for (int t = 0; t < policy_steps(p, u->batch, u->order[first + g]); t++) {
            size_t j = (size_t)(u->order[first + g] * w->steps + t);
            if (u->learn)
                step_loss(u, play, lane, t, g, j);
            else
                note(u, play, t, g, j);
        }
    if (u->learn)
        play_backward(w, p->params.theta, params_lane(&p->params, lane), play);
}

static void run_lane(void *context, int32_t lane)
{
    struct ppo_update *u = context;
    for (int32_t b = lane; b < policy_plays(u->policy, u->batch->count); b += LANES)
        run_play(u, lane, b * u->policy->grower.room);
}

/* ---- the update ---- */

void ppo_prepare(struct ppo_update *u, const double *reward)
{
    u->total = (double)policy_all_steps(u->policy, u->batch);
    u->learn = u->loaded = false;
    threads_run(u->policy->threads, LANES, run_lane, u);
    for (int32_t i = 0; i < u->batch->count; i++)
        estimate_episode(u, i, reward[i]);
    normalise(u);
    u->learn = true;
    /* With a play for each lane at most, what was loaded stays. */
    u->loaded = policy_plays(u->policy, u->batch->count) <= LANES;
}

void ppo_gradient(struct ppo_update *u, ganas_stats *stats)
{
    for (int lane = 0; lane < LANES; lane++)
        u->loss[lane] = u->entropy[lane] = u->clipped[lane] = 0;
    threads_run(u->policy->threads, LANES, run_lane, u);
    stats->loss = stats->entropy = stats->ratio = 0;
    for (int lane = 0; lane < LANES; lane++) {
        stats->loss += u->loss[lane] / u->total;
        stats->entropy += u->entropy[lane] / u->total;
        stats->ratio += u->clipped[lane] / u->total;
    }
}

static int32_t check_arguments(const ganas_batch *batch, const double *reward, const ganas_ppo *ppo)
{
    if (ppo->epochs < 1 || !(ppo->clip > 0 && ppo->clip < 1))
        return status_fail(GANAS_E_ARGUMENT, "%d epochs, clip %g; at least 1, and in (0, 1)",
                           ppo->epochs, ppo->clip);
    for (int32_t i = 0; i < batch->count; i++)
        if (!isfinite(reward[i]))
            return status_fail(GANAS_E_NUMBER, "the reward of episode %d is not finite", i);
    return GANAS_OK;
}

int32_t ganas_policy_ppo(ganas_policy *policy, const ganas_batch *batch, const double *reward,
                         const ganas_ppo *ppo, ganas_stats *stats)
{
    *stats = (ganas_stats){0};
    int32_t status = check_arguments(batch, reward, ppo);
    if (status != GANAS_OK || batch->count == 0)
        return status;
    size_t n = (size_t)batch->count * (size_t)policy->grower.steps;
    struct ppo_update u = {.policy = policy, .batch = batch, .ppo = ppo};
    int32_t *order = policy_order(batch);
    real *memory = memory_new(4 * n, sizeof(real));
    if (!memory || !order) {
        memory_free(memory);
        memory_free(order);
        return GANAS_E_MEMORY;
    }
    u.order = order;
    u.old_logp = memory;
    u.value = memory + n;
    u.advantage = memory + 2 * n;
    u.target = memory + 3 * n;
    ppo_prepare(&u, reward);
    u.known = u.loaded; /* the first epoch goes back from what ppo_prepare worked out */
    for (int32_t epoch = 0; epoch < ppo->epochs && status == GANAS_OK; epoch++) {
        ppo_gradient(&u, stats);
        u.known = false;
        status = params_adam(&policy->params, policy->threads, policy->net.rate, policy->net.clip,
                             &stats->norm);
    }
    memory_free(order);
    memory_free(memory);
    return status;
}
