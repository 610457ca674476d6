/* gnn.c - GraphConv layers over blocks of graphs, forward and backward. */
#include "gnn.h"

#include "mat.h"
#include "nn.h"
#include "optim.h"

/* ---- parameters: layer 0: tables [parts][ops][width], positions [nodes][width], bias [width];
 * layers 1..: W [parts * width][width], bias [width] ---- */

static size_t wide(const struct gnn *gnn)
{
    return (size_t)gnn->width;
}

static size_t table_size(const struct gnn *gnn)
{
    return (size_t)gnn->ops * wide(gnn);
}

static size_t position_at(const struct gnn *gnn)
{
    return gnn->at + (size_t)gnn->parts * table_size(gnn);
}

static size_t bias0_at(const struct gnn *gnn)
{
    return position_at(gnn) + (gnn->position ? (size_t)gnn->nodes * wide(gnn) : 0);
}

static size_t layer_size(const struct gnn *gnn)
{
    return (size_t)gnn->parts * wide(gnn) * wide(gnn) + wide(gnn);
}

static size_t layer_at(const struct gnn *gnn, int layer)
{
    return bias0_at(gnn) + wide(gnn) + (size_t)(layer - 1) * layer_size(gnn);
}

static size_t bias_at(const struct gnn *gnn, int layer)
{
    return layer_at(gnn, layer) + layer_size(gnn) - wide(gnn);
}

size_t gnn_params(const struct gnn *gnn)
{
    return layer_at(gnn, gnn->layers) - gnn->at;
}

/* The first layer's tables get the spread of a product over a one-hot row of ops (and nodes). */
void gnn_init(const struct gnn *gnn, real *theta, struct draws *d)
{
    int inputs = gnn->ops + (gnn->position ? gnn->nodes : 0);
    params_xavier(theta + gnn->at, gnn->parts * gnn->ops, gnn->width,
                  sqrt((double)(gnn->parts * gnn->ops + gnn->width) / (inputs + gnn->width)), d);
    if (gnn->position)
        params_xavier(theta + position_at(gnn), gnn->nodes, gnn->width,
                      sqrt((double)(gnn->nodes + gnn->width) / (inputs + gnn->width)), d);
    for (int l = 1; l < gnn->layers; l++)
        for (int part = 0; part < gnn->parts; part++)
            params_xavier(theta + layer_at(gnn, l) + (size_t)part * wide(gnn) * wide(gnn),
                          gnn->width, gnn->width, 1, d);
}

/* ---- memory ---- */

void gnn_cut_block(const struct gnn *gnn, struct arena *arena, int graphs, struct block *block)
{
    size_t rows = (size_t)gnn->nodes * (size_t)graphs;
    block->nodes = gnn->nodes;
    block->op = arena_cut(arena, rows, sizeof *block->op);
    block->reads = arena_cut(arena, rows, sizeof *block->reads);
    block->readers = arena_cut(arena, rows, sizeof *block->readers);
    block->live = arena_cut(arena, (size_t)graphs, sizeof *block->live);
}

void gnn_cut_act(const struct gnn *gnn, struct arena *arena, int graphs, struct gnn_act *act)
{
    size_t rows = (size_t)gnn->nodes * (size_t)graphs;
    for (int l = 1; l < gnn->layers; l++)
        act->z[l] = arena_cut(arena, rows * (size_t)gnn->parts * wide(gnn), sizeof(real));
    act->out = arena_cut(arena, rows * wide(gnn), sizeof(real));
}

void gnn_cut_scratch(const struct gnn *gnn, struct arena *arena, int graphs,
                     struct gnn_scratch *scratch)
{
    size_t rows = (size_t)gnn->nodes * (size_t)graphs;
    scratch->d = arena_cut(arena, rows * wide(gnn), sizeof(real));
    for (int i = 0; i < 2; i++)
        scratch->z[i] = arena_cut(arena, rows * (size_t)gnn->parts * wide(gnn), sizeof(real));
}

/* ---- forward ---- */

/* Where layer l writes its output: the self part of the next layer's z, or `out`. */
static struct mat output_of(const struct gnn *gnn, const struct gnn_act *act, int layer)
{
    if (layer == gnn->layers - 1)
        return (struct mat){act->out, gnn->width};
    return (struct mat){act->z[layer + 1], gnn->parts * gnn->width};
}

static real *row_of(struct mat m, size_t row)
{
    return m.at + row * (size_t)m.ld;
}

/* sum [width] += rows of `from` that belong to graph g and the nodes of `set` */
static void gather(real *sum, struct mat from, bits set, int graphs, int g, int width)
{
    for (; set; set &= set - 1)
        nn_axpy(sum, 1, row_of(from, (size_t)(bits_first(set) * graphs + g)), width);
}

/* sum [width] += table rows of the operations of the nodes of `set` */
static void look_up(real *sum, const real *table, const struct block *b, bits set, int g, int width)
{
    for (; set; set &= set - 1)
        nn_axpy(sum, 1, table + b->op[bits_first(set) * b->graphs + g] * width, width);
}

static void first_layer(const struct gnn *gnn, const real *theta, const struct block *b,
                        struct mat out, int from, int to)
{
    const real *table = theta + gnn->at, *position = theta + position_at(gnn);
    for (int node = from; node < to; node++)
        for (int g = 0; g < b->graphs; g++) {
            size_t r = (size_t)(node * b->graphs + g);
            real *h = row_of(out, r);
            memcpy(h, theta + bias0_at(gnn), wide(gnn) * sizeof *h);
            nn_axpy(h, 1, table + b->op[r] * gnn->width, gnn->width);
            if (gnn->position)
                nn_axpy(h, 1, position + node * gnn->width, gnn->width);
            look_up(h, table + table_size(gnn), b, b->reads[r], g, gnn->width);
            if (gnn->parts == 3)
                look_up(h, table + 2 * table_size(gnn), b, b->readers[r], g, gnn->width);
            nn_tanh(h, wide(gnn));
        }
}

/* Fills the parts of z behind the first with sums over reads (and readers). */
static void aggregate(const struct gnn *gnn, const struct block *b, real *z, int from, int to)
{
    struct mat h = {z, gnn->parts * gnn->width};
    for (int r = from * b->graphs; r < to * b->graphs; r++) {
        real *row = row_of(h, (size_t)r);
        int g = r % b->graphs;
        memset(row + gnn->width, 0, (size_t)(gnn->parts - 1) * wide(gnn) * sizeof *row);
        gather(row + gnn->width, h, b->reads[r], b->graphs, g, gnn->width);
        if (gnn->parts == 3)
            gather(row + 2 * gnn->width, h, b->readers[r], b->graphs, g, gnn->width);
    }
}

static void next_layer(const struct gnn *gnn, const real *theta, const struct block *b,
                       const struct gnn_act *act, int layer, int from, int to)
{
    struct mat out = output_of(gnn, act, layer), z = {act->z[layer], gnn->parts * gnn->width};
    struct mat w = {(real *)theta + layer_at(gnn, layer), gnn->width};
    size_t first = (size_t)(from * b->graphs), end = (size_t)(to * b->graphs);
    aggregate(gnn, b, act->z[layer], from, to);
    for (size_t r = first; r < end; r++)
        memcpy(row_of(out, r), theta + bias_at(gnn, layer), wide(gnn) * sizeof(real));
    mat_mul((struct mat){row_of(out, first), out.ld}, (struct mat){row_of(z, first), z.ld}, w,
            (int)(end - first), gnn->width, z.ld, true);
    for (size_t r = first; r < end; r++)
        nn_tanh(row_of(out, r), wide(gnn));
}

void gnn_forward(const struct gnn *gnn, const real *theta, const struct block *block,
                 struct gnn_act *act, int from, int to)
{
    first_layer(gnn, theta, block, output_of(gnn, act, 0), from, to);
    for (int layer = 1; layer < gnn->layers; layer++)
        next_layer(gnn, theta, block, act, layer, from, to);
}

/* ---- backward ---- */

/* d [rows, width] <- d_h (1 - h^2), h being layer l's output and d_h its gradient */
static void through_tanh(const struct gnn *gnn, const struct block *b, struct mat h, struct mat d_h,
                         real *d)
{
    for (size_t r = 0; r < (size_t)(b->nodes * b->graphs); r++) {
        real *row = d + r * wide(gnn);
        memcpy(row, row_of(d_h, r), wide(gnn) * sizeof *row);
        nn_tanh_back(row, row_of(h, r), wide(gnn));
    }
}

/* rows of `to` that belong to graph g and the nodes of `set` += add [width] */
static void scatter(struct mat to, const real *add, bits set, int graphs, int g, int width)
{
    for (; set; set &= set - 1)
        nn_axpy(row_of(to, (size_t)(bits_first(set) * graphs + g)), 1, add, width);
}

/* Gradient of the sums: moves the parts of d_z behind the first onto the nodes they came from. */
static void disperse(const struct gnn *gnn, const struct block *b, real *d_z)
{
    struct mat d_h = {d_z, gnn->parts * gnn->width};
    for (int r = 0; r < b->nodes * b->graphs; r++) {
        const real *row = row_of(d_h, (size_t)r);
        int g = r % b->graphs;
        scatter(d_h, row + gnn->width, b->reads[r], b->graphs, g, gnn->width);
        if (gnn->parts == 3)
            scatter(d_h, row + 2 * gnn->width, b->readers[r], b->graphs, g, gnn->width);
    }
}

static void scatter_table(real *table, const real *add, const struct block *b, bits set, int g,
                          int width)
{
    for (; set; set &= set - 1)
        nn_axpy(table + b->op[bits_first(set) * b->graphs + g] * width, 1, add, width);
}

static void first_layer_back(const struct gnn *gnn, real *grad, const struct block *b,
                             const real *d)
{
    real *table = grad + gnn->at, *position = grad + position_at(gnn);
    for (int r = 0; r < b->nodes * b->graphs; r++) {
        const real *row = d + (size_t)r * wide(gnn);
        int node = r / b->graphs, g = r % b->graphs;
        nn_axpy(table + b->op[r] * gnn->width, 1, row, gnn->width);
        if (gnn->position)
            nn_axpy(position + node * gnn->width, 1, row, gnn->width);
        scatter_table(table + table_size(gnn), row, b, b->reads[r], g, gnn->width);
        if (gnn->parts == 3)
            scatter_table(table + 2 * table_size(gnn), row, b, b->readers[r], g, gnn->width);
    }
    nn_add_rows(grad + bias0_at(gnn), d, b->nodes * b->graphs, gnn->width);
}

void gnn_backward(const struct gnn *gnn, const real *theta, real *grad, const struct block *block,
                  const struct gnn_act *act, const real *d_out, struct gnn_scratch *scratch)
{
    int rows = block->nodes * block->graphs, wide_z = gnn->parts * gnn->width;
    struct mat d_h = {(real *)d_out, gnn->width}, d = {scratch->d, gnn->width};
    for (int layer = gnn->layers - 1; layer >= 1; layer--) {
        struct mat z = {act->z[layer], wide_z}, d_z = {scratch->z[layer % 2], wide_z};
        struct mat w = {(real *)theta + layer_at(gnn, layer), gnn->width};
        struct mat d_w = {grad + layer_at(gnn, layer), gnn->width};
        through_tanh(gnn, block, output_of(gnn, act, layer), d_h, d.at);
        mat_mul_tn(d_w, z, d, wide_z, gnn->width, rows, true);
        nn_add_rows(grad + bias_at(gnn, layer), d.at, rows, gnn->width);
        mat_mul_nt(d_z, d, w, rows, wide_z, gnn->width, false);
        disperse(gnn, block, d_z.at);
        d_h = d_z;
    }
    through_tanh(gnn, block, output_of(gnn, act, 0), d_h, d.at);
    first_layer_back(gnn, grad, block, d.at);
}
