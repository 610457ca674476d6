/*
 * identity.c - keys of graphs: equal for two graphs exactly when they are one candidate.
 *
 * STRING packs the graph as written. NETWORK prunes it to what lies between inputs and outputs and
 * packs its canonical form (nauty: McKay and Piperno 2014) with the sorted colours of its nodes.
 * Up to 128 bits the packed bits are the key themselves, above that their XXH3 hash.
 */
#define USE_TLS

#include <nauty/nautinv.h>
#include <string.h>
#include <xxhash.h>

#include "space.h"

/* ---- packing bits ---- */

enum { PACK_WORDS = 80 }; /* 7 + 64 * 13 + 64 * 64 bits, the most that a network takes */

struct pack {
    int bits;
    uint64_t word[PACK_WORDS];
};

static void put(struct pack *p, uint64_t value, int width)
{
    int at = p->bits / 64, shift = p->bits % 64;
    p->word[at] |= value << shift;
    if (shift + width > 64)
        p->word[at + 1] |= value >> (64 - shift);
    p->bits += width;
}

/* Bits that tell n values apart. */
static int width_of(int n)
{
    return n > 1 ? 32 - __builtin_clz((unsigned)n - 1) : 0;
}

static void finish(const struct pack *p, uint64_t key[2])
{
    memcpy(key, p->word, 2 * sizeof *key);
    if (p->bits <= 128)
        return;
    XXH128_hash_t h = XXH3_128bits(p->word, (size_t)(p->bits + 63) / 64 * sizeof p->word[0]);
    key[0] = h.low64;
    key[1] = h.high64;
}

/* ---- the graph as written ---- */

/* The members of `value` numbered among those of `set`. */
static uint64_t squeeze(bits value, bits set)
{
    uint64_t packed = 0;
    for (int k = 0; set; set &= set - 1, k++)
        if (value & set & -set)
            packed |= (uint64_t)1 << k;
    return packed;
}

static void pack_string(const ganas_space *s, const struct graph *g, struct pack *p)
{
    if (s->end_op >= 0)
        put(p, (uint64_t)g->size, 7);
    for (int i = 0; i < g->size; i++) {
        const struct space_node *n = &s->node[i];
        int rank = bits_count(n->op_set & (bit_of(g->op[i]) - 1));
        put(p, (uint64_t)rank, width_of(bits_count(n->op_set)));
        if (n->read_kind != GANAS_READ_FIXED)
            put(p, squeeze(g->reads[i], n->read_set), bits_count(n->read_set));
    }
}

/* ---- the network ---- */

/* A coloured digraph: edges from source to reader. */
struct network {
    int size;
    int colour[GANAS_MAX_NODES];
    bits successors[GANAS_MAX_NODES];
};

/* Interior nodes are coloured by operation; each input and each output is a colour of its own. */
static int colour_of(const ganas_space *s, const struct graph *g, bits outputs, int i)
{
    if (!((s->input_set | outputs) & bit_of(i)))
        return g->op[i];
    int place = outputs & bit_of(i) && s->end_op >= 0 ? s->nodes - 1 : i;
    return s->ops + place * s->ops + g->op[i];
}

/* Live nodes in the order of the graph; inputs that nobody reads are left out. */
static void prune(const ganas_space *s, const struct graph *g, struct network *net)
{
    bits live = space_live(s, g), outputs = space_outputs(s, g), read = 0;
    for (bits nodes = live; nodes; nodes &= nodes - 1)
        read |= g->reads[bits_first(nodes)];
    bits kept = live & (read | ~s->input_set);
    net->size = 0;
    for (bits nodes = kept; nodes; nodes &= nodes - 1) {
        int i = bits_first(nodes), to = net->size++;
        net->colour[to] = colour_of(s, g, outputs, i);
        net->successors[to] = 0;
        for (bits reads = g->reads[i] & kept; reads; reads &= reads - 1) {
            int from = bits_count(kept & (bit_of(bits_first(reads)) - 1));
            net->successors[from] |= bit_of(to);
        }
    }
}

/* Nodes by colour, the order of nauty's first partition; cell[k] is 0 at the end of a colour. */
static void sort_colours(const struct network *net, int *order, int *cell)
{
    for (int i = 0; i < net->size; i++) {
        int k = i;
        for (; k > 0 && net->colour[order[k - 1]] > net->colour[i]; k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
    for (int k = 0; k < net->size; k++)
        cell[k] = k + 1 < net->size && net->colour[order[k]] == net->colour[order[k + 1]];
}

/* nauty numbers the bits of a word from the other end. */
static setword mirror(bits set)
{
    setword out = 0;
    for (; set; set &= set - 1)
        out |= bit[bits_first(set)];
    return out;
}

/* Fills the rows of the canonical form; returns how many automorphisms there are. */
static double canonise(const struct network *net, int *order, setword *canon)
{
    int cell[GANAS_MAX_NODES], orbits[GANAS_MAX_NODES];
    setword rows[GANAS_MAX_NODES];
    sort_colours(net, order, cell);
    for (int i = 0; i < net->size; i++)
        rows[i] = mirror(net->successors[i]);
    DEFAULTOPTIONS_DIGRAPH(options);
    options.getcanon = TRUE;
    options.defaultptn = FALSE;
    statsblk stats;
    densenauty(rows, order, cell, orbits, &options, &stats, 1, net->size, canon);
    return stats.grpsize1;
}

static void pack_network(const ganas_space *s, const struct graph *g, struct pack *p)
{
    struct network net;
    int order[GANAS_MAX_NODES];
    setword canon[GANAS_MAX_NODES];
    prune(s, g, &net);
    canonise(&net, order, canon);
    put(p, (uint64_t)net.size, 7);
    for (int k = 0; k < net.size; k++)
        put(p, (uint64_t)net.colour[order[k]], width_of(s->ops + s->nodes * s->ops));
    for (int i = 0; i < net.size; i++)
        put(p, canon[i] >> (WORDSIZE - net.size), net.size);
}

void space_key(const ganas_space *space, int32_t identity, const struct graph *g, uint64_t key[2])
{
    struct pack p = {0};
    if (identity == GANAS_IDENTITY_NETWORK)
        pack_network(space, g, &p);
    else
        pack_string(space, g, &p);
    finish(&p, key);
}

/* ---- in how many orders a network can be written ---- */

/* Orders of the nodes first..first + n - 1 in which each comes after what it reads. */
static double count_orders(const struct graph *g, int first, int n)
{
    double orders[1 << (ALIKE_NODES - 2)] = {1}; /* of each set of nodes */
    for (bits set = 1; set < bit_of(n); set++) {
        for (bits last = set; last; last &= last - 1) {
            int v = bits_first(last);
            bool read = false; /* by another of the set */
            for (bits others = set; others; others &= others - 1)
                read |= (g->reads[first + bits_first(others)] & bit_of(first + v)) != 0;
            orders[set] += read ? 0 : orders[set & ~bit_of(v)];
        }
    }
    return orders[bit_of(n) - 1];
}

double space_orders(const ganas_space *space, const struct graph *g)
{
    struct network net;
    int order[GANAS_MAX_NODES], inputs = bits_count(space->input_set);
    setword canon[GANAS_MAX_NODES];
    if (bits_count(space_live(space, g)) < g->size)
        return 0;
    prune(space, g, &net);
    return count_orders(g, inputs, g->size - inputs - 1) / canonise(&net, order, canon);
}
