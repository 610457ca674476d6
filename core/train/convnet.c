/* convnet.c - the layers of a network are checked; their shapes and what the last one depends on.
 */
#include "convnet.h"

#include "status.h"

enum { MOST_PARAMETERS = 1 << 24 };

/* ---- layers ---- */

static bool has_window(int op)
{
    return op <= GANAS_LAYER_MEAN;
}

bool layer_has_weights(int op)
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
    if (!layer_has_weights(layer->op))
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

/*
 * A node reads the nodes whose numbers its inputs are. A sum adds nothing for zeros: of zeros alone
 * it is zero, and with one other input it is that.
 */
static void count_inputs(ganas_convnet *net, struct node *node)
{
    ganas_layer *layer = &node->layer;
    int left = 0;
    for (int k = 0; k < layer->inputs; k++) {
        int input = net->node[layer->input[k]].same;
        bool zero = input > 0 && net->node[input].layer.op == GANAS_LAYER_ZERO;
        if (layer->op != GANAS_LAYER_SUM || !zero)
            layer->input[left++] = input;
    }
    layer->inputs = left;
    if (layer->op == GANAS_LAYER_SUM && left == 1)
        node->same = layer->input[0];
    if (layer->op == GANAS_LAYER_SUM && left == 0)
        layer->op = GANAS_LAYER_ZERO;
    if (layer->op == GANAS_LAYER_ZERO)
        layer->inputs = 0;
}

static int32_t add_layers(ganas_convnet *net, const ganas_layer *layers, int32_t count)
{
    for (int i = 0; i < count; i++) {
        struct node *node = &net->node[i + 1];
        node->layer = layers[i];
        node->same = i + 1;
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
        count_inputs(net, node);
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

int32_t convnet_set_layers(ganas_convnet *net, const ganas_layer *layers, int32_t count,
                           const int32_t *shape)
{
    struct node *image = &net->node[0];
    image->channels = shape[0];
    image->height = shape[1];
    image->width = shape[2];
    int32_t status = add_layers(net, layers, count);
    if (!status)
        find_live(net);
    return status;
}
