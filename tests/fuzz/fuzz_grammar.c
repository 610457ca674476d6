/*
 * fuzz_grammar.c - a space and a graph from bytes. A space that is taken is used: counted, drawn
 * from, its graphs keyed, measured, edited and listed; all of that obeys its grammar, which pushing
 * the graphs again shows.
 */
#include "target.h"

#include <stdlib.h>
#include <string.h>

#include "ganas.h"

enum { NODES = 12, OPS = 8, ROOM = 16 };

static const uint8_t *next;
static size_t left;

static unsigned take(void)
{
    if (!left)
        return 0;
    left--;
    return *next++;
}

static struct {
    uint64_t op_set[NODES], read_set[NODES], op_given[NODES * OPS];
    uint8_t kind[NODES], count[NODES];
    int8_t read_after[NODES], op_after[NODES];
} part;

static void read_nodes(int nodes, int ops)
{
    for (int i = 0; i < nodes; i++) {
        part.op_set[i] = take();
        part.read_set[i] = take() | (uint64_t)take() << 8;
        part.kind[i] = (uint8_t)(take() % 4);
        part.count[i] = (uint8_t)(take() % 10);
        part.read_after[i] = (int8_t)(take() % 16 - 2);
        part.op_after[i] = (int8_t)(take() % 16 - 2);
    }
    for (int i = 0; i < nodes * ops; i++)
        part.op_given[i] = take() | 1;
}

static ganas_space_spec read_spec(void)
{
    ganas_space_spec s = {.nodes = (int32_t)(take() % (NODES + 1)),
                          .ops = (int32_t)(take() % (OPS + 1)),
                          .op_set = part.op_set,
                          .read_kind = part.kind,
                          .read_count = part.count,
                          .read_set = part.read_set,
                          .read_after = part.read_after};
    s.end_op = (int32_t)(take() % 10) - 1;
    s.min_nodes = (int32_t)(take() % 14);
    s.max_edges = (int32_t)(take() % 20);
    s.dead_ops = take();
    s.output_set = take() | (uint64_t)take() << 8;
    read_nodes(s.nodes, s.ops);
    if (take() % 2) {
        s.op_after = part.op_after;
        s.op_given = part.op_given;
    }
    return s;
}

static void must(int32_t status)
{
    if (status != GANAS_OK && status != GANAS_E_MEMORY)
        abort();
}

/* Every row is a graph that the grammar takes. */
static void push_again(ganas_space *space, const ganas_batch *batch)
{
    ganas_batch *copy;
    ganas_batch_view v;
    ganas_batch_view_get(batch, &v);
    if (ganas_batch_new(&copy, space, ROOM) != GANAS_OK)
        return;
    for (int32_t i = 0; i < v.count; i++)
        must(ganas_batch_push(copy, v.size[i], v.op + (size_t)(i * v.nodes),
                              v.reads + (size_t)(2 * i * v.nodes)));
    ganas_batch_free(copy);
}

static void look_at(ganas_space *space, ganas_batch *batch)
{
    uint64_t key[2 * ROOM];
    uint32_t live[2 * ROOM];
    double value[ROOM];
    int32_t depth;
    push_again(space, batch);
    must(ganas_batch_keys(batch, GANAS_IDENTITY_STRING, key));
    must(ganas_batch_keys(batch, GANAS_IDENTITY_NETWORK, key));
    must(ganas_batch_live(batch, live));
    if (ganas_space_measure(space, GANAS_MEASURE_DEPTH, NULL, take(), &depth) == GANAS_OK)
        must(ganas_batch_measure(batch, depth, value));
}

static void push_bytes(ganas_batch *batch)
{
    uint8_t op[NODES];
    uint32_t reads[2 * NODES] = {0};
    int32_t size = (int32_t)(take() % (NODES + 1));
    for (int32_t i = 0; i < size; i++) {
        op[i] = (uint8_t)(take() % 10);
        reads[2 * i] = take() | take() << 8;
    }
    ganas_batch_clear(batch);
    fuzz_sink = ganas_batch_push(batch, size, op, reads) == GANAS_OK;
}

static void use(ganas_space *space, ganas_batch *batch, ganas_batch *other, ganas_rng *rng)
{
    double size;
    int32_t exact, more;
    must(ganas_space_size(space, &size, &exact));
    if (ganas_batch_random(batch, NULL, rng, ROOM, NULL) == GANAS_OK) {
        look_at(space, batch);
        if (ganas_batch_mutate(other, batch, NULL, rng, ROOM, 0.3, 3, NULL) == GANAS_OK)
            look_at(space, other);
    }
    ganas_batch_clear(batch);
    if (ganas_batch_enumerate(batch, NULL, 0, &more) == GANAS_OK)
        push_again(space, batch);
    push_bytes(batch);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    next = bytes;
    left = size;
    ganas_space *space = NULL;
    ganas_batch *batch = NULL, *other = NULL;
    ganas_rng *rng = NULL;
    memset(&part, 0, sizeof part);
    ganas_space_spec spec = read_spec();
    if (ganas_space_new(&space, &spec) != GANAS_OK)
        return 0;
    if (ganas_batch_new(&batch, space, ROOM) == GANAS_OK &&
        ganas_batch_new(&other, space, ROOM) == GANAS_OK &&
        ganas_rng_new(&rng, 1, "fuzz") == GANAS_OK)
        use(space, batch, other, rng);
    ganas_rng_free(rng);
    ganas_batch_free(other);
    ganas_batch_free(batch);
    ganas_space_free(space);
    return 0;
}
