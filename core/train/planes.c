/* planes.c - where the planes of a network's nodes lie. */
#include "planes.h"

/* ---- what a sum or a concatenation shares with its inputs ---- */

static int count_reads(const ganas_convnet *net, int input)
{
    int reads = 0;
    for (int i = 1; i < net->nodes; i++)
        for (int k = 0; net->node[i].live && k < net->node[i].layer.inputs; k++)
            reads += net->node[i].layer.input[k] == input;
    return reads;
}

/* Concatenated planes lie where they are read: in the last of several places, from where the others
   are copied. */
static void place_outputs(ganas_convnet *net, int i)
{
    const struct node *node = &net->node[i];
    int channel = 0;
    for (int k = 0; k < node->layer.inputs; k++) {
        int number = node->layer.input[k];
        struct node *input = &net->node[number];
        if (number > 0)
            input->y_in = (struct place){i, channel};
        channel += input->channels;
    }
}

/* Of a sum's inputs one takes the gradient itself, the others a copy; of a concatenation's each. */
static void place_gradients(ganas_convnet *net, int i)
{
    const struct node *node = &net->node[i];
    int channel = 0;
    for (int k = 0; k < node->layer.inputs; k++) {
        int number = node->layer.input[k];
        struct node *input = &net->node[number];
        if (node_has_gradient(net, input) && count_reads(net, number) == 1) {
            input->d_in = (struct place){i, channel};
            if (node->layer.op == GANAS_LAYER_SUM)
                return;
        }
        if (node->layer.op == GANAS_LAYER_CONCAT)
            channel += input->channels;
    }
}

/* ---- gradients, one after the other in one place ---- */

static int owner_of(const ganas_convnet *net, int i)
{
    while (net->node[i].d_in.node != i)
        i = net->node[i].d_in.node;
    return i;
}

/* The nodes whose gradients an action reads or writes; returns how many. */
static int list_gradients(const ganas_convnet *net, struct action action, int *list)
{
    const struct node *node = &net->node[action.node];
    int n = 0;
    bool loss = action.kind == ACTION_FORWARD && node->layer.op == GANAS_LAYER_CLASSIFY;
    if (loss || action.kind == ACTION_BACK_SUMS || action.kind == ACTION_BACK)
        list[n++] = action.node;
    for (int k = 0; action.kind == ACTION_BACK && k < node->layer.inputs; k++)
        if (node_has_gradient(net, &net->node[node->layer.input[k]]))
            list[n++] = node->layer.input[k];
    return n;
}

/* Planes that gradients of one shape use in turn; free after an action. */
struct room {
    int node, last;
};

static bool fits(const ganas_convnet *net, struct room room, int i)
{
    const struct node *a = &net->node[room.node], *b = &net->node[i];
    return a->channels == b->channels && a->height == b->height && a->width == b->width;
}

struct rooms {
    struct room room[GANAS_MAX_LAYERS + 1];
    int count;
};

/* A gradient is kept from one action to another. */
static void settle(ganas_convnet *net, struct rooms *rooms, int i, int first, int last)
{
    struct room *room = rooms->room;
    int k = 0;
    while (k < rooms->count && (room[k].last >= first || !fits(net, room[k], i)))
        k++;
    if (k == rooms->count)
        room[rooms->count++].node = i;
    room[k].last = last;
    net->node[i].d_in = (struct place){room[k].node, 0};
}

static void reuse_gradients(ganas_convnet *net)
{
    int owner[GANAS_MAX_LAYERS + 1], last[GANAS_MAX_LAYERS + 1], list[GANAS_LAYER_INPUTS + 1];
    bool settled[GANAS_MAX_LAYERS + 1] = {false};
    struct rooms rooms = {.count = 0};
    for (int i = 0; i < net->nodes; i++)
        owner[i] = owner_of(net, i);
    for (int a = 0; a < net->actions; a++)
        for (int n = list_gradients(net, net->action[a], list); n > 0; n--)
            last[owner[list[n - 1]]] = a;
    for (int a = 0; a < net->actions; a++)
        for (int n = list_gradients(net, net->action[a], list); n > 0; n--) {
            int i = owner[list[n - 1]];
            if (!settled[i])
                settle(net, &rooms, i, a, last[i]);
            settled[i] = true;
        }
}

void planes_place(ganas_convnet *net)
{
    for (int i = 0; i < net->nodes; i++)
        net->node[i].y_in = net->node[i].d_in = (struct place){i, 0};
    for (int i = 1; i < net->nodes; i++) {
        int op = net->node[i].layer.op;
        if (net->node[i].live && op == GANAS_LAYER_CONCAT)
            place_outputs(net, i);
        if (net->node[i].live && (op == GANAS_LAYER_CONCAT || op == GANAS_LAYER_SUM))
            place_gradients(net, i);
    }
    reuse_gradients(net);
}

/* ---- memory ---- */

static struct planes cut_planes(const ganas_convnet *net, struct arena *a, const struct node *node)
{
    return (struct planes){arena_cut(a, (size_t)net->groups * (size_t)node->size, sizeof(real)),
                           node->size};
}

static void set_sizes(ganas_convnet *net, struct node *node)
{
    node->row = (node->width + net->margin) * (ptrdiff_t)GROUP;
    node->plane = (node->height + 2 * net->margin) * node->row + net->margin * (ptrdiff_t)GROUP;
    node->size = node->channels * node->plane;
}

/* What a node has for itself. */
static void cut_own(ganas_convnet *net, struct arena *a, int i)
{
    struct node *node = &net->node[i];
    if (node->y_in.node == i)
        node->y = cut_planes(net, a, node);
    if (node->layer.norm)
        node->x = cut_planes(net, a, node);
    if (node->d_in.node == i && node_has_gradient(net, node))
        node->d = cut_planes(net, a, node);
}

/* Planes from a channel on. */
static struct planes part_of(struct planes planes, const struct node *node, int channel)
{
    if (planes.base)
        planes.base += channel * node->plane;
    return planes;
}

static struct planes outputs_of(const ganas_convnet *net, int i)
{
    const struct node *node = &net->node[i];
    if (node->y_in.node == i)
        return node->y;
    return part_of(outputs_of(net, node->y_in.node), node, node->y_in.channel);
}

static struct planes gradients_of(const ganas_convnet *net, int i)
{
    const struct node *node = &net->node[i];
    if (node->d_in.node == i)
        return node->d;
    return part_of(gradients_of(net, node->d_in.node), node, node->d_in.channel);
}

void planes_lay_out(ganas_convnet *net, struct arena *arena)
{
    for (int i = 0; i < net->nodes; i++) {
        set_sizes(net, &net->node[i]);
        if (net->node[i].live)
            cut_own(net, arena, i);
    }
    for (int i = 0; i < net->nodes; i++) {
        struct node *node = &net->node[i];
        node->y = outputs_of(net, i);
        node->d = gradients_of(net, i);
        if (!node->layer.norm)
            node->x = node->y;
    }
}
