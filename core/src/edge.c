/* edge.c - the GRU edge head, forward and backward. */
#include "edge.h"

#include <string.h>

#include "mat.h"
#include "nn.h"
#include "optim.h"
#include "walk.h"

/* ---- parameters ---- */

struct edge_at {
    size_t wq, op, node; /* Wq [width, size], Q [ops, size], P [nodes, size] */
    size_t wk, bk;       /* Wk [width, size], b [size] */
    size_t u, v, c;      /* U [size, size], v [size], c [1] */
    size_t wx, bx;       /* [width, 3 size], [3 size]; gates in the order r, z, n */
    size_t wh, bh;       /* [size, 3 size], [3 size] */
    size_t none;         /* [3 size] the input "not read" */
    size_t end;
};

static struct edge_at offsets(const struct edge_head *h)
{
    size_t width = (size_t)h->width, size = (size_t)h->size;
    struct edge_at at = {.wq = h->at};
    at.op = at.wq + width * size;
    at.node = at.op + (size_t)h->ops * size;
    at.wk = at.node + (size_t)h->nodes * size;
    at.bk = at.wk + width * size;
    at.u = at.bk + size;
    at.v = at.u + size * size;
    at.c = at.v + size;
    at.wx = at.c + 1;
    at.bx = at.wx + width * 3 * size;
    at.wh = at.bx + 3 * size;
    at.bh = at.wh + size * 3 * size;
    at.none = at.bh + 3 * size;
    at.end = at.none + 3 * size;
    return at;
}

size_t edge_params(const struct edge_head *head)
{
    return head->rows ? offsets(head).end - head->at : 0;
}

/* v starts small, so that the first graphs are nearly uniform over what is open. */
void edge_draw(const struct edge_head *head, real *theta, struct draws *d)
{
    struct edge_at at = offsets(head);
    if (!head->rows)
        return;
    params_xavier(theta + at.wq, head->width, head->size, 1, d);
    params_xavier(theta + at.op, head->ops, head->size, 1, d);
    params_xavier(theta + at.wk, head->width, head->size, 1, d);
    params_xavier(theta + at.u, head->size, head->size, 1, d);
    params_xavier(theta + at.v, head->size, 1, 0.1, d);
    for (int gate = 0; gate < 3; gate++) {
        params_xavier(theta + at.wx + (size_t)(gate * head->width * head->size), head->width,
                      head->size, 1, d);
        params_xavier(theta + at.wh + (size_t)(gate * head->size * head->size), head->size,
                      head->size, 1, d);
    }
}

/* ---- rows ---- */

int edge_candidate(const struct edge_row *row, int t)
{
    bits s = row->candidates;
    while (t--)
        s &= s - 1;
    return bits_first(s);
}

static void insert_row(struct edge_head *h, struct edge_row row)
{
    int e = h->rows++;
    for (; e > 0 && h->row[e - 1].steps > row.steps; e--)
        h->row[e] = h->row[e - 1];
    h->row[e] = row;
}

void edge_init(struct edge_head *head, const ganas_space *space, int width, int size,
               const int *step_of, size_t at)
{
    *head = (struct edge_head){
        .width = width, .size = size, .nodes = space->nodes, .ops = space->ops, .at = at};
    for (int i = 0; i < space->nodes; i++) {
        const struct space_node *node = &space->node[i];
        bool choose = node->read_kind == GANAS_READ_CHOOSE;
        if (!node->chooses_read)
            continue;
        insert_row(head,
                   (struct edge_row){.node = i,
                                     .step = step_of[i],
                                     .steps = choose ? node->picks : bits_count(node->read_set),
                                     .choose = choose,
                                     .candidates = node->read_set});
    }
    for (int e = 0; e < head->rows; e++) {
        struct edge_row *row = &head->row[e];
        row->choice = head->choices;
        head->choices += row->steps;
        for (; head->steps < row->steps; head->steps++)
            head->first[head->steps] = e;
    }
}

/* ---- memory ---- */

void edge_cut(const struct edge_head *head, struct arena *arena, int graphs, struct edge_act *act)
{
    size_t size = (size_t)head->size, n = (size_t)graphs;
    size_t rows = (size_t)head->rows * n, steps = (size_t)head->steps;
    size_t nodes = head->rows ? (size_t)head->nodes * n : 0, choices = (size_t)head->choices * n;
    *act = (struct edge_act){.graphs = graphs};
    act->key = arena_cut(arena, nodes * size, sizeof(real));
    act->input = arena_cut(arena, nodes * 3 * size, sizeof(real));
    act->query = arena_cut(arena, steps * rows * size, sizeof(real));
    act->ask = arena_cut(arena, steps * rows * size, sizeof(real));
    act->gate = arena_cut(arena, steps * rows * 4 * size, sizeof(real));
    act->logp = arena_cut(arena, choices * (size_t)head->nodes, sizeof(real));
    act->entropy = arena_cut(arena, choices, sizeof(real));
    act->hidden = arena_cut(arena, size, sizeof(real));
    act->swap = arena_cut(arena, rows * 3 * size, sizeof(real));
    act->d_key = arena_cut(arena, nodes * size, sizeof(real));
    act->d_input = arena_cut(arena, nodes * 3 * size, sizeof(real));
    for (int i = 0; i < 2; i++)
        act->d_query[i] = arena_cut(arena, rows * size, sizeof(real));
    act->d_ask = arena_cut(arena, rows * size, sizeof(real));
    act->d_gate = arena_cut(arena, rows * 3 * size, sizeof(real));
}

void edge_cut_trace(const struct edge_head *head, struct arena *arena, int graphs,
                    struct edge_trace *trace)
{
    size_t choices = (size_t)head->choices * (size_t)graphs;
    trace->open = arena_cut(arena, choices, sizeof *trace->open);
    trace->take = arena_cut(arena, choices, sizeof *trace->take);
}

/* ---- addressing ---- */

static struct mat rows_of(real *at, int ld, int row)
{
    return (struct mat){at + (size_t)row * (size_t)ld, ld};
}

/* Step t of an array [steps][rows * graphs, ld], from row e on. */
static struct mat step_rows(const struct edge_head *h, const struct edge_act *a, real *at, int ld,
                            int t, int e)
{
    return rows_of(at, ld, (t * h->rows + e) * a->graphs);
}

static struct mat weights(const real *theta, size_t at, int ld)
{
    return (struct mat){(real *)theta + at, ld};
}

static size_t choice_index(const struct edge_head *h, const struct edge_act *a, int e, int t, int g)
{
    return (size_t)((h->row[e].choice + t) * a->graphs + g);
}

static real *logp_of(const struct edge_head *h, const struct edge_act *a, size_t choice)
{
    return a->logp + choice * (size_t)h->nodes;
}

/* ---- forward, piece by piece ---- */

void edge_keys(const struct edge_head *head, const real *theta, struct edge_act *act, const real *h,
               int from, int to)
{
    struct edge_at at = offsets(head);
    int size = head->size, first = from * act->graphs, rows = (to - from) * act->graphs;
    struct mat in = rows_of((real *)h, head->width, first);
    struct mat key = rows_of(act->key, size, first), input = rows_of(act->input, 3 * size, first);
    nn_fill_rows(key.at, theta + at.bk, rows, size);
    mat_mul(key, in, weights(theta, at.wk, size), rows, size, head->width, true);
    nn_fill_rows(input.at, theta + at.bx, rows, 3 * size);
    mat_mul(input, in, weights(theta, at.wx, 3 * size), rows, 3 * size, head->width, true);
}

void edge_start(const struct edge_head *head, const real *theta, struct edge_act *act,
                const struct block *block, const real *context, int from, int to)
{
    struct edge_at at = offsets(head);
    int size = head->size, graphs = act->graphs;
    for (int e = from; e < to; e++) {
        int node = head->row[e].node;
        struct mat q = step_rows(head, act, act->query, size, 0, e);
        for (int g = 0; g < graphs; g++) {
            real *row = q.at + (size_t)g * (size_t)size;
            memcpy(row, theta + at.node + (size_t)(node * size), (size_t)size * sizeof *row);
            nn_axpy(row, 1, theta + at.op + (size_t)(block->op[node * graphs + g] * size), size);
        }
        mat_mul(q, rows_of((real *)context, head->width, head->row[e].step * graphs),
                weights(theta, at.wq, size), graphs, size, head->width, true);
        nn_tanh(q.at, (size_t)(graphs * size));
    }
}

void edge_ask(const struct edge_head *head, const real *theta, struct edge_act *act, int t,
              int from, int to)
{
    struct edge_at at = offsets(head);
    mat_mul(step_rows(head, act, act->ask, head->size, t, from),
            step_rows(head, act, act->query, head->size, t, from), weights(theta, at.u, head->size),
            (to - from) * act->graphs, head->size, head->size, false);
}

/* act->hidden <- tanh(U q + key_j) */
static void hide(const struct edge_head *h, struct edge_act *a, int t, int e, int g, int j)
{
    const real *ask = step_rows(h, a, a->ask, h->size, t, e).at + (size_t)(g * h->size);
    const real *key = a->key + (size_t)((j * a->graphs + g) * h->size);
    for (int i = 0; i < h->size; i++)
        a->hidden[i] = ask[i] + key[i];
    nn_tanh(a->hidden, (size_t)h->size);
}

real edge_logit(const struct edge_head *head, const real *theta, struct edge_act *act, int t, int e,
                int g, int j)
{
    struct edge_at at = offsets(head);
    hide(head, act, t, e, g, j);
    real dot = nn_dot(act->hidden, theta + at.v, head->size);
    return head->row[e].choose ? dot : dot + theta[at.c];
}

/* What the GRU reads after step t of row e: the input row of the node just read, or "not read". */
static const real *gru_input(const struct edge_head *h, const real *theta, const struct edge_act *a,
                             const struct edge_trace *trace, int e, int t, int g, int *source)
{
    size_t choice = choice_index(h, a, e, t, g);
    bool choose = h->row[e].choose;
    *source = -1;
    if (trace->open[choice] == 0 || (!choose && !trace->take[choice]))
        return theta + offsets(h).none;
    *source = choose ? trace->take[choice] : edge_candidate(&h->row[e], t);
    return a->input + (size_t)((*source * a->graphs + g) * 3 * h->size);
}

/* One row of the GRU: gate [4 size] and the next query from x, Wh q + bh [3 size] and q. */
static void gru_row(int size, const real *x, const real *hq, const real *q, real *gate, real *next)
{
    real *r = gate, *z = gate + size, *n = gate + 2 * size, *hn = gate + 3 * size;
    for (int i = 0; i < size; i++) {
        r[i] = nn_sigmoid1(x[i] + hq[i]);
        z[i] = nn_sigmoid1(x[size + i] + hq[size + i]);
        hn[i] = hq[2 * size + i];
        n[i] = nn_tanh1(x[2 * size + i] + r[i] * hn[i]);
        next[i] = ((real)1 - z[i]) * n[i] + z[i] * q[i];
    }
}

void edge_advance(const struct edge_head *head, const real *theta, struct edge_act *act,
                  const struct edge_trace *trace, int t, int from, int to)
{
    struct edge_at at = offsets(head);
    int size = head->size, graphs = act->graphs, rows = (to - from) * graphs, source;
    struct mat q = step_rows(head, act, act->query, size, t, from);
    struct mat next = step_rows(head, act, act->query, size, t + 1, from);
    struct mat gate = step_rows(head, act, act->gate, 4 * size, t, from);
    struct mat hq = {act->swap, 3 * size};
    nn_fill_rows(hq.at, theta + at.bh, rows, 3 * size);
    mat_mul(hq, q, weights(theta, at.wh, 3 * size), rows, 3 * size, size, true);
    for (int r = 0; r < rows; r++) {
        const real *x =
            gru_input(head, theta, act, trace, from + r / graphs, t, r % graphs, &source);
        gru_row(size, x, hq.at + (size_t)(r * 3 * size), q.at + (size_t)(r * size),
                gate.at + (size_t)(r * 4 * size), next.at + (size_t)(r * size));
    }
}

/* ---- forward, whole blocks ---- */

/* Log-probability and entropy of the yes or no of a FREE choice with both open. */
static real yes_no(real logit, bool yes, real *entropy)
{
    real p = nn_sigmoid1(logit);
    *entropy = p * nn_softplus(-logit) + ((real)1 - p) * nn_softplus(logit);
    return -nn_softplus(yes ? -logit : logit);
}

/* Choice t of row e, graph g: keeps what backward needs, returns the log-probability. */
static real choose(const struct edge_head *h, const real *theta, struct edge_act *a,
                   const struct edge_trace *trace, int t, int e, int g)
{
    size_t choice = choice_index(h, a, e, t, g);
    bits open = trace->open[choice];
    real *logp = logp_of(h, a, choice);
    a->entropy[choice] = 0;
    if ((open & (open - 1)) == 0)
        return 0;
    if (!h->row[e].choose) {
        logp[0] = edge_logit(h, theta, a, t, e, g, edge_candidate(&h->row[e], t));
        return yes_no(logp[0], trace->take[choice], &a->entropy[choice]);
    }
    for (bits s = open; s; s &= s - 1)
        logp[bits_first(s)] = edge_logit(h, theta, a, t, e, g, bits_first(s));
    a->entropy[choice] = nn_log_softmax(logp, logp, open);
    return logp[trace->take[choice]];
}

void edge_forward(const struct edge_head *head, const real *theta, struct edge_act *act,
                  const struct block *block, const struct edge_trace *trace, const real *h,
                  const real *context, real *logp, real *entropy)
{
    if (!head->rows)
        return;
    edge_keys(head, theta, act, h, 0, head->nodes);
    edge_start(head, theta, act, block, context, 0, head->rows);
    for (int t = 0; t < head->steps; t++) {
        edge_ask(head, theta, act, t, head->first[t], head->rows);
        for (int e = head->first[t]; e < head->rows; e++)
            for (int g = 0; g < act->graphs; g++) {
                int step = head->row[e].step * act->graphs + g;
                logp[step] += choose(head, theta, act, trace, t, e, g);
                entropy[step] += act->entropy[choice_index(head, act, e, t, g)];
            }
        if (t + 1 < head->steps)
            edge_advance(head, theta, act, trace, t, head->first[t + 1], head->rows);
    }
}

/* ---- backward ---- */

/* d: gradient of the logit of source j. Adds to v, c, d_key and d_ask. */
static void logit_back(const struct edge_head *h, const real *theta, real *grad, struct edge_act *a,
                       int t, int e, int g, int j, real d)
{
    struct edge_at at = offsets(h);
    hide(h, a, t, e, g, j);
    nn_axpy(grad + at.v, d, a->hidden, h->size);
    if (!h->row[e].choose)
        grad[at.c] += d;
    for (int i = 0; i < h->size; i++)
        a->hidden[i] = d * theta[at.v + (size_t)i] * ((real)1 - a->hidden[i] * a->hidden[i]);
    nn_axpy(a->d_key + (size_t)((j * a->graphs + g) * h->size), 1, a->hidden, h->size);
    nn_axpy(a->d_ask + (size_t)((e * a->graphs + g) * h->size), 1, a->hidden, h->size);
}

/* Choice t of row e, graph g, for  a * log-probability + b * entropy. */
static void choose_back(const struct edge_head *h, const real *theta, real *grad,
                        struct edge_act *act, const struct edge_trace *trace, int t, int e, int g,
                        real a, real b)
{
    size_t choice = choice_index(h, act, e, t, g);
    bits open = trace->open[choice];
    const real *logp = logp_of(h, act, choice);
    real d[GANAS_MAX_NODES];
    if ((open & (open - 1)) == 0)
        return;
    if (!h->row[e].choose) {
        real p = nn_sigmoid1(logp[0]);
        real d_logit = a * ((trace->take[choice] ? 1 : 0) - p) - b * p * ((real)1 - p) * logp[0];
        logit_back(h, theta, grad, act, t, e, g, edge_candidate(&h->row[e], t), d_logit);
        return;
    }
    nn_log_softmax_back(d, logp, open, trace->take[choice], a, b, act->entropy[choice], h->nodes);
    for (bits s = open; s; s &= s - 1)
        logit_back(h, theta, grad, act, t, e, g, bits_first(s), d[bits_first(s)]);
}

/* One row of the GRU backwards: d_x and d_hq [3 size], and what goes straight to d_q [size]. */
static void gru_row_back(int size, const real *gate, const real *q, const real *d_next, real *d_x,
                         real *d_hq, real *d_q)
{
    const real *r = gate, *z = gate + size, *n = gate + 2 * size, *hn = gate + 3 * size;
    for (int i = 0; i < size; i++) {
        real d_n = d_next[i] * ((real)1 - z[i]) * ((real)1 - n[i] * n[i]);
        real d_z = d_next[i] * (q[i] - n[i]) * z[i] * ((real)1 - z[i]);
        real d_r = d_n * hn[i] * r[i] * ((real)1 - r[i]);
        d_x[i] = d_hq[i] = d_r;
        d_x[size + i] = d_hq[size + i] = d_z;
        d_x[2 * size + i] = d_n;
        d_hq[2 * size + i] = d_n * r[i];
        d_q[i] = d_next[i] * z[i];
    }
}

/* From d_next, the gradient of q_{t+1}, to d_q, that of q_t, for rows from `from` on. */
static void advance_back(const struct edge_head *h, const real *theta, real *grad,
                         struct edge_act *a, const struct edge_trace *trace, int t, int from,
                         const real *d_next, real *d_q)
{
    struct edge_at at = offsets(h);
    int size = h->size, graphs = a->graphs, source, first = from * graphs;
    int rows = (h->rows - from) * graphs;
    struct mat q = step_rows(h, a, a->query, size, t, from);
    struct mat gate = step_rows(h, a, a->gate, 4 * size, t, from);
    struct mat d_hq = rows_of(a->d_gate, 3 * size, first);
    for (int r = 0; r < rows; r++) {
        int e = from + r / graphs, g = r % graphs;
        real *d_x = a->swap;
        gru_row_back(size, gate.at + (size_t)(r * 4 * size), q.at + (size_t)(r * size),
                     d_next + (size_t)((first + r) * size), d_x, d_hq.at + (size_t)(r * 3 * size),
                     d_q + (size_t)((first + r) * size));
        (void)gru_input(h, theta, a, trace, e, t, g, &source);
        real *to =
            source < 0 ? grad + at.none : a->d_input + (size_t)((source * graphs + g) * 3 * size);
        nn_axpy(to, 1, d_x, 3 * size);
    }
    mat_mul_tn(weights(grad, at.wh, 3 * size), q, d_hq, size, 3 * size, rows, true);
    nn_add_rows(grad + at.bh, d_hq.at, rows, 3 * size);
    mat_mul_nt(rows_of(d_q, size, first), d_hq, weights(theta, at.wh, 3 * size), rows, size,
               3 * size, true);
}

/* Step t's logits: adds to d_q, the gradient of q_t. */
static void step_back(const struct edge_head *h, const real *theta, real *grad, struct edge_act *a,
                      const struct edge_trace *trace, int t, const real *d_logp,
                      const real *d_entropy, real *d_q)
{
    struct edge_at at = offsets(h);
    int size = h->size, from = h->first[t], rows = (h->rows - from) * a->graphs;
    struct mat d_ask = rows_of(a->d_ask, size, from * a->graphs);
    memset(d_ask.at, 0, (size_t)(rows * size) * sizeof(real));
    for (int e = from; e < h->rows; e++)
        for (int g = 0; g < a->graphs; g++) {
            int step = h->row[e].step * a->graphs + g;
            choose_back(h, theta, grad, a, trace, t, e, g, d_logp[step], d_entropy[step]);
        }
    mat_mul_tn(weights(grad, at.u, size), step_rows(h, a, a->query, size, t, from), d_ask, size,
               size, rows, true);
    mat_mul_nt(rows_of(d_q, size, from * a->graphs), d_ask, weights(theta, at.u, size), rows, size,
               size, true);
}

/* d_q: the gradient of q_0; to Wq, Q, P and the contexts. */
static void start_back(const struct edge_head *h, const real *theta, real *grad,
                       const struct edge_act *a, const struct block *block, const real *context,
                       real *d_q, real *d_context)
{
    struct edge_at at = offsets(h);
    int size = h->size, graphs = a->graphs;
    nn_tanh_back(d_q, a->query, (size_t)(h->rows * graphs * size));
    for (int e = 0; e < h->rows; e++) {
        int node = h->row[e].node, step = h->row[e].step * graphs;
        struct mat d = rows_of(d_q, size, e * graphs);
        mat_mul_tn(weights(grad, at.wq, size), rows_of((real *)context, h->width, step), d,
                   h->width, size, graphs, true);
        mat_mul_nt(rows_of(d_context, h->width, step), d, weights(theta, at.wq, size), graphs,
                   h->width, size, true);
        nn_add_rows(grad + at.node + (size_t)(node * size), d.at, graphs, size);
        for (int g = 0; g < graphs; g++)
            nn_axpy(grad + at.op + (size_t)(block->op[node * graphs + g] * size), 1,
                    d.at + (size_t)(g * size), size);
    }
}

static void keys_back(const struct edge_head *h, const real *theta, real *grad,
                      const struct edge_act *a, const real *rows_h, real *d_h)
{
    struct edge_at at = offsets(h);
    int size = h->size, rows = h->nodes * a->graphs;
    struct mat in = {(real *)rows_h, h->width}, d_in = {d_h, h->width};
    struct mat d_key = {a->d_key, size}, d_input = {a->d_input, 3 * size};
    mat_mul_tn(weights(grad, at.wk, size), in, d_key, h->width, size, rows, true);
    nn_add_rows(grad + at.bk, d_key.at, rows, size);
    mat_mul_nt(d_in, d_key, weights(theta, at.wk, size), rows, h->width, size, true);
    mat_mul_tn(weights(grad, at.wx, 3 * size), in, d_input, h->width, 3 * size, rows, true);
    nn_add_rows(grad + at.bx, d_input.at, rows, 3 * size);
    mat_mul_nt(d_in, d_input, weights(theta, at.wx, 3 * size), rows, h->width, 3 * size, true);
}

void edge_backward(const struct edge_head *head, const real *theta, real *grad,
                   struct edge_act *act, const struct block *block, const struct edge_trace *trace,
                   const real *h, const real *context, const real *d_logp, const real *d_entropy,
                   real *d_h, real *d_context)
{
    if (!head->rows)
        return;
    size_t nodes = (size_t)(head->nodes * act->graphs * head->size);
    size_t rows = (size_t)(head->rows * act->graphs * head->size);
    real *d_q = act->d_query[0], *d_next = act->d_query[1];
    memset(act->d_key, 0, nodes * sizeof(real));
    memset(act->d_input, 0, 3 * nodes * sizeof(real));
    memset(d_next, 0, rows * sizeof(real));
    for (int t = head->steps - 1; t >= 0; t--) {
        memset(d_q, 0, rows * sizeof(real));
        if (t + 1 < head->steps)
            advance_back(head, theta, grad, act, trace, t, head->first[t + 1], d_next, d_q);
        step_back(head, theta, grad, act, trace, t, d_logp, d_entropy, d_q);
        real *swap = d_q;
        d_q = d_next;
        d_next = swap;
    }
    start_back(head, theta, grad, act, block, context, d_next, d_context);
    keys_back(head, theta, grad, act, h, d_h);
}
