/* window.c - convolutions and pooling as filters over planes. */
#include "window.h"

#include <string.h>

/* ---- filters ---- */

/* A filter from the planes of `from` to those of `to`, without taps. */
static struct filter filter_between(const ganas_convnet *net, const struct node *from,
                                    struct planes from_y, const struct node *to, struct planes to_x,
                                    int group)
{
    return (struct filter){.to = node_at(net, to, to_x, group),
                           .from = node_at(net, from, from_y, group),
                           .to_plane = to->plane,
                           .to_row = to->row,
                           .to_step = GROUP,
                           .from_plane = from->plane,
                           .from_row = from->row,
                           .from_step = GROUP,
                           .out = to->channels,
                           .in = from->channels,
                           .rows = to->height,
                           .cols = to->width};
}

/* The whole window of a convolution: w_at counts its weights row by row. */
static void add_window(struct filter *f, const struct node *node)
{
    int k = node->layer.kernel, reach = node_reach(node);
    ptrdiff_t row = f->from_row;
    for (int y = 0; y < k; y++)
        for (int x = 0; x < k; x++) {
            f->at[f->taps] = (int32_t)((y - reach) * row + (x - reach) * GROUP);
            f->w_at[f->taps++] = y * k + x;
        }
    f->from_row *= node->layer.stride;
    f->from_step *= node->layer.stride;
}

/* The filter of a convolution forward; its gradient reads d where that writes. */
static struct filter forward_filter(ganas_convnet *net, const struct node *node, struct planes to,
                                    real *weights, int group)
{
    const struct node *from = node_input(net, node, 0);
    struct filter f = filter_between(net, from, from->y, node, to, group);
    int window = node->layer.kernel * node->layer.kernel;
    f.alone = node->layer.op == GANAS_LAYER_DEPTHWISE;
    f.in = f.alone ? 1 : f.in;
    f.w = weights;
    f.w_in = window;
    f.w_out = (ptrdiff_t)window * f.in;
    add_window(&f, node);
    return f;
}

/* ---- the gradient of a convolution's input ---- */

/*
 * Inputs (py + s j, px + s i), s being the stride, are seen by the outputs (j + (py + reach - y) /
 * s,
 * ...) through those weights (y, x) for which that divides: a filter for each of the s^2 phases.
 */
static void add_phase(struct filter *f, const struct node *node, int py, int px)
{
    int k = node->layer.kernel, reach = node_reach(node), s = node->layer.stride;
    for (int y = 0; y < k; y++)
        for (int x = 0; x < k; x++) {
            int down = py + reach - y, right = px + reach - x;
            if (down % s != 0 || right % s != 0)
                continue;
            f->at[f->taps] = (int32_t)(down / s * f->from_row + right / s * GROUP);
            f->w_at[f->taps++] = y * k + x;
        }
}

static void set_phase(ganas_convnet *net, const struct node *node, int group, int py, int px)
{
    struct node *to = node_input(net, node, 0);
    struct filter f = filter_between(net, node, node->d, to, to->d, group);
    int window = node->layer.kernel * node->layer.kernel, s = node->layer.stride;
    f.alone = node->layer.op == GANAS_LAYER_DEPTHWISE;
    f.in = f.alone ? 1 : f.in;
    f.to += py * f.to_row + px * GROUP;
    f.to_row *= s;
    f.to_step *= s;
    f.rows = (to->height - py + s - 1) / s;
    f.cols = (to->width - px + s - 1) / s;
    f.w = net->theta + node->weight;
    f.w_out = window;
    f.w_in = (ptrdiff_t)window * to->channels;
    f.add = node->add[0];
    add_phase(&f, node, py, px);
    kernel->filter(&f);
}

static void set_input_gradient(ganas_convnet *net, const struct node *node, int group)
{
    for (int py = 0; py < node->layer.stride; py++)
        for (int px = 0; px < node->layer.stride; px++)
            set_phase(net, node, group, py, px);
}

static void convolve_back(ganas_convnet *net, const struct node *node, int group)
{
    real *grad = net->grad + (size_t)group * (size_t)net->parameters + node->weight;
    struct filter f = forward_filter(net, node, node->d, grad, group);
    kernel->filter_grad(&f);
    if (node_input(net, node, 0)->d.base)
        set_input_gradient(net, node, group);
}

/* ---- pooling: rectangles of outputs whose windows have the same part inside of the image ---- */

/* Outputs first..end-1 of a side have the window's places low..high inside. */
struct side {
    int first, end, low, high;
};

static struct side side_from(const struct node *node, int first, int inputs, int outputs)
{
    int s = node->layer.stride, reach = node_reach(node), k = node->layer.kernel;
    struct side side = {.first = first};
    side.low = int_max(0, reach - first * s);
    side.high = int_min(k - 1, inputs - 1 + reach - first * s);
    for (side.end = first + 1; side.end < outputs; side.end++)
        if (int_max(0, reach - side.end * s) != side.low ||
            int_min(k - 1, inputs - 1 + reach - side.end * s) != side.high)
            break;
    return side;
}

/* A filter without weights over such a rectangle. */
static struct filter pool_filter(ganas_convnet *net, const struct node *node, int group,
                                 struct side y, struct side x)
{
    const struct node *from = node_input(net, node, 0);
    struct filter f = filter_between(net, from, from->y, node, node->x, group);
    int s = node->layer.stride, reach = node_reach(node);
    for (int i = y.low; i <= y.high; i++)
        for (int j = x.low; j <= x.high; j++)
            f.at[f.taps++] = (int32_t)((i - reach) * f.from_row + (j - reach) * GROUP);
    f.to += y.first * f.to_row + x.first * GROUP;
    f.from += y.first * s * f.from_row + (ptrdiff_t)x.first * s * GROUP;
    f.from_row *= s;
    f.from_step *= s;
    f.rows = y.end - y.first;
    f.cols = x.end - x.first;
    return f;
}

typedef void pool_run(ganas_convnet *net, const struct node *node, int group, struct filter *f);

static void for_rectangles(ganas_convnet *net, const struct node *node, int group, pool_run *run)
{
    const struct node *from = node_input(net, node, 0);
    for (int y = 0; y < node->height;) {
        struct side down = side_from(node, y, from->height, node->height);
        for (int x = 0; x < node->width;) {
            struct side right = side_from(node, x, from->width, node->width);
            struct filter f = pool_filter(net, node, group, down, right);
            run(net, node, group, &f);
            x = right.end;
        }
        y = down.end;
    }
}

static void pool(ganas_convnet *net, const struct node *node, int group, struct filter *f)
{
    real weight[FILTER_TAPS];
    (void)net;
    (void)group;
    for (int t = 0; t < f->taps; t++)
        weight[t] = (real)1 / (real)f->taps;
    for (int t = 0; t < f->taps; t++)
        f->w_at[t] = t;
    f->w = weight;
    f->alone = true;
    f->in = 1;
    (node->layer.op == GANAS_LAYER_MAX ? kernel->pool_max : kernel->filter)(f);
}

static void pool_back(ganas_convnet *net, const struct node *node, int group, struct filter *f)
{
    struct node *to = node_input(net, node, 0);
    const real *d =
        node_at(net, node, node->d, group) + (f->to - node_at(net, node, node->x, group));
    real *into = node_at(net, to, to->d, group) + (f->from - node_at(net, to, to->y, group));
    (node->layer.op == GANAS_LAYER_MAX ? kernel->pool_max_back : kernel->pool_mean_back)(f, d,
                                                                                         into);
}

static void pool_all_back(ganas_convnet *net, const struct node *node, int group)
{
    struct node *to = node_input(net, node, 0);
    if (!to->d.base)
        return;
    if (!node->add[0])
        memset(planes_of(to->d, group), 0, (size_t)to->size * sizeof(real));
    for_rectangles(net, node, group, pool_back);
}

/* ---- whole planes ---- */

static void copy_planes(real *to, const real *from, ptrdiff_t n)
{
    memcpy(to, from, (size_t)n * sizeof(real));
}

/* Margins are zeros everywhere, and their sums too. */
static void sum_planes(ganas_convnet *net, const struct node *node, int group)
{
    real *to = planes_of(node->x, group);
    const real *sum = planes_of(node_input(net, node, 0)->y, group);
    for (int k = 1; k < node->layer.inputs; k++, sum = to)
        kernel->sum(to, sum, planes_of(node_input(net, node, k)->y, group), (int)node->size);
}

static void join_planes(ganas_convnet *net, const struct node *node, int group)
{
    real *to = planes_of(node->x, group);
    for (int k = 0; k < node->layer.inputs; k++) {
        const struct node *from = node_input(net, node, k);
        const real *y = planes_of(from->y, group);
        if (y != to) /* else it was written here */
            copy_planes(to, y, from->size);
        to += from->size;
    }
}

/* Hands the gradient of a sum or concatenation to its inputs. */
static void hand_planes_back(ganas_convnet *net, const struct node *node, int group)
{
    const real *from = planes_of(node->d, group);
    for (int k = 0; k < node->layer.inputs; k++) {
        struct node *to = node_input(net, node, k);
        real *d = to->d.base ? planes_of(to->d, group) : NULL;
        if (d && node->add[k])
            kernel->sum(d, d, from, (int)to->size);
        else if (d && d != from) /* else it is the input's */
            copy_planes(d, from, to->size);
        if (node->layer.op == GANAS_LAYER_CONCAT)
            from += to->size;
    }
}

/* ---- by operation ---- */

void window_forward(ganas_convnet *net, const struct node *node, int group)
{
    struct filter f;
    switch (node->layer.op) {
    case GANAS_LAYER_CONV:
    case GANAS_LAYER_DEPTHWISE:
        f = forward_filter(net, node, node->x, net->theta + node->weight, group);
        kernel->filter(&f);
        break;
    case GANAS_LAYER_MAX:
    case GANAS_LAYER_MEAN:
        for_rectangles(net, node, group, pool);
        break;
    case GANAS_LAYER_SUM:
        sum_planes(net, node, group);
        break;
    case GANAS_LAYER_CONCAT:
        join_planes(net, node, group);
        break;
    default:
        break;
    }
}

void window_backward(ganas_convnet *net, const struct node *node, int group)
{
    switch (node->layer.op) {
    case GANAS_LAYER_CONV:
    case GANAS_LAYER_DEPTHWISE:
        convolve_back(net, node, group);
        break;
    case GANAS_LAYER_MAX:
    case GANAS_LAYER_MEAN:
        pool_all_back(net, node, group);
        break;
    case GANAS_LAYER_SUM:
    case GANAS_LAYER_CONCAT:
        hand_planes_back(net, node, group);
        break;
    default:
        break;
    }
}
