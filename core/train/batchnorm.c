/* batchnorm.c - batch normalization with ReLU over groups of 16 images. */
#include "batchnorm.h"

#include <math.h>

static const double TINY = 1e-5, PACE = 0.1;

/* A group's planes and what they are normalized by. */
static struct norm norm_of(const ganas_convnet *net, const struct node *node, int group)
{
    struct norm p = {.y = node_at(net, node, node->y, group),
                     .x = node_at(net, node, node->x, group),
                     .line = net->line + (size_t)group * (size_t)net->sums + node->sum,
                     .row = node->row,
                     .plane = node->plane,
                     .channels = node->channels,
                     .rows = node->height,
                     .n = node->width * GROUP,
                     .relu = node->layer.relu != 0};
    if (node->d.base)
        p.d = node_at(net, node, node->d, group);
    return p;
}

/* The line of a channel, for a mean and 1 / a standard deviation. */
static void set_line(ganas_convnet *net, const struct node *node, int group, int c, double mean,
                     double factor)
{
    const real *own = net->theta + node->weight + node->weights;
    real *line = net->line + (size_t)group * (size_t)net->sums + node->sum + 2 * (ptrdiff_t)c;
    double a = own[c] * factor;
    line[0] = (real)a;
    line[1] = (real)(own[node->channels + c] - mean * a);
}

/* How many numbers of the batch a channel has. */
static double count_of(const ganas_convnet *net, const struct node *node)
{
    return (double)net->groups * GROUP * node->height * node->width;
}

/* A sum over all groups. */
static double sum_groups(const ganas_convnet *net, const real *sums, int32_t at)
{
    double sum = 0;
    for (int g = 0; g < net->groups; g++)
        sum += sums[(size_t)g * (size_t)net->sums + (size_t)at];
    return sum;
}

struct moments {
    double mean, variance, factor; /* factor: 1 / standard deviation */
};

static struct moments moments_of(const ganas_convnet *net, const struct node *node, int c)
{
    double n = count_of(net, node);
    struct moments m;
    m.mean = sum_groups(net, net->forward_sum, node->sum + 2 * c) / n;
    m.variance = sum_groups(net, net->forward_sum, node->sum + 2 * c + 1) / n - m.mean * m.mean;
    m.variance = fmax(m.variance, 0);
    m.factor = 1 / sqrt(m.variance + TINY);
    return m;
}

/* What a group keeps of them until it goes back. */
static double *moment_at(const ganas_convnet *net, const struct node *node, int group, int c)
{
    return net->moment + (size_t)group * (size_t)net->sums + node->sum + 2 * (ptrdiff_t)c;
}

void batchnorm_sums(ganas_convnet *net, const struct node *node, int group)
{
    struct norm p = norm_of(net, node, group);
    kernel->norm_sums(&p, net->forward_sum + (size_t)group * (size_t)net->sums + node->sum);
}

static void move_running(ganas_convnet *net, const struct node *node, int c, struct moments m)
{
    real *running = net->running + node->sum + 2 * (ptrdiff_t)c;
    double n = count_of(net, node);
    running[0] = (real)((1 - PACE) * running[0] + PACE * m.mean);
    running[1] = (real)((1 - PACE) * running[1] + PACE * m.variance * n / (n - 1));
}

void batchnorm_forward(ganas_convnet *net, const struct node *node, int group)
{
    struct norm p = norm_of(net, node, group);
    for (int c = 0; c < node->channels; c++) {
        struct moments m = moments_of(net, node, c);
        double *keep = moment_at(net, node, group, c);
        keep[0] = m.mean;
        keep[1] = m.factor;
        set_line(net, node, group, c, m.mean, m.factor);
        if (group == 0)
            move_running(net, node, c, m);
    }
    kernel->norm_set(&p);
}

void batchnorm_predict(ganas_convnet *net, const struct node *node, int group)
{
    const real *running = net->running + node->sum;
    struct norm p = norm_of(net, node, group);
    for (int c = 0; c < node->channels; c++)
        set_line(net, node, group, c, running[2 * c], 1 / sqrt(running[2 * c + 1] + TINY));
    kernel->norm_set(&p);
}

void batchnorm_back_sums(ganas_convnet *net, const struct node *node, int group)
{
    struct norm p = norm_of(net, node, group);
    kernel->norm_back_sums(&p, net->back_sum + (size_t)group * (size_t)net->sums + node->sum);
}

/* The sums over the batch of d and of d u. */
static void set_own(ganas_convnet *net, const struct node *node, int group, int c, double of_d,
                    double of_du)
{
    real *grad = net->grad + (size_t)group * (size_t)net->parameters + node->weight + node->weights;
    grad[c] = group == 0 ? (real)of_du : 0;
    grad[node->channels + c] = group == 0 ? (real)of_d : 0;
}

/* d_x = factor / sd (d - mean of d - u mean of d u), a multiple of d plus one of x plus a constant:
   `rest` [2] <- the latter two. */
static void set_rest(ganas_convnet *net, const struct node *node, int group, int c, real *rest)
{
    const double *m = moment_at(net, node, group, c);
    double n = count_of(net, node), mean = m[0], factor = m[1];
    double of_d = sum_groups(net, net->back_sum, node->sum + 2 * c);
    double of_dx = sum_groups(net, net->back_sum, node->sum + 2 * c + 1);
    double of_du = (of_dx - mean * of_d) * factor;
    double a = net->theta[node->weight + node->weights + c] * factor, b = -a * factor * of_du / n;
    rest[0] = (real)b;
    rest[1] = (real)(-a * of_d / n - b * mean);
    set_own(net, node, group, c, of_d, of_du);
}

void batchnorm_backward(ganas_convnet *net, const struct node *node, int group)
{
    struct norm p = norm_of(net, node, group);
    real *rest = net->rest + (size_t)group * (size_t)net->sums + node->sum;
    for (int c = 0; c < node->channels; c++)
        set_rest(net, node, group, c, rest + 2 * (ptrdiff_t)c);
    kernel->norm_back(&p, rest);
}
