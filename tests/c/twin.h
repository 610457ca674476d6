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

/* y [n] += W^T x, W [k, n] with rows `ld` apart */
static inline void twin_part(double *y, const real *w, int ld, const double *x, int k, int n)
{
    for (int j = 0; j < n; j++)
        for (int i = 0; i < k; i++)
            y[j] += (double)w[i * ld + j] * x[i];
}

/* y [n] += W^T x, W [k, n] */
static inline void twin_product(double *y, const real *w, const double *x, int k, int n)
{
    twin_part(y, w, n, x, k, n);
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

/* The edge head of edge.h over the reads of one node; `start` is s_i of state.h. */
static inline void twin_reads(const ganas_policy *p, const real *theta, struct walk *w,
                              const struct graph *g, twin_row *h, const double *start,
                              struct twin_step *step)
{
    const struct edge_head *e = &p->grower.edge;
    const struct space_node *choice = &p->grower.space->node[w->node];
    int width = e->width, size = e->size, wide = 4 * e->size;
    const real *wk = theta + e->wx, *bk = theta + e->bx, *wx = wk + size, *bx = bk + size;
    const real *u = theta + e->wq, *wh = u + size, *bh = theta + e->bq;
    const real *v = theta + e->v, *c = theta + e->c, *none = theta + e->none;
    bool choose = choice->read_kind == GANAS_READ_CHOOSE;
    int steps = choose ? choice->picks : bits_count(choice->read_set), node = w->node;
    twin_row q = {0};
    bits left = choose ? g->reads[node] : choice->read_set;
    twin_add(q, theta + e->op + (size_t)(g->op[node] * size), size);
    for (int i = 0; i < size; i++)
        q[i] += start[i];
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
            twin_part(a, u, wide, q, size, size);
            twin_part(a, wk, wide, h[s], width, size);
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
            twin_part(x, wx, wide, h[j], width, 3 * size);
        twin_add(hq, bh, 3 * size);
        twin_part(hq, wh, wide, q, size, 3 * size);
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
    const struct grower *shape = &p->grower;
    const struct state_head *head = &shape->state;
    const real *theta = p->params.theta;
    int width = head->width, size = head->size, ops = head->ops, wide = head->parts * size;
    int steps = 0;
    twin_row h[GANAS_MAX_NODES];
    struct walk w;
    twin_encode(&shape->gnn, theta, g, bits_below(g->size), h);
    walk_start(&w, shape->space, shape->rules);
    do {
        int i = w.node, s = shape->step_of[i];
        const struct space_node *node = &shape->space->node[i];
        twin_row context = {0}, part[3] = {{0}};
        double logit[64] = {0};
        for (int j = 0; j < i; j++)
            for (int u = 0; u < width; u++)
                context[u] += h[j][u] / sqrt(i);
        for (int k = 0; k < head->parts; k++) {
            twin_add(part[k], theta + head->p + (size_t)(i * wide + k * size), size);
            twin_part(part[k], theta + head->w + (size_t)(k * size), wide, context, width, size);
        }
        if (s >= 0) {
            out[s] = (struct twin_step){0};
            steps = s + 1;
            for (int u = 0; u < size; u++) {
                part[0][u] = tanh(part[0][u]);
                out[s].value += (double)theta[head->u + (size_t)u] * tanh(part[1][u]);
            }
            twin_add(logit, theta + head->bo + (size_t)(i * ops), ops);
            twin_product(logit, theta + head->wo, part[0], size, ops);
            out[s].logp += twin_softmax(logit, walk_ops(&w), g->op[i], &out[s].entropy);
        }
        walk_take_op(&w, g->op[i]);
        if (node->chooses_read)
            twin_reads(p, theta, &w, g, h, part[2], &out[s]);
        else if (node->read_kind == GANAS_READ_CHOOSE)
            for (bits r = g->reads[i]; r; r &= r - 1)
                walk_take_pick(&w, bits_first(r));
        else if (node->read_kind == GANAS_READ_FREE)
            for (bits r = node->read_set; r; r &= r - 1)
                walk_take_edge(&w, bits_first(r), g->reads[i] >> bits_first(r) & 1);
    } while (walk_next(&w));
    return steps;
}

#endif
