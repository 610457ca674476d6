/*
 * walk.h - growing one graph choice by choice: what is open at each choice, given the grammar and
 * the masked rules.
 *
 * One order of choices for the whole core: node by node; at a node its operation, then its reads:
 * CHOOSE nodes pick their sources in ascending order, one choice a source; FREE nodes decide about
 * each candidate in ascending order, one yes or no a candidate.
 *
 *     struct walk w;
 *     walk_start(&w, space, rules);
 *     do {
 *         bits ops = walk_ops(&w);               empty: a dead end, start again
 *         walk_take_op(&w, ...);
 *         CHOOSE: picks times  bits open = walk_picks(&w);  walk_take_pick(&w, j);
 *         FREE:   for each j of the node's read_set:  int open = walk_edge(&w, j);
 * walk_take_edge(&w, j, yes); } while (walk_next(&w)); w.graph is finished and obeys the grammar
 * and every masked rule.
 *
 * The masks never close the last way on: after walk_take_op of an operation from walk_ops, picks
 * and edges always have an open choice. Only walk_ops can be empty, and only with two or more terms
 * that meet in a dead end, or with one that wants a sum to be a number (==, !=) or leave it.
 */
#ifndef GANAS_WALK_H
#define GANAS_WALK_H

#include "base.h"
#include "rule.h"
#include "space.h"

enum { WALK_NO = 1, WALK_YES = 2 }; /* bits of walk_edge */

struct walk {
    const ganas_space *space;
    const ganas_rules *rules;          /* may be NULL */
    struct graph graph;                /* so far */
    int32_t node;                      /* being grown */
    int32_t edges;                     /* chosen so far, over CHOOSE and FREE nodes */
    int32_t picked;                    /* sources of this node so far */
    double sum[GANAS_MAX_TERMS];       /* of each masked term so far, this node included */
    struct span left[GANAS_MAX_TERMS]; /* of those with a tree: sums that the choices leave open */
};

void walk_start(struct walk *w, const ganas_space *space, const ganas_rules *rules);
bits walk_ops(const struct walk *w);
void walk_take_op(struct walk *w, int op);
bits walk_picks(const struct walk *w);
void walk_take_pick(struct walk *w, int j);
int walk_edge(const struct walk *w, int j);
void walk_take_edge(struct walk *w, int j, bool yes);

/* On to the next node; false when the graph is finished. */
bool walk_next(struct walk *w);

/* Whether a finished graph obeys every masked rule: what walk_ops left open does. */
bool walk_holds(const struct walk *w);

#endif
