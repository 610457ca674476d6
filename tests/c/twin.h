/*
 * twin.h - the networks once more, written as plainly as the formulas: one graph, one node, one
 * unit at a time, in double, on the same parameters. What the core computes by blocks must equal
 * it.
 */
#ifndef TEST_TWIN_H
#define TEST_TWIN_H

#include <math.h>
#include <string.h>

#include "policy.h"

enum { TWIN_WIDE = 64 };

typedef double twin_row[TWIN_WIDE];

static inline double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* y [n] += W^T x, W [k, n] */
static inline void twin_product(double *y, const real *w, const double *x, int k, int n)
{
    for (int j = 0; j < n; j++)
        for (int i = 0; i < k; i++)
            y[j] += (double)w[i * n + j] * x[i];
}

static inline void twin_add(double *y, const real *x, int n)
{
    for (int j = 0; j < n; j++)
        y[j] += (double)x[j];
}

/* GraphConv of gnn.h over one graph of `n` nodes; only nodes of `live` send messages. */
static inline void twin_encode(const struct gnn *gnn, const real *theta, const struct graph *g,
                               bits live, twin_row *h)
{
    int width = gnn->width, nodes = gnn->nodes;
    const real *p = theta + gnn->at;
    const real *table = p, *position = p + gnn->parts * gnn->ops * width;
    const real *w = position + (gnn->position ? nodes * width : 0);
    twin_row next[GANAS_MAX_NODES];
    for (int layer = 0; layer < gnn->layers; layer++) {
        const real *bias = layer ? w + gnn->parts * width * width : w;
        memset(next, 0, sizeof next);
        for (int i = 0; i < nodes; i++) {
            twin_add(next[i], bias, width);
            if (layer == 0 && gnn->position)
                twin_add(next[i], position + i * width, width);
            for (int j = 0; j < nodes; j++) {
                bool reads = (live >> i & 1) && (live >> j & 1) && (g->reads[i] >> j & 1);
                bool read = (live >> i & 1) && (live >> j & 1) && (g->reads[j] >> i & 1);
                bool sends[3] = {i == j, reads, read && gnn->parts == 3};
                for (int part = 0; part < 3; part++) {
                    if (!sends[part])
                        continue;
                    if (layer == 0)
                        twin_add(next[i], table + (part * gnn->ops + g->op[j]) * width, width);
                    else
                        twin_product(next[i], w + part * width * width, h[j], width, width);
                }
            }
        }
        for (int i = 0; i < nodes; i++)
            for (int u = 0; u < width; u++)
                h[i][u] = tanh(next[i][u]);
        w = bias + width;
    }
}

/* Mean over live nodes. */
static inline void twin_code(const struct gnn *gnn, const real *theta, const struct graph *g,
                             bits live, double *code)
{
    twin_row h[GANAS_MAX_NODES];
    twin_encode(gnn, theta, g, live, h);
    for (int u = 0; u < gnn->width; u++) {
        code[u] = 0;
        for (int i = 0; i < gnn->nodes; i++)
            code[u] += live >> i & 1 ? h[i][u] : 0;
        code[u] /= bits_count(live);
    }
}

/* Log-probability of `taken` and entropy of a softmax over `open`. */
static inline double twin_softmax(const double *logit, bits open, int taken, double *entropy)
{
    double sum = 0, top = -1e300;
    for (int i = 0; i < 64; i++)
        if (open >> i & 1)
            top = fmax(top, logit[i]);
    for (int i = 0; i < 64; i++)
        if (open >> i & 1)
            sum += exp(logit[i] - top);
    for (int i = 0; i < 64; i++)
        if (open >> i & 1) {
            double p = exp(logit[i] - top) / sum;
            *entropy -= p * log(p);
        }
    return logit[taken] - top - log(sum);
}

struct twin_step {
    double logp, entropy, value;
};

/* The edge head of edge.h over the reads of one node; parameters in the order of struct edge_at. */
static inline void twin_reads(const ganas_policy *p, const real *theta, struct walk *w,
                              const struct graph *g, twin_row *h, const double *context,
                              struct twin_step *step)
{
    const struct edge_head *e = &p->edge;
    int width = e->width, size = e->size, node = w->node;
    const real *wq = theta + e->at, *q_op = wq + width * size, *q_node = q_op + e->ops * size;
    const real *wk = q_node + e->nodes * size, *bk = wk + width * size, *u = bk + size;
    const real *v = u + size * size, *c = v + size, *wx = c + 1, *bx = wx + width * 3 * size;
    const real *wh = bx + 3 * size, *bh = wh + size * 3 * size, *none = bh + 3 * size;
    bool choose = p->space->node[node].read_kind == GANAS_READ_CHOOSE;
    int steps = choose ? p->space->node[node].picks : bits_count(p->space->node[node].read_set);
    twin_row q = {0};
    bits left = choose ? g->reads[node] : p->space->node[node].read_set;
    twin_add(q, q_op + g->op[node] * size, size);
    twin_add(q, q_node + node * size, size);
    twin_product(q, wq, context, width, size);
    for (int i = 0; i < size; i++)
        q[i] = tanh(q[i]);
    for (int t = 0; t < steps; t++, left &= left - 1) {
        double logit[64] = {0};
        int j = bits_first(left), open_edge = choose ? 0 : walk_edge(w, j);
        bits open = choose ? walk_picks(w) : bit_of(j);
        for (int s = 0; s < 64; s++) {
            twin_row a = {0};
            if (!(open >> s & 1))
                continue;
            twin_product(a, u, q, size, size);
            twin_product(a, wk, h[s], width, size);
            twin_add(a, bk, size);
            for (int i = 0; i < size; i++)
                logit[s] += (double)v[i] * tanh(a[i]);
        }
        bool yes = choose || (g->reads[node] >> j & 1);
        if (choose) {
            step->logp += twin_softmax(logit, open, j, &step->entropy);
            walk_take_pick(w, j);
        } else {
            double z = logit[j] + (double)*c, pr = sigmoid(z);
            if (open_edge == (WALK_NO | WALK_YES)) {
                step->logp += log(yes ? pr : 1 - pr);
                step->entropy -= pr * log(pr) + (1 - pr) * log(1 - pr);
            }
            walk_take_edge(w, j, yes);
        }
        double x[3 * TWIN_WIDE] = {0}, hq[3 * TWIN_WIDE] = {0};
        twin_add(x, yes ? bx : none, 3 * size);
        if (yes)
            twin_product(x, wx, h[j], width, 3 * size);
        twin_add(hq, bh, 3 * size);
        twin_product(hq, wh, q, size, 3 * size);
        for (int i = 0; i < size; i++) {
            double r = sigmoid(x[i] + hq[i]), z = sigmoid(x[size + i] + hq[size + i]);
            double n = tanh(x[2 * size + i] + r * hq[2 * size + i]);
            q[i] = (1 - z) * n + z * q[i];
        }
    }
}

/* Log-probability, entropy and value of each step of one graph; returns the number of steps. */
static inline int twin_policy(const ganas_policy *p, const struct graph *g, struct twin_step *out)
{
    const real *theta = p->params.theta;
    int width = p->gnn.width, size = p->heads.size, steps = 0;
    twin_row h[GANAS_MAX_NODES];
    struct walk w;
    twin_encode(&p->gnn, theta, g, bits_below(g->size), h);
    walk_start(&w, p->space, p->rules);
    do {
        int i = w.node, s = p->step_of[i];
        twin_row context = {0}, a = {0}, v = {0};
        double logit[64] = {0};
        for (int j = 0; j < i; j++)
            for (int u = 0; u < width; u++)
                context[u] += h[j][u] / sqrt(i);
        if (s >= 0) {
            out[s] = (struct twin_step){0};
            steps = s + 1;
            twin_add(a, theta + p->heads.pc + i * size, size);
            twin_product(a, theta + p->heads.wc, context, width, size);
            twin_add(v, theta + p->heads.pv + i * size, size);
            twin_product(v, theta + p->heads.wv, context, width, size);
            for (int u = 0; u < size; u++) {
                a[u] = tanh(a[u]);
                out[s].value += (double)theta[p->heads.uv + (size_t)u] * tanh(v[u]);
            }
            twin_add(logit, theta + p->heads.bo + i * p->gnn.ops, p->gnn.ops);
            twin_product(logit, theta + p->heads.wo, a, size, p->gnn.ops);
            out[s].logp += twin_softmax(logit, walk_ops(&w), g->op[i], &out[s].entropy);
        }
        walk_take_op(&w, g->op[i]);
        if (p->space->node[i].chooses_read)
            twin_reads(p, theta, &w, g, h, context, &out[s]);
        else if (p->space->node[i].read_kind == GANAS_READ_CHOOSE)
            for (bits r = g->reads[i]; r; r &= r - 1)
                walk_take_pick(&w, bits_first(r));
        else if (p->space->node[i].read_kind == GANAS_READ_FREE)
            for (bits r = p->space->node[i].read_set; r; r &= r - 1)
                walk_take_edge(&w, bits_first(r), g->reads[i] >> bits_first(r) & 1);
    } while (walk_next(&w));
    return steps;
}

#endif
