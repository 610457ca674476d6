/* gnn.c - GraphConv layers over rows, forward and backward. */
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

void gnn_cut_act(const struct gnn *gnn, struct arena *arena, int rows, struct gnn_act *act)
{
    size_t n = (size_t)rows * wide(gnn);
    for (int l = 1; l < gnn->layers; l++)
        act->z[l] = arena_cut(arena, n * (size_t)gnn->parts, sizeof(real));
    act->out = arena_cut(arena, n, sizeof(real));
}

void gnn_cut_scratch(const struct gnn *gnn, struct arena *arena, int rows,
                     struct gnn_scratch *scratch)
{
    size_t n = (size_t)rows * wide(gnn);
    scratch->d = arena_cut(arena, n, sizeof(real));
    for (int i = 0; i < 2; i++)
        scratch->z[i] = arena_cut(arena, n * (size_t)gnn->parts, sizeof(real));
}

static struct mat z_of(const struct gnn *gnn, const struct gnn_act *act, int layer)
{
    return (struct mat){act->z[layer], gnn->parts * gnn->width};
}

/* Where layer l writes its output: the self part of the next layer's z, or `out`. */
static struct mat output_of(const struct gnn *gnn, const struct gnn_act *act, int layer)
{
    if (layer == gnn->layers - 1)
        return (struct mat){act->out, gnn->width};
    return z_of(gnn, act, layer + 1);
}

/* ---- forward ---- */

/* sum [width] += table rows of the operations of the rows of list r */
static void look_up(real *sum, const real *table, const struct rows *rows, struct lists lists,
                    int32_t r, int width)
{
    for (int32_t i = lists.at[r]; i < lists.at[r + 1]; i++)
        nn_axpy(sum, 1, table + rows->op[lists.item[i]] * width, width);
}

static void first_layer(const struct gnn *gnn, const real *theta, const struct rows *rows,
                        struct mat out, int from, int to)
{
    const real *table = theta + gnn->at, *position = theta + position_at(gnn);
    for (int r = from; r < to; r++) {
        real *h = mat_row(out, r);
        memcpy(h, table + rows->op[r] * gnn->width, wide(gnn) * sizeof *h);
        if (gnn->position)
            nn_axpy(h, 1, position + rows->node[r] * gnn->width, gnn->width);
        look_up(h, table + table_size(gnn), rows, rows->reads, r, gnn->width);
        if (gnn->parts == 3)
            look_up(h, table + 2 * table_size(gnn), rows, rows->readers, r, gnn->width);
    }
    nn_tanh_rows(mat_row(out, from), out.ld, theta + bias0_at(gnn), to - from, gnn->width);
}

/* Fills the parts of z behind the first with sums over reads (and readers). */
static void aggregate(const struct gnn *gnn, const struct rows *rows, struct mat z, int from,
                      int to)
{
    for (int r = from; r < to; r++) {
        real *sum = mat_row(z, r) + gnn->width;
        nn_sum_rows(sum, z.at, z.ld, rows->reads.item + rows->reads.at[r],
                    rows->reads.at[r + 1] - rows->reads.at[r], gnn->width);
        if (gnn->parts == 3)
            nn_sum_rows(sum + gnn->width, z.at, z.ld, rows->readers.item + rows->readers.at[r],
                        rows->readers.at[r + 1] - rows->readers.at[r], gnn->width);
    }
}

void gnn_forward(const struct gnn *gnn, const real *theta, const struct rows *rows,
                 struct gnn_act *act, int layer, int from, int to)
{
    struct mat out = output_of(gnn, act, layer);
    if (layer == 0) {
        first_layer(gnn, theta, rows, out, from, to);
        return;
    }
    struct mat z = z_of(gnn, act, layer);
    aggregate(gnn, rows, z, from, to);
    mat_mul(mat_from(out, from), mat_from(z, from), mat_at(theta, layer_at(gnn, layer), gnn->width),
            to - from, gnn->width, z.ld, false);
    nn_tanh_rows(mat_row(out, from), out.ld, theta + bias_at(gnn, layer), to - from, gnn->width);
}

/* ---- backward ---- */

/* The gradient of layer l's output: the self parts that layer l + 1 left, or d_out. */
static struct mat d_output_of(const struct gnn *gnn, const struct gnn_scratch *scratch,
                              const real *d_out, int layer)
{
    if (layer == gnn->layers - 1)
        return mat_at(d_out, 0, gnn->width);
    return (struct mat){scratch->z[(layer + 1) % 2], gnn->parts * gnn->width};
}

/* Rows from..to-1 of d <- d_h (1 - h^2), h being a layer's output and d_h its gradient. */
static void through_tanh(const struct gnn *gnn, struct mat d, struct mat h, struct mat d_h,
                         int from, int to)
{
    for (int r = from; r < to; r++) {
        real *row = mat_row(d, r);
        memcpy(row, mat_row(d_h, r), wide(gnn) * sizeof *row);
        nn_tanh_back(row, mat_row(h, r), wide(gnn));
    }
}

static void scatter(const struct gnn *gnn, real *table, const struct rows *rows, struct lists lists,
                    int32_t r, const real *d)
{
    for (int32_t i = lists.at[r]; i < lists.at[r + 1]; i++)
        nn_axpy(table + rows->op[lists.item[i]] * gnn->width, 1, d, gnn->width);
}

static void first_layer_back(const struct gnn *gnn, real *grad, const struct rows *rows,
                             struct mat d, int from, int to)
{
    real *table = grad + gnn->at, *position = grad + position_at(gnn);
    for (int r = from; r < to; r++) {
        const real *row = mat_row(d, r);
        nn_axpy(table + rows->op[r] * gnn->width, 1, row, gnn->width);
        if (gnn->position)
            nn_axpy(position + rows->node[r] * gnn->width, 1, row, gnn->width);
        scatter(gnn, table + table_size(gnn), rows, rows->reads, r, row);
        if (gnn->parts == 3)
            scatter(gnn, table + 2 * table_size(gnn), rows, rows->readers, r, row);
    }
    nn_add_rows(grad + bias0_at(gnn), mat_row(d, from), to - from, gnn->width);
}

void gnn_backward(const struct gnn *gnn, const real *theta, real *grad, const struct rows *rows,
                  const struct gnn_act *act, const real *d_out, struct gnn_scratch *scratch,
                  int layer, int from, int to)
{
    struct mat d = {scratch->d, gnn->width};
    if (from == to)
        return;
    through_tanh(gnn, d, output_of(gnn, act, layer), d_output_of(gnn, scratch, d_out, layer), from,
                 to);
    if (layer == 0) {
        first_layer_back(gnn, grad, rows, d, from, to);
        return;
    }
    struct mat z = z_of(gnn, act, layer), d_z = {scratch->z[layer % 2], z.ld};
    size_t w = layer_at(gnn, layer);
    mat_mul_tn(mat_at(grad, w, gnn->width), mat_from(z, from), mat_from(d, from), z.ld, gnn->width,
               to - from, true);
    nn_add_rows(grad + bias_at(gnn, layer), mat_row(d, from), to - from, gnn->width);
    mat_mul_nt(mat_from(d_z, from), mat_from(d, from), mat_at(theta, w, gnn->width), to - from,
               z.ld, gnn->width, false);
}

/* self [width] of row r += part `part` of the rows of a list */
static void collect(const struct gnn *gnn, struct mat d_z, struct lists lists, int32_t r, int part)
{
    for (int32_t i = lists.at[r]; i < lists.at[r + 1]; i++)
        nn_axpy(mat_row(d_z, r), 1, mat_row(d_z, lists.item[i]) + part * gnn->width, gnn->width);
}

void gnn_gather(const struct gnn *gnn, const struct rows *rows, struct gnn_scratch *scratch,
                int layer, int from, int to)
{
    struct mat d_z = {scratch->z[layer % 2], gnn->parts * gnn->width};
    for (int r = from; r < to; r++) {
        collect(gnn, d_z, rows->readers, r, 1);
        if (gnn->parts == 3)
            collect(gnn, d_z, rows->reads, r, 2);
    }
}
