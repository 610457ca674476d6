/* convnet.c - a network's shapes are checked, its memory laid out, its weights drawn. */
#include "convnet.h"

#include <math.h>

#include "arena.h"
#include "rng.h"
#include "status.h"

enum { MOST_PARAMETERS = 1 << 24 };

/* ---- layers ---- */

static bool has_window(int op)
{
    return op <= GANAS_LAYER_MEAN;
}

static bool has_weights(int op)
{
    return op <= GANAS_LAYER_DEPTHWISE || op == GANAS_LAYER_CLASSIFY;
}

static bool takes_many(int op)
{
    return op == GANAS_LAYER_SUM || op == GANAS_LAYER_CONCAT;
}

static int32_t check_window(const ganas_layer *layer, int i)
{
    bool odd = layer->kernel == 1 || layer->kernel == 3 || layer->kernel == 5;
    if (!odd || layer->stride < 1 || layer->stride > 2)
        return status_fail(
            GANAS_E_ARGUMENT,
            "layer %d has a window of %d and the stride %d; expected 1, 3 or 5, and 1 "
            "or 2",
            i, layer->kernel, layer->stride);
    return GANAS_OK;
}

static int32_t check_inputs(const ganas_layer *layer, int i)
{
    int most = takes_many(layer->op) ? GANAS_LAYER_INPUTS : 1;
    if (layer->inputs < 1 || layer->inputs > most)
        return status_fail(GANAS_E_ARGUMENT, "layer %d has %d inputs; expected 1..%d", i,
                           layer->inputs, most);
    for (int k = 0; k < layer->inputs; k++)
        if (layer->input[k] < 0 || layer->input[k] > i)
            return status_fail(GANAS_E_ARGUMENT,
                               "input %d of layer %d is number %d; expected 0..%d", k, i,
                               layer->input[k], i);
    return GANAS_OK;
}

static int32_t check_layer(const ganas_layer *layer, int i, int count)
{
    if (layer->op < 0 || layer->op > GANAS_LAYER_CLASSIFY)
        return status_fail(GANAS_E_ARGUMENT, "layer %d has no operation %d", i, layer->op);
    if ((layer->op == GANAS_LAYER_CLASSIFY) != (i == count - 1))
        return status_fail(
            GANAS_E_ARGUMENT,
            "layer %d of %d: expected a classifier in the last place and nowhere else", i, count);
    bool chosen = layer->op == GANAS_LAYER_CONV || layer->op == GANAS_LAYER_CLASSIFY;
    int most = layer->op == GANAS_LAYER_CLASSIFY ? CONVNET_CLASSES : 4096;
    if (chosen && (layer->channels < 1 || layer->channels > most))
        return status_fail(GANAS_E_ARGUMENT, "layer %d has %d channels; expected 1..%d", i,
                           layer->channels, most);
    if ((layer->norm || layer->relu) && layer->op > GANAS_LAYER_DEPTHWISE)
        return status_fail(GANAS_E_ARGUMENT, "layer %d: batch norm comes after convolutions only",
                           i);
    if (layer->relu && !layer->norm)
        return status_fail(GANAS_E_ARGUMENT, "layer %d: ReLU comes after batch norm only", i);
    int32_t status = has_window(layer->op) ? check_window(layer, i) : GANAS_OK;
    return status ? status : check_inputs(layer, i);
}

/* ---- shapes ---- */

static int32_t check_same_shape(const ganas_convnet *net, const struct node *node, int i)
{
    const struct node *first = &net->node[node->layer.input[0]];
    for (int k = 1; k < node->layer.inputs; k++) {
        const struct node *other = &net->node[node->layer.input[k]];
        bool same = other->height == first->height && other->width == first->width;
        if (!same || (node->layer.op == GANAS_LAYER_SUM && other->channels != first->channels))
            return status_fail(GANAS_E_ARGUMENT,
                               "layer %d: input %d is %d x %d x %d, not %d x %d x %d as the first",
                               i, k, other->channels, other->height, other->width, first->channels,
                               first->height, first->width);
    }
    return GANAS_OK;
}

static int sum_channels(const ganas_convnet *net, const ganas_layer *layer)
{
    int sum = 0;
    for (int k = 0; k < layer->inputs; k++)
        sum += net->node[layer->input[k]].channels;
    return sum;
}

static void set_shape(const ganas_convnet *net, struct node *node)
{
    const ganas_layer *layer = &node->layer;
    const struct node *from = &net->node[layer->input[0]];
    int stride = int_max(layer->stride, 1);
    node->height = (from->height + stride - 1) / stride;
    node->width = (from->width + stride - 1) / stride;
    node->channels = from->channels;
    if (layer->op == GANAS_LAYER_CONV || layer->op == GANAS_LAYER_CLASSIFY)
        node->channels = layer->channels;
    else if (layer->op == GANAS_LAYER_CONCAT)
        node->channels = sum_channels(net, layer);
    if (layer->op == GANAS_LAYER_CLASSIFY)
        node->height = node->width = 1;
}

/* Places of a node's numbers among all. */
static int32_t set_places(ganas_convnet *net, struct node *node)
{
    const ganas_layer *layer = &node->layer;
    int inputs = layer->op == GANAS_LAYER_DEPTHWISE ? 1 : net->node[layer->input[0]].channels;
    node->weight = net->parameters;
    node->sum = net->sums;
    if (!has_weights(layer->op))
        return GANAS_OK;
    int window = layer->op == GANAS_LAYER_CLASSIFY ? 1 : layer->kernel * layer->kernel;
    int64_t weights = (int64_t)node->channels * inputs * window;
    int own = layer->op == GANAS_LAYER_CLASSIFY ? node->channels
              : layer->norm                     ? 2 * node->channels
                                                : 0;
    if (net->parameters + weights + own > MOST_PARAMETERS)
        return status_fail(GANAS_E_ARGUMENT, "layer %d: more than %d parameters",
                           (int)(node - net->node) - 1, MOST_PARAMETERS);
    node->weights = (int32_t)weights;
    net->parameters += node->weights + own;
    net->sums += layer->norm ? 2 * node->channels : 0;
    return GANAS_OK;
}

static int32_t add_layers(ganas_convnet *net, const ganas_layer *layers, int32_t count)
{
    for (int i = 0; i < count; i++) {
        struct node *node = &net->node[i + 1];
        node->layer = layers[i];
        if (!has_window(node->layer.op))
            node->layer.kernel = node->layer.stride = 0;
        int32_t status = check_layer(&node->layer, i, count);
        if (!status)
            status = check_same_shape(net, node, i);
        if (status)
            return status;
        set_shape(net, node);
        status = set_places(net, node);
        if (status)
            return status;
        net->margin = int_max(net->margin, node_reach(node));
    }
    net->nodes = count + 1;
    return GANAS_OK;
}

/* Marks what the last layer depends on. */
static void find_live(ganas_convnet *net)
{
    net->node[net->nodes - 1].live = true;
    for (int i = net->nodes - 1; i > 0; i--)
        for (int k = 0; net->node[i].live && k < net->node[i].layer.inputs; k++)
            node_input(net, &net->node[i], k)->live = true;
}

/* ---- the program of a step ---- */

static void add_action(ganas_convnet *net, enum action_kind kind, int node)
{
    net->action[net->actions++] = (struct action){kind, node, net->phases - 1};
}

/* Ends a phase: the waiting nodes go on in the next one. */
static void end_phase(ganas_convnet *net, enum action_kind kind, int *waiting, int *count)
{
    net->phases++;
    for (int i = 0; i < *count; i++)
        add_action(net, kind, waiting[i]);
    *count = 0;
}

static bool reads_one_of(const struct node *node, const int *waiting, int count)
{
    for (int k = 0; k < node->layer.inputs; k++)
        for (int i = 0; i < count; i++)
            if (node->layer.input[k] == waiting[i])
                return true;
    return false;
}

static void plan_forward(ganas_convnet *net, int *waiting)
{
    int count = 0;
    for (int i = 0; i < net->nodes; i++) {
        const struct node *node = &net->node[i];
        if (!node->live)
            continue;
        if (i > 0 && reads_one_of(node, waiting, count))
            end_phase(net, ACTION_NORM, waiting, &count);
        add_action(net, ACTION_FORWARD, i);
        if (node->layer.norm)
            waiting[count++] = i;
    }
}

static bool is_read_by_one_of(const ganas_convnet *net, int node, const int *waiting, int count)
{
    for (int i = 0; i < count; i++)
        if (reads_one_of(&net->node[waiting[i]], &node, 1))
            return true;
    return false;
}

static void plan_backward(ganas_convnet *net, int *waiting)
{
    int count = 0;
    for (int i = net->nodes - 1; i > 0; i--) {
        const struct node *node = &net->node[i];
        if (!node->live)
            continue;
        if (is_read_by_one_of(net, i, waiting, count))
            end_phase(net, ACTION_BACK, waiting, &count);
        if (node->layer.norm) {
            add_action(net, ACTION_BACK_SUMS, i);
            waiting[count++] = i;
        } else {
            add_action(net, ACTION_BACK, i);
        }
    }
    if (count > 0)
        end_phase(net, ACTION_BACK, waiting, &count);
}

/* The first that writes a gradient sets it, the others add; in the order of the program. */
static void plan_sums(ganas_convnet *net)
{
    bool written[GANAS_MAX_LAYERS + 1] = {false};
    for (int i = 0; i < net->actions; i++) {
        struct node *node = &net->node[net->action[i].node];
        for (int k = 0; net->action[i].kind == ACTION_BACK && k < node->layer.inputs; k++) {
            node->add[k] = written[node->layer.input[k]];
            written[node->layer.input[k]] = true;
        }
    }
}

static void make_program(ganas_convnet *net)
{
    int waiting[GANAS_MAX_LAYERS + 1];
    net->phases = 1;
    plan_forward(net, waiting);
    plan_backward(net, waiting);
    plan_sums(net);
}

/* ---- memory ---- */

static void lay_out_node(ganas_convnet *net, struct arena *a, struct node *node)
{
    node->row = (node->width + net->margin) * (ptrdiff_t)GROUP;
    node->plane = (node->height + 2 * net->margin) * node->row + net->margin * (ptrdiff_t)GROUP;
    node->size = node->channels * node->plane;
    size_t n = (size_t)net->groups * (size_t)node->size;
    if (!node->live)
        return;
    node->y = arena_cut(a, n, sizeof(real));
    node->x = node->layer.norm ? arena_cut(a, n, sizeof(real)) : node->y;
    node->d = node == net->node ? NULL : arena_cut(a, n, sizeof(real));
}

static void lay_out(ganas_convnet *net, struct arena *a)
{
    size_t groups = (size_t)net->groups, n = (size_t)net->parameters, sums = (size_t)net->sums;
    for (int i = 0; i < net->nodes; i++)
        lay_out_node(net, a, &net->node[i]);
    net->theta = arena_cut(a, n, sizeof(real));
    net->speed = arena_cut(a, n, sizeof(real));
    net->grad = arena_cut(a, groups * n, sizeof(real));
    net->forward_sum = arena_cut(a, groups * sums, sizeof(real));
    net->back_sum = arena_cut(a, groups * sums, sizeof(real));
    net->running = arena_cut(a, sums, sizeof(real));
    net->loss = arena_cut(a, groups, sizeof(double));
    net->right = arena_cut(a, groups, sizeof(int32_t));
    net->label = arena_cut(a, groups * GROUP, 1);
    net->image = arena_cut(a, groups * GROUP, sizeof(int32_t));
}

static int32_t get_memory(ganas_convnet *net)
{
    struct arena a = {0};
    lay_out(net, &a);
    int32_t status = arena_reserve(&a);
    if (status)
        return status;
    lay_out(net, &a);
    net->memory = a.base;
    return GANAS_OK;
}

/* ---- weights ---- */

/* Normal with variance 2 / inputs of an output (He et al. 2015, equation 10). */
static void draw_node(ganas_convnet *net, const struct node *node, ganas_rng *rng)
{
    real *w = net->theta + node->weight;
    int fan = node->weights / node->channels;
    double scale = sqrt((node->layer.op == GANAS_LAYER_CLASSIFY ? 1.0 : 2.0) / fan);
    struct draws d = rng_draws(rng, rng_take(rng, 1));
    for (int i = 0; i < node->weights; i++)
        w[i] = (real)(scale * draws_normal(&d));
    for (int c = 0; node->layer.norm && c < node->channels; c++) {
        w[node->weights + c] = 1;
        net->running[node->sum + 2 * c + 1] = 1;
    }
}

static void draw_weights(ganas_convnet *net, ganas_rng *rng)
{
    for (int i = 1; i < net->nodes; i++)
        if (has_weights(net->node[i].layer.op))
            draw_node(net, &net->node[i], rng);
}

/* ---- life ---- */

static int32_t build(ganas_convnet *net, const ganas_layer *layers, int32_t count,
                     const int32_t *shape, ganas_rng *rng)
{
    struct node *image = &net->node[0];
    image->channels = shape[0];
    image->height = shape[1];
    image->width = shape[2];
    int32_t status = add_layers(net, layers, count);
    if (status)
        return status;
    find_live(net);
    make_program(net);
    status = get_memory(net);
    if (!status)
        draw_weights(net, rng);
    return status;
}

static int32_t check_arguments(int32_t count, const int32_t *shape, int32_t batch)
{
    if (count < 1 || count > GANAS_MAX_LAYERS)
        return status_fail(GANAS_E_ARGUMENT, "%d layers; expected 1..%d", count, GANAS_MAX_LAYERS);
    if (batch < GROUP || batch > 4096 || batch % GROUP != 0)
        return status_fail(GANAS_E_ARGUMENT,
                           "batches of %d; expected a multiple of %d, at most 4096", batch, GROUP);
    if (shape[0] < 1 || shape[0] > 64 || shape[1] < 1 || shape[2] < 1 || shape[1] > 512 ||
        shape[2] > 512)
        return status_fail(GANAS_E_ARGUMENT,
                           "images of %d x %d x %d; expected 1..64 channels and sides of 1..512",
                           shape[0], shape[1], shape[2]);
    return GANAS_OK;
}

int32_t ganas_convnet_new(ganas_convnet **out, const ganas_layer *layers, int32_t count,
                          const int32_t *shape, int32_t batch, ganas_threads *threads,
                          ganas_rng *rng)
{
    if (!out || !layers || !shape || !threads || !rng)
        return status_fail(GANAS_E_ARGUMENT, "a network needs layers, a shape, threads and an rng");
    int32_t status = check_arguments(count, shape, batch);
    if (status)
        return status;
    ganas_convnet *net = memory_new(1, sizeof *net);
    if (!net)
        return GANAS_E_MEMORY;
    net->groups = batch / GROUP;
    net->threads = threads;
    net->pass = -1;
    status = build(net, layers, count, shape, rng);
    if (status) {
        ganas_convnet_free(net);
        return status;
    }
    *out = net;
    return GANAS_OK;
}

void ganas_convnet_free(ganas_convnet *net)
{
    if (!net)
        return;
    memory_free(net->memory);
    memory_free(net->order);
    memory_free(net);
}

/* ---- reading the weights ---- */

/* Where a part begins and the distance between its numbers. */
static const real *part_of(const ganas_convnet *net, const struct node *node, int32_t part, int *n,
                           int *step)
{
    const real *own = net->theta + node->weight, *running = net->running + node->sum;
    bool head = node->layer.op == GANAS_LAYER_CLASSIFY;
    *step = part >= 3 ? 2 : 1;
    *n = node->channels;
    if (part == 0) {
        *n = node->weights;
        return own;
    }
    if (!node->layer.norm && !(head && part == 1))
        *n = 0;
    if (part <= 2)
        return own + node->weights + (part - 1) * node->channels;
    return running + (part - 3);
}

int32_t ganas_convnet_weights(const ganas_convnet *net, int32_t layer, int32_t part, float *value,
                              int32_t *count)
{
    if (!count || layer < 0 || layer >= net->nodes - 1 || part < 0 || part > 4)
        return status_fail(GANAS_E_ARGUMENT, "part %d of layer %d; expected 0..4 and 0..%d", part,
                           layer, net->nodes - 2);
    int n, step;
    const real *from = part_of(net, &net->node[layer + 1], part, &n, &step);
    *count = n;
    for (int i = 0; value && i < n; i++)
        value[i] = (float)from[i * step];
    return GANAS_OK;
}
