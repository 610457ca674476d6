/* step.c - the program of a step, and predictions. */
#include "step.h"

#include "batchnorm.h"
#include "head.h"
#include "threads.h"
#include "window.h"

/* ---- images ---- */

/* Pixels as 0..1, so that the margin's zeros are black; mirrored where the number is ~i. */
static void load_group(ganas_convnet *net, int group)
{
    const struct node *node = &net->node[0];
    const int32_t *image = net->image + group * GROUP;
    size_t bytes = images_bytes(net->images), at = 0;
    const uint8_t *from[GROUP];
    for (int lane = 0; lane < GROUP; lane++) {
        int32_t i = image[lane] < 0 ? ~image[lane] : image[lane];
        from[lane] = net->images->pixel + (size_t)i * bytes;
    }
    for (int c = 0; c < node->channels; c++)
        for (int y = 0; y < node->height; y++, at += (size_t)node->width) {
            real *to = node_at(net, node, node->y, group) + c * node->plane + y * node->row;
            for (int x = 0; x < node->width; x++)
                for (int lane = 0; lane < GROUP; lane++) {
                    int place = image[lane] < 0 ? node->width - 1 - x : x;
                    *to++ = (real)from[lane][at + (size_t)place] * ((real)1 / 255);
                }
        }
}

/* ---- training ---- */

static void go_forward(ganas_convnet *net, const struct node *node, int group)
{
    if (node == net->node) {
        load_group(net, group);
    } else if (node->layer.op == GANAS_LAYER_CLASSIFY) {
        head_forward(net, node, group);
        head_loss(net, node, group);
    } else {
        window_forward(net, node, group);
        if (node->layer.norm)
            batchnorm_sums(net, node, group);
    }
}

static void go_back(ganas_convnet *net, const struct node *node, int group)
{
    if (node->layer.op == GANAS_LAYER_CLASSIFY) {
        head_backward(net, node, group);
        return;
    }
    if (node->layer.norm)
        batchnorm_backward(net, node, group);
    window_backward(net, node, group);
}

static void act(ganas_convnet *net, struct action action, int group)
{
    const struct node *node = &net->node[action.node];
    switch (action.kind) {
    case ACTION_FORWARD:
        go_forward(net, node, group);
        break;
    case ACTION_NORM:
        batchnorm_forward(net, node, group);
        break;
    case ACTION_BACK_SUMS:
        batchnorm_back_sums(net, node, group);
        break;
    case ACTION_BACK:
        go_back(net, node, group);
        break;
    }
}

/* The actions first..end-1 are one phase. */
struct phase {
    ganas_convnet *net;
    int first, end;
};

static void run_phase(void *context, int32_t group)
{
    const struct phase *phase = context;
    for (int i = phase->first; i < phase->end; i++)
        act(phase->net, phase->net->action[i], group);
}

void step_run(ganas_convnet *net)
{
    struct phase phase = {net, 0, 0};
    for (; phase.first < net->actions; phase.first = phase.end) {
        phase.end = phase.first;
        int number = net->action[phase.first].phase;
        while (phase.end < net->actions && net->action[phase.end].phase == number)
            phase.end++;
        threads_run(net->threads, net->groups, run_phase, &phase);
    }
}

/* ---- predictions ---- */

static void predict_group(void *context, int32_t group)
{
    ganas_convnet *net = context;
    for (int i = 0; i < net->nodes; i++) {
        const struct node *node = &net->node[i];
        if (!node->live)
            continue;
        if (i == 0)
            load_group(net, group);
        else if (node->layer.op == GANAS_LAYER_CLASSIFY)
            head_forward(net, node, group);
        else
            window_forward(net, node, group);
        if (node->layer.norm)
            batchnorm_predict(net, node, group);
    }
}

void step_predict(ganas_convnet *net, int groups)
{
    threads_run(net->threads, groups, predict_group, net);
}
