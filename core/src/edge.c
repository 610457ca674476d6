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
        head->asks += row.steps * (row.choose ? bits_count(row.candidates) : 1);
        head->steps = int_max(head->steps, row.steps);
        head->inputs = int_max(head->inputs, row.steps > 1 ? bits_last(row.candidates) : 0);
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
    act->eldest = arena_cut(arena, q, sizeof *act->eldest);
    act->asked = arena_cut(arena, q, sizeof *act->asked);
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

/* ---- forward ---- */

/* The first n columns of rows from..to-1. */
static void input_columns(const struct edge_head *head, const real *theta, struct edge_act *act,
                          const real *h, int from, int to, int n)
{
    int wide = 4 * head->size;
    if (from >= to)
        return;
    struct mat input = {row_at(head, act->input, 4, from), wide};
    mat_mul(input, mat_from(mat_at(h, 0, head->width), from), mat_at(theta, head->wx, wide),
            to - from, n, head->width, false);
    nn_bias_rows(input.at, wide, theta + head->bx, to - from, n);
}

void edge_inputs(const struct edge_head *head, const real *theta, struct edge_act *act,
                 const real *h, int from, int inputs, int to)
{
    input_columns(head, theta, act, h, from, int_min(inputs, to), 4 * head->size);
    input_columns(head, theta, act, h, int_max(from, inputs), to, head->size);
}

/* The GRU over queries from..to-1. */
static struct gru gru_of(const struct edge_head *head, const real *theta, const struct trie *trie,
                         const struct edge_act *act, int from, int to)
{
    int size = head->size;
    return (struct gru){.size = size,
                        .first = from,
                        .end = to,
                        .parent = trie->parent,
                        .label = trie->label,
                        .input = act->input + size,
                        .none = theta + head->none,
                        .answer = act->answer + size,
                        .ld_input = (ptrdiff_t)4 * size,
                        .ld_answer = (ptrdiff_t)4 * size,
                        .query = act->query,
                        .gate = act->gate};
}

/* Where a run of queries that come of states, or of queries, ends. */
static int run_end(const struct trie *trie, int from, int to)
{
    int q = from + 1;
    while (q < to && (trie->parent[q] < 0) == (trie->parent[from] < 0))
        q++;
    return q;
}

static void start_query(const struct edge_head *head, const real *theta, const struct trie *trie,
                        struct edge_act *act, struct mat start, int q)
{
    real *query = row_at(head, act->query, 1, q);
    nn_sum(query, mat_row(start, -1 - trie->parent[q]),
           theta + head->op + (size_t)(trie->label[q] * head->size), head->size);
    nn_tanh(query, (size_t)head->size);
}

void edge_queries(const struct edge_head *head, const real *theta, const struct trie *trie,
                  struct edge_act *act, struct mat start, int from, int to)
{
    for (int q = from, end; q < to; q = end) {
        end = run_end(trie, q, to);
        struct gru gru = gru_of(head, theta, trie, act, q, end);
        if (trie->parent[q] >= 0)
            kernel->gru(&gru);
        for (; q < end && trie->parent[q] < 0; q++)
            start_query(head, theta, trie, act, start, q);
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
    if (more)
        nn_bias_rows(answer.at + size, answer.ld, theta + head->bq, to - from, 3 * size);
}

/* The pairs of queries and rows whose logits are asked for. */
static struct pairs pairs_of(const struct edge_head *head, const real *theta,
                             const struct edge_act *act, const int32_t *query, const int32_t *row,
                             int n)
{
    return (struct pairs){.size = head->size,
                          .count = n,
                          .left = act->answer,
                          .right = act->input,
                          .ld_left = (ptrdiff_t)4 * head->size,
                          .ld_right = (ptrdiff_t)4 * head->size,
                          .l = query,
                          .r = row,
                          .w = theta + head->v};
}

void edge_logits(const struct edge_head *head, const real *theta, const struct edge_act *act,
                 const int32_t *query, const int32_t *row, int n, real *logit)
{
    struct pairs pairs = pairs_of(head, theta, act, query, row, n);
    pairs.logit = logit;
    kernel->pairs(&pairs);
}

/* ---- backward ---- */

void edge_mark(const struct trie *trie, struct edge_act *act)
{
    memset(act->asked, 0, (size_t)trie->count * sizeof *act->asked);
    for (int32_t q = 0; q < trie->count; q++) {
        int32_t p = trie->parent[q];
        act->eldest[q] = p >= 0 && !act->asked[p];
        if (p >= 0)
            act->asked[p] = true;
    }
}

void edge_clear(const struct edge_head *head, struct edge_act *act, int inputs, int rows)
{
    size_t size = (size_t)head->size;
    memset(act->d_input, 0, (size_t)inputs * 4 * size * sizeof(real));
    for (int r = inputs; r < rows; r++)
        memset(row_at(head, act->d_input, 4, r), 0, size * sizeof(real));
}

void edge_logits_back(const struct edge_head *head, const real *theta, real *grad,
                      struct edge_act *act, const int32_t *query, const int32_t *row,
                      const uint8_t *first, int n, const real *d)
{
    struct pairs pairs = pairs_of(head, theta, act, query, row, n);
    struct pairs_back back = {
        .d = d, .first = first, .w = grad + head->v, .left = act->d_answer, .right = act->d_input};
    kernel->pairs_back(&pairs, &back);
}

/* The gradient of start_query. */
static void start_back(const struct edge_head *head, real *grad, const struct trie *trie,
                       struct edge_act *act, int q, struct mat d_start)
{
    int size = head->size;
    real *d = row_at(head, act->d_query, 1, q);
    nn_tanh_back(d, row_at(head, act->query, 1, q), (size_t)size);
    nn_axpy(mat_row(d_start, -1 - trie->parent[q]), 1, d, size);
    nn_axpy(grad + head->op + (size_t)(trie->label[q] * size), 1, d, size);
}

/* Gradients of queries from..to-1, to where they came from. */
static void queries_back(const struct edge_head *head, const real *theta, real *grad,
                         const struct trie *trie, struct edge_act *act, int from, int to,
                         struct mat d_start)
{
    int size = head->size;
    struct gru_back back = {.input = act->d_input + size,
                            .none = grad + head->none,
                            .answer = act->d_answer + size,
                            .query = act->d_query,
                            .eldest = act->eldest};
    for (int q = from, end; q < to; q = end) {
        end = run_end(trie, q, to);
        struct gru gru = gru_of(head, theta, trie, act, q, end);
        if (trie->parent[q] >= 0)
            kernel->gru_back(&gru, &back);
        for (; q < end && trie->parent[q] < 0; q++)
            start_back(head, grad, trie, act, q, d_start);
    }
}

/* Queries of which no logit came. */
static void silence(const struct edge_head *head, struct edge_act *act, int from, int to)
{
    for (int q = from; q < to; q++)
        if (!act->asked[q])
            memset(row_at(head, act->d_answer, 4, q), 0, (size_t)head->size * sizeof(real));
}

/* d_query of queries from..to-1 by their answers: added to that by their children, if there are
   `more`. */
static void answers_back(const struct edge_head *head, const real *theta, struct edge_act *act,
                         int32_t from, int32_t to, bool more)
{
    int size = head->size, wide = 4 * size;
    mat_mul_nt((struct mat){row_at(head, act->d_query, 1, from), size},
               (struct mat){row_at(head, act->d_answer, 4, from), wide},
               mat_at(theta, head->wq, wide), to - from, size, more ? wide : size, more);
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
    nn_add_rows(grad + head->bq, mat_row(d_answer, level->from) + size, wide,
                level->middle - level->from, 3 * size);
}

void edge_queries_back(const struct edge_head *head, const real *theta, real *grad,
                       const struct trie *trie, struct edge_act *act,
                       const struct edge_level *level, int levels, struct mat d_start)
{
    for (int l = levels - 1; l >= 0; l--) {
        silence(head, act, level[l].from, level[l].to);
        answers_back(head, theta, act, level[l].from, level[l].middle, true);
        answers_back(head, theta, act, level[l].middle, level[l].to, false);
        weights_back(head, grad, act, &level[l]);
        queries_back(head, theta, grad, trie, act, level[l].from, level[l].to, d_start);
    }
}

/* The same from the first n columns of rows from..to-1. */
static void columns_back(const struct edge_head *head, const real *theta, real *grad,
                         struct edge_act *act, const real *h, real *d_h, int from, int to, int n)
{
    int wide = 4 * head->size;
    struct mat d_input = {row_at(head, act->d_input, 4, from), wide};
    struct mat rows = mat_from(mat_at(h, 0, head->width), from);
    mat_mul_tn(mat_at(grad, head->wx, wide), rows, d_input, head->width, n, to - from, true);
    nn_add_rows(grad + head->bx, d_input.at, wide, to - from, n);
    mat_mul_nt(mat_from(mat_at(d_h, 0, head->width), from), d_input, mat_at(theta, head->wx, wide),
               to - from, head->width, n, true);
}

void edge_inputs_back(const struct edge_head *head, const real *theta, real *grad,
                      struct edge_act *act, const real *h, real *d_h, int inputs, int rows)
{
    columns_back(head, theta, grad, act, h, d_h, 0, inputs, 4 * head->size);
    columns_back(head, theta, grad, act, h, d_h, inputs, rows, head->size);
}
