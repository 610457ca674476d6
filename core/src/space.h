/*
 * space.h - a space: the grammar of its graphs, and the measures defined on them.
 *
 * A graph in the core is a `struct graph`: for each node an operation and the set of nodes it
 * reads. Implemented in space.c (grammar), measure.c (pruning, measures), identity.c (keys) and
 * size.c (how many graphs there are, and how many that begin in one way).
 */
#ifndef GANAS_SPACE_H
#define GANAS_SPACE_H

#include "base.h"

enum {
    SPACE_MAX_PICKS = 8,
    SPACE_MAX_MEASURES = 128,
    ALIKE_NODES = 8, /* most nodes of an `alike` space: each draw is tried as often as its network
                        has orders, up to 720 */
};

struct graph {
    int32_t size;                /* nodes */
    uint8_t op[GANAS_MAX_NODES]; /* 0 past the end */
    uint32_t gap;                /* 0: without it graphs could not be compared byte by byte */
    bits reads[GANAS_MAX_NODES]; /* 0 past the end */
};

struct space_node {
    bits op_set;       /* operations it may take: end_op only where the graph may end, and nothing
                          else at the last node */
    bits read_set;     /* FIXED: what it reads; else candidates */
    bits pick_set;     /* CHOOSE: candidates that leave enough for the nodes that come after it */
    uint8_t read_kind; /* ganas_read */
    uint8_t picks;     /* CHOOSE: sources */
    int8_t after;      /* CHOOSE: its sources come after those of that node; -1 */
    int8_t op_after;   /* the node whose operation narrows its own (op_given); -1 */
    bool chooses_op;   /* more than one operation */
    bool chooses_read; /* CHOOSE or FREE, with more than one outcome */
    int32_t finish;    /* fewest edges of CHOOSE and FREE nodes from this node to the end */
};

/* A graph where it lies: in a struct graph, or a row of a batch. */
struct row {
    int32_t size;
    const uint8_t *op;
    const bits *reads;
};

static inline struct row graph_row(const struct graph *g)
{
    return (struct row){g->size, g->op, g->reads};
}

/* Least and greatest of a sum that are left. */
struct span {
    double low, high;
};

/*
 * A sum over nodes of table[op]. With by >= 0 there is a table for each operation that node `by`
 * can have, for the nodes after it; the tables agree at the nodes before, and at node `by` each has
 * the row of all. Ranges are what nodes i.. can add, once node `by` is chosen, if it is before i.
 */
struct sum {
    int32_t by, tables;                 /* tables: 1, or the space's ops */
    double *table;                      /* [tables][nodes * ops] */
    double *least_from, *greatest_from; /* [tables][nodes + 1]; with end_op nodes may be absent */
    struct span *tree; /* where operations narrow later ones (tree.h), else NULL: then walks use
                          this in place of the ranges, but for those of the whole */
};

struct measure {
    int32_t kind;   /* ganas_measure_kind */
    bits broken_by; /* DEPTH, PATH: operations that cut */
    bits from, to;  /* PATH: nodes; 0: the inputs, the outputs */
    struct sum sum; /* SUM */
};

/*
 * How many ways there are to finish a graph, for draws that are uniform over graphs: rest[i *
 * columns + e], times 2^scale[i], of growing node i and all after it when the nodes before have e
 * edges. Without a budget that binds there is one column. chained[i][last]: of choosing the sources
 * of all nodes that are chained to node i, when the last of its own is `last`.
 */
struct ways {
    int32_t columns;
    int32_t scale[GANAS_MAX_NODES + 1];
    double *rest; /* [(nodes + 1) * columns] */
    double chained[GANAS_MAX_NODES][GANAS_MAX_NODES];
};

struct ganas_space {
    int32_t nodes, ops, end_op; /* end_op: -1 for none */
    int32_t min_nodes;          /* `nodes` without end_op */
    int32_t max_edges;          /* INT32_MAX for no limit */
    bits dead_ops, output_set;
    bits input_set; /* FIXED nodes with nothing to read */
    struct space_node node[GANAS_MAX_NODES];
    bool narrowed;                                 /* some node has op_after */
    bits op_given[GANAS_MAX_NODES][GANAS_MAX_OPS]; /* operations left by that of op_after */
    struct ways ways;
    bool alike; /* few nodes, alike but for the inputs: a network can be written in any order of its
                   nodes */
    int32_t measures;
    struct measure measure[SPACE_MAX_MEASURES];
};

/* Whether node i may end a graph, and whether it may be followed by another. */
bool space_ends(const ganas_space *space, int i);
bool space_goes_on(const ganas_space *space, int i);

/* Edges that node i has at least: its picks, 1 of a FREE node; those of FIXED nodes don't count. */
int space_need(const ganas_space *space, int i);

/* Operations that node i may take in a graph that goes on after it. */
bits space_inner_ops(const ganas_space *space, int i);

/* Operations that node i may take after op[] of the nodes before it. */
bits space_open_ops(const ganas_space *space, const uint8_t *op, int i);

/* The output nodes of a graph: its last node with end_op, else the space's. */
bits row_outputs(const ganas_space *space, const struct row *r);
bits space_outputs(const ganas_space *space, const struct graph *g);

/* The nodes that are alive, not of a dead operation, and lie on a path from an input to an output;
   inputs and outputs belong to it always. */
bits row_live(const ganas_space *space, const struct row *r);
bits space_live(const ganas_space *space, const struct graph *g);

/* GANAS_OK, or GANAS_E_SPACE with the node that breaks the grammar and why. Fills FIXED reads. */
int32_t space_check(const ganas_space *space, struct graph *g);

/* Memory for the tables of a sum, zeroed; `by` may be -1. Free with sum_free. */
int32_t sum_new(const ganas_space *space, int32_t by, struct sum *sum);
void sum_free(struct sum *sum);

/* Fills the ranges of a sum from its tables. */
void sum_ranges(const ganas_space *space, struct sum *sum);

/* The table that counts for a graph whose operations are known up to node `node`. */
static inline int sum_case(const struct sum *sum, const uint8_t *op, int node)
{
    return sum->by < 0 || node < sum->by ? 0 : op[sum->by];
}

/* The sum, node 0 upward: over all nodes without end_op, else over those that are live. */
double row_sum(const ganas_space *space, const struct sum *sum, const struct row *r);

/* The value of a measure that is computed from the graph; NaN for GIVEN. */
double row_measure(const ganas_space *space, int32_t measure, const struct row *r);
double space_measure(const ganas_space *space, int32_t measure, const struct graph *g);

/* GANAS_E_ARGUMENT for a number that is no measure of the space. */
int32_t space_check_measure(const ganas_space *space, int32_t measure);

/* Fills the space's `ways`, last of all; GANAS_E_MEMORY. */
int32_t space_count(ganas_space *space);

/* weight[k], k up to the node's candidates: ways to finish a graph whose node i reads k sources,
   `edges` having been chosen before it: where it ends there, and, to be multiplied by 2^scale[i +
   1], where it goes on. Returns the most k. */
int space_weigh_reads(const ganas_space *space, int i, bool ends, int edges, double *weight);

/* The same for a CHOOSE node that takes source j, with `later` more of its own to choose. */
double space_weigh_pick(const ganas_space *space, int i, int j, int later);

/* In how many orders of its nodes the network of a graph of an `alike` space can be written; 0 for
   a graph with nodes that do not lie between input and output. */
double space_orders(const ganas_space *space, const struct graph *g);

/* 128-bit key of a graph under a ganas_identity. */
void space_key(const ganas_space *space, int32_t identity, const struct graph *g, uint64_t key[2]);

#endif
