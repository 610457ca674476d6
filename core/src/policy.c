/*
 * policy.c - the generator G: it grows a graph node by node.
 *
 *     c_i    = sum_{j<i} h_j / sqrt(i)              context: what has grown so far
 *     p(o_i) = softmax(Wo tanh(Wc c_i + P_i) + b_i) over the open operations
 *     reads  = edge head (edge.c)
 *     v_i    = u . tanh(Wv c_i + V_i)               the value of the state
 *
 * Edges only go forward, so a row h_j never changes when nodes are added: sampling encodes one new
 * node a step, and one pass over a finished graph gives the log-probabilities of all its choices.
 */
#include "policy.h"

#include <math.h>
#include <string.h>

#include "arena.h"
#include "mat.h"
#include "nn.h"
#include "status.h"

/* ---- parameters ---- */

static size_t lay_out_heads(struct policy_heads *h, size_t at, const ganas_space *space,
                            const ganas_net *net)
{
    size_t width = (size_t)net->width, size = (size_t)net->head;
    size_t nodes = (size_t)space->nodes, ops = (size_t)space->ops;
    *h = (struct policy_heads){.wc = at, .size = net->head};
    h->pc = h->wc + width * size;
    h->wo = h->pc + nodes * size;
    h->bo = h->wo + size * ops;
    h->wv = h->bo + nodes * ops;
    h->pv = h->wv + width * size;
    h->uv = h->pv + nodes * size;
    return h->uv + size;
}

/* The outputs start at a tenth, so that the first graphs are nearly uniform. */
static void draw_params(ganas_policy *p, ganas_rng *rng)
{
    struct draws d = rng_draws(rng, rng_take(rng, 1));
    real *theta = p->params.theta;
    gnn_init(&p->gnn, theta, &d);
    params_xavier(theta + p->heads.wc, p->gnn.width, p->heads.size, 1, &d);
    params_xavier(theta + p->heads.wo, p->heads.size, p->gnn.ops, 0.1, &d);
    params_xavier(theta + p->heads.wv, p->gnn.width, p->heads.size, 1, &d);
    params_xavier(theta + p->heads.uv, p->heads.size, 1, 0.1, &d);
    edge_draw(&p->edge, theta, &d);
}

/* ---- memory ---- */

static void cut_play(ganas_policy *p, struct play *play)
{
    struct arena *a = &p->arena;
    size_t rows = (size_t)(p->steps * BLOCK_GRAPHS), width = (size_t)p->gnn.width;
    size_t size = (size_t)p->heads.size, ops = (size_t)p->gnn.ops;
    gnn_cut_block(&p->gnn, a, BLOCK_GRAPHS, &play->block);
    gnn_cut_act(&p->gnn, a, BLOCK_GRAPHS, &play->act);
    gnn_cut_scratch(&p->gnn, a, BLOCK_GRAPHS, &play->scratch);
    edge_cut_trace(&p->edge, a, BLOCK_GRAPHS, &play->trace);
    edge_cut(&p->edge, a, BLOCK_GRAPHS, &play->edges);
    play->block.graphs = BLOCK_GRAPHS;
    play->open = arena_cut(a, rows, sizeof *play->open);
    play->context = arena_cut(a, rows * width, sizeof(real));
    play->op_hidden = arena_cut(a, rows * size, sizeof(real));
    play->value_hidden = arena_cut(a, rows * size, sizeof(real));
    play->op_logp = arena_cut(a, rows * ops, sizeof(real));
    real **each[] = {&play->op_entropy, &play->logp,      &play->entropy, &play->value,
                     &play->d_logp,     &play->d_entropy, &play->d_value};
    for (size_t i = 0; i < sizeof each / sizeof each[0]; i++)
        *each[i] = arena_cut(a, rows, sizeof(real));
    play->d_hidden = arena_cut(a, rows * size, sizeof(real));
    play->d_logits = arena_cut(a, rows * ops, sizeof(real));
    play->d_context = arena_cut(a, rows * width, sizeof(real));
    play->d_h = arena_cut(a, (size_t)(p->gnn.nodes * BLOCK_GRAPHS) * width, sizeof(real));
    play->sum = arena_cut(a, BLOCK_GRAPHS * width, sizeof(real));
    play->walk = arena_cut(a, BLOCK_GRAPHS, sizeof *play->walk);
    play->dead = arena_cut(a, BLOCK_GRAPHS, sizeof *play->dead);
}

static void lay_out(ganas_policy *p)
{
    for (int lane = 0; lane < LANES; lane++)
        cut_play(p, &p->play[lane]);
}

/* ---- life ---- */

static void list_steps(ganas_policy *p)
{
    for (int i = 0; i < p->space->nodes; i++) {
        const struct space_node *node = &p->space->node[i];
        bool chooses = i > 0 && (node->chooses_op || node->chooses_read);
        p->step_of[i] = chooses ? p->steps : -1;
        p->row_of[i] = -1;
        if (chooses)
            p->node_of[p->steps++] = i;
    }
}

static int32_t init(ganas_policy *p, ganas_rng *rng)
{
    p->gnn = (struct gnn){.nodes = p->space->nodes,
                          .ops = p->space->ops,
                          .width = p->net.width,
                          .layers = p->net.layers,
                          .parts = 2,
                          .position = true};
    list_steps(p);
    if (p->steps == 0)
        return status_fail(GANAS_E_SPACE, "the space has nothing to choose: one graph in all");
    size_t n = lay_out_heads(&p->heads, gnn_params(&p->gnn), p->space, &p->net);
    edge_init(&p->edge, p->space, p->net.width, p->net.head, p->step_of, n);
    n += edge_params(&p->edge);
    for (int e = 0; e < p->edge.rows; e++)
        p->row_of[p->edge.row[e].node] = e;
    lay_out(p);
    if (arena_reserve(&p->arena) != GANAS_OK || params_new(&p->params, (int32_t)n) != GANAS_OK)
        return GANAS_E_MEMORY;
    lay_out(p);
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
    p->space = space;
    p->rules = rules;
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
    params_free(&policy->params);
    arena_release(&policy->arena);
    memory_free(policy);
}

/* ---- addressing ---- */

static struct mat weights(const real *theta, size_t at, int ld)
{
    return (struct mat){(real *)theta + at, ld};
}

/* ---- loading: the masks of finished graphs ---- */

/* Walks through the reads of the current node as the graph has them, noting what was open. */
static void trace_reads(struct walk *w, const struct edge_head *edge, int e, bits reads, int g,
                        struct edge_trace *trace)
{
    const struct edge_row *row = &edge->row[e];
    for (int t = 0; t < row->steps; t++) {
        size_t choice = (size_t)((row->choice + t) * BLOCK_GRAPHS + g);
        if (row->choose) {
            int j = bits_first(reads);
            trace->open[choice] = walk_picks(w) | bit_of(j);
            trace->take[choice] = (uint8_t)j;
            walk_take_pick(w, j);
            reads &= reads - 1;
            continue;
        }
        int j = edge_candidate(row, t);
        bool yes = reads & bit_of(j);
        trace->open[choice] = (bits)(walk_edge(w, j) | (yes ? WALK_YES : WALK_NO));
        trace->take[choice] = yes;
        walk_take_edge(w, j, yes);
    }
}

/* Masks of one graph. An operation that the rules would forbid counts as open: it was taken. */
static void trace_graph(ganas_policy *p, struct play *play, int g, const struct graph *graph)
{
    struct walk *w = &play->walk[g];
    walk_start(w, p->space, p->rules);
    do {
        int i = w->node, step = p->step_of[i], op = graph->op[i];
        if (step >= 0)
            play->open[policy_row(step, g)] = walk_ops(w) | bit_of(op);
        walk_take_op(w, op);
        if (p->row_of[i] >= 0)
            trace_reads(w, &p->edge, p->row_of[i], graph->reads[i], g, &play->trace);
        else if (p->space->node[i].read_kind == GANAS_READ_CHOOSE)
            for (bits s = graph->reads[i]; s; s &= s - 1)
                walk_take_pick(w, bits_first(s));
        else if (p->space->node[i].read_kind == GANAS_READ_FREE)
            for (bits s = p->space->node[i].read_set; s; s &= s - 1)
                walk_take_edge(w, bits_first(s), graph->reads[i] & bit_of(bits_first(s)));
    } while (walk_next(w));
}

void policy_clear(const ganas_policy *p, struct play *play)
{
    size_t rows = (size_t)(p->steps * BLOCK_GRAPHS);
    size_t nodes = (size_t)(p->gnn.nodes * BLOCK_GRAPHS);
    size_t choices = (size_t)(p->edge.choices * BLOCK_GRAPHS);
    memset(play->open, 0, rows * sizeof *play->open);
    memset(play->trace.open, 0, choices * sizeof *play->trace.open);
    memset(play->trace.take, 0, choices);
    memset(play->block.op, 0, nodes);
    memset(play->block.reads, 0, nodes * sizeof *play->block.reads);
    memset(play->d_logp, 0, rows * sizeof(real));
    memset(play->d_entropy, 0, rows * sizeof(real));
    memset(play->d_value, 0, rows * sizeof(real));
}

void policy_load(ganas_policy *policy, struct play *play, const ganas_batch *batch, int32_t first,
                 int32_t n)
{
    policy_clear(policy, play);
    play->graphs = n;
    for (int g = 0; g < n; g++) {
        struct graph graph;
        batch_get(batch, first + g, &graph);
        block_load(&play->block, g, batch, first + g, false);
        trace_graph(policy, play, g, &graph);
    }
}

int policy_steps(const ganas_policy *policy, const ganas_batch *batch, int32_t i)
{
    int n = 0;
    while (n < policy->steps && policy->node_of[n] < batch->size[i])
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

/* ---- forward ---- */

/* Contexts of step `step` from the running sums of rows. */
void policy_set_context(const ganas_policy *p, struct play *play, int step)
{
    int width = p->gnn.width;
    real scale = (real)(1 / sqrt(p->node_of[step]));
    real *context = policy_rows(play->context, width, policy_row(step, 0)).at;
    for (int i = 0; i < BLOCK_GRAPHS * width; i++)
        context[i] = play->sum[i] * scale;
}

void policy_add_rows(const ganas_policy *p, struct play *play, int node)
{
    int width = p->gnn.width;
    nn_axpy(play->sum, 1, policy_rows(play->act.out, width, node * BLOCK_GRAPHS).at,
            BLOCK_GRAPHS * width);
}

/* hidden <- tanh(context W + the step's own bias), for steps from..to-1 */
static void hidden_layer(const ganas_policy *p, struct play *play, real *hidden, size_t w,
                         size_t bias, int from, int to)
{
    const real *theta = p->params.theta;
    int size = p->heads.size, rows = (to - from) * BLOCK_GRAPHS;
    struct mat out = policy_rows(hidden, size, policy_row(from, 0));
    for (int step = from; step < to; step++)
        nn_fill_rows(policy_rows(hidden, size, policy_row(step, 0)).at,
                     theta + bias + (size_t)(p->node_of[step] * size), BLOCK_GRAPHS, size);
    mat_mul(out, policy_rows(play->context, p->gnn.width, policy_row(from, 0)),
            weights(theta, w, size), rows, size, p->gnn.width, true);
    nn_tanh(out.at, (size_t)(rows * size));
}

/* op_logp <- logits of operations, for steps from..to-1 */
void policy_op_logits(const ganas_policy *p, struct play *play, int from, int to)
{
    const real *theta = p->params.theta;
    int ops = p->gnn.ops, size = p->heads.size;
    hidden_layer(p, play, play->op_hidden, p->heads.wc, p->heads.pc, from, to);
    for (int step = from; step < to; step++)
        nn_fill_rows(policy_rows(play->op_logp, ops, policy_row(step, 0)).at,
                     theta + p->heads.bo + (size_t)(p->node_of[step] * ops), BLOCK_GRAPHS, ops);
    mat_mul(policy_rows(play->op_logp, ops, policy_row(from, 0)),
            policy_rows(play->op_hidden, size, policy_row(from, 0)),
            weights(theta, p->heads.wo, ops), (to - from) * BLOCK_GRAPHS, ops, size, true);
}

static int op_taken(const ganas_policy *p, const struct play *play, int step, int g)
{
    return play->block.op[p->node_of[step] * BLOCK_GRAPHS + g];
}

/* Log-probabilities of the operations taken. */
static void op_forward(ganas_policy *p, struct play *play)
{
    policy_op_logits(p, play, 0, p->steps);
    for (int step = 0; step < p->steps; step++)
        for (int g = 0; g < BLOCK_GRAPHS; g++) {
            int r = policy_row(step, g);
            real *logp = policy_rows(play->op_logp, p->gnn.ops, r).at;
            play->logp[r] = play->entropy[r] = play->op_entropy[r] = 0;
            if (!play->open[r])
                continue;
            play->op_entropy[r] = nn_log_softmax(logp, logp, play->open[r]);
            play->entropy[r] = play->op_entropy[r];
            play->logp[r] = logp[op_taken(p, play, step, g)];
        }
}

static void value_forward(ganas_policy *p, struct play *play)
{
    hidden_layer(p, play, play->value_hidden, p->heads.wv, p->heads.pv, 0, p->steps);
    for (int r = 0; r < p->steps * BLOCK_GRAPHS; r++)
        play->value[r] = nn_dot(policy_rows(play->value_hidden, p->heads.size, r).at,
                                p->params.theta + p->heads.uv, p->heads.size);
}

void policy_forward(ganas_policy *policy, struct play *play)
{
    const real *theta = policy->params.theta;
    gnn_forward(&policy->gnn, theta, &play->block, &play->act, 0, policy->gnn.nodes);
    memset(play->sum, 0, (size_t)(BLOCK_GRAPHS * policy->gnn.width) * sizeof(real));
    for (int node = 0; node < policy->gnn.nodes; node++) {
        if (policy->step_of[node] >= 0)
            policy_set_context(policy, play, policy->step_of[node]);
        policy_add_rows(policy, play, node);
    }
    op_forward(policy, play);
    value_forward(policy, play);
    edge_forward(&policy->edge, theta, &play->edges, &play->block, &play->trace, play->act.out,
                 play->context, play->logp, play->entropy);
}

/* ---- backward ---- */

/* From d_hidden, through tanh, to the hidden layer's parameters and d_context. */
static void hidden_back(const ganas_policy *p, struct play *play, real *grad, const real *hidden,
                        size_t w, size_t bias)
{
    int size = p->heads.size, width = p->gnn.width, rows = p->steps * BLOCK_GRAPHS;
    struct mat d = {play->d_hidden, size}, context = {play->context, width};
    nn_tanh_back(d.at, hidden, (size_t)(rows * size));
    mat_mul_tn(weights(grad, w, size), context, d, width, size, rows, true);
    for (int step = 0; step < p->steps; step++)
        nn_add_rows(grad + bias + (size_t)(p->node_of[step] * size),
                    policy_rows(d.at, size, policy_row(step, 0)).at, BLOCK_GRAPHS, size);
    mat_mul_nt((struct mat){play->d_context, width}, d, weights(p->params.theta, w, size), rows,
               width, size, true);
}

static void op_back(ganas_policy *p, struct play *play, real *grad)
{
    int ops = p->gnn.ops, size = p->heads.size, rows = p->steps * BLOCK_GRAPHS;
    struct mat d = {play->d_logits, ops}, hidden = {play->op_hidden, size};
    memset(d.at, 0, (size_t)(rows * ops) * sizeof(real));
    for (int r = 0; r < rows; r++)
        if (play->open[r])
            nn_log_softmax_back(policy_rows(d.at, ops, r).at, policy_rows(play->op_logp, ops, r).at,
                                play->open[r],
                                op_taken(p, play, r / BLOCK_GRAPHS, r % BLOCK_GRAPHS),
                                play->d_logp[r], play->d_entropy[r], play->op_entropy[r], ops);
    mat_mul_tn(weights(grad, p->heads.wo, ops), hidden, d, size, ops, rows, true);
    for (int step = 0; step < p->steps; step++)
        nn_add_rows(grad + p->heads.bo + (size_t)(p->node_of[step] * ops),
                    policy_rows(d.at, ops, policy_row(step, 0)).at, BLOCK_GRAPHS, ops);
    mat_mul_nt((struct mat){play->d_hidden, size}, d, weights(p->params.theta, p->heads.wo, ops),
               rows, size, ops, false);
    hidden_back(p, play, grad, play->op_hidden, p->heads.wc, p->heads.pc);
}

static void value_back(ganas_policy *p, struct play *play, real *grad)
{
    int size = p->heads.size;
    const real *u = p->params.theta + p->heads.uv;
    for (int r = 0; r < p->steps * BLOCK_GRAPHS; r++) {
        real *d = policy_rows(play->d_hidden, size, r).at;
        nn_axpy(grad + p->heads.uv, play->d_value[r], policy_rows(play->value_hidden, size, r).at,
                size);
        for (int i = 0; i < size; i++)
            d[i] = play->d_value[r] * u[i];
    }
    hidden_back(p, play, grad, play->value_hidden, p->heads.wv, p->heads.pv);
}

/* A context is a sum over lower nodes: d_h of a node gathers from all higher steps. */
static void context_back(const ganas_policy *p, struct play *play)
{
    int width = p->gnn.width, n = BLOCK_GRAPHS * width;
    memset(play->sum, 0, (size_t)n * sizeof(real));
    for (int node = p->gnn.nodes - 1; node >= 0; node--) {
        int step = p->step_of[node];
        nn_axpy(policy_rows(play->d_h, width, node * BLOCK_GRAPHS).at, 1, play->sum, n);
        if (step >= 0)
            nn_axpy(play->sum, (real)(1 / sqrt(node)),
                    policy_rows(play->d_context, width, policy_row(step, 0)).at, n);
    }
}

void policy_backward(ganas_policy *policy, struct play *play, int lane)
{
    real *grad = params_lane(&policy->params, lane);
    const real *theta = policy->params.theta;
    size_t width = (size_t)policy->gnn.width;
    memset(play->d_context, 0, (size_t)(policy->steps * BLOCK_GRAPHS) * width * sizeof(real));
    memset(play->d_h, 0, (size_t)(policy->gnn.nodes * BLOCK_GRAPHS) * width * sizeof(real));
    op_back(policy, play, grad);
    value_back(policy, play, grad);
    edge_backward(&policy->edge, theta, grad, &play->edges, &play->block, &play->trace,
                  play->act.out, play->context, play->d_logp, play->d_entropy, play->d_h,
                  play->d_context);
    context_back(policy, play);
    gnn_backward(&policy->gnn, theta, grad, &play->block, &play->act, play->d_h, &play->scratch);
}

/* ---- score and refit ---- */

struct job {
    ganas_policy *policy;
    const ganas_batch *batch;
    double *logp, *entropy; /* score: [count] or NULL */
    double weight, steps;   /* refit */
    double loss[LANES], sum[LANES];
};

static int blocks_of(int32_t count)
{
    return (count + BLOCK_GRAPHS - 1) / BLOCK_GRAPHS;
}

static void load_block(struct job *job, int lane, int b)
{
    int first = b * BLOCK_GRAPHS;
    policy_load(job->policy, &job->policy->play[lane], job->batch, first,
                int_min(BLOCK_GRAPHS, job->batch->count - first));
    policy_forward(job->policy, &job->policy->play[lane]);
}

static void score_lane(void *context, int32_t lane)
{
    struct job *job = context;
    const struct play *play = &job->policy->play[lane];
    for (int b = lane; b < blocks_of(job->batch->count); b += LANES) {
        load_block(job, lane, b);
        for (int g = 0; g < play->graphs; g++) {
            double logp = 0, entropy = 0;
            for (int step = 0; step < job->policy->steps; step++) {
                logp += (double)play->logp[policy_row(step, g)];
                entropy += (double)play->entropy[policy_row(step, g)];
            }
            if (job->logp)
                job->logp[b * BLOCK_GRAPHS + g] = logp;
            if (job->entropy)
                job->entropy[b * BLOCK_GRAPHS + g] = entropy;
        }
    }
}

int32_t ganas_policy_score(ganas_policy *policy, const ganas_batch *batch, double *logp,
                           double *entropy)
{
    struct job job = {.policy = policy, .batch = batch, .logp = logp, .entropy = entropy};
    threads_run(policy->threads, LANES, score_lane, &job);
    return GANAS_OK;
}

/* loss = - mean log p(action) - weight * mean entropy, over the steps of all graphs */
static void refit_lane(void *context, int32_t lane)
{
    struct job *job = context;
    struct play *play = &job->policy->play[lane];
    for (int b = lane; b < blocks_of(job->batch->count); b += LANES) {
        load_block(job, lane, b);
        for (int r = 0; r < job->policy->steps * BLOCK_GRAPHS; r++) {
            if (!play->open[r])
                continue;
            job->loss[lane] -= (double)play->logp[r] + job->weight * (double)play->entropy[r];
            job->sum[lane] += (double)play->entropy[r];
            play->d_logp[r] = (real)(-1 / job->steps);
            play->d_entropy[r] = (real)(-job->weight / job->steps);
        }
        policy_backward(job->policy, play, lane);
    }
}

int32_t ganas_policy_refit(ganas_policy *policy, const ganas_batch *batch, int32_t steps,
                           double entropy_weight, ganas_stats *stats)
{
    int32_t status = GANAS_OK;
    *stats = (ganas_stats){0};
    for (int32_t s = 0; s < steps && batch->count && status == GANAS_OK; s++) {
        struct job job = {.policy = policy,
                          .batch = batch,
                          .weight = entropy_weight,
                          .steps = (double)policy_all_steps(policy, batch)};
        threads_run(policy->threads, LANES, refit_lane, &job);
        stats->loss = stats->entropy = 0;
        for (int lane = 0; lane < LANES; lane++) {
            stats->loss += job.loss[lane] / job.steps;
            stats->entropy += job.sum[lane] / job.steps;
        }
        status = params_adam(&policy->params, policy->threads, policy->net.rate, policy->net.clip,
                             &stats->norm);
    }
    return status;
}
