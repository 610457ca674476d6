/* state.c - contexts, operation head and value head over states; forward and backward. */
#include "state.h"

#include <math.h>
#include <string.h>

#include "mat.h"
#include "nn.h"
#include "optim.h"

void state_init(struct state_head *head, int width, int size, int ops, int nodes, bool queries,
                size_t at)
{
    *head = (struct state_head){
        .width = width, .size = size, .ops = ops, .nodes = nodes, .parts = queries ? 3 : 2};
    size_t wide = (size_t)(head->parts * size);
    head->w = at;
    head->p = head->w + (size_t)width * wide;
    head->wo = head->p + (size_t)nodes * wide;
    head->bo = head->wo + (size_t)(size * ops);
    head->u = head->bo + (size_t)(nodes * ops);
    head->end = head->u + (size_t)size;
}

/* The outputs start at a tenth, so that the first graphs are nearly uniform. */
void state_draw(const struct state_head *head, real *theta, struct draws *d)
{
    for (int part = 0; part < head->parts; part++)
        params_xavier_part(theta + head->w + (size_t)(part * head->size), head->parts * head->size,
                           head->width, head->size, 1, d);
    params_xavier(theta + head->wo, head->size, head->ops, 0.1, d);
    params_xavier(theta + head->u, head->size, 1, 0.1, d);
}

void state_cut(const struct state_head *head, struct arena *arena, int states,
               struct state_act *act)
{
    size_t n = (size_t)states, width = (size_t)head->width, ops = (size_t)head->ops;
    size_t wide = (size_t)(head->parts * head->size);
    act->node = arena_cut(arena, n, sizeof *act->node);
    act->sum = arena_cut(arena, n * width, sizeof(real));
    act->context = arena_cut(arena, n * width, sizeof(real));
    act->hidden = arena_cut(arena, n * wide, sizeof(real));
    act->logit = arena_cut(arena, n * ops, sizeof(real));
    act->value = arena_cut(arena, n, sizeof(real));
    act->d_hidden = arena_cut(arena, n * wide, sizeof(real));
    act->d_logit = arena_cut(arena, n * ops, sizeof(real));
    act->d_value = arena_cut(arena, n, sizeof(real));
    act->d_sum = arena_cut(arena, n * width, sizeof(real));
}

static struct mat hidden_of(const struct state_head *head, const struct state_act *act)
{
    return (struct mat){act->hidden, head->parts * head->size};
}

/* 1 / sqrt(node): of the state before node 0 nothing has grown yet. */
static real scale_of(int node)
{
    return (real)(1 / sqrt(int_max(1, node)));
}

/* ---- forward ---- */

static void set_contexts(const struct state_head *head, const struct trie *trie,
                         struct state_act *act, const real *h, int from, int to)
{
    struct mat sum = {act->sum, head->width}, rows = mat_at(h, 0, head->width);
    for (int s = from; s < to; s++) {
        real *row = mat_row(sum, s), *context = act->context + (ptrdiff_t)s * head->width;
        if (trie->parent[s] < 0)
            memset(row, 0, (size_t)head->width * sizeof *row);
        else
            nn_sum(row, mat_row(sum, trie->parent[s]), mat_row(rows, trie->label[s]), head->width);
        nn_scale(context, scale_of(act->node[s]), row, head->width);
    }
}

/* Where a run of states before the same node ends. */
static int run_end(const struct state_act *act, int from, int to)
{
    int s = from + 1;
    while (s < to && act->node[s] == act->node[from])
        s++;
    return s;
}

static void add_biases(const struct state_head *head, const real *theta, struct state_act *act,
                       int from, int to)
{
    struct mat hidden = hidden_of(head, act);
    for (int s = from, end; s < to; s = end) {
        end = run_end(act, s, to);
        const real *bias = theta + head->p + (size_t)(act->node[s] * hidden.ld);
        nn_tanh_rows(mat_row(hidden, s), hidden.ld, bias, end - s, 2 * head->size);
        if (head->parts == 3)
            nn_bias_rows(mat_row(hidden, s) + 2 * head->size, hidden.ld, bias + 2 * head->size,
                         end - s, head->size);
        nn_fill_rows(act->logit + (ptrdiff_t)s * head->ops,
                     theta + head->bo + (size_t)(act->node[s] * head->ops), end - s, head->ops);
    }
}

void state_forward(const struct state_head *head, const real *theta, const struct trie *trie,
                   struct state_act *act, const real *h, int from, int to)
{
    struct mat hidden = hidden_of(head, act), context = {act->context, head->width};
    struct mat logit = {act->logit, head->ops};
    set_contexts(head, trie, act, h, from, to);
    mat_mul(mat_from(hidden, from), mat_from(context, from), mat_at(theta, head->w, hidden.ld),
            to - from, hidden.ld, head->width, false);
    add_biases(head, theta, act, from, to);
    mat_mul(mat_from(logit, from), mat_from(hidden, from), mat_at(theta, head->wo, head->ops),
            to - from, head->ops, head->size, true);
    for (int s = from; s < to; s++)
        act->value[s] = nn_dot(mat_row(hidden, s) + head->size, theta + head->u, head->size);
}

/* ---- backward ---- */

void state_clear(const struct state_head *head, struct state_act *act, int n)
{
    size_t states = (size_t)n, wide = (size_t)(head->parts * head->size);
    memset(act->d_hidden, 0, states * wide * sizeof(real));
    memset(act->d_logit, 0, states * (size_t)head->ops * sizeof(real));
    memset(act->d_value, 0, states * sizeof(real));
}

/* d_hidden of the operation head and of the value head, before their tanh. */
static void heads_back(const struct state_head *head, const real *theta, real *grad,
                       struct state_act *act, int n)
{
    struct mat hidden = hidden_of(head, act), d_hidden = {act->d_hidden, hidden.ld};
    struct mat d_logit = {act->d_logit, head->ops};
    mat_mul_tn(mat_at(grad, head->wo, head->ops), hidden, d_logit, head->size, head->ops, n, true);
    mat_mul_nt(d_hidden, d_logit, mat_at(theta, head->wo, head->ops), n, head->size, head->ops,
               false);
    nn_add_weighted(grad + head->u, hidden.at + head->size, hidden.ld, act->d_value, n, head->size);
    mat_mul((struct mat){d_hidden.at + head->size, hidden.ld}, (struct mat){act->d_value, 1},
            mat_at(theta, head->u, head->size), n, head->size, 1, false);
    kernel->tanh_back_rows(d_hidden.at, hidden.ld, d_hidden.at, hidden.ld, hidden.at, hidden.ld, n,
                           2 * head->size);
    for (int s = 0, end; s < n; s = end) {
        end = run_end(act, s, n);
        nn_add_rows(grad + head->bo + (size_t)(act->node[s] * head->ops), mat_row(d_logit, s),
                    head->ops, end - s, head->ops);
        nn_add_rows(grad + head->p + (size_t)(act->node[s] * hidden.ld), mat_row(d_hidden, s),
                    hidden.ld, end - s, hidden.ld);
    }
}

/* A state's sum is its parent's and one row: children give to both. */
static void sums_back(const struct state_head *head, const struct trie *trie, struct state_act *act,
                      real *d_h)
{
    struct mat d_sum = {act->d_sum, head->width};
    for (int s = trie->count - 1; s >= 0; s--) {
        const real *row = mat_row(d_sum, s);
        if (trie->parent[s] < 0)
            continue;
        nn_axpy(mat_row(d_sum, trie->parent[s]), 1, row, head->width);
        nn_axpy(d_h + (ptrdiff_t)trie->label[s] * head->width, 1, row, head->width);
    }
}

void state_backward(const struct state_head *head, const real *theta, real *grad,
                    const struct trie *trie, struct state_act *act, real *d_h)
{
    int n = trie->count, wide = head->parts * head->size;
    struct mat context = {act->context, head->width}, d_sum = {act->d_sum, head->width};
    struct mat d_hidden = {act->d_hidden, wide};
    heads_back(head, theta, grad, act, n);
    mat_mul_tn(mat_at(grad, head->w, wide), context, d_hidden, head->width, wide, n, true);
    mat_mul_nt(d_sum, d_hidden, mat_at(theta, head->w, wide), n, head->width, wide, false);
    for (int s = 0; s < n; s++)
        nn_scale(mat_row(d_sum, s), scale_of(act->node[s]), mat_row(d_sum, s), head->width);
    sums_back(head, trie, act, d_h);
}
