/* policy.c - the generator G: its life, scores of finished graphs, and refit by maximum likelihood.
 */
#include "policy.h"

#include <stdlib.h>

#include "arena.h"
#include "status.h"

/* ---- shapes ---- */

enum { PLAY_BYTES = 8 << 20 }; /* that the queries of a play may need */

/* Fewer graphs where each has many choices. Fixed by the shapes alone: results depend on it. */
static int room_for(const struct grower *w)
{
    size_t choices = (size_t)int_max(1, w->edge.choices);
    size_t bytes = choices * sizeof(real) * (size_t)(13 * w->edge.size + w->gnn.nodes);
    int room = ROOM;
    while (room > 1 && (size_t)room * bytes > PLAY_BYTES)
        room /= 2;
    return room;
}

static void list_steps(struct grower *w)
{
    for (int i = 0; i < w->space->nodes; i++) {
        const struct space_node *node = &w->space->node[i];
        bool chooses = i > 0 && (node->chooses_op || node->chooses_read);
        w->step_of[i] = chooses ? w->steps : -1;
        w->edge_of[i] = -1;
        if (!chooses)
            continue;
        w->node_of[w->steps++] = i;
        w->states = i + 1;
    }
}

/* The networks of a space, one behind the other; the number of parameters. */
static size_t shape(struct grower *w, const ganas_net *net)
{
    bool queries = false;
    for (int i = 0; i < w->space->nodes; i++)
        queries |= w->space->node[i].chooses_read;
    w->gnn = (struct gnn){.nodes = w->space->nodes,
                          .ops = w->space->ops,
                          .width = net->width,
                          .layers = net->layers,
                          .parts = 2,
                          .position = true};
    state_init(&w->state, net->width, net->head, w->gnn.ops, w->gnn.nodes, queries,
               gnn_params(&w->gnn));
    edge_init(&w->edge, w->space, net->width, net->head, w->step_of, w->state.end);
    for (int e = 0; e < w->edge.rows; e++)
        w->edge_of[w->edge.row[e].node] = e;
    w->room = room_for(w);
    return w->edge.end;
}

/* ---- life ---- */

static void lay_out(ganas_policy *p)
{
    for (int lane = 0; lane < LANES; lane++)
        play_cut(&p->grower, &p->arena, &p->play[lane]);
}

static int32_t get_memory(ganas_policy *p, size_t params)
{
    lay_out(p);
    if (arena_reserve(&p->arena) != GANAS_OK || params_new(&p->params, (int32_t)params) != GANAS_OK)
        return GANAS_E_MEMORY;
    lay_out(p);
    for (int lane = 0; lane < LANES; lane++)
        if (play_reserve(&p->grower, &p->play[lane]) != GANAS_OK)
            return GANAS_E_MEMORY;
    return GANAS_OK;
}

static void draw_params(ganas_policy *p, ganas_rng *rng)
{
    struct draws d = rng_draws(rng, rng_take(rng, 1));
    gnn_init(&p->grower.gnn, p->params.theta, &d);
    state_draw(&p->grower.state, p->params.theta, &d);
    edge_draw(&p->grower.edge, p->params.theta, &d);
}

static int32_t init(ganas_policy *p, ganas_rng *rng)
{
    list_steps(&p->grower);
    if (p->grower.steps == 0)
        return status_fail(GANAS_E_SPACE, "the space has nothing to choose: one graph in all");
    if (get_memory(p, shape(&p->grower, &p->net)) != GANAS_OK)
        return GANAS_E_MEMORY;
    draw_params(p, rng);
    return GANAS_OK;
}

int32_t ganas_policy_new(ganas_policy **out, ganas_space *space, const ganas_rules *rules,
                         const ganas_net *net, ganas_threads *threads, ganas_rng *rng)
{
    int32_t status = net_check(net);
    if (status != GANAS_OK)
        return status;
    ganas_policy *p = memory_new(1, sizeof *p);
    if (!p)
        return GANAS_E_MEMORY;
    p->grower.space = space;
    p->grower.rules = rules;
    p->net = *net;
    p->threads = threads;
    status = init(p, rng);
    if (status != GANAS_OK) {
        ganas_policy_free(p);
        return status;
    }
    *out = p;
    return GANAS_OK;
}

void ganas_policy_free(ganas_policy *policy)
{
    if (!policy)
        return;
    for (int lane = 0; lane < LANES; lane++)
        play_free(&policy->play[lane]);
    params_free(&policy->params);
    arena_release(&policy->arena);
    memory_free(policy);
}

/* ---- steps ---- */

int policy_steps(const ganas_policy *policy, const ganas_batch *batch, int32_t i)
{
    int n = 0;
    while (n < policy->grower.steps && policy->grower.node_of[n] < batch->size[i])
        n++;
    return n;
}

int64_t policy_all_steps(const ganas_policy *policy, const ganas_batch *batch)
{
    int64_t n = 0;
    for (int32_t i = 0; i < batch->count; i++)
        n += policy_steps(policy, batch, i);
    return n;
}

int32_t policy_plays(const ganas_policy *policy, int32_t graphs)
{
    return (graphs + policy->grower.room - 1) / policy->grower.room;
}

/* ---- order ---- */

struct ordered {
    uint64_t key;
    int32_t row;
};

static int compare(const void *a, const void *b)
{
    const struct ordered *x = a, *y = b;
    return x->key != y->key ? (x->key < y->key ? -1 : 1) : (x->row > y->row) - (x->row < y->row);
}

int32_t *policy_order(const ganas_batch *batch)
{
    size_t n = (size_t)batch->count;
    int32_t *order = memory_new(n, sizeof *order);
    struct ordered *entry = memory_new(n, sizeof *entry);
    if (order && entry) {
        for (int32_t i = 0; i < batch->count; i++)
            entry[i] = (struct ordered){batch_beginning(batch, i), i};
        qsort(entry, n, sizeof *entry, compare);
        for (int32_t i = 0; i < batch->count; i++)
            order[i] = entry[i].row;
    } else {
        memory_free(order);
        order = NULL;
    }
    memory_free(entry);
    return order;
}

/* ---- score and refit ---- */

struct job {
    ganas_policy *policy;
    const ganas_batch *batch;
    int32_t *order;         /* policy_order */
    double *logp, *entropy; /* score: [count] or NULL */
    double weight, steps;   /* refit */
    double loss[LANES], sum[LANES];
};

static void load_play(struct job *job, int lane, int b)
{
    ganas_policy *p = job->policy;
    int first = b * p->grower.room;
    play_load(&p->grower, &p->play[lane], job->batch, job->order + first,
              int_min(p->grower.room, job->batch->count - first));
    play_forward(&p->grower, p->params.theta, &p->play[lane]);
}

static void score_lane(void *context, int32_t lane)
{
    struct job *job = context;
    const struct grower *w = &job->policy->grower;
    const struct play *play = &job->policy->play[lane];
    for (int b = lane; b < policy_plays(job->policy, job->batch->count); b += LANES) {
        load_play(job, lane, b);
        for (int g = 0; g < play->graphs; g++) {
            double logp = 0, entropy = 0;
            for (int step = 0; step < w->steps; step++) {
                logp += (double)play->logp[play_at(w, step, g)];
                entropy += (double)play->entropy[play_at(w, step, g)];
            }
            if (job->logp)
                job->logp[job->order[b * w->room + g]] = logp;
            if (job->entropy)
                job->entropy[job->order[b * w->room + g]] = entropy;
        }
    }
}

int32_t ganas_policy_score(ganas_policy *policy, const ganas_batch *batch, double *logp,
                           double *entropy)
{
    struct job job = {.policy = policy, .batch = batch, .logp = logp, .entropy = entropy};
    job.order = policy_order(batch);
    if (!job.order)
        return GANAS_E_MEMORY;
    threads_run(policy->threads, LANES, score_lane, &job);
    memory_free(job.order);
    return GANAS_OK;
}

/* loss = - mean log p(action) - weight * mean entropy, over the steps of all graphs */
static void refit_lane(void *context, int32_t lane)
{
    struct job *job = context;
    ganas_policy *p = job->policy;
    struct play *play = &p->play[lane];
    for (int b = lane; b < policy_plays(p, job->batch->count); b += LANES) {
        load_play(job, lane, b);
        for (int r = 0; r < p->grower.steps * p->grower.room; r++) {
            if (!play->open_op[r])
                continue;
            job->loss[lane] -= (double)play->logp[r] + job->weight * (double)play->entropy[r];
            job->sum[lane] += (double)play->entropy[r];
            play->d_logp[r] = (real)(-1 / job->steps);
            play->d_entropy[r] = (real)(-job->weight / job->steps);
        }
        play_backward(&p->grower, p->params.theta, params_lane(&p->params, lane), play);
    }
}

static int32_t refit_step(struct job *job, ganas_stats *stats)
{
    ganas_policy *p = job->policy;
    for (int lane = 0; lane < LANES; lane++)
        job->loss[lane] = job->sum[lane] = 0;
    threads_run(p->threads, LANES, refit_lane, job);
    stats->loss = stats->entropy = 0;
    for (int lane = 0; lane < LANES; lane++) {
        stats->loss += job->loss[lane] / job->steps;
        stats->entropy += job->sum[lane] / job->steps;
    }
    return params_adam(&p->params, p->threads, p->net.rate, p->net.clip, &stats->norm);
}

int32_t ganas_policy_refit(ganas_policy *policy, const ganas_batch *batch, int32_t steps,
                           double entropy_weight, ganas_stats *stats)
{
    int32_t status = GANAS_OK;
    struct job job = {.policy = policy, .batch = batch, .weight = entropy_weight};
    *stats = (ganas_stats){0};
    job.order = policy_order(batch);
    if (!job.order)
        return GANAS_E_MEMORY;
    job.steps = (double)policy_all_steps(policy, batch);
    for (int32_t s = 0; s < steps && batch->count && status == GANAS_OK; s++)
        status = refit_step(&job, stats);
    memory_free(job.order);
    return status;
}
