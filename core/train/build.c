/* build.c - a network is built: its memory laid out, its weights drawn; and read. */
#include <math.h>

#include "arena.h"
#include "convnet.h"
#include "planes.h"
#include "program.h"
#include "rng.h"
#include "status.h"

/* ---- memory ---- */

static void lay_out(ganas_convnet *net, struct arena *a)
{
    size_t groups = (size_t)net->groups, n = (size_t)net->parameters, sums = (size_t)net->sums;
    planes_lay_out(net, a);
    net->theta = arena_cut(a, n, sizeof(real));
    net->speed = arena_cut(a, n, sizeof(real));
    net->grad = arena_cut(a, groups * n, sizeof(real));
    net->forward_sum = arena_cut(a, groups * sums, sizeof(real));
    net->back_sum = arena_cut(a, groups * sums, sizeof(real));
    net->line = arena_cut(a, groups * sums, sizeof(real));
    net->rest = arena_cut(a, groups * sums, sizeof(real));
    net->moment = arena_cut(a, groups * sums, sizeof(double));
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
        if (layer_has_weights(net->node[i].layer.op))
            draw_node(net, &net->node[i], rng);
}

/* ---- life ---- */

static int32_t build(ganas_convnet *net, const ganas_layer *layers, int32_t count,
                     const int32_t *shape, ganas_rng *rng)
{
    int32_t status = convnet_set_layers(net, layers, count, shape);
    if (status)
        return status;
    program_make(net);
    planes_place(net);
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
