/* encode.c - codes of whole graphs, forward and backward. */
#include "encode.h"

#include <string.h>

#include "nn.h"
#include "status.h"

void ganas_net_defaults(ganas_net *net)
{
    *net = (ganas_net){
        .width = 32, .layers = 3, .head = 32, .bidirectional = 1, .rate = 1e-3, .clip = 5};
}

int32_t net_check(const ganas_net *net)
{
    if (net->width < 8 || net->width > 256 || net->width % 8)
        return status_fail(GANAS_E_ARGUMENT, "width %d; must be a multiple of 8, 8..256",
                           net->width);
    if (net->head < 8 || net->head > 256 || net->head % 8)
        return status_fail(GANAS_E_ARGUMENT, "head %d; must be a multiple of 8, 8..256", net->head);
    if (net->layers < 1 || net->layers > GNN_MAX_LAYERS)
        return status_fail(GANAS_E_ARGUMENT, "%d layers; must be 1..%d", net->layers,
                           GNN_MAX_LAYERS);
    if (!(net->rate > 0 && net->rate < 1))
        return status_fail(GANAS_E_ARGUMENT, "rate %g; must be between 0 and 1", net->rate);
    if (!(net->clip > 0))
        return status_fail(GANAS_E_ARGUMENT, "clip %g; must be positive", net->clip);
    return GANAS_OK;
}

/* The most reads that a graph of the space can have. */
static int32_t most_edges(const ganas_space *space)
{
    int fixed = 0, chosen = 0;
    for (int i = 0; i < space->nodes; i++) {
        const struct space_node *node = &space->node[i];
        if (node->read_kind == GANAS_READ_FIXED)
            fixed += bits_count(node->read_set);
        else
            chosen +=
                node->read_kind == GANAS_READ_CHOOSE ? node->picks : bits_count(node->read_set);
    }
    return fixed + int_min(chosen, space->max_edges);
}

void encoder_init(struct encoder *e, const ganas_space *space, const ganas_net *net,
                  ganas_threads *threads)
{
    *e = (struct encoder){.space = space, .threads = threads, .edges = most_edges(space)};
    e->gnn = (struct gnn){.nodes = space->nodes,
                          .ops = space->ops,
                          .width = net->width,
                          .layers = net->layers,
                          .parts = net->bidirectional ? 3 : 2,
                          .position = net->position != 0};
    for (int lane = 0; lane < LANES; lane++)
        e->share[lane].rows.share = e->gnn.parts == 2;
}

void encoder_free(struct encoder *e)
{
    for (int lane = 0; lane < LANES; lane++)
        rows_free(&e->share[lane].rows);
    arena_release(&e->arena);
}

/* ---- memory ---- */

/* Most graphs of a share. */
static int32_t share_room(const struct encoder *e)
{
    return (e->capacity + LANES - 1) / LANES;
}

static void lay_out_share(struct encoder *e, struct share *share)
{
    struct arena *a = &e->arena;
    size_t graphs = (size_t)share_room(e), rows = graphs * (size_t)e->gnn.nodes;
    share->d_out = arena_cut(a, rows * (size_t)e->gnn.width, sizeof(real));
    share->of.at = arena_cut(a, graphs + 1, sizeof *share->of.at);
    share->of.item = arena_cut(a, rows, sizeof *share->of.item);
    share->in.at = arena_cut(a, rows + 1, sizeof *share->in.at);
    share->in.item = arena_cut(a, rows, sizeof *share->in.item);
    gnn_cut_act(&e->gnn, a, (int)rows, &share->act);
    gnn_cut_scratch(&e->gnn, a, (int)rows, &share->scratch);
}

static void lay_out(struct encoder *e)
{
    size_t graphs = (size_t)e->capacity, width = (size_t)e->gnn.width;
    e->source = arena_cut(&e->arena, graphs, sizeof *e->source);
    e->position = arena_cut(&e->arena, graphs, sizeof *e->position);
    e->place = arena_cut(&e->arena, graphs, sizeof *e->place);
    e->key = arena_cut(&e->arena, graphs, sizeof *e->key);
    e->code = arena_cut(&e->arena, graphs * width, sizeof(real));
    e->d_code = arena_cut(&e->arena, graphs * width, sizeof(real));
    for (int lane = 0; lane < LANES; lane++)
        lay_out_share(e, &e->share[lane]);
}

static int32_t grow(struct encoder *e, int32_t n)
{
    arena_release(&e->arena);
    e->capacity = n;
    lay_out(e);
    if (arena_reserve(&e->arena) != GANAS_OK)
        return GANAS_E_MEMORY;
    lay_out(e);
    int32_t room = share_room(e);
    for (int lane = 0; lane < LANES; lane++)
        if (rows_reserve(&e->share[lane].rows, room * e->gnn.nodes, room * e->edges) != GANAS_OK)
            return GANAS_E_MEMORY;
    return GANAS_OK;
}

int32_t encoder_reserve(struct encoder *e, int32_t n)
{
    e->graphs = 0;
    if (n <= e->capacity)
        return GANAS_OK;
    if (grow(e, n) == GANAS_OK)
        return GANAS_OK;
    e->capacity = 0;
    return GANAS_E_MEMORY;
}

/* ---- loading: which graph is in which share ---- */

enum { KEY_BITS = 24, DIGIT = 8, DIGITS = 1 << DIGIT };

void encoder_load(struct encoder *e, const ganas_batch *batch, const int32_t *index, int32_t n,
                  int32_t at)
{
    e->closed = false;
    e->graphs = at + n;
    if (at == 0)
        e->split = n;
    for (int32_t i = 0; i < n; i++) {
        int32_t row = index ? index[i] : i;
        e->source[at + i] = (struct source){batch, row};
        e->key[at + i] = (uint32_t)(batch_beginning(batch, row) >> (64 - KEY_BITS));
    }
}

/* to <- the places of `from` by a digit of their keys, equal ones in order: a counting sort. */
static void sort_by_digit(const struct encoder *e, int32_t *to, const int32_t *from, int shift)
{
    int32_t at[DIGITS + 1] = {0};
    for (int32_t i = 0; i < e->graphs; i++)
        at[(e->key[i] >> shift) % DIGITS + 1]++;
    for (int k = 0; k < DIGITS; k++)
        at[k + 1] += at[k];
    for (int32_t i = 0; i < e->graphs; i++)
        to[at[(e->key[from[i]] >> shift) % DIGITS]++] = from[i];
}

/* place <- the places by their keys. */
static void sort_places(struct encoder *e)
{
    for (int32_t i = 0; i < e->graphs; i++)
        e->position[i] = i;
    sort_by_digit(e, e->place, e->position, 0);
    sort_by_digit(e, e->position, e->place, DIGIT);
    sort_by_digit(e, e->place, e->position, 2 * DIGIT);
}

/* A lane's positions, those of the first load to the front. */
static void set_share(struct encoder *e, int lane)
{
    struct share *share = &e->share[lane];
    int32_t *later = e->position, n = 0;
    share->from = share->middle = (int32_t)((int64_t)e->graphs * lane / LANES);
    share->to = (int32_t)((int64_t)e->graphs * (lane + 1) / LANES);
    for (int32_t p = share->from; p < share->to; p++)
        if (e->place[p] < e->split)
            e->place[share->middle++] = e->place[p];
        else
            later[n++] = e->place[p];
    memcpy(e->place + share->middle, later, (size_t)n * sizeof *later);
}

static void divide_places(struct encoder *e)
{
    sort_places(e);
    for (int lane = 0; lane < LANES; lane++)
        set_share(e, lane);
    for (int32_t p = 0; p < e->graphs; p++)
        e->position[e->place[p]] = p;
}

/* The nodes that are seen. */
static bits live_of(const struct encoder *e, struct source source)
{
    struct graph graph;
    if (e->space->end_op < 0)
        return bits_below(source.batch->size[source.row]);
    batch_get(source.batch, source.row, &graph);
    return space_live(e->space, &graph);
}

/* Adds the live nodes of a graph to the rows, and the graph to the lists. */
static void add_graph(const struct encoder *e, struct share *share, struct source source)
{
    int32_t row[GANAS_MAX_NODES], reads[GANAS_MAX_NODES], *at = share->of.at + share->graphs;
    struct row graph = batch_row(source.batch, source.row);
    bits live = live_of(e, source);
    at[1] = at[0];
    for (bits s = live; s; s &= s - 1) {
        int node = bits_first(s), n = 0;
        for (bits r = graph.reads[node] & live; r; r &= r - 1)
            reads[n++] = row[bits_first(r)];
        row[node] = rows_add(&share->rows, graph.op[node], e->gnn.position ? node : 0, reads, n);
        share->of.item[at[1]++] = row[node];
    }
    share->graphs++;
}

/* A share's graphs as rows, who reads each row, and which graphs it is in. */
static void fill_share(const struct encoder *e, struct share *share)
{
    rows_clear(&share->rows);
    share->graphs = 0;
    share->of.at[0] = 0;
    for (int32_t p = share->from; p < share->to; p++)
        add_graph(e, share, e->source[e->place[p]]);
    rows_close(&share->rows);
    lists_transpose(share->in, share->of, share->graphs, share->rows.count);
}

/* ---- passes ---- */

/* x [graphs, width]: rows of a share divided by the number of rows of the graph. */
static void divide(const struct encoder *e, real *x, const struct share *share)
{
    int width = e->gnn.width;
    for (int32_t g = 0; g < share->graphs; g++) {
        real *row = x + (ptrdiff_t)(share->from + g) * width;
        int nodes = share->of.at[g + 1] - share->of.at[g];
        nn_scale(row, (real)1 / (real)int_max(1, nodes), row, width);
    }
}

/* Rows 0..n-1 of `to` <- sums of rows of `from` over lists */
static void sum_lists(const struct encoder *e, real *to, const real *from, struct lists lists,
                      int32_t n)
{
    struct sums s = {.to = to, .from = from, .at = lists.at, .item = lists.item};
    s.ld_to = s.ld = s.n = e->gnn.width;
    s.end = n;
    kernel->sums(&s);
}

/* A share's rows of an array by position. */
static real *rows_of(const struct encoder *e, real *x, const struct share *share)
{
    return x + (ptrdiff_t)share->from * e->gnn.width;
}

/* Codes: means of the rows of each graph. */
static void forward_lane(void *context, int32_t lane)
{
    struct encoder *e = context;
    struct share *share = &e->share[lane];
    if (!e->closed)
        fill_share(e, share);
    for (int layer = 0; layer < e->gnn.layers; layer++)
        gnn_forward(&e->gnn, e->theta, &share->rows, &share->act, layer, 0, share->rows.count);
    sum_lists(e, rows_of(e, e->code, share), share->act.out, share->of, share->graphs);
    divide(e, e->code, share);
    if (e->task)
        e->task(e->context, lane);
}

void encoder_forward(struct encoder *e, const real *theta, encoder_task *task, void *context)
{
    e->theta = theta;
    e->task = task;
    e->context = context;
    if (!e->closed)
        divide_places(e);
    threads_run(e->threads, LANES, forward_lane, e);
    e->closed = true;
}

static void backward_lane(void *context, int32_t lane)
{
    struct encoder *e = context;
    struct share *share = &e->share[lane];
    real *grad = params_lane(e->params, lane);
    int32_t n = share->rows.count;
    if (e->task)
        e->task(e->context, lane);
    divide(e, e->d_code, share);
    sum_lists(e, share->d_out, rows_of(e, e->d_code, share), share->in, n);
    for (int layer = e->gnn.layers - 1; layer >= 0; layer--) {
        gnn_backward(&e->gnn, e->params->theta, grad, &share->rows, &share->act, share->d_out,
                     &share->scratch, layer, 0, n);
        if (layer > 0)
            gnn_gather(&e->gnn, &share->rows, &share->scratch, layer, 0, n);
    }
}

void encoder_backward(struct encoder *e, struct params *params, encoder_task *task, void *context)
{
    e->params = params;
    e->task = task;
    e->context = context;
    threads_run(e->threads, LANES, backward_lane, e);
}
