/*
 * window.h - layers that look at a window: convolutions and pooling; and the ones that move planes:
 * sums, concatenation, zeros. One group of 16 images.
 */
#ifndef GANAS_WINDOW_H
#define GANAS_WINDOW_H

#include "convnet.h"

/* x of a node from the y of its inputs. */
void window_forward(ganas_convnet *net, const struct node *node, int group);

/* Gradients of the weights, in the group's `grad`, and of the inputs' y, from that of x in `d`. */
void window_backward(ganas_convnet *net, const struct node *node, int group);

#endif
