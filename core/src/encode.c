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
    e->rows.share = e->gnn.parts == 2;
}

void encoder_free(struct encoder *e)
{
    rows_free(&e->rows);
    arena_release(&e->arena);
}

/* ---- memory ---- */

static void lay_out(struct encoder *e)
{
    struct arena *a = &e->arena;
    size_t graphs = (size_t)e->capacity, width = (size_t)e->gnn.width;
    size_t rows = graphs * (size_t)e->gnn.nodes;
    e->code = arena_cut(a, graphs * width, sizeof(real));
    e->d_code = arena_cut(a, graphs * width, sizeof(real));
    e->d_out = arena_cut(a, rows * width, sizeof(real));
    e->of.at = arena_cut(a, graphs + 1, sizeof *e->of.at);
    e->of.item = arena_cut(a, rows, sizeof *e->of.item);
    e->in.at = arena_cut(a, rows + 1, sizeof *e->in.at);
    e->in.item = arena_cut(a, rows, sizeof *e->in.item);
    gnn_cut_act(&e->gnn, a, (int)rows, &e->act);
    gnn_cut_scratch(&e->gnn, a, (int)rows, &e->scratch);
}

static int32_t grow(struct encoder *e, int32_t n)
{
    arena_release(&e->arena);
    e->capacity = n;
    lay_out(e);
    if (arena_reserve(&e->arena) != GANAS_OK)
        return GANAS_E_MEMORY;
    lay_out(e);
    return rows_reserve(&e->rows, n * e->gnn.nodes, n * e->edges);
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

/* ---- loading ---- */

/* Adds the live nodes of a graph to the rows, and the graph to the lists. */
static void add_graph(struct encoder *e, const ganas_batch *batch, int32_t i)
{
    int32_t row[GANAS_MAX_NODES], reads[GANAS_MAX_NODES];
    struct graph graph;
    batch_get(batch, i, &graph);
    bits live = e->space->end_op >= 0 ? space_live(batch->space, &graph) : bits_below(graph.size);
    int32_t end = e->of.at[e->graphs];
    for (bits s = live; s; s &= s - 1) {
        int node = bits_first(s), n = 0;
        for (bits r = graph.reads[node] & live; r; r &= r - 1)
            reads[n++] = row[bits_first(r)];
        row[node] = rows_add(&e->rows, graph.op[node], e->gnn.position ? node : 0, reads, n);
        e->of.item[end++] = row[node];
    }
    e->of.at[++e->graphs] = end;
}

void encoder_load(struct encoder *e, const ganas_batch *batch, const int32_t *index, int32_t n,
                  int32_t at)
{
    if (at == 0)
        rows_clear(&e->rows);
    e->graphs = at;
    e->closed = false;
    for (int32_t i = 0; i < n; i++)
        add_graph(e, batch, index ? index[i] : i);
}

/* Once all graphs are there: who reads each row, and which graphs it is in. */
static void finish_load(struct encoder *e)
{
    rows_close(&e->rows);
    lists_transpose(e->in, e->of, e->graphs, e->rows.count);
    e->closed = true;
}

/* ---- passes: rows (and graphs) in LANES ranges ---- */

static int32_t begin(int32_t n, int lane)
{
    return (int32_t)((int64_t)n * lane / LANES);
}

/* x [graphs, width]: rows from..to-1 divided by the number of rows of the graph. */
static void divide(const struct encoder *e, real *x, int32_t from, int32_t to)
{
    int width = e->gnn.width;
    for (int32_t g = from; g < to; g++) {
        real *row = x + (ptrdiff_t)g * width;
        nn_scale(row, (real)1 / (real)int_max(1, e->of.at[g + 1] - e->of.at[g]), row, width);
    }
}

/* Rows from..to-1 of `to` <- sums of rows of `from` over lists */
static void sum_lists(const struct encoder *e, real *to, const real *from, struct lists lists,
                      int32_t first, int32_t end)
{
    struct sums s = {.to = to, .from = from, .at = lists.at, .item = lists.item};
    s.ld_to = s.ld = s.n = e->gnn.width;
    s.first = first;
    s.end = end;
    kernel->sums(&s);
}

/* Codes: means of the rows of each graph. */
static void read_out_lane(void *context, int32_t lane)
{
    struct encoder *e = context;
    int32_t from = begin(e->graphs, lane), to = begin(e->graphs, lane + 1);
    sum_lists(e, e->code, e->act.out, e->of, from, to);
    divide(e, e->code, from, to);
}

static void forward_lane(void *context, int32_t lane)
{
    struct encoder *e = context;
    gnn_forward(&e->gnn, e->theta, &e->rows, &e->act, e->layer, begin(e->rows.count, lane),
                begin(e->rows.count, lane + 1));
}

void encoder_forward(struct encoder *e, const real *theta)
{
    if (!e->closed)
        finish_load(e);
    e->theta = theta;
    for (e->layer = 0; e->layer < e->gnn.layers; e->layer++)
        threads_run(e->threads, LANES, forward_lane, e);
    threads_run(e->threads, LANES, read_out_lane, e);
}

static void backward_lane(void *context, int32_t lane)
{
    struct encoder *e = context;
    int32_t from = begin(e->rows.count, lane), to = begin(e->rows.count, lane + 1);
    if (e->layer == e->gnn.layers - 1)
        sum_lists(e, e->d_out, e->d_code, e->in, from, to);
    else
        gnn_gather(&e->gnn, &e->rows, &e->scratch, e->layer + 1, from, to);
    gnn_backward(&e->gnn, e->params->theta, params_lane(e->params, lane), &e->rows, &e->act,
                 e->d_out, &e->scratch, e->layer, from, to);
}

void encoder_backward(struct encoder *e, struct params *params)
{
    e->params = params;
    divide(e, e->d_code, 0, e->graphs);
    for (e->layer = e->gnn.layers - 1; e->layer >= 0; e->layer--)
        threads_run(e->threads, LANES, backward_lane, e);
}
