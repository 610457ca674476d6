/*
 * batch.h - candidates side by side: the arrays of ganas_batch_view and what moves them.
 */
#ifndef GANAS_BATCH_H
#define GANAS_BATCH_H

#include "base.h"
#include "space.h"

struct ganas_batch {
    ganas_space *space;
    int32_t count, capacity;
    uint8_t *size; /* [capacity] */
    uint8_t *op;   /* [capacity * nodes] */
    bits *reads;   /* [capacity * nodes] */
};

/* Row i as a graph. */
void batch_get(const ganas_batch *batch, int32_t i, struct graph *g);

/* The first choices of row i in 64 bits, the first one highest: graphs that begin alike have keys
   that begin alike. */
uint64_t batch_beginning(const ganas_batch *batch, int32_t i);

/* Appends a graph that is known to be good. GANAS_E_FULL. */
int32_t batch_put(ganas_batch *batch, const struct graph *g);

/* GANAS_OK when n more candidates fit; GANAS_E_FULL; GANAS_E_ARGUMENT when n < 0. */
int32_t batch_check_room(const ganas_batch *batch, int32_t n);

/* Room for at least `capacity` candidates; pointers into the batch move. */
int32_t batch_reserve(ganas_batch *batch, int32_t capacity);

static inline const uint8_t *batch_op(const ganas_batch *batch, int32_t i)
{
    return batch->op + (size_t)i * (size_t)batch->space->nodes;
}

static inline const bits *batch_reads(const ganas_batch *batch, int32_t i)
{
    return batch->reads + (size_t)i * (size_t)batch->space->nodes;
}

/* Row i where it lies. */
static inline struct row batch_row(const ganas_batch *batch, int32_t i)
{
    return (struct row){batch->size[i], batch_op(batch, i), batch_reads(batch, i)};
}

#endif
