/*
 * space.h - a space: the grammar of its graphs, and the measures defined on them.
 *
 * A graph in the core is a `struct graph`: for each node an operation and the set of nodes it
 * reads.
 */
#ifndef GANAS_SPACE_H
#define GANAS_SPACE_H

#include "base.h"

enum { SPACE_MAX_PICKS = 8, SPACE_MAX_MEASURES = 64 };

struct graph {
    int32_t size;                /* nodes */
    uint8_t op[GANAS_MAX_NODES]; /* 0 past the end */
    bits reads[GANAS_MAX_NODES]; /* 0 past the end */
};

struct space_node {
    bits op_set;       /* operations it may take */
    bits read_set;     /* FIXED: what it reads; else candidates */
    uint8_t read_kind; /* ganas_read */
    uint8_t picks;     /* CHOOSE: sources */
    int8_t after;      /* CHOOSE: its sources come after those of that node; -1 */
    bool chooses_op;   /* more than one operation */
    bool chooses_read; /* CHOOSE or FREE, with more than one outcome */
};

struct measure {
    int32_t kind;   /* ganas_measure_kind */
    bits broken_by; /* DEPTH */
    double *table;  /* SUM: [nodes * ops] */
    /* SUM: least and greatest that nodes i.. can add, [nodes + 1]; with end_op nodes may be absent.
     */
    double *least_from, *greatest_from;
};

struct ganas_space {
    int32_t nodes, ops, end_op, min_nodes, max_edges;
    bits dead_ops, output_set;
    bits input_set; /* FIXED nodes with nothing to read */
    struct space_node node[GANAS_MAX_NODES];
    int32_t measures;
    struct measure measure[SPACE_MAX_MEASURES];
};

/* The output nodes of a graph: its last node with end_op, else the space's. */
bits space_outputs(const ganas_space *space, const struct graph *g);

/* The nodes that are alive, not of a dead operation, and lie on a path from an input to an output;
   inputs and outputs belong to it always. */
bits space_live(const ganas_space *space, const struct graph *g);

/* GANAS_OK, or GANAS_E_SPACE with the node that breaks the grammar and why. Fills FIXED reads. */
int32_t space_check(const ganas_space *space, struct graph *g);

double space_measure(const ganas_space *space, int32_t measure, const struct graph *g);

/* 128-bit key of a graph under a ganas_identity. */
void space_key(const ganas_space *space, int32_t identity, const struct graph *g, uint64_t key[2]);

#endif
