/*
 * index.h - rows by their text: a hash table of row numbers, open addressing, linear probing, at
 * most two thirds full. Texts are known by their 64-bit hashes here; who looks one up compares the
 * texts themselves.
 */
#ifndef GANAS_INDEX_H
#define GANAS_INDEX_H

#include "base.h"

struct index {
    uint32_t rows, slots; /* slots: 0 or a power of two */
    uint32_t *slot;       /* [slots] row + 1; 0: empty */
    uint64_t *hash;       /* [2 * slots / 3] of each row */
};

uint64_t index_hash(const char *text, size_t length);

/* Adds the next row unless a row has this hash: *same is that row, or -1. */
int32_t index_add(struct index *index, uint64_t hash, int32_t *same);
void index_free(struct index *index);

#endif
