/*
 * arena.h - memory: zeroed, aligned blocks, and arenas that are sized first and cut afterwards.
 *
 * An arena is one block of memory cut into arrays. The same code runs twice: first over an arena
 * without memory, which only adds up sizes, then, after arena_reserve, over the block:
 *
 *     static void lay_out(struct arena *a, struct net *n) { n->w = arena_cut(a, 32, sizeof(real));
 * } lay_out(&a, n);  status = arena_reserve(&a);  lay_out(&a, n);
 */
#ifndef GANAS_ARENA_H
#define GANAS_ARENA_H

#include "base.h"

enum { MEMORY_ALIGN = 64 };

/* n * size zeroed bytes, 64-byte aligned, never NULL on success even for 0; sets the message and
   returns NULL when memory is refused or the product overflows. */
void *memory_new(size_t n, size_t size);

/* A block of `new_n` items with the first `old_n` items of `block`, which is freed; on failure
   NULL, and `block` stays. */
void *memory_grow(void *block, size_t old_n, size_t new_n, size_t size);
void memory_free(void *block);

/* Fault injection for tests: the n-th allocation from now fails (1 is the next); 0: none does. */
void memory_fail_after(int64_t n);

struct arena {
    unsigned char *base; /* NULL while sizes are added up */
    size_t used, size;
};

/* n items of `size` bytes, 64-byte aligned; NULL while the arena has no memory. */
void *arena_cut(struct arena *arena, size_t n, size_t size);

/* Gets memory for all that was cut, and starts again from its beginning. */
int32_t arena_reserve(struct arena *arena);
void arena_release(struct arena *arena);

#endif
