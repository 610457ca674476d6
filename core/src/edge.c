/* edge.c - the GRU edge head over queries, forward and backward. */
#include "edge.h"

#include <string.h>

#include "nn.h"
#include "optim.h"

/* ---- parameters ---- */

static void set_offsets(struct edge_head *h, size_t at)
{
    size_t width = (size_t)h->width, size = (size_t)h->size;
    h->op = at;
    h->wx = h->op + (size_t)h->ops * size;
    h->bx = h->wx + width * 4 * size;
    h->wq = h->bx + 4 * size;
    h->bq = h->wq + size * 4 * size;
    h->v = h->bq + 3 * size;
    h->c = h->v + size;
    h->none = h->c + 1;
    h->end = h->none + 3 * size;
}

/* v starts small, so that the first graphs are nearly uniform over what is open. */
void edge_draw(const struct edge_head *head, real *theta, struct draws *d)
{
    int size = head->size;
    if (!head->rows)
        return;
    params_xavier(theta + head->op, head->ops, size, 1, d);
    params_xavier(theta + head->v, size, 1, 0.1, d);
    for (int part = 0; part < 4; part++) {
        params_xavier_part(theta + head->wx + (size_t)(part * size), 4 * size, head->width, size, 1,
                           d);
        params_xavier_part(theta + head->wq + (size_t)(part * size), 4 * size, size, size, 1, d);
    }
}

int edge_candidate(const struct edge_row *row, int t)
{
    bits s = row->candidates;
    while (t--)
        s &= s - 1;
    return bits_first(s);
}

static struct edge_row row_of(const struct space_node *node, int i, int step, int choice)
{
    bool choose = node->read_kind == GANAS_READ_CHOOSE;
    return (struct edge_row){.node = i,
                             .step = step,
                             .steps = choose ? node->picks : bits_count(node->read_set),
                             .choice = choice,
                             .choose = choose,
                             .candidates = node->read_set};
}

void edge_init(struct edge_head *head, const ganas_space *space, int width, int size,
               const int *step_of, size_t at)
{
    *head = (struct edge_head){
        .width = width, .size = size, .nodes = space->nodes, .ops = space->ops, .end = at};
    for (int i = 0; i < space->nodes; i++) {
        if (!space->node[i].chooses_read)
            continue;
        struct edge_row row = row_of(&space->node[i], i, step_of[i], head->choices);
        head->row[head->rows++] = row;
        head->choices += row.steps;
        head->steps = int_max(head->steps, row.steps);
    }
    if (head->rows)
        set_offsets(head, at);
}

void edge_cut(const struct edge_head *head, struct arena *arena, int rows, int queries,
              struct edge_act *act)
{
    size_t size = (size_t)head->size, r = head->rows ? (size_t)rows : 0, q = (size_t)queries;
    act->input = arena_cut(arena, r * 4 * size, sizeof(real));
    act->query = arena_cut(arena, q * size, sizeof(real));
    act->answer = arena_cut(arena, q * 4 * size, sizeof(real));
    act->gate = arena_cut(arena, q * 3 * size, sizeof(real));
    act->hidden = arena_cut(arena, size, sizeof(real));
    act->d_input = arena_cut(arena, r * 4 * size, sizeof(real));
    act->d_query = arena_cut(arena, q * size, sizeof(real));
    act->d_answer = arena_cut(arena, q * 4 * size, sizeof(real));
}

/* ---- addressing ---- */

/* Row i of an array whose rows have `parts` times `size` numbers. */
static real *row_at(const struct edge_head *head, real *base, int parts, int32_t i)
{
    return base + (ptrdiff_t)i * parts * head->size;
}

/* What the GRU read on the way to query q: the gates' part of a row's input, or "not read". */
static const real *input_of(const struct edge_head *head, const real *theta,
                            const struct trie *trie, const struct edge_act *act, int32_t q)
{
    int32_t label = trie->label[q];
    return label ? row_at(head, act->input, 4, label - 1) + head->size : theta + head->none;
}

/* ---- forward ---- */

void edge_inputs(const struct edge_head *head, const real *theta, struct edge_act *act,
                 const real *h, int from, int to)
{
    int wide = 4 * head->size;
    struct mat input = {row_at(head, act->input, 4, from), wide};
    nn_fill_rows(input.at, theta + head->bx, to - from, wide);
    mat_mul(input, mat_from(mat_at(h, 0, head->width), from), mat_at(theta, head->wx, wide),
            to - from, wide, head->width, true);
}

/* One row of the GRU: gates [3 size] and the new query from the input x, the parent's answer a
   [3 size] and query. */
static void gru_row(int size, const real *x, const real *a, const real *q, real *gate, real *next)
{
    real *r = gate, *z = gate + size, *n = gate + 2 * size;
    for (int i = 0; i < size; i++) {
        r[i] = nn_sigmoid1(x[i] + a[i]);
        z[i] = nn_sigmoid1(x[size + i] + a[size + i]);
        n[i] = nn_tanh1(x[2 * size + i] + r[i] * a[2 * size + i]);
        next[i] = n[i] + z[i] * (q[i] - n[i]);
    }
}

void edge_queries(const struct edge_head *head, const real *theta, const struct trie *trie,
                  struct edge_act *act, struct mat start, int from, int to)
{
    int size = head->size;
    for (int q = from; q < to; q++) {
        int32_t parent = trie->parent[q];
        real *query = row_at(head, act->query, 1, q);
        if (parent >= 0) {
            gru_row(size, input_of(head, theta, trie, act, q),
                    row_at(head, act->answer, 4, parent) + size,
                    row_at(head, act->query, 1, parent), row_at(head, act->gate, 3, q), query);
            continue;
        }
        nn_sum(query, mat_row(start, -1 - parent),
               theta + head->op + (size_t)(trie->label[q] * size), size);
        nn_tanh(query, (size_t)size);
    }
}

void edge_answers(const struct edge_head *head, const real *theta, struct edge_act *act, int from,
                  int to, bool more)
{
    int size = head->size;
    struct mat query = {row_at(head, act->query, 1, from), size};
    struct mat answer = {row_at(head, act->answer, 4, from), 4 * size};
    mat_mul(answer, query, mat_at(theta, head->wq, 4 * size), to - from, more ? 4 * size : size,
            size, false);
    for (int q = from; q < to && more; q++)
        nn_axpy(row_at(head, act->answer, 4, q) + size, 1, theta + head->bq, 3 * size);
}

/* act->hidden <- tanh(U q + key) */
static void hide(const struct edge_head *head, struct edge_act *act, int q, int row)
{
    nn_sum(act->hidden, row_at(head, act->answer, 4, q), row_at(head, act->input, 4, row),
           head->size);
    nn_tanh(act->hidden, (size_t)head->size);
}

real edge_logit(const struct edge_head *head, const real *theta, struct edge_act *act, int q,
                int row, bool choose)
{
    hide(head, act, q, row);
    real dot = nn_dot(act->hidden, theta + head->v, head->size);
    return choose ? dot : dot + theta[head->c];
}

/* ---- backward ---- */

void edge_clear(const struct edge_head *head, struct edge_act *act, int rows, int queries)
{
    size_t size = (size_t)head->size, q = (size_t)queries;
    if (!head->rows)
        return;
    memset(act->d_input, 0, (size_t)rows * 4 * size * sizeof(real));
    memset(act->d_query, 0, q * size * sizeof(real));
    memset(act->d_answer, 0, q * 4 * size * sizeof(real));
}

void edge_logit_back(const struct edge_head *head, const real *theta, real *grad,
                     struct edge_act *act, int q, int row, bool choose, real d)
{
    int size = head->size;
    hide(head, act, q, row);
    nn_axpy(grad + head->v, d, act->hidden, size);
    if (!choose)
        grad[head->c] += d;
    nn_tanh_dot_back(act->hidden, d, theta + head->v, size);
    nn_axpy(row_at(head, act->d_input, 4, row), 1, act->hidden, size);
    nn_axpy(row_at(head, act->d_answer, 4, q), 1, act->hidden, size);
}

/*
 * From the gradient d of a query to those of its input d_x, of the parent's answer d_a [3 size] and
 * of the parent's query d_q (all added).
 */
static void gru_row_back(int size, const real *gate, const real *a, const real *q, const real *d,
                         real *d_x, real *d_a, real *d_q)
{
    const real *r = gate, *z = gate + size, *n = gate + 2 * size;
    for (int i = 0; i < size; i++) {
        real d_n = d[i] * ((real)1 - z[i]) * ((real)1 - n[i] * n[i]);
        real d_z = d[i] * (q[i] - n[i]) * z[i] * ((real)1 - z[i]);
        real d_r = d_n * a[2 * size + i] * r[i] * ((real)1 - r[i]);
        d_q[i] += d[i] * z[i];
        d_x[i] += d_r;
        d_x[size + i] += d_z;
        d_x[2 * size + i] += d_n;
        d_a[i] += d_r;
        d_a[size + i] += d_z;
        d_a[2 * size + i] += d_n * r[i];
    }
}

/* One query's gradient, to where it came from. */
static void query_back(const struct edge_head *head, real *grad, const struct trie *trie,
                       struct edge_act *act, int32_t q, struct mat d_start)
{
    int size = head->size;
    int32_t parent = trie->parent[q], label = trie->label[q];
    real *d = row_at(head, act->d_query, 1, q);
    if (parent < 0) {
        nn_tanh_back(d, row_at(head, act->query, 1, q), (size_t)size);
        nn_axpy(mat_row(d_start, -1 - parent), 1, d, size);
        nn_axpy(grad + head->op + (size_t)(label * size), 1, d, size);
        return;
    }
    gru_row_back(size, row_at(head, act->gate, 3, q), row_at(head, act->answer, 4, parent) + size,
                 row_at(head, act->query, 1, parent), d,
                 label ? row_at(head, act->d_input, 4, label - 1) + size : grad + head->none,
                 row_at(head, act->d_answer, 4, parent) + size,
                 row_at(head, act->d_query, 1, parent));
}

/* d_query += what the answers of queries from..to-1 ask for. */
static void answers_back(const struct edge_head *head, const real *theta, struct edge_act *act,
                         int32_t from, int32_t to, bool more)
{
    int size = head->size, wide = 4 * size;
    mat_mul_nt((struct mat){row_at(head, act->d_query, 1, from), size},
               (struct mat){row_at(head, act->d_answer, 4, from), wide},
               mat_at(theta, head->wq, wide), to - from, size, more ? wide : size, true);
}

/* grad of [U | Wh] += that of queries from..to-1. */
static void weights_back(const struct edge_head *head, real *grad, const struct edge_act *act,
                         const struct edge_level *level)
{
    int size = head->size, wide = 4 * size;
    struct mat query = {act->query, size}, d_answer = {act->d_answer, wide};
    struct mat d_w = mat_at(grad, head->wq, wide);
    mat_mul_tn(d_w, mat_from(query, level->from), mat_from(d_answer, level->from), size, wide,
               level->middle - level->from, true);
    mat_mul_tn(d_w, mat_from(query, level->middle), mat_from(d_answer, level->middle), size, size,
               level->to - level->middle, true);
    for (int32_t q = level->from; q < level->middle; q++)
        nn_axpy(grad + head->bq, 1, mat_row(d_answer, q) + size, 3 * size);
}

void edge_queries_back(const struct edge_head *head, const real *theta, real *grad,
                       const struct trie *trie, struct edge_act *act,
                       const struct edge_level *level, int levels, struct mat d_start)
{
    for (int l = levels - 1; l >= 0; l--) {
        answers_back(head, theta, act, level[l].from, level[l].middle, true);
        answers_back(head, theta, act, level[l].middle, level[l].to, false);
        weights_back(head, grad, act, &level[l]);
        for (int32_t q = level[l].from; q < level[l].to; q++)
            query_back(head, grad, trie, act, q, d_start);
    }
}

void edge_inputs_back(const struct edge_head *head, const real *theta, real *grad,
                      struct edge_act *act, const real *h, real *d_h, int rows)
{
    int wide = 4 * head->size;
    struct mat d_input = {act->d_input, wide};
    mat_mul_tn(mat_at(grad, head->wx, wide), mat_at(h, 0, head->width), d_input, head->width, wide,
               rows, true);
    nn_add_rows(grad + head->bx, d_input.at, rows, wide);
    mat_mul_nt(mat_at(d_h, 0, head->width), d_input, mat_at(theta, head->wx, wide), rows,
               head->width, wide, true);
}
