/*
 * predict.c - a trained network that predicts a number for chains of blocks.
 *
 *     x_i       = inputs of block i, of the blocks that are there, in node order
 *     y_i       = root x_i + rel x_(i-1) + bias               nothing comes before the first block
 *     x'_i      = leaky(y_i), from the second layer on + x_i
 *     code      = sum over blocks of x_i
 *     dense     : z' = leaky(W z + b), each layer with a slope of its own; the last one is the
 * value
 *
 * What is not here: training, and graphs that are no chains. Candidates are worked on in blocks of
 * fixed size, one row a block of the network, so that a value's bits don't depend on the batch.
 */
#include <math.h>

#include "arena.h"
#include "batch.h"
#include "mat.h"
#include "status.h"

enum { CHUNK = 32, MAX_LAYERS = 16, MAX_WIDTH = 1024 };

/* A layer: weights transposed for products from the left. */
struct layer {
    int in, out;
    real *weight; /* [in][columns]: graph layers have 2 * out columns, root and rel */
    real *bias;   /* [out] */
    real slope;   /* of the negative side */
};

struct ganas_predictor {
    ganas_space *space;
    int32_t by, inputs, layers, dense;
    struct arena arena;
    real *input; /* [tables][nodes * ops][inputs] */
    struct layer layer[2 * MAX_LAYERS];
    real *x, *y;    /* [CHUNK * nodes][width], twice that */
    real *z, *next; /* [CHUNK][widest] */
    int32_t *first; /* [CHUNK + 1] rows of each candidate */
    int widest;
};

/* ---- making one ---- */

static int32_t check_sizes(const ganas_space *space, const ganas_predictor_spec *s)
{
    if (s->inputs < 1 || s->inputs > MAX_WIDTH || s->width < 1 || s->width > MAX_WIDTH)
        return status_fail(GANAS_E_ARGUMENT, "a predictor of %d inputs and width %d; 1..%d",
                           s->inputs, s->width, MAX_WIDTH);
    if (s->layers < 1 || s->layers > MAX_LAYERS || s->dense < 1 || s->dense > MAX_LAYERS)
        return status_fail(GANAS_E_ARGUMENT, "a predictor of %d and %d layers; 1..%d", s->layers,
                           s->dense, MAX_LAYERS);
    if (space->end_op >= 0 || s->by < -1 || s->by >= space->nodes)
        return status_fail(GANAS_E_ARGUMENT,
                           "a predictor by the operation of node %d; it must be -1 or a node of a "
                           "space without end_op",
                           s->by);
    for (int l = 0; l < s->dense; l++)
        if (s->out[l] < 1 || s->out[l] > MAX_WIDTH)
            return status_fail(GANAS_E_ARGUMENT, "dense layer %d has %d outputs; 1..%d", l,
                               s->out[l], MAX_WIDTH);
    if (s->out[s->dense - 1] != 1)
        return status_fail(GANAS_E_ARGUMENT, "the last dense layer has %d outputs; it must be 1",
                           s->out[s->dense - 1]);
    return GANAS_OK;
}

static size_t count_inputs(const ganas_predictor *p)
{
    size_t tables = p->by < 0 ? 1 : (size_t)p->space->ops;
    return tables * (size_t)p->space->nodes * (size_t)p->space->ops * (size_t)p->inputs;
}

static void cut_layer(struct arena *a, struct layer *l, int columns)
{
    l->weight = arena_cut(a, (size_t)l->in * (size_t)columns, sizeof(real));
    l->bias = arena_cut(a, (size_t)l->out, sizeof(real));
}

static void lay_out(ganas_predictor *p)
{
    size_t rows = (size_t)(CHUNK * p->space->nodes), width = (size_t)p->layer[0].out;
    size_t wide = (size_t)int_max(p->inputs, p->layer[0].out);
    p->input = arena_cut(&p->arena, count_inputs(p), sizeof(real));
    for (int l = 0; l < p->layers + p->dense; l++)
        cut_layer(&p->arena, &p->layer[l], p->layer[l].out * (l < p->layers ? 2 : 1));
    p->x = arena_cut(&p->arena, rows * wide, sizeof(real));
    p->y = arena_cut(&p->arena, rows * 2 * width, sizeof(real));
    p->z = arena_cut(&p->arena, (size_t)(CHUNK * p->widest), sizeof(real));
    p->next = arena_cut(&p->arena, (size_t)(CHUNK * p->widest), sizeof(real));
    p->first = arena_cut(&p->arena, CHUNK + 1, sizeof *p->first);
}

static void set_sizes(ganas_predictor *p, const ganas_predictor_spec *s)
{
    int in = s->width;
    p->widest = s->width;
    for (int l = 0; l < s->layers; l++)
        p->layer[l] = (struct layer){
            .in = l ? s->width : s->inputs, .out = s->width, .slope = (real)s->slope};
    for (int l = 0; l < s->dense; l++) {
        p->layer[s->layers + l] =
            (struct layer){.in = in, .out = s->out[l], .slope = (real)s->dense_slope[l]};
        in = s->out[l];
        p->widest = int_max(p->widest, in);
    }
}

/* Copies [out][in] to columns at..at+out of the transpose; gives what follows. */
static const float *copy_weight(const struct layer *l, int columns, int at, const float *from)
{
    for (int o = 0; o < l->out; o++)
        for (int i = 0; i < l->in; i++)
            l->weight[i * columns + at + o] = (real)*from++;
    return from;
}

static const float *copy_layer(const struct layer *l, bool graph, const float *from)
{
    int columns = l->out * (graph ? 2 : 1);
    if (graph)
        from = copy_weight(l, columns, l->out, from); /* rel */
    from = copy_weight(l, columns, 0, from);
    for (int o = 0; o < l->out; o++)
        l->bias[o] = (real)*from++;
    return from;
}

static void copy_weights(ganas_predictor *p, const ganas_predictor_spec *s)
{
    const float *from = s->weights;
    for (size_t k = 0; k < count_inputs(p); k++)
        p->input[k] = (real)s->input[k];
    for (int l = 0; l < p->layers + p->dense; l++)
        from = copy_layer(&p->layer[l], l < p->layers, from);
}

int32_t ganas_predictor_new(ganas_predictor **out, ganas_space *space,
                            const ganas_predictor_spec *spec)
{
    if (!out || !space || !spec || !spec->input || !spec->weights || !spec->out ||
        !spec->dense_slope)
        return status_fail(GANAS_E_ARGUMENT, "a predictor needs a space and all its arrays");
    int32_t status = check_sizes(space, spec);
    if (status)
        return status;
    ganas_predictor *p = memory_new(1, sizeof *p);
    if (!p)
        return GANAS_E_MEMORY;
    p->space = space;
    p->by = spec->by;
    p->inputs = spec->inputs;
    p->layers = spec->layers;
    p->dense = spec->dense;
    set_sizes(p, spec);
    lay_out(p);
    status = arena_reserve(&p->arena);
    if (status) {
        memory_free(p);
        return status;
    }
    lay_out(p);
    copy_weights(p, spec);
    *out = p;
    return GANAS_OK;
}

void ganas_predictor_free(ganas_predictor *predictor)
{
    if (!predictor)
        return;
    arena_release(&predictor->arena);
    memory_free(predictor);
}

/* ---- forward ---- */

/* Appends the inputs of the blocks of a candidate to x from row `at` on; gives the row after. */
static int32_t gather(const ganas_predictor *p, const uint8_t *op, int32_t at)
{
    int nodes = p->space->nodes, ops = p->space->ops;
    int table = p->by < 0 ? 0 : op[p->by];
    for (int i = 0; i < nodes; i++) {
        const real *from = p->input + ((table * nodes + i) * ops + op[i]) * p->inputs;
        if (isnan(from[0]))
            continue;
        for (int k = 0; k < p->inputs; k++)
            p->x[at * p->inputs + k] = from[k];
        at++;
    }
    return at;
}

/* Row `row` of the next x from the products: own [out] of it, rel [out] of the block before. */
static void finish_row(const struct layer *l, const real *own, const real *rel, real *x, bool add)
{
    for (int o = 0; o < l->out; o++) {
        real y = own[o] + (rel ? rel[o] : 0) + l->bias[o];
        y = y > 0 ? y : l->slope * y;
        x[o] = add ? y + x[o] : y;
    }
}

static void graph_layer(const ganas_predictor *p, int which, int n)
{
    const struct layer *l = &p->layer[which];
    int rows = p->first[n], columns = 2 * l->out;
    mat_mul((struct mat){p->y, columns}, (struct mat){p->x, l->in},
            (struct mat){l->weight, columns}, rows, columns, l->in, false);
    for (int g = 0; g < n; g++)
        for (int r = p->first[g]; r < p->first[g + 1]; r++) {
            const real *own = p->y + (size_t)r * (size_t)columns;
            finish_row(l, own, r > p->first[g] ? own - columns + l->out : NULL,
                       p->x + (size_t)r * (size_t)l->out, which > 0);
        }
}

/* z [n][width]: sums over the blocks of each candidate. */
static void read_out(const ganas_predictor *p, int n)
{
    int width = p->layer[0].out;
    for (int g = 0; g < n; g++) {
        real *z = p->z + g * width;
        for (int o = 0; o < width; o++)
            z[o] = 0;
        for (int r = p->first[g]; r < p->first[g + 1]; r++)
            for (int o = 0; o < width; o++)
                z[o] += p->x[r * width + o];
    }
}

static void dense_layer(ganas_predictor *p, const struct layer *l, int n)
{
    mat_mul((struct mat){p->next, l->out}, (struct mat){p->z, l->in},
            (struct mat){l->weight, l->out}, n, l->out, l->in, false);
    for (int g = 0; g < n; g++)
        for (int o = 0; o < l->out; o++) {
            real z = p->next[g * l->out + o] + l->bias[o];
            p->next[g * l->out + o] = z > 0 ? z : l->slope * z;
        }
    real *old = p->z;
    p->z = p->next;
    p->next = old;
}

static void run_chunk(ganas_predictor *p, const ganas_batch *batch, int32_t from, int n,
                      double *value)
{
    p->first[0] = 0;
    for (int g = 0; g < n; g++)
        p->first[g + 1] = gather(p, batch_op(batch, from + g), p->first[g]);
    for (int l = 0; l < p->layers; l++)
        graph_layer(p, l, n);
    read_out(p, n);
    for (int l = 0; l < p->dense; l++)
        dense_layer(p, &p->layer[p->layers + l], n);
    for (int g = 0; g < n; g++)
        value[g] = (double)p->z[g];
}

int32_t ganas_predictor_run(ganas_predictor *predictor, const ganas_batch *batch, double *value)
{
    if (batch->space != predictor->space)
        return status_fail(GANAS_E_ARGUMENT, "predictor and candidates are of different spaces");
    for (int32_t at = 0; at < batch->count; at += CHUNK)
        run_chunk(predictor, batch, at, int_min(CHUNK, batch->count - at), value + at);
    return GANAS_OK;
}
