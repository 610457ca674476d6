/* index.c - rows by the hashes of their texts. */
#include "index.h"

#include <xxhash.h>

#include "arena.h"

enum { LEAST_SLOTS = 64 };

uint64_t index_hash(const char *text, size_t length)
{
    return XXH3_64bits(text, length);
}

static uint32_t room(uint32_t slots)
{
    return slots / 3 * 2;
}

/* The slot of a hash, or the empty one where it would go. */
static uint32_t place(const struct index *x, uint64_t hash)
{
    uint32_t mask = x->slots - 1, at = (uint32_t)hash & mask;
    while (x->slot[at] && x->hash[x->slot[at] - 1] != hash)
        at = (at + 1) & mask;
    return at;
}

static int32_t grow(struct index *x)
{
    struct index bigger = {.rows = x->rows, .slots = x->slots ? 2 * x->slots : LEAST_SLOTS};
    bigger.slot = memory_new(bigger.slots, sizeof *bigger.slot);
    if (!bigger.slot)
        return GANAS_E_MEMORY;
    bigger.hash = memory_grow(x->hash, x->rows, room(bigger.slots), sizeof *bigger.hash);
    if (!bigger.hash) {
        memory_free(bigger.slot);
        return GANAS_E_MEMORY;
    }
    for (uint32_t row = 0; row < x->rows; row++)
        bigger.slot[place(&bigger, bigger.hash[row])] = row + 1;
    memory_free(x->slot);
    *x = bigger;
    return GANAS_OK;
}

int32_t index_add(struct index *index, uint64_t hash, int32_t *same)
{
    if (index->rows == room(index->slots) && grow(index) != GANAS_OK)
        return GANAS_E_MEMORY;
    uint32_t at = place(index, hash);
    *same = (int32_t)index->slot[at] - 1;
    if (*same >= 0)
        return GANAS_OK;
    index->hash[index->rows] = hash;
    index->slot[at] = ++index->rows;
    return GANAS_OK;
}

void index_free(struct index *index)
{
    memory_free(index->slot);
    memory_free(index->hash);
    *index = (struct index){0};
}
