/* draw.h - graphs drawn at random. */
#ifndef GANAS_DRAW_H
#define GANAS_DRAW_H

#include "base.h"
#include "rng.h"
#include "rule.h"
#include "space.h"

/*
 * A random graph (ganas_batch_random) that obeys the masked rules, which may be NULL; adds the dead
 * ends on the way to *lost. GANAS_E_EMPTY after 1000 of them.
 */
int32_t draw_graph(const ganas_space *space, const ganas_rules *rules, struct draws *d,
                   struct graph *g, int64_t *lost);

#endif
