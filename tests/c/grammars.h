/* grammars.h - four small spaces that between them have every kind of choice, for tests of the
 * learners. */
#ifndef TEST_GRAMMARS_H
#define TEST_GRAMMARS_H

#include <assert.h>
#include <string.h>

#include "ganas.h"

struct grammar {
    ganas_space_spec spec;
    uint64_t op_set[64], read_set[64];
    uint8_t kind[64], count[64];
    int8_t after[64], op_after[64];
    uint64_t given[16 * 8]; /* for spaces of up to 8 operations */
};

static inline struct grammar *grammar_start(struct grammar *g, int nodes, int ops)
{
    memset(g, 0, sizeof *g);
    memset(g->after, -1, sizeof g->after);
    memset(g->op_after, -1, sizeof g->op_after);
    g->spec = (ganas_space_spec){.nodes = nodes,
                                 .ops = ops,
                                 .end_op = -1,
                                 .op_set = g->op_set,
                                 .read_kind = g->kind,
                                 .read_count = g->count,
                                 .read_set = g->read_set,
                                 .read_after = g->after,
                                 .op_after = g->op_after,
                                 .op_given = g->given};
    return g;
}

static inline void grammar_node(struct grammar *g, int i, uint64_t ops, int kind, int count,
                                uint64_t reads)
{
    g->op_set[i] = ops;
    g->kind[i] = (uint8_t)kind;
    g->count[i] = (uint8_t)count;
    g->read_set[i] = reads;
}

static inline ganas_space *grammar_space(struct grammar *g)
{
    ganas_space *space = NULL;
    int32_t status = ganas_space_new(&space, &g->spec);
    assert(status == GANAS_OK);
    (void)status;
    return space;
}

/* The cell of NAS-Bench-201: fixed reads, five operations on six nodes; 5 input, 6 output. */
static inline ganas_space *fixed_space(void)
{
    struct grammar g;
    const uint64_t reads[] = {0, 1, 1, 2, 1, 2, 4 | 8, 16 | 32 | 64};
    grammar_start(&g, 8, 7);
    for (int i = 0; i < 8; i++)
        grammar_node(&g, i, i == 0 ? 32 : i == 7 ? 64 : 31, GANAS_READ_FIXED, 0, reads[i]);
    g.spec.output_set = 128;
    return grammar_space(&g);
}

/* A free graph of 3..6 nodes and at most 8 edges: 0 input, 1..3 operations, 4 output (ends). */
static inline ganas_space *free_space(void)
{
    struct grammar g;
    grammar_start(&g, 6, 5);
    grammar_node(&g, 0, 1, GANAS_READ_FIXED, 0, 0);
    for (int i = 1; i < 6; i++)
        grammar_node(&g, i,
                     i == 5   ? 16
                     : i >= 2 ? 30
                              : 14,
                     GANAS_READ_FREE, 0, ((uint64_t)1 << i) - 1);
    g.spec.end_op = 4;
    g.spec.min_nodes = 3;
    g.spec.max_edges = 8;
    return grammar_space(&g);
}

/* Two inputs, two pairs of nodes that choose an operation and one source each (the second of a pair
   after the first), sums of the pairs, a node that chooses two sources, an output. */
static inline ganas_space *choose_space(void)
{
    struct grammar g;
    grammar_start(&g, 10, 7); /* 0 input, 1..3 operations, 4 sum, 5 output, 6 second input */
    grammar_node(&g, 0, 1, GANAS_READ_FIXED, 0, 0);
    grammar_node(&g, 1, 64, GANAS_READ_FIXED, 0, 0);
    grammar_node(&g, 2, 14, GANAS_READ_CHOOSE, 1, 3);
    grammar_node(&g, 3, 14, GANAS_READ_CHOOSE, 1, 3);
    grammar_node(&g, 4, 16, GANAS_READ_FIXED, 0, 4 | 8);
    grammar_node(&g, 5, 14, GANAS_READ_CHOOSE, 1, 3 | 16);
    grammar_node(&g, 6, 14, GANAS_READ_CHOOSE, 1, 3 | 16);
    grammar_node(&g, 7, 16, GANAS_READ_FIXED, 0, 32 | 64);
    grammar_node(&g, 8, 6, GANAS_READ_CHOOSE, 2, 1 | 2 | 16 | 128);
    grammar_node(&g, 9, 32, GANAS_READ_FIXED, 0, 16 | 128 | 256);
    g.after[3] = 2;
    g.after[6] = 5;
    g.spec.output_set = 512;
    return grammar_space(&g);
}

/* A chain of two stages of three blocks, 3..5 operations and 2 a block that is left out, which all
   later ones of the stage then are; the first node chooses between 0 and 1; 6 input, 7 output. */
static inline ganas_space *stage_space(void)
{
    struct grammar g;
    grammar_start(&g, 9, 8);
    for (int i = 0; i < 9; i++)
        grammar_node(&g, i,
                     i == 0       ? 64
                     : i == 1     ? 3
                     : i == 8     ? 128
                     : i % 3 == 2 ? 56
                                  : 60,
                     GANAS_READ_FIXED, 0, i ? (uint64_t)1 << (i - 1) : 0);
    for (int i = 2; i < 8; i++)
        if (i % 3 != 2) {
            g.op_after[i] = (int8_t)(i - 1);
            for (int op = 0; op < 8; op++)
                g.given[i * 8 + op] = op == 2 ? 4 : 60;
        }
    g.spec.output_set = 256;
    return grammar_space(&g);
}

static ganas_space *(*const all_spaces[])(void) = {fixed_space, free_space, choose_space,
                                                   stage_space};

#endif
