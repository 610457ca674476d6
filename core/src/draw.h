/* draw.h - graphs drawn at random. */
#ifndef GANAS_DRAW_H
#define GANAS_DRAW_H

#include "base.h"
#include "rng.h"
#include "rule.h"
#include "space.h"

/*
 * A graph whose choices are uniform among those that grammar and masked rules (which may be NULL)
 * leave open; adds the dead ends on the way to *lost. GANAS_E_EMPTY after 1000 in a row.
 */
int32_t draw_graph(const ganas_space *space, const ganas_rules *rules, struct draws *d,
                   struct graph *g, int64_t *lost);

#endif
