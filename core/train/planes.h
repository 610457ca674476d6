/*
 * planes.h - where the planes of a network's nodes lie. Less memory goes through a step when
 *
 *   - what is concatenated is written where the concatenation is;
 *   - the gradient of what a sum or a concatenation alone reads is that one's gradient;
 *   - gradients of one shape take the place of those that nothing needs any more.
 *
 * The bits of results are those of nodes that share nothing.
 */
#ifndef GANAS_PLANES_H
#define GANAS_PLANES_H

#include "arena.h"
#include "convnet.h"

/* Decides by the program of a step who shares with whom. */
void planes_place(ganas_convnet *net);

/* Sizes and planes of all nodes; twice, as arena.h says. */
void planes_lay_out(ganas_convnet *net, struct arena *arena);

#endif
