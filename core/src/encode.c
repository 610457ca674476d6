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

void encoder_init(struct encoder *e, const ganas_space *space, const ganas_net *net,
                  ganas_threads *threads)
{
    *e = (struct encoder){.space = space, .threads = threads};
    e->gnn = (struct gnn){.nodes = space->nodes,
                          .ops = space->ops,
                          .width = net->width,
                          .layers = net->layers,
                          .parts = net->bidirectional ? 3 : 2,
                          .position = net->position != 0};
}

void encoder_free(struct encoder *e)
{
    arena_release(&e->arena);
}

/* ---- memory ---- */

static void lay_out(struct encoder *e)
{
    struct arena *a = &e->arena;
    size_t blocks = (size_t)(e->capacity / BLOCK_GRAPHS);
    size_t codes = (size_t)e->capacity * (size_t)e->gnn.width;
    e->code = arena_cut(a, codes, sizeof(real));
    e->d_code = arena_cut(a, codes, sizeof(real));
    e->block = arena_cut(a, blocks, sizeof *e->block);
    e->act = arena_cut(a, blocks, sizeof *e->act);
    struct block no_block;
    struct gnn_act no_act;
    for (size_t b = 0; b < blocks; b++) {
        gnn_cut_block(&e->gnn, a, BLOCK_GRAPHS, e->block ? &e->block[b] : &no_block);
        gnn_cut_act(&e->gnn, a, BLOCK_GRAPHS, e->act ? &e->act[b] : &no_act);
    }
    for (int lane = 0; lane < LANES; lane++) {
        gnn_cut_scratch(&e->gnn, a, BLOCK_GRAPHS, &e->scratch[lane]);
        e->d_out[lane] =
            arena_cut(a, BLOCK_GRAPHS * (size_t)(e->gnn.nodes * e->gnn.width), sizeof(real));
    }
}

int32_t encoder_reserve(struct encoder *e, int32_t n)
{
    e->graphs = 0;
    if (n <= e->capacity)
        return GANAS_OK;
    arena_release(&e->arena);
    e->capacity = (n + BLOCK_GRAPHS - 1) / BLOCK_GRAPHS * BLOCK_GRAPHS;
    lay_out(e);
    if (arena_reserve(&e->arena) != GANAS_OK) {
        e->capacity = 0;
        return GANAS_E_MEMORY;
    }
    lay_out(e);
    return GANAS_OK;
}

/* ---- loading ---- */

void block_load(struct block *block, int g, const ganas_batch *batch, int32_t i, bool prune)
{
    struct graph graph;
    batch_get(batch, i, &graph);
    bits live = prune ? space_live(batch->space, &graph) : bits_below(graph.size);
    block->live[g] = live;
    for (int node = 0; node < block->nodes; node++)
        block->readers[node * block->graphs + g] = 0;
    for (int node = 0; node < block->nodes; node++) {
        int r = node * block->graphs + g;
        block->op[r] = graph.op[node];
        block->reads[r] = live & bit_of(node) ? graph.reads[node] & live : 0;
        for (bits s = block->reads[r]; s; s &= s - 1)
            block->readers[bits_first(s) * block->graphs + g] |= bit_of(node);
    }
}

void encoder_load(struct encoder *e, const ganas_batch *batch, const int32_t *index, int32_t n,
                  int32_t at)
{
    e->graphs = at + n;
    /* A block's stride is its number of graphs: settle it before anything is put there. Only the
       last block can be partly filled, and a later load may fill it up: all are loaded full width.
     */
    for (int32_t i = 0; i < n; i++) {
        struct block *block = &e->block[(at + i) / BLOCK_GRAPHS];
        block->graphs = BLOCK_GRAPHS;
        block_load(block, (at + i) % BLOCK_GRAPHS, batch, index ? index[i] : i,
                   e->space->end_op >= 0);
    }
}

static int32_t blocks_used(const struct encoder *e)
{
    return (e->graphs + BLOCK_GRAPHS - 1) / BLOCK_GRAPHS;
}

/* ---- read-out ---- */

/* code [width] <- mean of the live nodes' rows of graph g */
static void read_out(const struct gnn *gnn, const struct block *b, const real *out, int g,
                     real *code)
{
    size_t width = (size_t)gnn->width;
    memset(code, 0, width * sizeof *code);
    for (bits s = b->live[g]; s; s &= s - 1)
        nn_axpy(code, 1, out + (size_t)(bits_first(s) * b->graphs + g) * width, gnn->width);
    real scale = (real)1 / (real)int_max(1, bits_count(b->live[g]));
    for (size_t i = 0; i < width; i++)
        code[i] *= scale;
}

static void read_out_back(const struct gnn *gnn, const struct block *b, const real *d_code, int g,
                          real *d_out)
{
    size_t width = (size_t)gnn->width;
    real scale = (real)1 / (real)int_max(1, bits_count(b->live[g]));
    for (bits s = b->live[g]; s; s &= s - 1)
        nn_axpy(d_out + (size_t)(bits_first(s) * b->graphs + g) * width, scale, d_code, gnn->width);
}

/* Graphs of block b that are loaded. */
static int loaded(const struct encoder *e, int32_t b)
{
    return int_min(BLOCK_GRAPHS, e->graphs - b * BLOCK_GRAPHS);
}

/* ---- passes ---- */

static void forward_block(void *context, int32_t b)
{
    struct encoder *e = context;
    size_t width = (size_t)e->gnn.width;
    gnn_forward(&e->gnn, e->theta, &e->block[b], &e->act[b], 0, e->gnn.nodes);
    for (int g = 0; g < loaded(e, b); g++)
        read_out(&e->gnn, &e->block[b], e->act[b].out, g,
                 e->code + (size_t)(b * BLOCK_GRAPHS + g) * width);
}

/* Places behind the last graph hold what an earlier load left, or zeros: never out of range. */
void encoder_forward(struct encoder *e, const real *theta)
{
    e->theta = theta;
    threads_run(e->threads, blocks_used(e), forward_block, e);
}

static void backward_lane(void *context, int32_t lane)
{
    struct encoder *e = context;
    size_t width = (size_t)e->gnn.width;
    size_t rows = (size_t)(BLOCK_GRAPHS * e->gnn.nodes);
    for (int32_t b = lane; b < blocks_used(e); b += LANES) {
        real *d_out = e->d_out[lane];
        memset(d_out, 0, rows * width * sizeof *d_out);
        for (int g = 0; g < loaded(e, b); g++)
            read_out_back(&e->gnn, &e->block[b], e->d_code + (size_t)(b * BLOCK_GRAPHS + g) * width,
                          g, d_out);
        gnn_backward(&e->gnn, e->params->theta, params_lane(e->params, lane), &e->block[b],
                     &e->act[b], d_out, &e->scratch[lane]);
    }
}

void encoder_backward(struct encoder *e, struct params *params)
{
    e->params = params;
    threads_run(e->threads, int_min(LANES, blocks_used(e)), backward_lane, e);
}
