/* keys.c - a set of 128-bit keys. */
#include "keys.h"

#include <string.h>

#include "arena.h"

enum { LEAST_CAPACITY = 64 };

/* Packed keys of small spaces are small numbers: mix both words (the finaliser of MurmurHash3). */
static uint64_t mix(const uint64_t key[2])
{
    uint64_t h = key[0] ^ (key[1] * 0x9e3779b97f4a7c15u);
    h = (h ^ h >> 33) * 0xff51afd7ed558ccdu;
    h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53u;
    return h ^ h >> 33;
}

/* Where a key is, or the empty place where it would go. */
static int64_t place(const struct keys *k, const uint64_t key[2])
{
    int64_t mask = k->capacity - 1, at = (int64_t)(mix(key) & (uint64_t)mask);
    while (k->row[at] && (k->key[at][0] != key[0] || k->key[at][1] != key[1]))
        at = (at + 1) & mask;
    return at;
}

int32_t keys_reserve(struct keys *keys, int64_t n)
{
    if (4 * n <= 3 * keys->capacity)
        return GANAS_OK;
    struct keys bigger = {.capacity = keys->capacity ? keys->capacity : LEAST_CAPACITY};
    while (3 * bigger.capacity < 4 * n)
        bigger.capacity *= 2;
    bigger.key = memory_new((size_t)bigger.capacity, sizeof *bigger.key);
    bigger.row = memory_new((size_t)bigger.capacity, sizeof *bigger.row);
    if (!bigger.key || !bigger.row) {
        keys_free(&bigger);
        return GANAS_E_MEMORY;
    }
    for (int64_t i = 0; i < keys->capacity; i++)
        if (keys->row[i])
            keys_add(&bigger, keys->key[i], keys->row[i] - 1);
    keys_free(keys);
    *keys = bigger;
    return GANAS_OK;
}

void keys_free(struct keys *keys)
{
    memory_free(keys->key);
    memory_free(keys->row);
    *keys = (struct keys){0};
}

int32_t keys_find(const struct keys *keys, const uint64_t key[2])
{
    return keys->capacity ? keys->row[place(keys, key)] - 1 : -1;
}

void keys_add(struct keys *keys, const uint64_t key[2], int32_t row)
{
    int64_t at = place(keys, key);
    memcpy(keys->key[at], key, sizeof keys->key[at]);
    keys->row[at] = row + 1;
    keys->count++;
}
