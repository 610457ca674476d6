/*
 * keys.h - a set of 128-bit keys, each with a row: open addressing, linear probing, at most three
 * quarters full. A place costs 20 bytes, an entry 27 (full) to 54 (just doubled).
 */
#ifndef GANAS_KEYS_H
#define GANAS_KEYS_H

#include "base.h"

struct keys {
    int64_t count, capacity; /* capacity: 0 or a power of two */
    uint64_t (*key)[2];      /* [capacity] */
    int32_t *row;            /* [capacity] row + 1; 0: empty */
};

/* Room for n keys in all. */
int32_t keys_reserve(struct keys *keys, int64_t n);
void keys_free(struct keys *keys);

/* The row of a key, -1 when it isn't there. */
int32_t keys_find(const struct keys *keys, const uint64_t key[2]);

/* Adds a key that isn't there; room must have been made. */
void keys_add(struct keys *keys, const uint64_t key[2], int32_t row);

#endif
