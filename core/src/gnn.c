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

/* Adds to rows from..to-1 of `out` the table rows of their operations (or nodes) or, with lists, of
   those of the rows in them. */
static void look_up(const struct gnn *gnn, struct mat out, const real *table, const uint8_t *label,
                    struct lists lists, int from, int to, bool add)
{
    struct sums s = {.to = out.at, .from = table, .ld_to = out.ld, .ld = gnn->width};
    s.at = lists.at;
    s.item = lists.item;
    s.label = label;
    s.first = from;
    s.end = to;
    s.n = gnn->width;
    s.add = add;
    kernel->sums(&s);
}

static void first_layer(const struct gnn *gnn, const real *theta, const struct rows *rows,
                        struct mat out, int from, int to)
{
    const real *table = theta + gnn->at, *position = theta + position_at(gnn);
    const struct lists none = {NULL, NULL};
    look_up(gnn, out, table, rows->op, none, from, to, false);
    if (gnn->position)
        look_up(gnn, out, position, rows->node, none, from, to, true);
    look_up(gnn, out, table + table_size(gnn), rows->op, rows->reads, from, to, true);
    if (gnn->parts == 3)
        look_up(gnn, out, table + 2 * table_size(gnn), rows->op, rows->readers, from, to, true);
    nn_tanh_rows(mat_row(out, from), out.ld, theta + bias0_at(gnn), to - from, gnn->width);
}

/* Part `to_part` of rows from..to-1 of z <- (or with `add`: +=) the sums of part `part` over their
   lists. */
static void sum_parts(const struct gnn *gnn, struct mat z, struct lists lists, int to_part,
                      int part, int from, int to, bool add)
{
    struct sums s = {.to = z.at + to_part * gnn->width, .from = z.at + part * gnn->width};
    s.ld_to = s.ld = z.ld;
    s.at = lists.at;
    s.item = lists.item;
    s.first = from;
    s.end = to;
    s.n = gnn->width;
    s.add = add;
    kernel->sums(&s);
}

/* Fills the parts of z behind the first with sums over reads (and readers). */
static void aggregate(const struct gnn *gnn, const struct rows *rows, struct mat z, int from,
                      int to)
{
    sum_parts(gnn, z, rows->reads, 1, 0, from, to, false);
    if (gnn->parts == 3)
        sum_parts(gnn, z, rows->readers, 2, 0, from, to, false);
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
    kernel->tanh_back_rows(mat_row(d, from), d.ld, mat_row(d_h, from), d_h.ld, mat_row(h, from),
                           h.ld, to - from, gnn->width);
}

/* The gradient of look_up. */
static void scatter(const struct gnn *gnn, real *table, const uint8_t *label, struct lists lists,
                    struct mat d, int from, int to)
{
    struct spread s = {.to = table, .from = d.at, .ld_to = gnn->width, .ld = d.ld};
    s.at = lists.at;
    s.item = lists.item;
    s.label = label;
    s.first = from;
    s.end = to;
    s.n = gnn->width;
    kernel->spread(&s);
}

static void first_layer_back(const struct gnn *gnn, real *grad, const struct rows *rows,
                             struct mat d, int from, int to)
{
    real *table = grad + gnn->at;
    const struct lists none = {NULL, NULL};
    scatter(gnn, table, rows->op, none, d, from, to);
    if (gnn->position)
        scatter(gnn, grad + position_at(gnn), rows->node, none, d, from, to);
    scatter(gnn, table + table_size(gnn), rows->op, rows->reads, d, from, to);
    if (gnn->parts == 3)
        scatter(gnn, table + 2 * table_size(gnn), rows->op, rows->readers, d, from, to);
    nn_add_rows(grad + bias0_at(gnn), mat_row(d, from), d.ld, to - from, gnn->width);
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
    nn_add_rows(grad + bias_at(gnn, layer), mat_row(d, from), d.ld, to - from, gnn->width);
    mat_mul_nt(mat_from(d_z, from), mat_from(d, from), mat_at(theta, w, gnn->width), to - from,
               z.ld, gnn->width, false);
}

void gnn_gather(const struct gnn *gnn, const struct rows *rows, struct gnn_scratch *scratch,
                int layer, int from, int to)
{
    struct mat d_z = {scratch->z[layer % 2], gnn->parts * gnn->width};
    sum_parts(gnn, d_z, rows->readers, 0, 1, from, to, true);
    if (gnn->parts == 3)
        sum_parts(gnn, d_z, rows->reads, 0, 2, from, to, true);
}
