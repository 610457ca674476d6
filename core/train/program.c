/* program.c - the program of a step is made. */
#include "program.h"

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

/* Zeros are there from the beginning, and nothing goes back through them. */
static bool acts(const struct node *node)
{
    return node->live && node->layer.op != GANAS_LAYER_ZERO;
}

static void plan_forward(ganas_convnet *net, int *waiting)
{
    int count = 0;
    for (int i = 0; i < net->nodes; i++) {
        const struct node *node = &net->node[i];
        if (!acts(node))
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
        if (!acts(node))
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

void program_make(ganas_convnet *net)
{
    int waiting[GANAS_MAX_LAYERS + 1];
    net->phases = 1;
    plan_forward(net, waiting);
    plan_backward(net, waiting);
    plan_sums(net);
}
