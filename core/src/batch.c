/* batch.c - candidates side by side. */
#include "batch.h"

#include <string.h>

#include "arena.h"
#include "status.h"

static int32_t allocate(ganas_batch *b)
{
    size_t rows = (size_t)b->capacity, cells = rows * (size_t)b->space->nodes;
    b->size = memory_new(rows, sizeof *b->size);
    b->op = memory_new(cells, sizeof *b->op);
    b->reads = memory_new(cells, sizeof *b->reads);
    return b->size && b->op && b->reads ? GANAS_OK : GANAS_E_MEMORY;
}

int32_t ganas_batch_new(ganas_batch **out, ganas_space *space, int32_t capacity)
{
    if (!out || !space || capacity < 0)
        return status_fail(GANAS_E_ARGUMENT,
                           "a batch of %d candidates needs a space, and 0 or more", capacity);
    ganas_batch *b = memory_new(1, sizeof *b);
    if (!b)
        return GANAS_E_MEMORY;
    b->space = space;
    b->capacity = capacity;
    if (allocate(b) != GANAS_OK) {
        ganas_batch_free(b);
        return GANAS_E_MEMORY;
    }
    *out = b;
    return GANAS_OK;
}

void ganas_batch_free(ganas_batch *batch)
{
    if (!batch)
        return;
    memory_free(batch->size);
    memory_free(batch->op);
    memory_free(batch->reads);
    memory_free(batch);
}

int32_t batch_reserve(ganas_batch *batch, int32_t capacity)
{
    if (capacity <= batch->capacity)
        return GANAS_OK;
    ganas_batch bigger = {.space = batch->space, .capacity = capacity};
    size_t rows = (size_t)batch->count, cells = rows * (size_t)batch->space->nodes;
    if (allocate(&bigger) != GANAS_OK) {
        memory_free(bigger.size);
        memory_free(bigger.op);
        memory_free(bigger.reads);
        return GANAS_E_MEMORY;
    }
    memcpy(bigger.size, batch->size, rows);
    memcpy(bigger.op, batch->op, cells);
    memcpy(bigger.reads, batch->reads, cells * sizeof *batch->reads);
    memory_free(batch->size);
    memory_free(batch->op);
    memory_free(batch->reads);
    bigger.count = batch->count;
    *batch = bigger;
    return GANAS_OK;
}

void ganas_batch_view_get(const ganas_batch *batch, ganas_batch_view *view)
{
    *view = (ganas_batch_view){.count = batch->count,
                               .capacity = batch->capacity,
                               .nodes = batch->space->nodes,
                               .ops = batch->space->ops,
                               .size = batch->size,
                               .op = batch->op,
                               .reads = (const uint32_t *)(const void *)batch->reads};
}

int32_t ganas_batch_count(const ganas_batch *batch)
{
    return batch->count;
}

void ganas_batch_clear(ganas_batch *batch)
{
    batch->count = 0;
}

int32_t ganas_batch_truncate(ganas_batch *batch, int32_t count)
{
    if (count < 0 || count > batch->count)
        return status_fail(GANAS_E_ARGUMENT, "can't truncate %d candidates to %d", batch->count,
                           count);
    batch->count = count;
    return GANAS_OK;
}

/* ---- rows ---- */

static size_t cell(const ganas_batch *batch, int32_t i)
{
    return (size_t)i * (size_t)batch->space->nodes;
}

void batch_get(const ganas_batch *batch, int32_t i, struct graph *g)
{
    size_t nodes = (size_t)batch->space->nodes, at = cell(batch, i);
    memset(g, 0, sizeof *g);
    g->size = batch->size[i];
    memcpy(g->op, batch->op + at, nodes);
    memcpy(g->reads, batch->reads + at, nodes * sizeof *g->reads);
}

/* Bits that tell the operations of a space apart. */
static int op_bits(const ganas_space *space)
{
    int n = 1;
    while (1 << n < space->ops)
        n++;
    return n;
}

uint64_t batch_beginning(const ganas_batch *batch, int32_t i)
{
    const struct space_node *node = batch->space->node;
    struct row row = batch_row(batch, i);
    uint64_t key = 0;
    int left = 64, ops = op_bits(batch->space);
    for (int v = 0; v < row.size; v++) {
        int op = node[v].chooses_op ? ops : 0, reads = node[v].chooses_read ? v : 0;
        if (op + reads > left)
            break;
        left -= op + reads;
        if (op)
            key |= (uint64_t)row.op[v] << (left + reads);
        if (reads)
            key |= row.reads[v] << left;
    }
    return key;
}

int32_t batch_check_room(const ganas_batch *batch, int32_t n)
{
    if (n < 0)
        return status_fail(GANAS_E_ARGUMENT, "%d more candidates; it must be 0 or more", n);
    if (n <= batch->capacity - batch->count)
        return GANAS_OK;
    return status_fail(GANAS_E_FULL, "%d more candidates in a batch with room for %d", n,
                       batch->capacity - batch->count);
}

int32_t batch_put(ganas_batch *batch, const struct graph *g)
{
    size_t nodes = (size_t)batch->space->nodes, size = (size_t)g->size;
    size_t at = cell(batch, batch->count);
    int32_t status = batch_check_room(batch, 1);
    if (status)
        return status;
    memset(batch->op + at, 0, nodes);
    memset(batch->reads + at, 0, nodes * sizeof *g->reads);
    memcpy(batch->op + at, g->op, size);
    memcpy(batch->reads + at, g->reads, size * sizeof *g->reads);
    batch->size[batch->count++] = (uint8_t)g->size;
    return GANAS_OK;
}

int32_t ganas_batch_push(ganas_batch *batch, int32_t size, const uint8_t *op, const uint32_t *reads)
{
    struct graph g = {.size = size};
    if (size < 1 || size > batch->space->nodes)
        return status_fail(GANAS_E_SPACE,
                           "the graph has %d nodes; a graph of this space has at most %d", size,
                           batch->space->nodes);
    for (int32_t i = 0; i < size; i++) {
        g.op[i] = op[i];
        g.reads[i] = (bits)reads[2 * i] | (bits)reads[2 * i + 1] << 32;
    }
    int32_t status = space_check(batch->space, &g);
    return status ? status : batch_put(batch, &g);
}

static void copy_row(ganas_batch *to, int32_t i, const ganas_batch *from, int32_t j)
{
    size_t nodes = (size_t)to->space->nodes;
    to->size[i] = from->size[j];
    memmove(to->op + cell(to, i), from->op + cell(from, j), nodes);
    memmove(to->reads + cell(to, i), from->reads + cell(from, j), nodes * sizeof *to->reads);
}

int32_t ganas_batch_append(ganas_batch *batch, const ganas_batch *from, const int32_t *index,
                           int32_t n)
{
    if (from->space != batch->space || from == batch)
        return status_fail(GANAS_E_ARGUMENT, "candidates can be appended from another batch of the "
                                             "same space only");
    for (int32_t i = 0; i < n; i++)
        if (index[i] < 0 || index[i] >= from->count)
            return status_fail(GANAS_E_ARGUMENT, "row %d of a batch with %d candidates", index[i],
                               from->count);
    int32_t status = batch_check_room(batch, n);
    for (int32_t i = 0; i < n && !status; i++)
        copy_row(batch, batch->count++, from, index[i]);
    return status;
}

int32_t ganas_batch_filter(ganas_batch *batch, const uint8_t *keep)
{
    int32_t kept = 0;
    for (int32_t i = 0; i < batch->count; i++)
        if (keep[i]) {
            if (kept != i)
                copy_row(batch, kept, batch, i);
            kept++;
        }
    batch->count = kept;
    return GANAS_OK;
}

/* ---- properties ---- */

int32_t ganas_batch_keys(const ganas_batch *batch, int32_t identity, uint64_t *key)
{
    if (identity != GANAS_IDENTITY_STRING && identity != GANAS_IDENTITY_NETWORK)
        return status_fail(GANAS_E_ARGUMENT, "identity %d; it must be 0 or 1", identity);
    for (int32_t i = 0; i < batch->count; i++) {
        struct graph g;
        batch_get(batch, i, &g);
        space_key(batch->space, identity, &g, key + 2 * (size_t)i);
    }
    return GANAS_OK;
}

int32_t ganas_batch_live(const ganas_batch *batch, uint32_t *live)
{
    for (int32_t i = 0; i < batch->count; i++) {
        struct graph g;
        batch_get(batch, i, &g);
        bits set = space_live(batch->space, &g);
        live[2 * (size_t)i] = (uint32_t)set;
        live[2 * (size_t)i + 1] = (uint32_t)(set >> 32);
    }
    return GANAS_OK;
}

int32_t ganas_batch_measure(const ganas_batch *batch, int32_t measure, double *value)
{
    int32_t status = space_check_measure(batch->space, measure);
    if (status)
        return status;
    if (batch->space->measure[measure].kind == GANAS_MEASURE_GIVEN)
        return status_fail(GANAS_E_ARGUMENT, "measure %d is given: the core has no values of it",
                           measure);
    for (int32_t i = 0; i < batch->count; i++) {
        struct row row = batch_row(batch, i);
        value[i] = row_measure(batch->space, measure, &row);
    }
    return GANAS_OK;
}
