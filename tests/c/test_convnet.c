/* double-build: small convolutional networks. Gradients against finite differences (double),
   predictions against a naive twin, the same bits with any threads and instruction set, learning,
   refusals. */
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convnet.h"
#include "fails.h"
#include "rng.h"
#include "step.h"

enum { HEIGHT = 9, WIDTH = 8, CLASSES = 3, IMAGES = 64, LAYERS = 17, MOST = 4096 };
static const int32_t shape[] = {1, HEIGHT, WIDTH};

/* Every operation, window and stride; inputs read once and more than once; a layer that leads
 * nowhere. */
static const ganas_layer layers[LAYERS] = {
    {GANAS_LAYER_CONV, 5, 3, 1, 1, 1, 1, {0}},      /* 1: 9 x 8 */
    {GANAS_LAYER_DEPTHWISE, 0, 5, 1, 1, 1, 1, {1}}, /* 2 */
    {GANAS_LAYER_CONV, 5, 1, 1, 1, 0, 1, {2}},      /* 3 */
    {GANAS_LAYER_SUM, 0, 0, 0, 0, 0, 3, {1, 3, 1}}, /* 4 */
    {GANAS_LAYER_CONV, 7, 3, 2, 1, 1, 1, {4}},      /* 5: 5 x 4 */
    {GANAS_LAYER_MAX, 0, 3, 2, 0, 0, 1, {4}},       /* 6: 5 x 4 of 5 channels */
    {GANAS_LAYER_DEPTHWISE, 0, 3, 2, 0, 0, 1, {3}}, /* 7: the same */
    {GANAS_LAYER_CONCAT, 0, 0, 0, 0, 0, 3, {5, 6, 7}},
    {GANAS_LAYER_CONV, 4, 1, 2, 1, 1, 1, {8}}, /* 9: 3 x 2 */
    {GANAS_LAYER_MEAN, 0, 3, 1, 0, 0, 1, {9}}, /* 10 */
    {GANAS_LAYER_CONV, 6, 5, 1, 1, 1, 1, {9}}, /* 11: leads nowhere */
    {GANAS_LAYER_ZERO, 0, 0, 0, 0, 0, 1, {9}}, /* 12 */
    {GANAS_LAYER_MAX, 0, 3, 1, 0, 0, 1, {10}}, /* 13 */
    {GANAS_LAYER_SUM, 0, 0, 0, 0, 0, 3, {10, 12, 13}},
    {GANAS_LAYER_MEAN, 0, 5, 2, 0, 0, 1, {14}}, /* 15: 2 x 1 */
    {GANAS_LAYER_CONV, 4, 5, 1, 0, 0, 1, {15}}, /* 16 */
    {GANAS_LAYER_CLASSIFY, CLASSES, 0, 0, 0, 0, 1, {16}},
};

/* ---- fixtures ---- */

/* Images whose class shows: the brightest third of their rows. */
static ganas_images *new_images(void)
{
    static uint8_t pixel[IMAGES * HEIGHT * WIDTH], label[IMAGES];
    ganas_rng *rng;
    ganas_images *images = NULL;
    assert_int_equal(ganas_rng_new(&rng, 5, "images"), GANAS_OK);
    for (int i = 0; i < IMAGES; i++) {
        label[i] = (uint8_t)(ganas_rng_uniform(rng) * CLASSES);
        for (int p = 0; p < HEIGHT * WIDTH; p++)
            pixel[i * HEIGHT * WIDTH + p] =
                (uint8_t)(ganas_rng_uniform(rng) * 100 + (p / WIDTH / 3 == label[i] ? 120 : 0));
    }
    ganas_rng_free(rng);
    ganas_images_view view = {.count = IMAGES,
                              .channels = 1,
                              .height = HEIGHT,
                              .width = WIDTH,
                              .classes = CLASSES,
                              .pixel = pixel,
                              .label = label};
    assert_int_equal(ganas_images_new(&images, &view), GANAS_OK);
    return images;
}

struct fixture {
    ganas_threads *threads;
    ganas_images *images;
    ganas_convnet *net;
};

static void open_network(struct fixture *f, const ganas_layer *list, int32_t threads, int32_t batch)
{
    ganas_rng *rng;
    f->images = new_images();
    assert_int_equal(ganas_threads_new(&f->threads, threads), GANAS_OK);
    assert_int_equal(ganas_rng_new(&rng, 7, "network"), GANAS_OK);
    assert_int_equal(ganas_convnet_new(&f->net, list, LAYERS, shape, batch, f->threads, rng),
                     GANAS_OK);
    ganas_rng_free(rng);
}

static void open_fixture(struct fixture *f, int32_t threads, int32_t batch)
{
    open_network(f, layers, threads, batch);
}

static void close_fixture(struct fixture *f)
{
    ganas_convnet_free(f->net);
    ganas_threads_free(f->threads);
    ganas_images_free(f->images);
}

static ganas_descended train(struct fixture *f, int32_t steps, int32_t flip)
{
    ganas_descent descent;
    ganas_descended done;
    ganas_descent_defaults(&descent);
    descent.steps = steps;
    descent.warm = 2;
    descent.flip = flip;
    descent.rate = 0.05;
    assert_int_equal(
        ganas_convnet_train(f->net, f->images, NULL, IMAGES, &descent, 0, steps, &done), GANAS_OK);
    return done;
}

/* ---- networks at random: all ways in which planes can share memory ---- */

enum { RANDOM_NETWORKS = 60 };

/* Layers whose planes all have the image's sides; `channels` of what each makes. */
struct random_layers {
    ganas_layer list[LAYERS];
    int channels[LAYERS + 1];
    ganas_rng *rng;
};

static int draw(const struct random_layers *r, int n)
{
    return (int)(ganas_rng_uniform(r->rng) * n);
}

/* One of the last five before layer i; of these with as many channels, if some are asked for. */
static int draw_input(const struct random_layers *r, int i, int channels)
{
    int input;
    do
        input = i - draw(r, i < 5 ? i + 1 : 5);
    while (channels && r->channels[input] != channels);
    return input;
}

static void draw_layer(struct random_layers *r, int i)
{
    static const int ops[] = {GANAS_LAYER_CONV, GANAS_LAYER_CONV, GANAS_LAYER_DEPTHWISE,
                              GANAS_LAYER_MAX,  GANAS_LAYER_MEAN, GANAS_LAYER_SUM,
                              GANAS_LAYER_SUM,  GANAS_LAYER_SUM,  GANAS_LAYER_CONCAT,
                              GANAS_LAYER_ZERO, GANAS_LAYER_ZERO};
    int op = i == 0 ? GANAS_LAYER_CONV : ops[draw(r, sizeof ops / sizeof ops[0])];
    ganas_layer *layer = &r->list[i];
    bool norm = op == GANAS_LAYER_CONV || op == GANAS_LAYER_DEPTHWISE;
    *layer = (ganas_layer){.op = op,
                           .channels = op == GANAS_LAYER_CONV ? 2 + draw(r, 2) : 0,
                           .kernel = op <= GANAS_LAYER_MEAN ? 1 + 2 * draw(r, 2) : 0,
                           .stride = op <= GANAS_LAYER_MEAN,
                           .norm = norm,
                           .relu = norm && draw(r, 2),
                           .inputs = 1};
    layer->input[0] = draw_input(r, i, 0);
    int channels = r->channels[layer->input[0]];
    if (op == GANAS_LAYER_SUM || op == GANAS_LAYER_CONCAT)
        layer->inputs = 2 + draw(r, 2);
    for (int k = 1; k < layer->inputs; k++) {
        layer->input[k] = draw_input(r, i, op == GANAS_LAYER_SUM ? channels : 0);
        channels += op == GANAS_LAYER_CONCAT ? r->channels[layer->input[k]] : 0;
    }
    r->channels[i + 1] = op == GANAS_LAYER_CONV ? layer->channels : channels;
}

static void draw_layers(ganas_layer *list, int number)
{
    struct random_layers r = {.channels = {1}};
    assert_int_equal(ganas_rng_new(&r.rng, (uint64_t)number, "layers"), GANAS_OK);
    for (int i = 0; i < LAYERS - 1; i++)
        draw_layer(&r, i);
    r.list[LAYERS - 1] = layers[LAYERS - 1];
    r.list[LAYERS - 1].input[0] = LAYERS - 1;
    memcpy(list, r.list, sizeof r.list);
    ganas_rng_free(r.rng);
}

/* ---- gradients ---- */

#ifdef GANAS_DOUBLE

static double loss_of(ganas_convnet *net)
{
    double loss = 0;
    step_run(net);
    for (int g = 0; g < net->groups; g++)
        loss += net->loss[g] / (net->groups * GROUP);
    return loss;
}

static double gradient_at(const ganas_convnet *net, int32_t i)
{
    double sum = 0;
    for (int g = 0; g < net->groups; g++)
        sum += net->grad[g * net->parameters + i];
    return sum;
}

static bool is_live(const ganas_convnet *net, int32_t i)
{
    for (int k = 1; k < net->nodes; k++) {
        const struct node *node = &net->node[k];
        int own = node->layer.op == GANAS_LAYER_CLASSIFY ? node->channels
                  : node->layer.norm                     ? 2 * node->channels
                                                         : 0;
        if (i >= node->weight && i < node->weight + node->weights + own)
            return node->live;
    }
    return false;
}

static double loss_with(ganas_convnet *net, int32_t i, double theta)
{
    real keep = net->theta[i];
    net->theta[i] = theta;
    double loss = loss_of(net);
    net->theta[i] = keep;
    return loss;
}

/* The difference between a gradient and the nearest of the slopes on both sides, on the left and on
   the right: max(x, 0) has two at 0. */
static double nearest(ganas_convnet *net, int32_t i, double analytic)
{
    const double h = 1e-6;
    double theta = net->theta[i], here = loss_of(net);
    double above = loss_with(net, i, theta + h), below = loss_with(net, i, theta - h);
    double best = fabs((above - below) / (2 * h) - analytic);
    best = fmin(best, fabs((above - here) / h - analytic));
    return fmin(best, fabs((here - below) / h - analytic));
}

/* Of every `each` parameters one. */
static void check_gradients(ganas_convnet *net, const double *analytic, double top, int each)
{
    for (int32_t i = 0; i < net->parameters; i += each) {
        double error = nearest(net, i, analytic[i]) / fmax(fabs(analytic[i]), 1e-2 * top);
        if (is_live(net, i) && error > 1e-5)
            fail_msg("parameter %d: analytic %.12g, off by %.3g of it", i, analytic[i], error);
    }
}

/* Of a network that has been trained for two steps. */
static void check_network(struct fixture *f, int each)
{
    static double analytic[MOST];
    double top = 0;
    assert_true(f->net->parameters < MOST);
    train(f, 2, 0);
    loss_of(f->net);
    for (int32_t i = 0; i < f->net->parameters; i++) {
        analytic[i] = gradient_at(f->net, i);
        top = fmax(top, is_live(f->net, i) ? fabs(analytic[i]) : 0);
    }
    assert_true(top > 0.01);
    check_gradients(f->net, analytic, top, each);
}

static void gradients_are_those_of_finite_differences(void **state)
{
    (void)state;
    for (int32_t batch = 16; batch <= 48; batch += 32) {
        struct fixture f;
        open_fixture(&f, 1, batch);
        check_network(&f, batch == 16 ? test_size(1, 11) : 13);
        close_fixture(&f);
    }
}

static void gradients_of_random_networks_are_those_of_finite_differences(void **state)
{
    (void)state;
    for (int number = 0; number < test_size(RANDOM_NETWORKS, 5); number++) {
        ganas_layer list[LAYERS];
        struct fixture f;
        draw_layers(list, number);
        open_network(&f, list, 1, 32);
        check_network(&f, 7);
        close_fixture(&f);
    }
}

#endif

/* ---- the naive twin: one image, [channels][height][width], in double ---- */

static double twin[LAYERS + 1][4096];
static const ganas_layer *given; /* the layers as they were asked for */

static const ganas_layer *layer_of(const ganas_convnet *net, const struct node *node)
{
    return &given[node - net->node - 1];
}

/* A number of a layer's input; 0 outside. */
static double twin_at(const struct node *from, const double *x, int c, int y, int u)
{
    bool inside = y >= 0 && y < from->height && u >= 0 && u < from->width;
    return inside ? x[(c * from->height + y) * from->width + u] : 0;
}

static double twin_window(const ganas_convnet *net, const struct node *node, int o, int y, int x)
{
    const struct node *from = &net->node[layer_of(net, node)->input[0]];
    const double *in = twin[layer_of(net, node)->input[0]];
    const real *w = net->theta + node->weight;
    int k = layer_of(net, node)->kernel, op = layer_of(net, node)->op, n = 0;
    bool whole = op == GANAS_LAYER_CONV, pools = op == GANAS_LAYER_MAX || op == GANAS_LAYER_MEAN;
    double sum = 0, top = -HUGE_VAL;
    for (int i = whole ? 0 : o; i < (whole ? from->channels : o + 1); i++)
        for (int a = 0; a < k; a++)
            for (int b = 0; b < k; b++) {
                int v = y * layer_of(net, node)->stride + a - k / 2,
                    u = x * layer_of(net, node)->stride + b - k / 2;
                double value = twin_at(from, in, i, v, u);
                bool inside = v >= 0 && v < from->height && u >= 0 && u < from->width;
                int at = ((whole ? o * from->channels + i : o) * k + a) * k + b;
                sum += pools ? value : value * (double)w[at];
                n += inside;
                top = inside ? fmax(top, value) : top;
            }
    return op == GANAS_LAYER_MAX ? top : op == GANAS_LAYER_MEAN ? sum / n : sum;
}

static double twin_norm(const ganas_convnet *net, const struct node *node, int c, double x)
{
    const real *own = net->theta + node->weight + node->weights;
    const real *running = net->running + node->sum + 2 * (ptrdiff_t)c;
    if (!layer_of(net, node)->norm)
        return x;
    double y = (x - (double)running[0]) / sqrt((double)running[1] + 1e-5) * (double)own[c] +
               (double)own[node->channels + c];
    return layer_of(net, node)->relu ? fmax(y, 0) : y;
}

static void twin_gather(const ganas_convnet *net, const struct node *node, double *to)
{
    int n = 0;
    for (int k = 0; k < layer_of(net, node)->inputs; k++) {
        const struct node *from = &net->node[layer_of(net, node)->input[k]];
        int size = from->channels * from->height * from->width;
        for (int i = 0; i < size; i++)
            if (layer_of(net, node)->op == GANAS_LAYER_CONCAT)
                to[n++] = twin[layer_of(net, node)->input[k]][i];
            else
                to[i] = (k ? to[i] : 0) + twin[layer_of(net, node)->input[k]][i];
    }
}

static void twin_classify(const ganas_convnet *net, const struct node *node, double *to)
{
    const struct node *from = &net->node[layer_of(net, node)->input[0]];
    const real *w = net->theta + node->weight;
    int n = from->height * from->width;
    for (int k = 0; k < node->channels; k++) {
        to[k] = (double)w[node->weights + k];
        for (int i = 0; i < from->channels * n; i++)
            to[k] +=
                (double)w[k * from->channels + i / n] * twin[layer_of(net, node)->input[0]][i] / n;
    }
}

static void twin_run(const ganas_convnet *net, const uint8_t *pixel)
{
    for (int i = 0; i < HEIGHT * WIDTH; i++)
        twin[0][i] = pixel[i] / 255.0;
    for (int i = 1; i < net->nodes; i++) {
        const struct node *node = &net->node[i];
        int op = layer_of(net, node)->op, size = node->height * node->width;
        memset(twin[i], 0, sizeof twin[i]);
        if (op == GANAS_LAYER_SUM || op == GANAS_LAYER_CONCAT)
            twin_gather(net, node, twin[i]);
        else if (op == GANAS_LAYER_CLASSIFY)
            twin_classify(net, node, twin[i]);
        else if (op != GANAS_LAYER_ZERO)
            for (int k = 0; k < node->channels * size; k++)
                twin[i][k] = twin_norm(
                    net, node, k / size,
                    twin_window(net, node, k / size, k % size / node->width, k % node->width));
    }
}

static void check_predictions(struct fixture *f, const ganas_layer *list)
{
    static float logits[IMAGES * CLASSES];
    int32_t some[] = {40, 3,  3,  63, 0,  17, 22, 9,  11, 12, 13,
                      14, 15, 16, 50, 51, 52, 53, 54, 55, 56};
    enum { SOME = sizeof some / sizeof some[0] };
    given = list;
    assert_int_equal(ganas_convnet_predict(f->net, f->images, some, SOME, logits), GANAS_OK);
    for (int i = 0; i < SOME; i++) {
        twin_run(f->net, f->images->pixel + some[i] * HEIGHT * WIDTH);
        for (int k = 0; k < CLASSES; k++)
            assert_true(fabs((double)logits[i * CLASSES + k] - twin[LAYERS][k]) <
                        1e-4 * (1 + fabs(twin[LAYERS][k])));
    }
}

static void predictions_are_those_of_a_naive_twin(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, 2, 32);
    train(&f, 20, 1);
    check_predictions(&f, layers);
    close_fixture(&f);
}

static void predictions_of_random_networks_are_those_of_a_naive_twin(void **state)
{
    (void)state;
    for (int number = 0; number < test_size(RANDOM_NETWORKS, 5); number++) {
        ganas_layer list[LAYERS];
        struct fixture f;
        draw_layers(list, number);
        open_network(&f, list, 2, 32);
        train(&f, 5, 1);
        check_predictions(&f, list);
        close_fixture(&f);
    }
}

/* ---- bits ---- */

/* The numbers of a network after six steps. */
static void *train_layers(const ganas_layer *list, int32_t threads, size_t *size)
{
    struct fixture f;
    open_network(&f, list, threads, 48);
    train(&f, 6, 1);
    *size = (size_t)f.net->parameters * sizeof(real);
    void *copy = malloc(*size);
    memcpy(copy, f.net->theta, *size);
    close_fixture(&f);
    return copy;
}

static void *train_copy(int32_t threads, size_t *size)
{
    return train_layers(layers, threads, size);
}

static void bits_are_the_same_with_any_threads(void **state)
{
    (void)state;
    size_t size;
    void *one = train_copy(1, &size);
    for (int32_t threads = 2; threads <= 3; threads++) {
        void *more = train_copy(threads, &size);
        assert_memory_equal(one, more, size);
        free(more);
    }
    free(one);
}

static void check_instruction_sets(const ganas_layer *list)
{
    static const char *const names[] = {"base", "fma128", "avx2", "avx512"};
    const struct kernels *keep = kernel;
    size_t size;
    void *mine = train_layers(list, 1, &size);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!kernels_of(names[i]))
            continue;
        kernel = kernels_of(names[i]);
        void *other = train_layers(list, 1, &size);
        kernel = keep;
        assert_memory_equal(mine, other, size);
        free(other);
    }
    free(mine);
}

static void bits_are_the_same_in_all_instruction_sets(void **state)
{
    (void)state;
    check_instruction_sets(layers);
    for (int number = 0; number < test_size(RANDOM_NETWORKS / 3, 3); number++) {
        ganas_layer list[LAYERS];
        draw_layers(list, number);
        check_instruction_sets(list);
    }
}

static void parts_of_a_training_are_the_whole(void **state)
{
    (void)state;
    struct fixture f;
    ganas_descent descent;
    ganas_descended done;
    size_t size;
    void *whole = train_copy(1, &size);
    open_fixture(&f, 1, 48);
    ganas_descent_defaults(&descent);
    descent = (ganas_descent){.steps = 6,
                              .warm = 2,
                              .flip = 1,
                              .rate = 0.05,
                              .momentum = descent.momentum,
                              .decay = descent.decay,
                              .seed = descent.seed};
    for (int32_t first = 0; first < 6; first += 2)
        assert_int_equal(
            ganas_convnet_train(f.net, f.images, NULL, IMAGES, &descent, first, 2, &done),
            GANAS_OK);
    assert_memory_equal(whole, f.net->theta, size);
    free(whole);
    close_fixture(&f);
}

/* ---- learning ---- */

static void it_learns_what_can_be_seen(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, 1, 32);
    ganas_descended before = train(&f, 1, 0), after = train(&f, 60, 0);
    assert_true(before.accuracy < 0.8);
    after = train(&f, 10, 0);
    assert_true(after.accuracy > 0.95);
    assert_true(after.loss < before.loss / 4);
    close_fixture(&f);
}

/* ---- weights ---- */

static void weights_can_be_read(void **state)
{
    (void)state;
    struct fixture f;
    float value[MOST];
    int32_t count = 0;
    open_fixture(&f, 1, 16);
    train(&f, 3, 0);
    static const int32_t expected[][5] = {{45, 5, 5, 5, 5}, {125, 5, 5, 5, 5}};
    for (int layer = 0; layer < 2; layer++)
        for (int part = 0; part < 5; part++) {
            assert_int_equal(ganas_convnet_weights(f.net, layer, part, value, &count), GANAS_OK);
            assert_int_equal(count, expected[layer][part]);
        }
    assert_true(fabsf(value[1] - (float)f.net->running[f.net->node[2].sum + 3]) == 0);
    assert_int_equal(ganas_convnet_weights(f.net, LAYERS - 1, 1, value, &count), GANAS_OK);
    assert_int_equal(count, CLASSES);
    assert_int_equal(ganas_convnet_weights(f.net, LAYERS - 1, 2, NULL, &count), GANAS_OK);
    assert_int_equal(count, 0);
    assert_fails(ganas_convnet_weights(f.net, LAYERS, 0, NULL, &count), GANAS_E_ARGUMENT,
                 "part 0 of layer 17; expected 0..4 and 0..16");
    close_fixture(&f);
}

/* ---- refusals ---- */

static int32_t try_layer(int at, ganas_layer layer)
{
    ganas_layer list[LAYERS];
    ganas_convnet *net = NULL;
    ganas_threads *threads;
    ganas_rng *rng;
    memcpy(list, layers, sizeof list);
    list[at] = layer;
    assert_int_equal(ganas_threads_new(&threads, 1), GANAS_OK);
    assert_int_equal(ganas_rng_new(&rng, 1, "x"), GANAS_OK);
    int32_t status = ganas_convnet_new(&net, list, LAYERS, shape, 16, threads, rng);
    assert_null(net);
    ganas_rng_free(rng);
    ganas_threads_free(threads);
    return status;
}

static void wrong_layers_are_refused(void **state)
{
    (void)state;
    assert_fails(try_layer(0, (ganas_layer){GANAS_LAYER_CONV, 5, 4, 1, 1, 1, 1, {0}}),
                 GANAS_E_ARGUMENT,
                 "layer 0 has a window of 4 and the stride 1; expected 1, 3 or 5, and 1 or 2");
    assert_fails(try_layer(1, (ganas_layer){GANAS_LAYER_MAX, 0, 3, 1, 0, 0, 1, {2}}),
                 GANAS_E_ARGUMENT, "input 0 of layer 1 is number 2; expected 0..1");
    assert_fails(try_layer(1, (ganas_layer){GANAS_LAYER_MAX, 0, 3, 1, 1, 0, 1, {1}}),
                 GANAS_E_ARGUMENT, "layer 1: batch norm comes after convolutions only");
    assert_fails(try_layer(0, (ganas_layer){GANAS_LAYER_CONV, 5, 3, 1, 0, 1, 1, {0}}),
                 GANAS_E_ARGUMENT, "layer 0: ReLU comes after batch norm only");
    assert_fails(try_layer(3, (ganas_layer){GANAS_LAYER_SUM, 0, 0, 0, 0, 0, 2, {0, 3}}),
                 GANAS_E_ARGUMENT, "layer 3: input 1 is 5 x 9 x 8, not 1 x 9 x 8 as the first");
    assert_fails(try_layer(3, (ganas_layer){GANAS_LAYER_SUM, 0, 0, 0, 0, 0, 9, {0}}),
                 GANAS_E_ARGUMENT, "layer 3 has 9 inputs; expected 1..8");
    assert_fails(try_layer(2, (ganas_layer){GANAS_LAYER_CLASSIFY, 3, 0, 0, 0, 0, 1, {0}}),
                 GANAS_E_ARGUMENT,
                 "layer 2 of 17: expected a classifier in the last place and nowhere else");
    assert_fails(try_layer(0, (ganas_layer){GANAS_LAYER_CONV, 0, 3, 1, 1, 1, 1, {0}}),
                 GANAS_E_ARGUMENT, "layer 0 has 0 channels; expected 1..4096");
    assert_fails(try_layer(0, (ganas_layer){9, 5, 3, 1, 1, 1, 1, {0}}), GANAS_E_ARGUMENT,
                 "layer 0 has no operation 9");
}

static void other_images_are_refused(void **state)
{
    (void)state;
    struct fixture f;
    ganas_descent descent;
    ganas_descended done;
    int32_t wild = IMAGES;
    float logits[CLASSES];
    open_fixture(&f, 1, 16);
    ganas_descent_defaults(&descent);
    assert_fails(ganas_convnet_train(f.net, f.images, NULL, 15, &descent, 0, 1, &done),
                 GANAS_E_ARGUMENT, "15 images to train with; expected a batch of 16 at least");
    assert_fails(ganas_convnet_predict(f.net, f.images, NULL, IMAGES + 1, logits), GANAS_E_ARGUMENT,
                 "65 images asked for; there are 64");
    assert_fails(ganas_convnet_predict(f.net, f.images, &wild, 1, logits), GANAS_E_ARGUMENT,
                 "image 64; expected 0..63");
    descent.rate = 1e30;
    descent.warm = 0;
    assert_int_equal(ganas_convnet_train(f.net, f.images, NULL, IMAGES, &descent, 0, 9, &done),
                     GANAS_E_NUMBER);
    close_fixture(&f);
}

/* A network of `count` layers for images of a shape, a batch at a time. */
static int32_t try_net(int32_t count, const int32_t *of, int32_t batch)
{
    ganas_convnet *net = NULL;
    ganas_threads *threads;
    ganas_rng *rng;
    assert_int_equal(ganas_threads_new(&threads, 1), GANAS_OK);
    assert_int_equal(ganas_rng_new(&rng, 1, "x"), GANAS_OK);
    int32_t status = ganas_convnet_new(&net, layers, count, of, batch, threads, rng);
    assert_null(net);
    ganas_rng_free(rng);
    ganas_threads_free(threads);
    return status;
}

static void wrong_networks_are_refused(void **state)
{
    (void)state;
    static const int32_t wrong[][3] = {{0, 9, 8}, {65, 9, 8},  {1, 0, 8},
                                       {1, 9, 0}, {1, 513, 8}, {1, 9, 513}};
    char text[80];
    snprintf(text, sizeof text, "0 layers; expected 1..%d", GANAS_MAX_LAYERS);
    assert_fails(try_net(0, shape, 16), GANAS_E_ARGUMENT, text);
    assert_int_equal(try_net(GANAS_MAX_LAYERS + 1, shape, 16), GANAS_E_ARGUMENT);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(try_net(LAYERS, wrong[i], 16), GANAS_E_ARGUMENT);
    for (int32_t batch = -16; batch <= 8192; batch += batch < 16 ? 8 : 4104)
        if (batch != 16)
            assert_int_equal(try_net(LAYERS, shape, batch), GANAS_E_ARGUMENT);
    assert_int_equal(try_net(LAYERS, NULL, 16), GANAS_E_ARGUMENT);
}

static void wrong_descents_are_refused(void **state)
{
    (void)state;
    struct fixture f;
    ganas_descended done;
    ganas_descent good, d;
    open_fixture(&f, 1, 16);
    ganas_descent_defaults(&good);
    const struct {
        double rate, momentum, decay;
        int32_t steps, warm, first, n;
    } wrong[] = {
        {0, 0.9, 0, 9, 0, 0, 1},    {NAN, 0.9, 0, 9, 0, 0, 1},  {0.1, 1, 0, 9, 0, 0, 1},
        {0.1, -0.1, 0, 9, 0, 0, 1}, {0.1, 0.9, -1, 9, 0, 0, 1}, {0.1, 0.9, NAN, 9, 0, 0, 1},
        {0.1, 0.9, 0, 0, 0, 0, 1},  {0.1, 0.9, 0, 9, -1, 0, 1}, {0.1, 0.9, 0, 9, 0, -1, 1},
        {0.1, 0.9, 0, 9, 0, 0, -1}, {0.1, 0.9, 0, 9, 0, 5, 5}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        d = good;
        d.rate = wrong[i].rate;
        d.momentum = wrong[i].momentum;
        d.decay = wrong[i].decay;
        d.steps = wrong[i].steps;
        d.warm = wrong[i].warm;
        assert_int_equal(ganas_convnet_train(f.net, f.images, NULL, IMAGES, &d, wrong[i].first,
                                             wrong[i].n, &done),
                         GANAS_E_ARGUMENT);
    }
    close_fixture(&f);
}

/* Images of another shape or of more classes than the network has. */
static void images_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    struct fixture f;
    static uint8_t pixel[3 * HEIGHT * WIDTH];
    static const uint8_t label[3] = {0, 1, CLASSES};
    static const int32_t sizes[][4] = {{3, 1, WIDTH, HEIGHT},
                                       {1, 3, HEIGHT, WIDTH},
                                       {3, 1, HEIGHT, WIDTH},
                                       {3, 1, HEIGHT - 1, WIDTH}};
    float logits[3 * CLASSES];
    open_fixture(&f, 1, 16);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        ganas_images *images = NULL;
        ganas_images_view view = {.pixel = pixel, .label = label};
        view.count = sizes[i][0];
        view.channels = sizes[i][1];
        view.height = sizes[i][2];
        view.width = sizes[i][3];
        assert_int_equal(ganas_images_new(&images, &view), GANAS_OK);
        assert_int_equal(ganas_convnet_predict(f.net, images, NULL, 1, logits), GANAS_E_ARGUMENT);
        ganas_images_free(images);
    }
    close_fixture(&f);
}

static int32_t make_net(void *context)
{
    struct fixture *f = context;
    ganas_rng *rng = NULL;
    ganas_convnet *net = NULL;
    int32_t status = ganas_rng_new(&rng, 1, "x");
    if (!status)
        status = ganas_convnet_new(&net, layers, LAYERS, shape, 16, f->threads, rng);
    ganas_convnet_free(net);
    ganas_rng_free(rng);
    return status;
}

static void each_allocation_may_fail(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, 1, 16);
    assert_true(fail_each_allocation(make_net, &f) >= 2);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef GANAS_DOUBLE
        cmocka_unit_test(gradients_are_those_of_finite_differences),
        cmocka_unit_test(gradients_of_random_networks_are_those_of_finite_differences),
#endif
        cmocka_unit_test(predictions_are_those_of_a_naive_twin),
        cmocka_unit_test(predictions_of_random_networks_are_those_of_a_naive_twin),
        cmocka_unit_test(bits_are_the_same_with_any_threads),
        cmocka_unit_test(bits_are_the_same_in_all_instruction_sets),
        cmocka_unit_test(parts_of_a_training_are_the_whole),
        cmocka_unit_test(it_learns_what_can_be_seen),
        cmocka_unit_test(weights_can_be_read),
        cmocka_unit_test(wrong_layers_are_refused),
        cmocka_unit_test(other_images_are_refused),
        cmocka_unit_test(wrong_networks_are_refused),
        cmocka_unit_test(wrong_descents_are_refused),
        cmocka_unit_test(images_that_do_not_fit_are_refused),
        cmocka_unit_test(each_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
