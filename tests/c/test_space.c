/* Spaces: every refusal of a grammar and of a graph, measures against a walk over all paths, keys
 * against all renumberings, and every allocation refused. */
#include <math.h>
#include <stdlib.h>

#include "test.h"

#include "batch.h"
#include "fails.h"
#include "model.h"

/* ---- grammars that are refused ---- */

/* 0 input; 1 and 2 choose one of three operations and one source; 3 sums them up: the output. */
static void write_closed(struct grammar *g)
{
    grammar_start(g, 4, 5);
    grammar_node(g, 0, 1, GANAS_READ_FIXED, 0, 0);
    grammar_node(g, 1, 2 | 4 | 8, GANAS_READ_CHOOSE, 1, 1);
    grammar_node(g, 2, 2 | 4 | 8, GANAS_READ_CHOOSE, 1, 1 | 2);
    grammar_node(g, 3, 16, GANAS_READ_FIXED, 0, 2 | 4);
    g->spec.output_set = 8;
}

/* 0 input; 1..4 free, 2..4 may end the graph by operation 4. */
static void write_open(struct grammar *g)
{
    grammar_start(g, 5, 5);
    grammar_node(g, 0, 1, GANAS_READ_FIXED, 0, 0);
    for (int i = 1; i < 5; i++)
        grammar_node(g, i, 2 | 4 | 16, GANAS_READ_FREE, 0, bits_below(i));
    g->spec.end_op = 4;
    g->spec.min_nodes = 3;
    g->spec.max_edges = 6;
}

static void refuse(const struct grammar *g, int32_t code, const char *sentence)
{
    ganas_space *space = (ganas_space *)(uintptr_t)64, *before = space;
    assert_fails(ganas_space_new(&space, &g->spec), code, sentence);
    assert_ptr_equal(space, before);
}

#define refused(write, change, sentence)                                                           \
    do {                                                                                           \
        struct grammar g;                                                                          \
        write(&g);                                                                                 \
        change;                                                                                    \
        refuse(&g, GANAS_E_SPACE, sentence);                                                       \
    } while (0)

static void sizes_are_checked(void **state)
{
    (void)state;
    refused(write_closed, g.spec.nodes = 1, "a space of 1 nodes; it must have 2..64");
    refused(write_closed, g.spec.nodes = 65, "a space of 65 nodes; it must have 2..64");
    refused(write_closed, g.spec.ops = 0, "a space of 0 operations; it must have 1..64");
    refused(write_closed, g.spec.ops = 65, "a space of 65 operations; it must have 1..64");
    refused(write_closed, g.spec.end_op = -2, "end_op is -2; it must be -1 or an operation, 0..4");
    refused(write_closed, g.spec.end_op = 5, "end_op is 5; it must be -1 or an operation, 0..4");
    refused(write_closed, g.spec.max_edges = -1,
            "max_edges is -1; it must be 0 (no limit) or more");
    refused(write_closed, g.spec.reserved = 7, "reserved is 7; it must be 0");
    refused(write_closed, g.spec.dead_ops = 33, "dead_ops has operation 5, but the last one is 4");
}

static void ends_are_checked(void **state)
{
    (void)state;
    refused(write_open, g.spec.min_nodes = 1, "min_nodes is 1; it must be 2..5");
    refused(write_open, g.spec.min_nodes = 6, "min_nodes is 6; it must be 2..5");
    refused(write_open, g.spec.output_set = 16,
            "a space with an end_op has no output_set: the node that takes the end_op is the "
            "output");
    refused(write_open, g.spec.dead_ops = 16, "operation 4 ends a graph, so it can't be dead");
    refused(write_closed, g.spec.min_nodes = 3,
            "min_nodes is 3, but without an end_op every graph has 4 nodes");
    refused(write_closed, g.spec.output_set = 0,
            "output_set is empty; name at least one output node");
    refused(write_closed, g.spec.output_set = 24, "output_set has node 4, but the last one is 3");
    refused(write_closed, g.spec.output_set = 9, "node 0: an input can't be an output");
    refused(write_open, g.op_set[0] = 17, "node 0: an input can't end a graph (operation 4)");
}

static void nodes_are_checked(void **state)
{
    (void)state;
    refused(write_closed, g.op_set[2] = 0, "node 2: op_set is empty");
    refused(write_closed, g.op_set[2] = 34,
            "node 2: op_set has operation 5, but the last one is 4");
    refused(write_open, g.op_set[4] = 2,
            "node 4: the last node must be able to take operation 4, which ends a graph");
    refused(write_closed, g.kind[2] = 3, "node 2: read_kind is 3; it must be 0..2");
    refused(write_closed, g.read_set[2] = 5,
            "node 2: read_set has node 2; a node reads earlier nodes only");
    refused(write_closed, g.count[3] = 2,
            "node 3: read_count is 2; only a node that chooses a number of sources has one");
    refused(write_closed, g.after[3] = 2,
            "node 3: read_after is 2; only a node that chooses a number of sources has one");
    refused(write_open, g.read_set[3] = 0, "node 3: read_set is empty; it needs a candidate");
    refused(write_open, g.kind[0] = GANAS_READ_FREE,
            "node 0: it must be an input: fixed, reading nothing");
    refused(write_closed, g.kind[0] = GANAS_READ_CHOOSE,
            "node 0: it must be an input: fixed, reading nothing");
    refused(write_closed, g.read_set[0] = 1, "node 0: it must be an input: fixed, reading nothing");
}

static void choices_are_checked(void **state)
{
    (void)state;
    refused(write_closed, g.count[2] = 0, "node 2: read_count is 0; it must be 1..8");
    refused(write_closed, g.count[2] = 9, "node 2: read_count is 9; it must be 1..8");
    refused(write_closed, g.count[2] = 3, "node 2: can't read 3 of 2 candidates");
    refused(write_closed, g.after[2] = -2,
            "node 2: read_after is -2; it must be -1 or an earlier node that chooses its sources");
    refused(write_closed, g.after[2] = 2,
            "node 2: read_after is 2; it must be -1 or an earlier node that chooses its sources");
    refused(write_closed, g.after[2] = 0,
            "node 2: read_after is 0; it must be -1 or an earlier node that chooses its sources");
    refused(write_closed, (g.after[2] = 1, g.read_set[2] = 1),
            "node 1: too few candidates are left for it and the nodes whose sources come after its "
            "own");
    refused(write_open,
            (grammar_node(&g, 2, 2, GANAS_READ_CHOOSE, 1, 3),
             grammar_node(&g, 3, 2, GANAS_READ_CHOOSE, 1, 7), g.after[3] = 2),
            "node 3: read_after is only for nodes that every graph has, 0..2");
}

static void narrow(struct grammar *g, int node, int after, int op, bits given)
{
    g->op_after[node] = (int8_t)after;
    for (int o = 0; o < g->spec.ops; o++)
        g->given[node * g->spec.ops + o] = o == op ? given : 14;
}

static void refuse_argument(void (*write)(struct grammar *g), bool given)
{
    struct grammar g;
    write(&g);
    narrow(&g, 2, 1, 1, 2);
    if (!given)
        g.spec.op_given = NULL;
    refuse(&g, GANAS_E_ARGUMENT, "node 2: op_after needs op_given, and a space without end_op");
}

static void narrowed_operations_are_checked(void **state)
{
    (void)state;
    refused(write_closed, narrow(&g, 2, 2, 1, 2),
            "node 2: op_after is 2; it must be -1 or earlier");
    refused(write_closed, narrow(&g, 2, -2, 1, 2),
            "node 2: op_after is -2; it must be -1 or earlier");
    refused(write_closed, narrow(&g, 2, 1, 3, 16),
            "node 2: no operation is left after operation 3 of node 1");
    refuse_argument(write_open, true);
    refuse_argument(write_closed, false);
}

/* Spaces written before there was op_after. */
static void narrowing_may_be_absent(void **state)
{
    (void)state;
    struct grammar g;
    write_closed(&g);
    g.spec.op_after = NULL;
    g.spec.op_given = NULL;
    ganas_space_free(grammar_space(&g));
}

static void graphs_must_be_possible(void **state)
{
    (void)state;
    refused(write_closed, g.spec.max_edges = 1,
            "max_edges is 1, but the smallest graph has 2 edges");
    refused(write_open, (g.spec.max_edges = 2, g.spec.min_nodes = 4),
            "max_edges is 2, but the smallest graph has 3 edges");
    refused(write_open, g.op_set[1] = 16,
            "node 1: it can only end a graph, which has at least 3 nodes");
    refused(write_open, g.op_set[3] = 16,
            "node 3: it always ends the graph, so that node 4 never is");
    refused(write_closed, g.spec.dead_ops = 2 | 4 | 8,
            "node 3: no path leads from an input to this output");
    refused(write_closed, (g.kind[3] = GANAS_READ_FREE, g.spec.dead_ops = 2 | 4 | 8),
            "node 3: no path leads from an input to this output");
}

static void missing_arguments_are_refused(void **state)
{
    (void)state;
    struct grammar g;
    ganas_space *space;
    double x;
    int32_t i;
    write_closed(&g);
    assert_fails(ganas_space_new(NULL, &g.spec), GANAS_E_ARGUMENT, "a space needs a specification");
    assert_fails(ganas_space_new(&space, NULL), GANAS_E_ARGUMENT, "a space needs a specification");
    g.spec.read_set = NULL;
    refuse(&g, GANAS_E_ARGUMENT, "a space needs all five arrays of its nodes");
    assert_fails(ganas_space_size(NULL, &x, &i), GANAS_E_ARGUMENT,
                 "the size of a space needs a space and two places");
    assert_fails(ganas_space_measure(NULL, 0, &x, 0, &i), GANAS_E_ARGUMENT,
                 "a measure needs a space and a place for its number");
    ganas_space_free(NULL);
}

/* ---- graphs that are refused ---- */

static ganas_batch *push_into;

static int32_t push(int size, const uint8_t *op, const uint8_t *reads)
{
    uint32_t words[2 * GANAS_MAX_NODES] = {0};
    for (int i = 0; i < size && i < GANAS_MAX_NODES; i++)
        words[2 * i] = reads[i];
    return ganas_batch_push(push_into, size, op, words);
}

#define OP(...)                                                                                    \
    (const uint8_t[])                                                                              \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define READS(...)                                                                                 \
    (const uint8_t[])                                                                              \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

static void closed_graphs_are_checked(void **state)
{
    (void)state;
    struct grammar g;
    write_closed(&g);
    g.read_set[1] = 1;
    ganas_space *space = grammar_space(&g);
    assert_int_equal(ganas_batch_new(&push_into, space, 2), GANAS_OK);
    assert_int_equal(push(4, OP(0, 1, 2, 4), READS(0, 1, 2, 0)), GANAS_OK);
    assert_int_equal(batch_reads(push_into, 0)[3], 6);
    assert_fails(push(3, OP(0, 1, 2), READS(0, 1, 2)), GANAS_E_SPACE,
                 "the graph has 3 nodes; it must have 4");
    assert_fails(push(5, OP(0, 1, 2, 4, 0), READS(0, 1, 2, 0, 1)), GANAS_E_SPACE,
                 "the graph has 5 nodes; a graph of this space has at most 4");
    assert_fails(push(0, OP(0), READS(0)), GANAS_E_SPACE,
                 "the graph has 0 nodes; a graph of this space has at most 4");
    assert_fails(push(4, OP(0, 1, 200, 4), READS(0, 1, 2, 0)), GANAS_E_SPACE,
                 "node 2: operation 200, but the last one is 4");
    assert_fails(push(4, OP(0, 0, 2, 4), READS(0, 1, 2, 0)), GANAS_E_SPACE,
                 "node 1: it can't be operation 0");
    assert_fails(push(4, OP(0, 1, 2, 4), READS(0, 2, 2, 0)), GANAS_E_SPACE,
                 "node 1: it can't read node 1");
    assert_fails(push(4, OP(0, 1, 2, 4), READS(0, 1, 3, 0)), GANAS_E_SPACE,
                 "node 2: it reads 2 nodes; it must read 1");
    assert_fails(push(4, OP(0, 1, 2, 4), READS(0, 1, 0, 0)), GANAS_E_SPACE,
                 "node 2: it reads 0 nodes; it must read 1");
    assert_fails(push(4, OP(0, 1, 2, 4), READS(0, 1, 2, 4)), GANAS_E_SPACE,
                 "node 3: it must read node 1 too");
    assert_int_equal(push_into->count, 1);
    ganas_batch_free(push_into);
    ganas_space_free(space);
}

static void open_graphs_are_checked(void **state)
{
    (void)state;
    struct grammar g;
    write_open(&g);
    ganas_space *space = grammar_space(&g);
    assert_int_equal(ganas_batch_new(&push_into, space, 2), GANAS_OK);
    assert_int_equal(push(3, OP(0, 1, 4), READS(0, 1, 2)), GANAS_OK);
    assert_fails(push(2, OP(0, 4), READS(0, 1)), GANAS_E_SPACE,
                 "the graph has 2 nodes; it must have 3..5");
    assert_fails(push(3, OP(0, 1, 1), READS(0, 1, 2)), GANAS_E_SPACE,
                 "node 2: the last node must be operation 4, not 1");
    assert_fails(push(4, OP(0, 1, 4, 4), READS(0, 1, 2, 4)), GANAS_E_SPACE,
                 "node 2: operation 4 ends the graph, but 1 nodes follow");
    assert_fails(push(3, OP(0, 1, 4), READS(0, 0, 2)), GANAS_E_SPACE,
                 "node 1: it reads nothing; it must read at least one");
    assert_fails(push(5, OP(0, 1, 2, 1, 4), READS(0, 1, 3, 7, 3)), GANAS_E_SPACE,
                 "the graph has 8 edges; it must have at most 6");
    assert_int_equal(push(3, OP(0, 1, 4), READS(0, 1, 3)), GANAS_OK);
    assert_fails(push(3, OP(0, 1, 4), READS(0, 1, 3)), GANAS_E_FULL,
                 "1 more candidates in a batch with room for 0");
    ganas_batch_free(push_into);
    ganas_space_free(space);
}

static void narrowed_graphs_are_checked(void **state)
{
    (void)state;
    ganas_space *space = stage_space();
    struct graph g = {.size = 9, .op = {6, 1, 3, 2, 2, 3, 4, 2, 7}};
    assert_int_equal(space_check(space, &g), GANAS_OK);
    g.op[4] = 3;
    assert_fails(space_check(space, &g), GANAS_E_SPACE,
                 "node 4: it can't be operation 3 after operation 2 of node 3");
    ganas_space_free(space);
}

static void chained_sources_are_checked(void **state)
{
    (void)state;
    const uint8_t op[] = {0, 6, 1, 2, 4, 1, 2, 4, 1, 5};
    ganas_space *space = choose_space();
    assert_int_equal(ganas_batch_new(&push_into, space, 2), GANAS_OK);
    assert_int_equal(push(10, op, READS(0, 0, 1, 2, 0, 2, 16, 0, 3, 0)), GANAS_OK);
    assert_fails(push(10, op, READS(0, 0, 2, 1, 0, 2, 16, 0, 3, 0)), GANAS_E_SPACE,
                 "node 3: it reads node 0, but its sources must come after node 1, the last that "
                 "node 2 reads");
    assert_fails(push(10, op, READS(0, 0, 1, 2, 0, 2, 2, 0, 3, 0)), GANAS_E_SPACE,
                 "node 6: it reads node 1, but its sources must come after node 1, the last that "
                 "node 5 reads");
    ganas_batch_free(push_into);
    ganas_space_free(space);
}

/* Sources above 31 are in the high words. */
static void high_nodes_can_be_read(void **state)
{
    (void)state;
    static uint64_t op_set[64], read_set[64];
    static uint8_t kind[64], count[64];
    static int8_t after[64];
    ganas_space_spec spec = {.nodes = 64,
                             .ops = 64,
                             .end_op = -1,
                             .output_set = bit_of(63),
                             .op_set = op_set,
                             .read_kind = kind,
                             .read_count = count,
                             .read_set = read_set,
                             .read_after = after};
    for (int i = 0; i < 64; i++) {
        op_set[i] = ~(uint64_t)0;
        kind[i] = i ? GANAS_READ_FREE : GANAS_READ_FIXED;
        read_set[i] = bits_below(i);
        after[i] = -1;
    }
    ganas_space *space;
    ganas_batch *batch;
    ganas_batch_view view;
    uint8_t op[64];
    uint32_t reads[128] = {0};
    uint64_t key[4], network[4];
    for (int i = 0; i < 64; i++) {
        op[i] = (uint8_t)(63 - i);
        reads[2 * i] = i > 0;
    }
    reads[127] = 1u << 30;
    assert_int_equal(ganas_space_new(&space, &spec), GANAS_OK);
    assert_int_equal(ganas_batch_new(&batch, space, 2), GANAS_OK);
    assert_int_equal(ganas_batch_push(batch, 64, op, reads), GANAS_OK);
    reads[127] = 3u << 30;
    assert_fails(ganas_batch_push(batch, 64, op, reads), GANAS_E_SPACE,
                 "node 63: it can't read node 63");
    reads[127] = 1u << 29;
    assert_int_equal(ganas_batch_push(batch, 64, op, reads), GANAS_OK);
    ganas_batch_view_get(batch, &view);
    assert_int_equal(view.reads[127], 1u << 30);
    assert_int_equal(batch_reads(batch, 0)[63], bit_of(62) | 1);
    assert_int_equal(ganas_batch_keys(batch, GANAS_IDENTITY_STRING, key), GANAS_OK);
    assert_int_equal(ganas_batch_keys(batch, GANAS_IDENTITY_NETWORK, network), GANAS_OK);
    assert_memory_not_equal(key, key + 2, 16);
    assert_memory_not_equal(network, network + 2, 16);
    ganas_batch_free(batch);
    ganas_space_free(space);
}

/* ---- what lies between input and output ---- */

struct paths {
    const ganas_space *space;
    const struct graph *graph;
    bits outputs, broken_by;
    bits live;
    int depth; /* -1 when no path is whole */
};

/* Goes on from the end of a path in every way. */
static void follow(struct paths *p, int node, bits path, bool broken)
{
    bool output = p->outputs & bit_of(node), input = p->space->input_set & bit_of(node);
    if (!output && !input && p->space->dead_ops & bit_of(p->graph->op[node]))
        return;
    path |= bit_of(node);
    broken |= !output && !input && p->broken_by & bit_of(p->graph->op[node]);
    if (output) {
        int inside = bits_count(path & ~p->outputs & ~p->space->input_set);
        p->live |= path;
        p->depth = broken ? p->depth : int_max(p->depth, inside);
    }
    for (int next = node + 1; next < p->graph->size; next++)
        if (p->graph->reads[next] & bit_of(node))
            follow(p, next, path, broken);
}

static struct paths follow_all(const ganas_space *s, const struct graph *g, bits broken_by)
{
    struct paths p = {.space = s, .graph = g, .broken_by = broken_by};
    p.outputs = s->end_op < 0 ? s->output_set : bit_of(g->size - 1);
    p.live = p.outputs | (s->input_set & bits_below(g->size));
    for (int i = 0; i < g->size; i++)
        if (s->input_set & bit_of(i))
            follow(&p, i, 0, false);
    return p;
}

struct values {
    int32_t sum, depth, nodes, edges; /* numbers of measures */
    bits broken_by;
    double table[64];
};

static void add_measures(ganas_space *s, struct values *v, struct draws *d)
{
    for (int c = 0; c < s->nodes * s->ops; c++)
        v->table[c] = (double)draws_below(d, 100) - 50;
    v->broken_by = draws_u32(d) & bits_below(s->ops);
    assert_int_equal(ganas_space_measure(s, GANAS_MEASURE_SUM, v->table, 0, &v->sum), GANAS_OK);
    assert_int_equal(ganas_space_measure(s, GANAS_MEASURE_DEPTH, NULL, v->broken_by, &v->depth),
                     GANAS_OK);
    assert_int_equal(ganas_space_measure(s, GANAS_MEASURE_NODES, NULL, 0, &v->nodes), GANAS_OK);
    assert_int_equal(ganas_space_measure(s, GANAS_MEASURE_EDGES, NULL, 0, &v->edges), GANAS_OK);
}

static void check_value(const ganas_space *s, int32_t measure, const struct graph *g, double value)
{
    double least, greatest;
    assert_true(space_measure(s, measure, g) == value);
    assert_int_equal(ganas_space_measure_range(s, measure, &least, &greatest), GANAS_OK);
    assert_true(value >= least && value <= greatest);
}

static void check_values(const ganas_space *s, const struct values *v, const struct graph *g)
{
    struct paths p = follow_all(s, g, v->broken_by);
    double sum = 0;
    int edges = 0;
    for (int i = 0; i < g->size; i++) {
        if (s->end_op < 0 || p.live & bit_of(i))
            sum += v->table[i * s->ops + g->op[i]];
        if (p.live & bit_of(i))
            edges += bits_count(g->reads[i] & p.live);
    }
    assert_int_equal(space_live(s, g), p.live);
    check_value(s, v->sum, g, sum);
    check_value(s, v->depth, g, p.depth);
    check_value(s, v->nodes, g, bits_count(p.live));
    check_value(s, v->edges, g, edges);
}

static void measures_meet_all_paths(void **state)
{
    (void)state;
    ganas_rng *rng;
    int spaces = 0;
    assert_int_equal(ganas_rng_new(&rng, 3, "paths"), GANAS_OK);
    while (spaces < 400) {
        struct draws d = rng_draws(rng, rng_take(rng, 1));
        struct grammar g;
        struct values v;
        ganas_space *space;
        ganas_batch *batch;
        wild_grammar(&g, &d, 9);
        if (ganas_space_new(&space, &g.spec) != GANAS_OK)
            continue;
        add_measures(space, &v, &d);
        assert_int_equal(ganas_batch_new(&batch, space, 50), GANAS_OK);
        assert_int_equal(ganas_batch_random(batch, NULL, rng, 50, NULL), GANAS_OK);
        for (int32_t i = 0; i < 50; i++) {
            struct graph graph;
            batch_get(batch, i, &graph);
            check_values(space, &v, &graph);
        }
        ganas_batch_free(batch);
        ganas_space_free(space);
        spaces++;
    }
    ganas_rng_free(rng);
}

/* On the cell of NAS-Bench-201: 3 is the longest of its paths, in operations. Operation 0 is dead,
   operation 2 breaks paths but is alive. */
static void nasbench201_has_depth_3(void **state)
{
    (void)state;
    const struct {
        uint8_t op[8];
        double depth, nodes, edges;
    } known[] = {{{5, 1, 1, 1, 1, 1, 1, 6}, 3, 8, 10}, {{5, 0, 0, 0, 0, 0, 0, 6}, 0, 2, 0},
                 {{5, 0, 0, 1, 0, 0, 0, 6}, 0, 2, 0},  {{5, 0, 0, 0, 1, 0, 0, 6}, 1, 3, 2},
                 {{5, 1, 0, 1, 0, 0, 1, 6}, 3, 5, 4},  {{5, 2, 1, 1, 0, 1, 1, 6}, 2, 7, 8},
                 {{5, 2, 0, 0, 0, 1, 0, 6}, 0, 4, 3}};
    ganas_space *space = fixed_space();
    space->dead_ops = 1;
    int32_t depth, nodes, edges;
    assert_int_equal(ganas_space_measure(space, GANAS_MEASURE_DEPTH, NULL, 4, &depth), GANAS_OK);
    assert_int_equal(ganas_space_measure(space, GANAS_MEASURE_NODES, NULL, 0, &nodes), GANAS_OK);
    assert_int_equal(ganas_space_measure(space, GANAS_MEASURE_EDGES, NULL, 0, &edges), GANAS_OK);
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
        struct graph g = {.size = 8};
        memcpy(g.op, known[k].op, 8);
        assert_int_equal(space_check(space, &g), GANAS_OK);
        assert_true(space_measure(space, nodes, &g) == known[k].nodes);
        assert_true(space_measure(space, edges, &g) == known[k].edges);
        assert_true(space_measure(space, depth, &g) == known[k].depth);
    }
    ganas_space_free(space);
}

/* From the input over node 1 to node 3. A dead node is no end of a path; one that breaks paths is,
   though not its middle. */
static void paths_end_where_nodes_live(void **state)
{
    (void)state;
    const struct {
        uint8_t first, last;
        double leads, onward; /* from the input, from node 1 */
    } known[] = {{1, 1, 1, 1}, {1, 0, 0, 0}, {0, 1, 0, 0},
                 {1, 2, 1, 1}, {2, 1, 0, 1}, {2, 0, 0, 0}};
    ganas_space *space = fixed_space();
    space->dead_ops = 1;
    int32_t leads, onward;
    assert_int_equal(ganas_space_path(space, 0, 8, 4, &leads), GANAS_OK);
    assert_int_equal(ganas_space_path(space, 2, 8, 4, &onward), GANAS_OK);
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
        struct graph g = {.size = 8, .op = {5, known[k].first, 1, known[k].last, 1, 1, 1, 6}};
        assert_int_equal(space_check(space, &g), GANAS_OK);
        assert_true(space_measure(space, leads, &g) == known[k].leads);
        assert_true(space_measure(space, onward, &g) == known[k].onward);
    }
    ganas_space_free(space);
}

static void measures_are_checked(void **state)
{
    (void)state;
    ganas_space *space = fixed_space();
    double table[56] = {0}, x;
    int32_t m = -7;
    assert_fails(ganas_space_measure(space, 6, table, 0, &m), GANAS_E_ARGUMENT,
                 "measure of kind 6; it must be 0..5");
    assert_fails(ganas_space_measure(space, -1, table, 0, &m), GANAS_E_ARGUMENT,
                 "measure of kind -1; it must be 0..5");
    assert_fails(ganas_space_measure(space, GANAS_MEASURE_DEPTH, NULL, 129, &m), GANAS_E_ARGUMENT,
                 "broken_by has operation 7, but the last one is 6");
    assert_fails(ganas_space_measure(space, GANAS_MEASURE_SUM, NULL, 0, &m), GANAS_E_ARGUMENT,
                 "a sum needs a table");
    table[7 + 6] = NAN; /* node 1 can't be operation 6 */
    table[7 + 4] = INFINITY;
    assert_fails(ganas_space_measure(space, GANAS_MEASURE_SUM, table, 0, &m), GANAS_E_NUMBER,
                 "node 1, operation 4: the table of a sum has inf there");
    assert_int_equal(m, -7);
    assert_fails(ganas_space_measure_range(space, 0, &x, &x), GANAS_E_ARGUMENT,
                 "measure 0 of a space that has 0");
    assert_fails(ganas_space_measure_range(NULL, 0, &x, &x), GANAS_E_ARGUMENT,
                 "measure 0 of a space that has 0");
    table[7 + 4] = 3;
    for (int k = 0; k < 128; k++)
        assert_int_equal(ganas_space_measure(space, GANAS_MEASURE_SUM, table, 0, &m), GANAS_OK);
    assert_int_equal(m, 127);
    assert_fails(ganas_space_measure(space, GANAS_MEASURE_SUM, table, 0, &m), GANAS_E_ARGUMENT,
                 "a space has at most 128 measures");
    ganas_space_free(space);
}

static void sums_by_a_node_are_checked(void **state)
{
    (void)state;
    ganas_space *space = fixed_space(), *open = free_space();
    double *tables = calloc(7 * 56, sizeof *tables), least, greatest;
    int32_t m;
    assert_fails(ganas_space_sum_by(space, 8, tables, &m), GANAS_E_ARGUMENT,
                 "a sum by the operation of node 8; it must be one of 8, in a space without "
                 "end_op");
    assert_fails(ganas_space_sum_by(open, 1, tables, &m), GANAS_E_ARGUMENT,
                 "a sum by the operation of node 1; it must be one of 6, in a space without "
                 "end_op");
    assert_fails(ganas_space_sum_by(space, 2, NULL, &m), GANAS_E_ARGUMENT, "a sum needs a table");
    tables[3 * 56 + 7 + 1] = 5;
    assert_fails(ganas_space_sum_by(space, 2, tables, &m), GANAS_E_ARGUMENT,
                 "node 1 is before node 2, but what it adds depends on it");
    tables[3 * 56 + 7 + 1] = 0;
    tables[6 * 56 + 21] = NAN; /* node 2 can't be operation 6 */
    for (int o = 0; o < 5; o++)
        tables[3 * 56 + 3 * 7 + o] = 10 + o; /* node 3 after operation 3 */
    tables[3 * 56 + 2 * 7 + 3] = -4;
    assert_int_equal(ganas_space_sum_by(space, 2, tables, &m), GANAS_OK);
    assert_int_equal(ganas_space_measure_range(space, m, &least, &greatest), GANAS_OK);
    assert_true(least == 0 && greatest == 10);
    assert_fails(ganas_space_path(space, 1 << 8, 0, 0, &m), GANAS_E_ARGUMENT,
                 "a path at node 8, but the last one is 7");
    free(tables);
    ganas_space_free(open);
    ganas_space_free(space);
}

/* Without an end_op the range of a sum is that of all graphs. */
static void ranges_of_sums_are_exact(void **state)
{
    (void)state;
    ganas_space *space = fixed_space();
    double table[56], least, greatest, low = 0, high = 0;
    int32_t m;
    for (int c = 0; c < 56; c++)
        table[c] = (c * 37) % 23 - 11;
    for (int i = 0; i < 8; i++) {
        double l = INFINITY, h = -INFINITY;
        for (int o = 0; o < 7; o++)
            if (space->node[i].op_set & bit_of(o)) {
                l = fmin(l, table[i * 7 + o]);
                h = fmax(h, table[i * 7 + o]);
            }
        low += l;
        high += h;
    }
    assert_int_equal(ganas_space_measure(space, GANAS_MEASURE_SUM, table, 0, &m), GANAS_OK);
    assert_int_equal(ganas_space_measure_range(space, m, &least, &greatest), GANAS_OK);
    assert_true(least == low && greatest == high);
    ganas_space_free(space);
}

/* ---- identity ---- */

/* A network: live nodes in order; label < 0 names an input or output by its number. */
struct net {
    int size, label[GANAS_MAX_NODES];
    bits reads[GANAS_MAX_NODES];
};

static void prune_net(const ganas_space *s, const struct graph *g, struct net *net)
{
    struct paths p = follow_all(s, g, 0);
    bits kept = 0;
    memset(net, 0, sizeof *net);
    for (int i = 0; i < g->size; i++)
        kept |= p.live & bit_of(i) ? g->reads[i] : 0;
    kept = p.live & (kept | ~s->input_set);
    for (int i = 0; i < g->size; i++) {
        if (!(kept & bit_of(i)))
            continue;
        bool port = (p.outputs | s->input_set) & bit_of(i);
        int place = s->end_op >= 0 && p.outputs & bit_of(i) ? 99 : i;
        net->label[net->size] = port ? -1 - place * 8 - g->op[i] : g->op[i];
        for (int j = 0, to = 0; j < i; j++)
            if (kept & bit_of(j))
                net->reads[net->size] |= g->reads[i] & bit_of(j) ? bit_of(to++) : (to++, 0u);
        net->size++;
    }
}

/* Tries to send node k of a, and all after it, to nodes of b not yet used. */
static bool match(const struct net *a, const struct net *b, int k, int *to, bits used)
{
    if (k == a->size)
        return true;
    for (int v = 0; v < b->size; v++) {
        bits reads = 0;
        for (int j = 0; j < k; j++)
            if (a->reads[k] & bit_of(j))
                reads |= bit_of(to[j]);
        if (used & bit_of(v) || a->label[k] != b->label[v] || b->reads[v] != reads)
            continue;
        to[k] = v;
        if (match(a, b, k + 1, to, used | bit_of(v)))
            return true;
    }
    return false;
}

static bool same_net(const struct net *a, const struct net *b)
{
    int to[GANAS_MAX_NODES];
    return a->size == b->size && match(a, b, 0, to, 0);
}

enum { PEOPLE = 60 };

/* All pairs of some graphs of a space. Gives the number of pairs of different graphs that are one
   network. */
static int compare_pairs(const ganas_batch *batch)
{
    struct net net[PEOPLE];
    uint64_t network[PEOPLE][2], string[PEOPLE][2];
    int twins = 0;
    assert_int_equal(ganas_batch_keys(batch, GANAS_IDENTITY_NETWORK, network[0]), GANAS_OK);
    assert_int_equal(ganas_batch_keys(batch, GANAS_IDENTITY_STRING, string[0]), GANAS_OK);
    for (int i = 0; i < batch->count; i++) {
        struct graph a, b;
        batch_get(batch, i, &a);
        prune_net(batch->space, &a, &net[i]);
        for (int j = 0; j < i; j++) {
            batch_get(batch, j, &b);
            bool same = !memcmp(&a, &b, sizeof a), one = same_net(&net[i], &net[j]);
            assert_int_equal(!memcmp(string[i], string[j], 16), same);
            assert_int_equal(!memcmp(network[i], network[j], 16), one);
            twins += one && !same;
        }
    }
    return twins;
}

static void keys_meet_all_renumberings(void **state)
{
    (void)state;
    ganas_rng *rng;
    int spaces = 0, twins = 0;
    assert_int_equal(ganas_rng_new(&rng, 3, "pairs"), GANAS_OK);
    while (spaces < 300) {
        struct draws d = rng_draws(rng, rng_take(rng, 1));
        struct grammar g;
        ganas_space *space;
        ganas_batch *batch;
        wild_grammar(&g, &d, 8);
        if (ganas_space_new(&space, &g.spec) != GANAS_OK)
            continue;
        assert_int_equal(ganas_batch_new(&batch, space, PEOPLE), GANAS_OK);
        assert_int_equal(ganas_batch_random(batch, NULL, rng, PEOPLE, NULL), GANAS_OK);
        twins += compare_pairs(batch);
        ganas_batch_free(batch);
        ganas_space_free(space);
        spaces++;
    }
    assert_true(twins > 1000);
    ganas_rng_free(rng);
}

/* ---- memory ---- */

static int32_t make_space(void *context)
{
    ganas_space *space;
    double table[64] = {0};
    int32_t measure, status = ganas_space_new(&space, &((struct grammar *)context)->spec);
    if (status)
        return status;
    status = ganas_space_measure(space, GANAS_MEASURE_SUM, table, 0, &measure);
    ganas_space_free(space);
    return status;
}

static void memory_can_fail(void **state)
{
    (void)state;
    struct grammar g;
    write_closed(&g);
    assert_int_equal(fail_each_allocation(make_space, &g), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_checked),
        cmocka_unit_test(ends_are_checked),
        cmocka_unit_test(nodes_are_checked),
        cmocka_unit_test(choices_are_checked),
        cmocka_unit_test(narrowed_operations_are_checked),
        cmocka_unit_test(narrowing_may_be_absent),
        cmocka_unit_test(graphs_must_be_possible),
        cmocka_unit_test(missing_arguments_are_refused),
        cmocka_unit_test(closed_graphs_are_checked),
        cmocka_unit_test(open_graphs_are_checked),
        cmocka_unit_test(narrowed_graphs_are_checked),
        cmocka_unit_test(chained_sources_are_checked),
        cmocka_unit_test(high_nodes_can_be_read),
        cmocka_unit_test(measures_meet_all_paths),
        cmocka_unit_test(nasbench201_has_depth_3),
        cmocka_unit_test(paths_end_where_nodes_live),
        cmocka_unit_test(measures_are_checked),
        cmocka_unit_test(sums_by_a_node_are_checked),
        cmocka_unit_test(ranges_of_sums_are_exact),
        cmocka_unit_test(keys_meet_all_renumberings),
        cmocka_unit_test(memory_can_fail),
    };
    return cmocka_run_group_tests_name("space", tests, NULL, NULL);
}
