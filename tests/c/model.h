/*
 * model.h - grammars made at random, and a stupid model of what they mean: it tries every operation
 * and every set of sources at every node and keeps what the public header allows.
 */
#ifndef TEST_MODEL_H
#define TEST_MODEL_H

#include "grammars.h"
#include "rng.h"
#include "space.h"

/* ---- the model ---- */

static inline bool model_read(const ganas_space_spec *s, const struct graph *g, int i)
{
    bits reads = g->reads[i];
    if (s->read_kind[i] == GANAS_READ_FIXED)
        return reads == s->read_set[i];
    if (!reads || reads & ~s->read_set[i])
        return false;
    if (s->read_kind[i] == GANAS_READ_FREE)
        return true;
    int after = s->read_after[i];
    return bits_count(reads) == s->read_count[i] &&
           (after < 0 || bits_first(reads) > bits_last(g->reads[after]));
}

static inline bool model_op(const ganas_space_spec *s, const struct graph *g, int i)
{
    bool last = i == g->size - 1;
    int after = s->op_after ? s->op_after[i] : -1;
    if (g->op[i] >= s->ops || !(s->op_set[i] & bit_of(g->op[i])))
        return false;
    if (after >= 0 && !(s->op_given[i * s->ops + g->op[after]] & bit_of(g->op[i])))
        return false;
    return s->end_op < 0 || last == (g->op[i] == s->end_op);
}

static inline bool model_legal(const ganas_space_spec *s, const struct graph *g)
{
    int edges = 0;
    if (g->size > s->nodes || g->size < (s->end_op < 0 ? s->nodes : s->min_nodes))
        return false;
    for (int i = 0; i < g->size; i++) {
        if (!model_op(s, g, i) || !model_read(s, g, i))
            return false;
        edges += s->read_kind[i] == GANAS_READ_FIXED ? 0 : bits_count(g->reads[i]);
    }
    return s->max_edges == 0 || edges <= s->max_edges;
}

struct model {
    const ganas_space_spec *spec;
    void (*visit)(void *context, const struct graph *g);
    void *context;
    int64_t count;
};

/* All graphs of g->size nodes that begin like the first i nodes of g. */
static inline void model_grow(struct model *m, struct graph *g, int i)
{
    if (i == g->size) {
        if (model_legal(m->spec, g)) {
            m->count++;
            if (m->visit)
                m->visit(m->context, g);
        }
        return;
    }
    for (int op = 0; op < m->spec->ops; op++)
        for (bits reads = 0; reads < bit_of(i); reads++) {
            g->op[i] = (uint8_t)op;
            g->reads[i] = reads;
            if (model_op(m->spec, g, i) && model_read(m->spec, g, i))
                model_grow(m, g, i + 1);
        }
    g->op[i] = 0;
    g->reads[i] = 0;
}

/* Number of graphs of a grammar; `visit` (may be NULL) sees each of them. */
static inline int64_t model_count(const ganas_space_spec *spec,
                                  void (*visit)(void *context, const struct graph *g),
                                  void *context)
{
    struct model m = {.spec = spec, .visit = visit, .context = context};
    for (int size = 1; size <= spec->nodes; size++) {
        struct graph g = {.size = size};
        model_grow(&m, &g, 0);
    }
    return m.count;
}

/* ---- grammars made at random ---- */

static inline bits wild_set(struct draws *d, bits of)
{
    bits set = ((bits)draws_u32(d) << 32 | draws_u32(d)) & of;
    return set ? set : of & -of;
}

/* An earlier node whose operation narrows that of node i. */
static inline void wild_after(struct grammar *g, struct draws *d, int i)
{
    g->op_after[i] = (int8_t)draws_below(d, (uint32_t)i);
    for (int op = 0; op < g->spec.ops; op++)
        g->given[i * g->spec.ops + op] = wild_set(d, g->op_set[i]);
}

static inline void wild_node(struct grammar *g, struct draws *d, int i)
{
    int ops = g->spec.ops, kind = (int)draws_below(d, 3);
    bits from = wild_set(d, bits_below(i)), op_set = wild_set(d, bits_below(ops));
    int count = kind == GANAS_READ_CHOOSE ? 1 + (int)draws_below(d, 2) : 0;
    if (i == g->spec.nodes - 1 && g->spec.end_op >= 0)
        op_set |= bit_of(g->spec.end_op);
    if (draws_below(d, 8) == 0) { /* one more input */
        from = 0;
        kind = count = 0;
    }
    grammar_node(g, i, op_set, kind, count, from);
    if (g->spec.end_op < 0 && draws_below(d, 2))
        wild_after(g, d, i);
    for (int j = i - 1; j > 0 && kind == GANAS_READ_CHOOSE; j--)
        if (g->kind[j] == GANAS_READ_CHOOSE && draws_below(d, 2)) {
            g->after[i] = (int8_t)j;
            return;
        }
}

/* A grammar of 2..most nodes; ganas_space_new may well refuse it. */
static inline void wild_grammar(struct grammar *g, struct draws *d, int most)
{
    int nodes = 2 + (int)draws_below(d, (uint32_t)most - 1), ops = 1 + (int)draws_below(d, 3);
    grammar_start(g, nodes, ops);
    g->spec.dead_ops = draws_u32(d) & draws_u32(d) & bits_below(ops);
    g->spec.max_edges = (int32_t)draws_below(d, 9);
    if (draws_below(d, 2)) {
        g->spec.end_op = ops - 1;
        g->spec.min_nodes = 2 + (int)draws_below(d, (uint32_t)nodes - 1);
        g->spec.dead_ops &= bits_below(ops - 1);
    } else {
        g->spec.output_set = bit_of(nodes - 1) | (draws_u32(d) & draws_u32(d) & bits_below(nodes));
        g->spec.output_set &= ~(bits)1;
    }
    grammar_node(g, 0, wild_set(d, bits_below(ops)), GANAS_READ_FIXED, 0, 0);
    if (g->spec.end_op >= 0)
        g->op_set[0] &= ~bit_of(g->spec.end_op) | (ops == 1);
    for (int i = 1; i < nodes; i++)
        wild_node(g, d, i);
}

#endif
