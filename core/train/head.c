/* head.c - the classifier over groups of 16 images. */
#include "head.h"

/* mean [16] of a plane of the input. */
static void set_mean(const ganas_convnet *net, const struct node *from, int group, int c,
                     real *mean)
{
    const real *plane = node_at(net, from, from->y, group) + c * from->plane;
    real sum[GROUP] = {0}, share = (real)1 / (real)(from->height * from->width);
    for (int y = 0; y < from->height; y++)
        kernel->add_rows(sum, plane + y * from->row, GROUP, from->width, GROUP);
    for (int lane = 0; lane < GROUP; lane++)
        mean[lane] = sum[lane] * share;
}

/* Place of logit k of a group in x, and of its gradient in d. */
static real *logit_at(const ganas_convnet *net, const struct node *node, struct planes array,
                      int group, int k)
{
    return node_at(net, node, array, group) + k * node->plane;
}

void head_forward(ganas_convnet *net, const struct node *node, int group)
{
    const struct node *from = node_input(net, node, 0);
    const real *w = net->theta + node->weight, *bias = w + node->weights;
    for (int k = 0; k < node->channels; k++)
        for (int lane = 0; lane < GROUP; lane++)
            logit_at(net, node, node->x, group, k)[lane] = bias[k];
    for (int c = 0; c < from->channels; c++) {
        real mean[GROUP];
        set_mean(net, from, group, c, mean);
        for (int k = 0; k < node->channels; k++)
            kernel->axpy(logit_at(net, node, node->x, group, k),
                         w[(ptrdiff_t)k * from->channels + c], mean, GROUP);
    }
}

/* Softmax of one image in d; returns -log of the probability of `label`. */
static double softmax(const ganas_convnet *net, const struct node *node, int group, int lane,
                      int label, bool *right)
{
    const real *x = logit_at(net, node, node->x, group, 0) + lane;
    real *d = logit_at(net, node, node->d, group, 0) + lane, top = x[0], sum = 0;
    int best = 0;
    for (int k = 1; k < node->channels; k++)
        if (x[k * node->plane] > top) {
            top = x[k * node->plane];
            best = k;
        }
    for (int k = 0; k < node->channels; k++) {
        d[k * node->plane] = kernel->exp_one(x[k * node->plane] - top);
        sum += d[k * node->plane];
    }
    for (int k = 0; k < node->channels; k++)
        d[k * node->plane] /= sum;
    *right = best == label;
    return (double)kernel->log_one(sum) - (double)(x[label * node->plane] - top);
}

void head_loss(ganas_convnet *net, const struct node *node, int group)
{
    real share = (real)1 / (real)(net->groups * GROUP);
    net->loss[group] = 0;
    net->right[group] = 0;
    for (int lane = 0; lane < GROUP; lane++) {
        bool right;
        int label = net->label[group * GROUP + lane];
        net->loss[group] += softmax(net, node, group, lane, label, &right);
        net->right[group] += right;
        logit_at(net, node, node->d, group, label)[lane] -= 1;
    }
    for (int k = 0; k < node->channels; k++) {
        real *d = logit_at(net, node, node->d, group, k);
        kernel->scale(d, share, d, GROUP);
    }
}

/* The gradient of the input's plane: the same at all positions. */
static void spread(const ganas_convnet *net, const struct node *node, int group, int c,
                   const real *d_mean)
{
    const struct node *to = &net->node[node->layer.input[0]];
    real share = (real)1 / (real)(to->height * to->width);
    for (int y = 0; y < to->height; y++)
        for (int x = 0; x < to->width; x++) {
            real *d = node_at(net, to, to->d, group) + c * to->plane + y * to->row + x * GROUP;
            if (node->add[0])
                kernel->axpy(d, share, d_mean, GROUP);
            else
                kernel->scale(d, share, d_mean, GROUP);
        }
}

static void set_gradients_of(ganas_convnet *net, const struct node *node, int group, int c)
{
    const struct node *from = node_input(net, node, 0);
    const real *w = net->theta + node->weight;
    real *grad = net->grad + (size_t)group * (size_t)net->parameters + node->weight;
    real mean[GROUP], d_mean[GROUP] = {0};
    set_mean(net, from, group, c, mean);
    for (int k = 0; k < node->channels; k++) {
        const real *d = logit_at(net, node, node->d, group, k);
        ptrdiff_t at = (ptrdiff_t)k * from->channels + c;
        grad[at] = kernel->dot(d, mean, GROUP);
        kernel->axpy(d_mean, w[at], d, GROUP);
    }
    if (from->d.base)
        spread(net, node, group, c, d_mean);
}

void head_backward(ganas_convnet *net, const struct node *node, int group)
{
    const struct node *from = node_input(net, node, 0);
    real *bias = net->grad + (size_t)group * (size_t)net->parameters + node->weight + node->weights;
    for (int c = 0; c < from->channels; c++)
        set_gradients_of(net, node, group, c);
    for (int k = 0; k < node->channels; k++) {
        const real *d = logit_at(net, node, node->d, group, k);
        bias[k] = 0;
        for (int lane = 0; lane < GROUP; lane++)
            bias[k] += d[lane];
    }
}
