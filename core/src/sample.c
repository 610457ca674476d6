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

static void sample_op(ganas_policy *p, struct play *play, int node, int g, struct draws *d)
{
    struct walk *w = &play->walk[g];
    bits open = walk_ops(w);
    int step = p->step_of[node];
    if (!open) {
        play->dead[g] = true;
        return;
    }
    int op = bits_first(open);
    if (open & (open - 1)) {
        real *logp = policy_rows(play->op_logp, p->gnn.ops, policy_row(step, g)).at;
        (void)nn_log_softmax(logp, logp, open);
        op = draw_from(logp, open, d);
    }
    walk_take_op(w, op);
    play->block.op[node * BLOCK_GRAPHS + g] = (uint8_t)op;
}

/* Choice t of row e for graph g. */
static void sample_read(ganas_policy *p, struct play *play, int e, int t, int g, struct draws *d)
{
    struct walk *w = &play->walk[g];
    const struct edge_row *row = &p->edge.row[e];
    const real *theta = p->params.theta;
    size_t choice = (size_t)((row->choice + t) * BLOCK_GRAPHS + g);
    if (!row->choose) {
        int j = edge_candidate(row, t), open = walk_edge(w, j);
        bool yes = open == WALK_YES;
        if (open == (WALK_NO | WALK_YES))
            yes = draws_uniform(d) <
                  (double)nn_sigmoid1(edge_logit(&p->edge, theta, &play->edges, t, e, g, j));
        play->trace.open[choice] = (bits)open;
        play->trace.take[choice] = yes;
        walk_take_edge(w, j, yes);
        return;
    }
    bits open = walk_picks(w);
    real logp[GANAS_MAX_NODES];
    int j = bits_first(open);
    if (open & (open - 1)) {
        for (bits s = open; s; s &= s - 1)
            logp[bits_first(s)] = edge_logit(&p->edge, theta, &play->edges, t, e, g, bits_first(s));
        (void)nn_log_softmax(logp, logp, open);
        j = draw_from(logp, open, d);
    }
    play->trace.open[choice] = open;
    play->trace.take[choice] = (uint8_t)j;
    walk_take_pick(w, j);
}

static bool growing(const struct play *play, int g, int node)
{
    return g < play->graphs && !play->dead[g] && play->walk[g].node == node;
}

static void sample_reads(ganas_policy *p, struct play *play, int node, struct draws *draws)
{
    const real *theta = p->params.theta;
    int e = p->row_of[node];
    edge_start(&p->edge, theta, &play->edges, &play->block, play->context, e, e + 1);
    for (int t = 0; t < p->edge.row[e].steps; t++) {
        edge_ask(&p->edge, theta, &play->edges, t, e, e + 1);
        for (int g = 0; g < BLOCK_GRAPHS; g++)
            if (growing(play, g, node))
                sample_read(p, play, e, t, g, &draws[g]);
        if (t + 1 < p->edge.row[e].steps)
            edge_advance(&p->edge, theta, &play->edges, &play->trace, t, e, e + 1);
    }
}

/* Reads of a node without a choice: what the walk leaves open is one way. */
static void follow_reads(const ganas_policy *p, struct walk *w)
{
    const struct space_node *node = &p->space->node[w->node];
    if (node->read_kind == GANAS_READ_CHOOSE)
        for (int i = 0; i < node->picks; i++)
            walk_take_pick(w, bits_first(walk_picks(w)));
    else if (node->read_kind == GANAS_READ_FREE)
        for (bits s = node->read_set; s; s &= s - 1)
            walk_take_edge(w, bits_first(s), walk_edge(w, bits_first(s)) & WALK_YES);
}

/* Grows node `node` of every graph that is still growing. */
static void sample_node(ganas_policy *p, struct play *play, int node, struct draws *draws)
{
    if (p->step_of[node] >= 0) {
        policy_set_context(p, play, p->step_of[node]);
        policy_op_logits(p, play, p->step_of[node], p->step_of[node] + 1);
    }
    for (int g = 0; g < BLOCK_GRAPHS; g++)
        if (growing(play, g, node))
            sample_op(p, play, node, g, &draws[g]);
    if (p->row_of[node] >= 0)
        sample_reads(p, play, node, draws);
    for (int g = 0; g < BLOCK_GRAPHS; g++) {
        if (!growing(play, g, node))
            continue;
        if (p->row_of[node] < 0)
            follow_reads(p, &play->walk[g]);
        play->block.reads[node * BLOCK_GRAPHS + g] = play->walk[g].graph.reads[node];
        (void)walk_next(&play->walk[g]);
    }
    gnn_forward(&p->gnn, p->params.theta, &play->block, &play->act, node, node + 1);
    if (p->edge.rows)
        edge_keys(&p->edge, p->params.theta, &play->edges, play->act.out, node, node + 1);
    policy_add_rows(p, play, node);
}

/* Draws the graphs of a block of pending ones. */
static void sample_block(struct draft *draft, struct play *play, int first)
{
    ganas_policy *p = draft->policy;
    struct draws draws[BLOCK_GRAPHS];
    policy_clear(p, play);
    play->graphs = int_min(BLOCK_GRAPHS, draft->pending - first);
    memset(play->sum, 0, (size_t)(BLOCK_GRAPHS * p->gnn.width) * sizeof(real));
    for (int g = 0; g < play->graphs; g++) {
        draws[g] = draft->draws[draft->index[first + g]];
        play->dead[g] = false;
        walk_start(&play->walk[g], p->space, p->rules);
    }
    for (int node = 0; node < p->gnn.nodes; node++)
        sample_node(p, play, node, draws);
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
    for (int b = lane; b < (draft->pending + BLOCK_GRAPHS - 1) / BLOCK_GRAPHS; b += LANES)
        sample_block(draft, &draft->policy->play[lane], b * BLOCK_GRAPHS);
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
