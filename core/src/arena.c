/* arena.c - zeroed, aligned memory and arenas over it. */
#include "arena.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "status.h"

/* Blocks of at least so much begin on a huge page, where the system has them: fewer misses of the
   TLB. */
enum { HUGE_PAGE = 1 << 21 };

static atomic_llong countdown;

void memory_fail_after(int64_t n)
{
    atomic_store(&countdown, (long long)n);
}

static bool must_fail(void)
{
    return atomic_load(&countdown) > 0 && atomic_fetch_sub(&countdown, 1) == 1;
}

static size_t round_up(size_t n)
{
    return (n + MEMORY_ALIGN - 1) / MEMORY_ALIGN * MEMORY_ALIGN;
}

static void *get_block(size_t bytes)
{
    void *block;
    if (posix_memalign(&block, bytes < HUGE_PAGE ? MEMORY_ALIGN : HUGE_PAGE, bytes) != 0)
        return NULL;
#ifdef MADV_HUGEPAGE
    if (bytes >= HUGE_PAGE)
        (void)madvise(block, bytes, MADV_HUGEPAGE); /* a hint: refused where there are none */
#endif
    return block;
}

void *memory_new(size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > SIZE_MAX / 2) {
        (void)status_no_memory(SIZE_MAX);
        return NULL;
    }
    bytes = round_up(bytes ? bytes : 1);
    void *block = must_fail() ? NULL : get_block(bytes);
    if (!block) {
        (void)status_no_memory(bytes);
        return NULL;
    }
    return memset(block, 0, bytes);
}

void *memory_grow(void *block, size_t old_n, size_t new_n, size_t size)
{
    void *bigger = memory_new(new_n, size);
    if (!bigger)
        return NULL;
    if (block)
        memcpy(bigger, block, old_n * size);
    memory_free(block);
    return bigger;
}

void memory_free(void *block)
{
    free(block);
}

void *arena_cut(struct arena *arena, size_t n, size_t size)
{
    size_t at = arena->used;
    arena->used += round_up(n * size);
    return arena->base ? arena->base + at : NULL;
}

int32_t arena_reserve(struct arena *arena)
{
    arena->size = arena->used;
    arena->used = 0;
    arena->base = memory_new(arena->size, 1);
    return arena->base ? GANAS_OK : GANAS_E_MEMORY;
}

void arena_release(struct arena *arena)
{
    memory_free(arena->base);
    *arena = (struct arena){0};
}
