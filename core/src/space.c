/* space.c - the grammar of graphs: checking a specification, and a graph against it. */
#include "space.h"

#include <string.h>

#include "arena.h"
#include "status.h"

enum { UNREACHABLE = INT32_MAX / 2 };

bool space_ends(const ganas_space *space, int i)
{
    if (space->end_op < 0)
        return i == space->nodes - 1;
    return space->node[i].op_set & bit_of(space->end_op);
}

bits space_inner_ops(const ganas_space *space, int i)
{
    bits ops = space->node[i].op_set;
    return space->end_op < 0 ? ops : ops & ~bit_of(space->end_op);
}

bits space_open_ops(const ganas_space *space, const uint8_t *op, int i)
{
    const struct space_node *n = &space->node[i];
    return n->op_after < 0 ? n->op_set : n->op_set & space->op_given[i][op[n->op_after]];
}

bool space_goes_on(const ganas_space *space, int i)
{
    return i + 1 < space->nodes && space_inner_ops(space, i);
}

int space_need(const ganas_space *space, int i)
{
    const struct space_node *n = &space->node[i];
    if (n->read_kind == GANAS_READ_CHOOSE)
        return n->picks;
    return n->read_kind == GANAS_READ_FREE;
}

/* ---- specification: the whole ---- */

static int32_t check_sizes(const ganas_space_spec *spec)
{
    if (spec->nodes < 2 || spec->nodes > GANAS_MAX_NODES)
        return status_fail(GANAS_E_SPACE, "a space of %d nodes; it must have 2..%d", spec->nodes,
                           GANAS_MAX_NODES);
    if (spec->ops < 1 || spec->ops > GANAS_MAX_OPS)
        return status_fail(GANAS_E_SPACE, "a space of %d operations; it must have 1..%d", spec->ops,
                           GANAS_MAX_OPS);
    if (spec->end_op < -1 || spec->end_op >= spec->ops)
        return status_fail(GANAS_E_SPACE, "end_op is %d; it must be -1 or an operation, 0..%d",
                           spec->end_op, spec->ops - 1);
    if (spec->max_edges < 0)
        return status_fail(GANAS_E_SPACE, "max_edges is %d; it must be 0 (no limit) or more",
                           spec->max_edges);
    if (spec->reserved != 0)
        return status_fail(GANAS_E_SPACE, "reserved is %d; it must be 0", spec->reserved);
    if (spec->dead_ops & ~bits_below(spec->ops))
        return status_fail(GANAS_E_SPACE, "dead_ops has operation %d, but the last one is %d",
                           bits_last(spec->dead_ops), spec->ops - 1);
    return GANAS_OK;
}

static int32_t check_open_end(const ganas_space_spec *spec)
{
    if (spec->min_nodes < 2 || spec->min_nodes > spec->nodes)
        return status_fail(GANAS_E_SPACE, "min_nodes is %d; it must be 2..%d", spec->min_nodes,
                           spec->nodes);
    if (spec->output_set)
        return status_fail(GANAS_E_SPACE,
                           "a space with an end_op has no output_set: the node that takes the "
                           "end_op is the output");
    if (spec->dead_ops & bit_of(spec->end_op))
        return status_fail(GANAS_E_SPACE, "operation %d ends a graph, so it can't be dead",
                           spec->end_op);
    return GANAS_OK;
}

static int32_t check_fixed_end(const ganas_space_spec *spec)
{
    if (spec->min_nodes != 0 && spec->min_nodes != spec->nodes)
        return status_fail(GANAS_E_SPACE,
                           "min_nodes is %d, but without an end_op every graph has %d nodes",
                           spec->min_nodes, spec->nodes);
    if (!spec->output_set)
        return status_fail(GANAS_E_SPACE, "output_set is empty; name at least one output node");
    if (spec->output_set & ~bits_below(spec->nodes))
        return status_fail(GANAS_E_SPACE, "output_set has node %d, but the last one is %d",
                           bits_last(spec->output_set), spec->nodes - 1);
    return GANAS_OK;
}

/* ---- specification: node by node ---- */

static int32_t check_ops(const ganas_space_spec *spec, int i)
{
    bits ops = spec->op_set[i];
    if (!ops)
        return status_fail(GANAS_E_SPACE, "node %d: op_set is empty", i);
    if (ops & ~bits_below(spec->ops))
        return status_fail(GANAS_E_SPACE,
                           "node %d: op_set has operation %d, but the last one is %d", i,
                           bits_last(ops), spec->ops - 1);
    if (spec->end_op >= 0 && i == spec->nodes - 1 && !(ops & bit_of(spec->end_op)))
        return status_fail(GANAS_E_SPACE,
                           "node %d: the last node must be able to take operation %d, which ends "
                           "a graph",
                           i, spec->end_op);
    return GANAS_OK;
}

static int32_t check_input(const ganas_space_spec *spec, int i)
{
    if (spec->end_op >= 0 && spec->op_set[i] & bit_of(spec->end_op))
        return status_fail(GANAS_E_SPACE, "node %d: an input can't end a graph (operation %d)", i,
                           spec->end_op);
    if (spec->end_op < 0 && spec->output_set & bit_of(i))
        return status_fail(GANAS_E_SPACE, "node %d: an input can't be an output", i);
    return GANAS_OK;
}

static int32_t check_choose(const ganas_space_spec *spec, int i)
{
    int picks = spec->read_count[i], from = bits_count(spec->read_set[i]);
    if (picks < 1 || picks > SPACE_MAX_PICKS)
        return status_fail(GANAS_E_SPACE, "node %d: read_count is %d; it must be 1..%d", i, picks,
                           SPACE_MAX_PICKS);
    if (picks > from)
        return status_fail(GANAS_E_SPACE, "node %d: can't read %d of %d candidates", i, picks,
                           from);
    int after = spec->read_after[i];
    if (after < -1 || after >= i || (after >= 0 && spec->read_kind[after] != GANAS_READ_CHOOSE))
        return status_fail(GANAS_E_SPACE,
                           "node %d: read_after is %d; it must be -1 or an earlier node that "
                           "chooses its sources",
                           i, after);
    if (after >= 0 && spec->end_op >= 0 && i >= spec->min_nodes)
        return status_fail(GANAS_E_SPACE,
                           "node %d: read_after is only for nodes that every graph has, 0..%d", i,
                           spec->min_nodes - 1);
    return GANAS_OK;
}

static int32_t check_reads(const ganas_space_spec *spec, int i)
{
    if (spec->read_kind[i] > GANAS_READ_FREE)
        return status_fail(GANAS_E_SPACE, "node %d: read_kind is %d; it must be 0..2", i,
                           spec->read_kind[i]);
    if (spec->read_set[i] & ~bits_below(i))
        return status_fail(GANAS_E_SPACE,
                           "node %d: read_set has node %d; a node reads earlier nodes only", i,
                           bits_last(spec->read_set[i]));
    if (spec->read_kind[i] == GANAS_READ_CHOOSE)
        return check_choose(spec, i);
    if (spec->read_count[i] != 0)
        return status_fail(GANAS_E_SPACE,
                           "node %d: read_count is %d; only a node that chooses a number of "
                           "sources has one",
                           i, spec->read_count[i]);
    if (spec->read_after[i] != -1)
        return status_fail(GANAS_E_SPACE,
                           "node %d: read_after is %d; only a node that chooses a number of "
                           "sources has one",
                           i, spec->read_after[i]);
    if (spec->read_kind[i] == GANAS_READ_FREE && !spec->read_set[i])
        return status_fail(GANAS_E_SPACE, "node %d: read_set is empty; it needs a candidate", i);
    return GANAS_OK;
}

static bool is_input(const ganas_space_spec *spec, int i)
{
    return spec->read_kind[i] == GANAS_READ_FIXED && !spec->read_set[i];
}

/* Every operation of the node before leaves one to this. */
static int32_t check_after(const ganas_space_spec *spec, int i)
{
    int after = spec->op_after ? spec->op_after[i] : -1;
    if (after == -1)
        return GANAS_OK;
    if (after < -1 || after >= i)
        return status_fail(GANAS_E_SPACE, "node %d: op_after is %d; it must be -1 or earlier", i,
                           after);
    if (!spec->op_given || spec->end_op >= 0)
        return status_fail(GANAS_E_ARGUMENT,
                           "node %d: op_after needs op_given, and a space without end_op", i);
    for (bits ops = spec->op_set[after]; ops; ops &= ops - 1) {
        int op = bits_first(ops);
        if (!(spec->op_given[i * spec->ops + op] & spec->op_set[i]))
            return status_fail(GANAS_E_SPACE,
                               "node %d: no operation is left after operation %d of node %d", i, op,
                               after);
    }
    return GANAS_OK;
}

static int32_t check_node(const ganas_space_spec *spec, int i)
{
    int32_t status = check_ops(spec, i);
    if (!status)
        status = check_after(spec, i);
    if (!status)
        status = check_reads(spec, i);
    if (!status && is_input(spec, i))
        status = check_input(spec, i);
    return status;
}

static int32_t check_spec(const ganas_space_spec *spec)
{
    if (!spec->op_set || !spec->read_kind || !spec->read_count || !spec->read_set ||
        !spec->read_after)
        return status_fail(GANAS_E_ARGUMENT, "a space needs all five arrays of its nodes");
    int32_t status = check_sizes(spec);
    if (!status)
        status = spec->end_op >= 0 ? check_open_end(spec) : check_fixed_end(spec);
    if (!status && !is_input(spec, 0))
        status = status_fail(GANAS_E_SPACE, "node 0: it must be an input: fixed, reading nothing");
    for (int i = 0; i < spec->nodes && !status; i++)
        status = check_node(spec, i);
    return status;
}

/* ---- from the specification to the space ---- */

static void copy_node(ganas_space *s, const ganas_space_spec *spec, int i)
{
    struct space_node *n = &s->node[i];
    n->op_set = spec->op_set[i];
    n->read_set = spec->read_set[i];
    n->pick_set = spec->read_set[i];
    n->read_kind = spec->read_kind[i];
    n->picks = spec->read_count[i];
    n->after = spec->read_after[i];
    n->op_after = spec->op_after ? spec->op_after[i] : -1;
    if (n->op_after >= 0) {
        s->narrowed = true;
        memcpy(s->op_given[i], spec->op_given + i * spec->ops, (size_t)spec->ops * sizeof(bits));
    }
    if (is_input(spec, i))
        s->input_set |= bit_of(i);
    if (s->end_op >= 0 && i + 1 < s->min_nodes)
        n->op_set &= ~bit_of(s->end_op);
    if (s->end_op >= 0 && i + 1 == s->nodes)
        n->op_set = bit_of(s->end_op);
    n->chooses_op = bits_count(n->op_set) > 1;
}

static void copy_spec(ganas_space *s, const ganas_space_spec *spec)
{
    s->nodes = spec->nodes;
    s->ops = spec->ops;
    s->end_op = spec->end_op;
    s->min_nodes = spec->end_op < 0 ? spec->nodes : spec->min_nodes;
    s->max_edges = spec->max_edges ? spec->max_edges : INT32_MAX;
    s->dead_ops = spec->dead_ops;
    s->output_set = spec->end_op < 0 ? spec->output_set : 0;
    for (int i = 0; i < s->nodes; i++)
        copy_node(s, spec, i);
}

/* The n-th greatest member of a set that has n. */
static int nth_last(bits set, int n)
{
    while (--n)
        set &= ~bit_of(bits_last(set));
    return bits_last(set);
}

/* Closes candidates that are too late for the nodes chained to this one. From the last node down,
   so that pick_set of the later ones is final. */
static int32_t close_late_picks(ganas_space *s)
{
    for (int i = s->nodes - 1; i > 0; i--) {
        struct space_node *n = &s->node[i];
        if (n->read_kind != GANAS_READ_CHOOSE)
            continue;
        if (bits_count(n->pick_set) < n->picks)
            return status_fail(GANAS_E_SPACE,
                               "node %d: too few candidates are left for it and the nodes whose "
                               "sources come after its own",
                               i);
        if (n->after >= 0)
            s->node[n->after].pick_set &= bits_below(nth_last(n->pick_set, n->picks));
    }
    return GANAS_OK;
}

/* Fewest edges from each node to the end. */
static int32_t count_finish(ganas_space *s)
{
    for (int i = s->nodes - 1; i >= 0; i--) {
        int rest = space_goes_on(s, i) ? s->node[i + 1].finish : UNREACHABLE;
        if (space_ends(s, i))
            rest = 0;
        s->node[i].finish = int_min(rest + space_need(s, i), UNREACHABLE);
    }
    if (s->node[0].finish > s->max_edges && s->node[0].finish < UNREACHABLE)
        return status_fail(GANAS_E_SPACE, "max_edges is %d, but the smallest graph has %d edges",
                           s->max_edges, s->node[0].finish);
    return GANAS_OK;
}

/* With an end_op: every node can be reached, and every graph can end. */
static int32_t check_way(const ganas_space *s)
{
    for (int i = 0; i < s->nodes; i++) {
        if (!s->node[i].op_set)
            return status_fail(GANAS_E_SPACE,
                               "node %d: it can only end a graph, which has at least %d nodes", i,
                               s->min_nodes);
        if (i + 1 < s->nodes && !space_goes_on(s, i))
            return status_fail(GANAS_E_SPACE,
                               "node %d: it always ends the graph, so that node %d never is", i,
                               i + 1);
    }
    return GANAS_OK;
}

/* Outputs that every graph cuts off: all that they read, however chosen, is dead. */
static int32_t check_outputs(const ganas_space *s)
{
    bits alive = s->input_set;
    for (int i = 1; i < s->nodes; i++) {
        bool output = s->output_set & bit_of(i) || (s->end_op >= 0 && space_ends(s, i));
        bool living = s->node[i].op_set & ~s->dead_ops;
        bool reached = s->node[i].read_set & alive;
        if (output && !reached)
            return status_fail(GANAS_E_SPACE, "node %d: no path leads from an input to this output",
                               i);
        if (reached && (living || output))
            alive |= bit_of(i);
    }
    return GANAS_OK;
}

/* Last, when pick sets and budget are known. A FREE node with one candidate, or with budget for
   none beyond it, still counts as choosing when it has two candidates or more. */
static void mark_choices(ganas_space *s)
{
    for (int i = 0; i < s->nodes; i++) {
        struct space_node *n = &s->node[i];
        if (n->read_kind == GANAS_READ_CHOOSE)
            n->chooses_read = bits_count(n->pick_set) > n->picks;
        if (n->read_kind == GANAS_READ_FREE)
            n->chooses_read = bits_count(n->read_set) > 1;
    }
}

/* Whether nodes can change places: graphs from the smallest on, and each node but the inputs may
   read all before it, take the same operations and be the last. */
static bool is_alike(const ganas_space *s)
{
    int inputs = bits_count(s->input_set);
    if (s->end_op < 0 || s->nodes > ALIKE_NODES || s->min_nodes != inputs + 1 ||
        s->input_set != bits_below(inputs))
        return false;
    for (int i = inputs; i < s->nodes; i++) {
        const struct space_node *n = &s->node[i];
        bits ops = i + 1 < s->nodes ? s->node[inputs].op_set : bit_of(s->end_op);
        if (n->read_kind != GANAS_READ_FREE || n->read_set != bits_below(i) || n->op_set != ops)
            return false;
    }
    return true;
}

int32_t ganas_space_new(ganas_space **out, const ganas_space_spec *spec)
{
    if (!out || !spec)
        return status_fail(GANAS_E_ARGUMENT, "a space needs a specification");
    int32_t status = check_spec(spec);
    if (status)
        return status;
    ganas_space *s = memory_new(1, sizeof *s);
    if (!s)
        return GANAS_E_MEMORY;
    copy_spec(s, spec);
    status = check_way(s);
    if (!status)
        status = close_late_picks(s);
    if (!status)
        status = count_finish(s);
    if (!status)
        status = check_outputs(s);
    if (status) {
        ganas_space_free(s);
        return status;
    }
    mark_choices(s);
    s->alike = is_alike(s);
    status = space_count(s);
    if (status) {
        ganas_space_free(s);
        return status;
    }
    *out = s;
    return GANAS_OK;
}

void ganas_space_free(ganas_space *space)
{
    if (!space)
        return;
    for (int m = 0; m < space->measures; m++)
        sum_free(&space->measure[m].sum);
    memory_free(space->ways.rest);
    memory_free(space);
}

/* ---- a graph against the grammar ---- */

static int32_t check_size(const ganas_space *s, const struct graph *g)
{
    if (g->size < s->min_nodes || g->size > s->nodes)
        return s->min_nodes == s->nodes
                   ? status_fail(GANAS_E_SPACE, "the graph has %d nodes; it must have %d", g->size,
                                 s->nodes)
                   : status_fail(GANAS_E_SPACE, "the graph has %d nodes; it must have %d..%d",
                                 g->size, s->min_nodes, s->nodes);
    return GANAS_OK;
}

static int32_t check_op(const ganas_space *s, const struct graph *g, int i)
{
    int op = g->op[i];
    bool last = i == g->size - 1;
    if (op >= s->ops)
        return status_fail(GANAS_E_SPACE, "node %d: operation %d, but the last one is %d", i, op,
                           s->ops - 1);
    if (s->end_op >= 0 && last && op != s->end_op)
        return status_fail(GANAS_E_SPACE, "node %d: the last node must be operation %d, not %d", i,
                           s->end_op, op);
    if (s->end_op >= 0 && !last && op == s->end_op)
        return status_fail(GANAS_E_SPACE,
                           "node %d: operation %d ends the graph, but %d nodes follow", i, op,
                           g->size - 1 - i);
    if (!(s->node[i].op_set & bit_of(op)))
        return status_fail(GANAS_E_SPACE, "node %d: it can't be operation %d", i, op);
    if (!(space_open_ops(s, g->op, i) & bit_of(op)))
        return status_fail(GANAS_E_SPACE,
                           "node %d: it can't be operation %d after operation %d of node %d", i, op,
                           g->op[s->node[i].op_after], s->node[i].op_after);
    return GANAS_OK;
}

static int32_t check_picks(const struct space_node *n, const struct graph *g, int i)
{
    bits reads = g->reads[i];
    if (bits_count(reads) != n->picks)
        return status_fail(GANAS_E_SPACE, "node %d: it reads %d nodes; it must read %d", i,
                           bits_count(reads), n->picks);
    if (n->after >= 0 && bits_first(reads) <= bits_last(g->reads[n->after]))
        return status_fail(GANAS_E_SPACE,
                           "node %d: it reads node %d, but its sources must come after node %d, "
                           "the last that node %d reads",
                           i, bits_first(reads), bits_last(g->reads[n->after]), n->after);
    return GANAS_OK;
}

static int32_t check_sources(const ganas_space *s, struct graph *g, int i)
{
    const struct space_node *n = &s->node[i];
    bits strange = g->reads[i] & ~n->read_set;
    if (strange)
        return status_fail(GANAS_E_SPACE, "node %d: it can't read node %d", i, bits_first(strange));
    if (n->read_kind == GANAS_READ_CHOOSE)
        return check_picks(n, g, i);
    if (n->read_kind == GANAS_READ_FREE && !g->reads[i])
        return status_fail(GANAS_E_SPACE, "node %d: it reads nothing; it must read at least one",
                           i);
    if (n->read_kind == GANAS_READ_FIXED && g->reads[i] && g->reads[i] != n->read_set)
        return status_fail(GANAS_E_SPACE, "node %d: it must read node %d too", i,
                           bits_first(n->read_set & ~g->reads[i]));
    if (n->read_kind == GANAS_READ_FIXED)
        g->reads[i] = n->read_set;
    return GANAS_OK;
}

int32_t space_check(const ganas_space *space, struct graph *g)
{
    int32_t status = check_size(space, g), edges = 0;
    for (int i = 0; !status && i < g->size; i++) {
        status = check_op(space, g, i);
        if (!status)
            status = check_sources(space, g, i);
        if (space->node[i].read_kind != GANAS_READ_FIXED)
            edges += bits_count(g->reads[i]);
    }
    if (!status && edges > space->max_edges)
        return status_fail(GANAS_E_SPACE, "the graph has %d edges; it must have at most %d", edges,
                           space->max_edges);
    return status;
}
