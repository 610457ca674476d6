/* trie.c - pairs of parent and label, each once. */
#include "trie.h"

#include <string.h>

void trie_cut(struct arena *arena, int32_t room, struct trie *trie)
{
    *trie = (struct trie){.room = room, .slots = 16};
    while (trie->slots < 2 * room)
        trie->slots *= 2;
    trie->parent = arena_cut(arena, (size_t)room, sizeof *trie->parent);
    trie->label = arena_cut(arena, (size_t)room, sizeof *trie->label);
    trie->slot = arena_cut(arena, (size_t)trie->slots, sizeof *trie->slot);
}

void trie_clear(struct trie *trie)
{
    if (trie->count)
        memset(trie->slot, 0, (size_t)trie->slots * sizeof *trie->slot);
    trie->count = 0;
}

/* Fibonacci hashing. */
static uint32_t hash(int32_t parent, int32_t label)
{
    uint64_t pair = (uint64_t)(uint32_t)parent << 32 | (uint32_t)label;
    pair = (pair ^ (pair >> 31)) * 0x9e3779b97f4a7c15u;
    return (uint32_t)(pair >> 32);
}

int32_t trie_child(struct trie *trie, int32_t parent, int32_t label)
{
    uint32_t mask = (uint32_t)trie->slots - 1, i = hash(parent, label) & mask;
    for (; trie->slot[i]; i = (i + 1) & mask) {
        int32_t entry = trie->slot[i] - 1;
        if (trie->parent[entry] == parent && trie->label[entry] == label)
            return entry;
    }
    trie->parent[trie->count] = parent;
    trie->label[trie->count] = label;
    trie->slot[i] = ++trie->count;
    return trie->count - 1;
}
