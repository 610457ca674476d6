/*
 * trie.h - sequences that share their beginnings: an entry is a parent and a label, and a pair that
 * was there before is the same entry. Entries are numbered as they come, children after parents.
 */
#ifndef GANAS_TRIE_H
#define GANAS_TRIE_H

#include "arena.h"
#include "base.h"

struct trie {
    int32_t count, room;
    int32_t *parent, *label; /* [room] */
    int32_t *slot, slots;    /* hash table of entry + 1, 0: free; a power of two */
};

/* Cuts a trie of `room` entries out of an arena. */
void trie_cut(struct arena *arena, int32_t room, struct trie *trie);
void trie_clear(struct trie *trie);

/* The entry of a pair, which may be new: then it is count - 1. A parent may be any number. */
int32_t trie_child(struct trie *trie, int32_t parent, int32_t label);

#endif
