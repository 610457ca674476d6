/*
 * tree.h - what is left of a sum where operations narrow later ones.
 *
 * Ranges node by node (sum_ranges) would count operations that earlier ones have closed. Here every
 * node hangs on the node whose operation narrows its own, so that the best of all that hangs on a
 * node is found from the last node up, and walks know the least and the greatest total exactly. A
 * sum by the operation of a node has a plan for each of its operations; that node has to be the
 * first one that chooses.
 */
#ifndef GANAS_TREE_H
#define GANAS_TREE_H

#include "base.h"
#include "space.h"

/* Whether a sum by the operation of node `by` (-1: a plain one) gets a tree. */
bool tree_wanted(const ganas_space *space, int32_t by);

/* Spans that a tree of `tables` plans takes. */
size_t tree_spans(const ganas_space *space, size_t tables);

/* Fills sum->tree from the tables, and the range of the whole sum. */
void tree_fill(const ganas_space *space, struct sum *sum);

/* What is left of `before` when node i of an unfinished graph takes operation op; op[] are those of
   the nodes before it. At node 0 nothing is before: the range of the whole sum. */
struct span tree_after(const ganas_space *space, const struct sum *sum, const uint8_t *ops,
                       struct span before, int i, int op);

#endif
