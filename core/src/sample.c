/*
 * sample.c - the generator draws graphs: a block of graphs grows node by node, each choice drawn
 * from the network's probabilities over what grammar and masked rules leave open.
 *
 * Candidate m uses the numbers of rng_draws(first + m) alone, whatever block or thread it is in.
 */
#include <string.h>

#include "arena.h"
#include "nn.h"
#include "policy.h"
#include "status.h"

enum { MAX_TRIES = 1000 };

struct draft {
    ganas_policy *policy;
    struct graph *graph;  /* [n] finished ones */
    struct draws *draws;  /* [n] */
    bool *done;           /* [n] */
    const int32_t *index; /* [pending] still to be drawn */
    int32_t pending;
};

/* A member of `open` by its log-probabilities. */
static int draw_from(const real *logp, bits open, struct draws *d)
{
    double u = draws_uniform(d), sum = 0;
    int last = bits_first(open);
    for (bits s = open; s; s &= s - 1) {
        last = bits_first(s);
        sum += (double)nn_exp(logp[last]);
        if (u < sum)
            break;
    }
    return last;
}

static void sample_op(const struct grower *w, struct play *play, int node, int g, struct draws *d)
{
    struct walk *walk = &play->walk[g];
    bits open = walk_ops(walk);
    if (!open) {
        play->dead[g] = true;
        return;
    }
    int op = bits_first(open);
    if (open & (open - 1)) {
        real logp[GANAS_MAX_NODES];
        int32_t state = play->state_of[play_at(w, node, g)];
        (void)nn_log_softmax(logp, play->states.logit + (ptrdiff_t)state * w->gnn.ops, open);
        op = draw_from(logp, open, d);
    }
    walk_take_op(walk, op);
    play->op[play_at(w, node, g)] = (uint8_t)op;
}

/* What is open at choice t of row e for graph g, and what it asks of the edge head. */
static void list_choice(const struct grower *w, struct play *play, int e, int t, int g)
{
    const struct edge_row *row = &w->edge.row[e];
    struct walk *walk = &play->walk[g];
    play->open[play_at(w, row->choice + t, g)] =
        row->choose ? walk_picks(walk) : (bits)walk_edge(walk, edge_candidate(row, t));
    play_append(w, play, e, t, g);
}

/* One yes or no; `logit` is there if both are open. */
static bool draw_answer(bits open, const real *logit, struct draws *d)
{
    if (open != (WALK_NO | WALK_YES))
        return open == WALK_YES;
    return draws_uniform(d) < (double)nn_sigmoid1(*logit);
}

/* One of the open sources; `logit` is there if there are several, one for each. */
static int draw_source(bits open, const real *logit, struct draws *d)
{
    real logp[GANAS_MAX_NODES];
    if (!(open & (open - 1)))
        return bits_first(open);
    for (bits s = open; s; s &= s - 1)
        logp[bits_first(s)] = *logit++;
    (void)nn_log_softmax(logp, logp, open);
    return draw_from(logp, open, d);
}

/* Choice t of row e for graph g, whose numbers in the list begin at i; returns the next one's. */
static int sample_read(const struct grower *w, struct play *play, int e, int t, int g, int i,
                       struct draws *d)
{
    struct walk *walk = &play->walk[g];
    const struct edge_row *row = &w->edge.row[e];
    int choice = play_at(w, row->choice + t, g);
    bits open = play->open[choice];
    int several = open & (open - 1) ? bits_count(open) : 0;
    const real *logit = play->ask.logit + i;
    if (!row->choose) {
        play->take[choice] = draw_answer(open, logit, d);
        walk_take_edge(walk, edge_candidate(row, t), play->take[choice]);
        return i + (several ? 1 : 0);
    }
    play->take[choice] = (uint8_t)draw_source(open, logit, d);
    walk_take_pick(walk, play->take[choice]);
    return i + several;
}

static bool growing(const struct play *play, int g, int node)
{
    return g < play->graphs && !play->dead[g] && play->walk[g].node == node;
}

/* Logits of choice t of row e for all that are still growing. */
static void ask_logits(const struct grower *w, const real *theta, struct play *play, int node,
                       int t)
{
    int e = w->edge_of[node];
    play->ask.count = 0;
    for (int g = 0; g < play->graphs; g++)
        if (growing(play, g, node))
            list_choice(w, play, e, t, g);
    edge_logits(&w->edge, theta, &play->edges, play->ask.query, play->ask.row, play->ask.count,
                play->ask.logit);
    if (!w->edge.row[e].choose)
        nn_add(play->ask.logit, theta[w->edge.c], play->ask.count);
}

static void sample_reads(const struct grower *w, const real *theta, struct play *play, int node,
                         struct draws *draws)
{
    int e = w->edge_of[node];
    for (int t = 0; t < w->edge.row[e].steps; t++) {
        int from = play->query.count, i = 0;
        for (int g = 0; g < play->graphs; g++)
            if (growing(play, g, node))
                play_ask(w, play, e, t, g);
        edge_queries(&w->edge, theta, &play->query, &play->edges,
                     play_starts(w, play->states.hidden), from, play->query.count);
        edge_answers(&w->edge, theta, &play->edges, from, play->query.count,
                     t + 1 < w->edge.row[e].steps);
        ask_logits(w, theta, play, node, t);
        for (int g = 0; g < play->graphs; g++)
            if (growing(play, g, node))
                i = sample_read(w, play, e, t, g, i, &draws[g]);
    }
}

/* Reads of a node without a choice: what the walk leaves open is one way. */
static void follow_reads(const struct grower *w, struct walk *walk)
{
    const struct space_node *node = &w->space->node[walk->node];
    if (node->read_kind == GANAS_READ_CHOOSE)
        for (int i = 0; i < node->picks; i++)
            walk_take_pick(walk, bits_first(walk_picks(walk)));
    else if (node->read_kind == GANAS_READ_FREE)
        for (bits s = node->read_set; s; s &= s - 1)
            walk_take_edge(walk, bits_first(s), walk_edge(walk, bits_first(s)) & WALK_YES);
}

/* The states before a node, of every graph that is still growing, and what the heads say. */
static void enter(const struct grower *w, const real *theta, struct play *play, int node)
{
    int from = play->state.count;
    for (int g = 0; g < play->graphs; g++)
        if (growing(play, g, node))
            play_enter(w, play, node, g);
    state_forward(&w->state, theta, &play->state, &play->states, play->act.out, from,
                  play->state.count);
}

/* The rows of a node whose operation and reads are known, encoded. */
static void settle(const struct grower *w, const real *theta, struct play *play, int node)
{
    int from = play->rows.count;
    for (int g = 0; g < play->graphs; g++) {
        if (!growing(play, g, node))
            continue;
        play_settle(w, play, node, g, play->walk[g].graph.reads[node]);
        (void)walk_next(&play->walk[g]);
    }
    if (node + 1 >= w->states)
        return;
    for (int layer = 0; layer < w->gnn.layers; layer++)
        gnn_forward(&w->gnn, theta, &play->rows, &play->act, layer, from, play->rows.count);
    if (w->edge.rows)
        edge_inputs(&w->edge, theta, &play->edges, play->act.out, from,
                    node < w->edge.inputs ? play->rows.count : from, play->rows.count);
}

/* Grows node `node` of every graph that is still growing. */
static void sample_node(const struct grower *w, const real *theta, struct play *play, int node,
                        struct draws *draws)
{
    if (node < w->states)
        enter(w, theta, play, node);
    for (int g = 0; g < play->graphs; g++)
        if (growing(play, g, node))
            sample_op(w, play, node, g, &draws[g]);
    if (w->edge_of[node] >= 0)
        sample_reads(w, theta, play, node, draws);
    else
        for (int g = 0; g < play->graphs; g++)
            if (growing(play, g, node))
                follow_reads(w, &play->walk[g]);
    settle(w, theta, play, node);
}

/* Draws the graphs of a play of pending ones. */
static void sample_play(struct draft *draft, struct play *play, int first)
{
    const struct grower *w = &draft->policy->grower;
    struct draws draws[ROOM];
    play_clear(w, play);
    play->graphs = int_min(w->room, draft->pending - first);
    for (int g = 0; g < play->graphs; g++) {
        draws[g] = draft->draws[draft->index[first + g]];
        play->dead[g] = false;
        walk_start(&play->walk[g], w->space, w->rules);
    }
    for (int node = 0; node < w->gnn.nodes; node++)
        sample_node(w, draft->policy->params.theta, play, node, draws);
    for (int g = 0; g < play->graphs; g++) {
        int32_t i = draft->index[first + g];
        draft->draws[i] = draws[g];
        draft->graph[i] = play->walk[g].graph;
        draft->done[i] = !play->dead[g] && walk_holds(&play->walk[g]);
    }
}

static void sample_lane(void *context, int32_t lane)
{
    struct draft *draft = context;
    for (int b = lane; b < policy_plays(draft->policy, draft->pending); b += LANES)
        sample_play(draft, &draft->policy->play[lane], b * draft->policy->grower.room);
}

/* Draws all of index[0..n-1], those of dead ends again and again. */
static int32_t sample_all(struct draft *draft, int32_t *index, int32_t n, int64_t *dropped)
{
    draft->index = index;
    draft->pending = n;
    for (int tries = 0; draft->pending > 0; tries++) {
        if (tries == MAX_TRIES)
            return status_fail(GANAS_E_EMPTY,
                               "%d draws in a row ended in a dead end: two bounds that can hardly "
                               "hold together",
                               MAX_TRIES);
        threads_run(draft->policy->threads, LANES, sample_lane, draft);
        int32_t left = 0;
        for (int32_t i = 0; i < draft->pending; i++)
            if (!draft->done[index[i]])
                index[left++] = index[i];
        *dropped += left;
        draft->pending = left;
    }
    return GANAS_OK;
}

static int32_t sample_into(ganas_policy *policy, ganas_batch *batch, struct draft *draft,
                           int32_t *index, ganas_rng *rng, int32_t n, int64_t *dropped)
{
    uint64_t first = rng_take(rng, n);
    if (!draft->graph || !draft->draws || !draft->done || !index)
        return GANAS_E_MEMORY;
    draft->policy = policy;
    for (int32_t i = 0; i < n; i++) {
        draft->draws[i] = rng_draws(rng, first + (uint64_t)i);
        index[i] = i;
    }
    int32_t status = sample_all(draft, index, n, dropped);
    for (int32_t i = 0; i < n && status == GANAS_OK; i++)
        status = batch_put(batch, &draft->graph[i]);
    return status;
}

int32_t ganas_policy_sample(ganas_policy *policy, ganas_batch *batch, ganas_rng *rng, int32_t n,
                            int64_t *dropped)
{
    int64_t lost = 0;
    if (n < 0 || n > batch->capacity - batch->count)
        return status_fail(GANAS_E_FULL, "%d samples into a batch with room for %d", n,
                           batch->capacity - batch->count);
    struct draft draft = {.graph = memory_new((size_t)n, sizeof(struct graph)),
                          .draws = memory_new((size_t)n, sizeof(struct draws)),
                          .done = memory_new((size_t)n, sizeof(bool))};
    int32_t *index = memory_new((size_t)n, sizeof *index);
    int32_t status = sample_into(policy, batch, &draft, index, rng, n, &lost);
    if (dropped)
        *dropped = lost;
    memory_free(draft.graph);
    memory_free(draft.draws);
    memory_free(draft.done);
    memory_free(index);
    return status;
}
