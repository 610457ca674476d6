/* pool.c - everything evaluated: what is known, what it scored, what is best. */
#include <math.h>

#include "arena.h"
#include "batch.h"
#include "keys.h"
#include "status.h"

struct ganas_pool {
    ganas_space *space;
    int32_t identity;
    ganas_batch *graphs;
    double *score; /* [graphs->capacity] */
    struct keys keys;
};

int32_t ganas_pool_new(ganas_pool **out, ganas_space *space, int32_t identity)
{
    if (!out || !space || (identity != GANAS_IDENTITY_STRING && identity != GANAS_IDENTITY_NETWORK))
        return status_fail(GANAS_E_ARGUMENT, "a pool needs a space and an identity, 0 or 1");
    ganas_pool *pool = memory_new(1, sizeof *pool);
    if (!pool)
        return GANAS_E_MEMORY;
    pool->space = space;
    pool->identity = identity;
    if (ganas_batch_new(&pool->graphs, space, 0) != GANAS_OK) {
        ganas_pool_free(pool);
        return GANAS_E_MEMORY;
    }
    *out = pool;
    return GANAS_OK;
}

void ganas_pool_free(ganas_pool *pool)
{
    if (!pool)
        return;
    ganas_batch_free(pool->graphs);
    memory_free(pool->score);
    keys_free(&pool->keys);
    memory_free(pool);
}

int32_t ganas_pool_count(const ganas_pool *pool)
{
    return pool->graphs->count;
}

/* ---- adding ---- */

/* Room for one more, doubling. */
static int32_t reserve(ganas_pool *pool)
{
    int32_t count = pool->graphs->count, capacity = pool->graphs->capacity;
    if (keys_reserve(&pool->keys, count + 1) != GANAS_OK)
        return GANAS_E_MEMORY;
    if (count < capacity)
        return GANAS_OK;
    int32_t bigger = int_max(64, 2 * capacity);
    double *score = memory_grow(pool->score, (size_t)count, (size_t)bigger, sizeof *score);
    if (!score)
        return GANAS_E_MEMORY;
    pool->score = score;
    return batch_reserve(pool->graphs, bigger);
}

static int32_t check_row(const ganas_pool *pool, const ganas_batch *batch, int32_t i)
{
    if (batch->space != pool->space)
        return status_fail(GANAS_E_ARGUMENT, "pool and candidates are of different spaces");
    if (i < 0 || i >= batch->count)
        return status_fail(GANAS_E_ARGUMENT, "row %d of a batch with %d candidates", i,
                           batch->count);
    return GANAS_OK;
}

int32_t ganas_pool_add(ganas_pool *pool, const ganas_batch *batch, int32_t i, double score)
{
    struct graph g;
    uint64_t key[2];
    int32_t status = check_row(pool, batch, i);
    if (status)
        return status;
    batch_get(batch, i, &g);
    space_key(pool->space, pool->identity, &g, key);
    int32_t row = keys_find(&pool->keys, key);
    if (row >= 0)
        return status_fail(GANAS_E_ARGUMENT, "this network is in the pool already, in row %d", row);
    if (reserve(pool) != GANAS_OK)
        return GANAS_E_MEMORY;
    keys_add(&pool->keys, key, pool->graphs->count);
    pool->score[pool->graphs->count] = score;
    return batch_put(pool->graphs, &g);
}

/* ---- looking up ---- */

int32_t ganas_pool_find(const ganas_pool *pool, const ganas_batch *batch, int32_t *row)
{
    if (batch->space != pool->space)
        return status_fail(GANAS_E_ARGUMENT, "pool and candidates are of different spaces");
    for (int32_t i = 0; i < batch->count; i++) {
        struct graph g;
        uint64_t key[2];
        batch_get(batch, i, &g);
        space_key(pool->space, pool->identity, &g, key);
        row[i] = keys_find(&pool->keys, key);
    }
    return GANAS_OK;
}

int32_t ganas_pool_values(const ganas_pool *pool, const ganas_batch *batch, const double *by_row,
                          double *value)
{
    if (batch->space != pool->space)
        return status_fail(GANAS_E_ARGUMENT, "pool and candidates are of different spaces");
    for (int32_t i = 0; i < batch->count; i++) {
        struct graph g;
        uint64_t key[2];
        batch_get(batch, i, &g);
        space_key(pool->space, pool->identity, &g, key);
        int32_t row = keys_find(&pool->keys, key);
        value[i] = row < 0 ? (double)NAN : by_row[row];
    }
    return GANAS_OK;
}

/* keep[i]: the first of its network in the batch, and with `fresh` not in the pool. */
static int32_t mark_unique(const ganas_pool *pool, const ganas_batch *batch, bool fresh,
                           struct keys *seen, uint8_t *keep)
{
    if (keys_reserve(seen, batch->count) != GANAS_OK)
        return GANAS_E_MEMORY;
    for (int32_t i = 0; i < batch->count; i++) {
        struct graph g;
        uint64_t key[2];
        batch_get(batch, i, &g);
        space_key(pool->space, pool->identity, &g, key);
        keep[i] = keys_find(seen, key) < 0;
        if (keep[i])
            keys_add(seen, key, i);
        if (fresh && keys_find(&pool->keys, key) >= 0)
            keep[i] = 0;
    }
    return GANAS_OK;
}

int32_t ganas_pool_unique(const ganas_pool *pool, ganas_batch *batch, int32_t fresh)
{
    struct keys seen = {0};
    if (batch->space != pool->space)
        return status_fail(GANAS_E_ARGUMENT, "pool and candidates are of different spaces");
    uint8_t *keep = memory_new((size_t)batch->count, 1);
    int32_t status = keep ? mark_unique(pool, batch, fresh != 0, &seen, keep) : GANAS_E_MEMORY;
    if (status == GANAS_OK)
        status = ganas_batch_filter(batch, keep);
    keys_free(&seen);
    memory_free(keep);
    return status;
}

/* ---- rows ---- */

int32_t ganas_pool_scores(const ganas_pool *pool, double *score)
{
    for (int32_t i = 0; i < pool->graphs->count; i++)
        score[i] = pool->score[i];
    return GANAS_OK;
}

int32_t ganas_pool_rows(const ganas_pool *pool, const int32_t *index, int32_t n, ganas_batch *batch)
{
    return ganas_batch_append(batch, pool->graphs, index, n);
}

/* Puts a row among the `n` best so far, at most k; equal scores stay behind earlier ones. */
static int32_t insert_best(const ganas_pool *pool, int32_t *best, int32_t n, int32_t k, int32_t row)
{
    double score = pool->score[row];
    if (isnan(score) || (n == k && !(score > pool->score[best[k - 1]])))
        return n;
    int32_t at = n < k ? n : k - 1;
    for (; at > 0 && score > pool->score[best[at - 1]]; at--)
        best[at] = best[at - 1];
    best[at] = row;
    return n < k ? n + 1 : k;
}

int32_t ganas_pool_top(const ganas_pool *pool, int32_t first, int32_t k, ganas_batch *batch,
                       int32_t *index)
{
    int32_t n = 0;
    if (first < 0 || k < 0)
        return status_fail(GANAS_E_ARGUMENT, "the %d best from row %d on; both must be 0 or more",
                           k, first);
    k = int_min(k, int_max(pool->graphs->count - first, 0));
    int32_t *best = memory_new((size_t)k, sizeof *best);
    if (!best)
        return GANAS_E_MEMORY;
    for (int32_t row = first; row < pool->graphs->count && k > 0; row++)
        n = insert_best(pool, best, n, k, row);
    int32_t status = ganas_pool_rows(pool, best, n, batch);
    for (int32_t i = 0; i < n && index && !status; i++)
        index[i] = best[i];
    memory_free(best);
    return status;
}
