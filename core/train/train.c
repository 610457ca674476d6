/*
 * train.c - training by stochastic gradient descent, and predictions.
 *
 *     v <- momentum v + g   theta <- theta - rate (g + momentum v)   g: gradient + decay theta
 */
#include <math.h>
#include <string.h>

#include "arena.h"
#include "convnet.h"
#include "rng.h"
#include "status.h"
#include "step.h"
#include "threads.h"

static const double PI = 3.14159265358979323846;

void ganas_descent_defaults(ganas_descent *descent)
{
    *descent =
        (ganas_descent){.steps = 1000, .warm = 50, .rate = 0.1, .momentum = 0.9, .decay = 5e-4};
}

/* ---- the order of the images ---- */

static int32_t get_order(ganas_convnet *net, int32_t count)
{
    if (count <= net->ordered)
        return GANAS_OK;
    memory_free(net->order);
    net->ordered = 0;
    net->pass = (struct pass){0};
    net->order = memory_new((size_t)count, sizeof *net->order);
    if (!net->order)
        return GANAS_E_MEMORY;
    net->ordered = count;
    return GANAS_OK;
}

/* A random permutation of 0..count-1, and which of them are mirrored. */
static void set_order(ganas_convnet *net, struct pass pass)
{
    ganas_rng rng = {.seed = pass.seed, .purpose = 0x6f72646572};
    struct draws d = rng_draws(&rng, (uint64_t)pass.number);
    for (int32_t i = 0; i < pass.count; i++)
        net->order[i] = i;
    for (int32_t i = pass.count - 1; i > 0; i--) {
        int32_t other = (int32_t)draws_below(&d, (uint32_t)i + 1), keep = net->order[i];
        net->order[i] = net->order[other];
        net->order[other] = keep;
    }
    for (int32_t i = 0; pass.flip && i < pass.count; i++)
        if (draws_u32(&d) & 1)
            net->order[i] = ~net->order[i];
    net->pass = pass;
}

static bool same_pass(struct pass a, struct pass b)
{
    return a.seed == b.seed && a.number == b.number && a.count == b.count && a.flip == b.flip;
}

static int32_t number_of(const int32_t *index, int32_t i)
{
    int32_t plain = i < 0 ? ~i : i, number = index ? index[plain] : plain;
    return i < 0 ? ~number : number;
}

/* The images of a step. */
static void set_batch(ganas_convnet *net, const int32_t *index, int32_t count,
                      const ganas_descent *descent, int32_t step)
{
    int32_t batch = net->groups * GROUP, of_pass = count / batch;
    struct pass pass = {descent->seed, step / of_pass, count, descent->flip};
    if (!same_pass(net->pass, pass))
        set_order(net, pass);
    for (int32_t k = 0; k < batch; k++) {
        int32_t number = number_of(index, net->order[step % of_pass * batch + k]);
        net->image[k] = number;
        net->label[k] = net->images->label[number < 0 ? ~number : number];
    }
}

/* ---- descent ---- */

static double rate_at(const ganas_descent *descent, int32_t step)
{
    if (step < descent->warm)
        return descent->rate * (step + 1) / descent->warm;
    double way = (step - descent->warm) / (double)int_max(descent->steps - descent->warm, 1);
    return descent->rate * 0.5 * (1 + cos(PI * way));
}

struct move {
    ganas_convnet *net;
    real rate, momentum;
    double decay;
};

/* Adds up the groups' gradients of one node's numbers and moves them. */
static void move_numbers(const struct move *move, int32_t first, int32_t n, real decay)
{
    ganas_convnet *net = move->net;
    real *theta = net->theta + first, *speed = net->speed + first, *sum = net->grad + first;
    for (int g = 1; g < net->groups; g++)
        kernel->sum(sum, sum, sum + (size_t)g * (size_t)net->parameters, n);
    for (int32_t i = 0; i < n; i++) {
        real g = sum[i] + decay * theta[i];
        speed[i] = move->momentum * speed[i] + g;
        theta[i] -= move->rate * (g + move->momentum * speed[i]);
    }
}

static void move_node(void *context, int32_t i)
{
    const struct move *move = context;
    const struct node *node = &move->net->node[i];
    if (!node->live || node->weights == 0)
        return;
    int32_t end = node->weight + node->weights;
    int32_t own = node->layer.op == GANAS_LAYER_CLASSIFY ? node->channels
                  : node->layer.norm                     ? 2 * node->channels
                                                         : 0;
    move_numbers(move, node->weight, node->weights, (real)move->decay);
    if (own > 0)
        move_numbers(move, end, own, 0);
}

static void descend(ganas_convnet *net, const ganas_descent *descent, int32_t step)
{
    struct move move = {net, (real)rate_at(descent, step), (real)descent->momentum, descent->decay};
    for (int32_t i = 0; i < net->nodes; i++)
        move_node(&move, i);
}

/* ---- calls ---- */

static int32_t check_images(const ganas_convnet *net, const ganas_images *images,
                            const int32_t *index, int32_t count)
{
    const struct node *image = &net->node[0], *last = &net->node[net->nodes - 1];
    const ganas_images_view *v = &images->view;
    if (v->channels != image->channels || v->height != image->height || v->width != image->width)
        return status_fail(GANAS_E_ARGUMENT, "images of %d x %d x %d for a network of %d x %d x %d",
                           v->channels, v->height, v->width, image->channels, image->height,
                           image->width);
    if (v->classes > last->channels)
        return status_fail(GANAS_E_ARGUMENT, "images of %d classes for a network of %d", v->classes,
                           last->channels);
    if (!index && count > v->count)
        return status_fail(GANAS_E_ARGUMENT, "%d images asked for; there are %d", count, v->count);
    for (int32_t i = 0; index && i < count; i++)
        if (index[i] < 0 || index[i] >= v->count)
            return status_fail(GANAS_E_ARGUMENT, "image %d; expected 0..%d", index[i],
                               v->count - 1);
    return GANAS_OK;
}

static int32_t check_descent(const ganas_convnet *net, const ganas_descent *d, int32_t count,
                             int32_t first, int32_t n)
{
    if (count < net->groups * GROUP)
        return status_fail(GANAS_E_ARGUMENT,
                           "%d images to train with; expected a batch of %d at least", count,
                           net->groups * GROUP);
    bool fits = d->steps >= 1 && d->warm >= 0 && first >= 0 && n >= 0 && n <= d->steps - first;
    if (!fits || !(d->rate > 0) || !(d->momentum >= 0 && d->momentum < 1) || !(d->decay >= 0))
        return status_fail(
            GANAS_E_ARGUMENT,
            "steps %d to %d of %d, rate %g, momentum %g, decay %g; expected steps of the "
            "training, a rate above 0, a momentum below 1",
            first, first + n, d->steps, d->rate, d->momentum, d->decay);
    return GANAS_OK;
}

/* Adds what a step has come to. */
static int32_t note_step(const ganas_convnet *net, int32_t step, ganas_descended *done)
{
    double batch = net->groups * GROUP, loss = 0;
    for (int g = 0; g < net->groups; g++) {
        loss += net->loss[g] / batch;
        done->accuracy += net->right[g] / batch;
    }
    done->loss += loss;
    if (!isfinite(loss))
        return status_fail(GANAS_E_NUMBER, "the loss is not finite after step %d", step);
    return GANAS_OK;
}

int32_t ganas_convnet_train(ganas_convnet *net, const ganas_images *images, const int32_t *index,
                            int32_t count, const ganas_descent *descent, int32_t first, int32_t n,
                            ganas_descended *done)
{
    *done = (ganas_descended){0};
    int32_t status = check_images(net, images, index, count);
    if (!status)
        status = check_descent(net, descent, count, first, n);
    if (!status)
        status = get_order(net, count);
    net->images = images;
    for (int32_t step = first; step < first + n && !status; step++) {
        set_batch(net, index, count, descent, step);
        step_run(net);
        descend(net, descent, step);
        status = note_step(net, step, done);
    }
    done->loss /= int_max(n, 1);
    done->accuracy /= int_max(n, 1);
    return status;
}

/* Logits of a batch, `n` images from `first` on; what is left of it repeats the last. */
static void predict_batch(ganas_convnet *net, const int32_t *index, int32_t first, int32_t n,
                          float *logits)
{
    const struct node *last = &net->node[net->nodes - 1];
    int groups = (n + GROUP - 1) / GROUP;
    for (int32_t k = 0; k < groups * GROUP; k++)
        net->image[k] = number_of(index, first + int_min(k, n - 1));
    step_predict(net, groups);
    for (int32_t k = 0; k < n; k++)
        for (int c = 0; c < last->channels; c++) {
            const real *x = node_at(net, last, last->x, k / GROUP) + c * last->plane;
            logits[(ptrdiff_t)k * last->channels + c] = (float)x[k % GROUP];
        }
}

int32_t ganas_convnet_predict(ganas_convnet *net, const ganas_images *images, const int32_t *index,
                              int32_t count, float *logits)
{
    int32_t status = check_images(net, images, index, count);
    if (status)
        return status;
    int32_t batch = net->groups * GROUP, classes = net->node[net->nodes - 1].channels;
    net->images = images;
    for (int32_t first = 0; first < count; first += batch)
        predict_batch(net, index, first, int_min(batch, count - first),
                      logits + (ptrdiff_t)first * classes);
    return GANAS_OK;
}
